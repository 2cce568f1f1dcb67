/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The probe guest: checks the SBI that it is given, or leaves its memory, as its command line
 * says.
 *
 * probe=sbi calls every function of each extension of the SBI specification 3.0 with good and
 * bad arguments (fwft=BITS says which firmware features there are); probe=legacy ends by the
 * legacy shutdown; probe=start starts all harts= at once; probe=storm lets them send each other
 * IPIs; probe=where says where everything is; probe=seed looks for other copies of the seed in
 * its device tree; probe=load, store, fetch with at=ADDRESS make one access there. It speaks by
 * the legacy console, one line a check, "probe: PASS" or "probe: FAIL" last, and shuts down.
 */
#include "tests/riscv/probe.h"
#include "riscv/base/sbi.h"
#include "stub/input/cmdline.h"
#include "stub/riscv/fwft.h"

#define csr_read(name)                                                                         \
	({                                                                                     \
		uint64_t v_;                                                                   \
		__asm__ volatile("csrr %0, " #name : "=r"(v_) : : "memory");                   \
		v_;                                                                            \
	})
#define csr_write(name, v) __asm__ volatile("csrw " #name ", %0" : : "r"((uint64_t)(v)))

#define SIP_SSIP    2u
#define SIP_STIP    32u
#define SIP_SEIP    512u
#define SIE         2u /* sstatus */
#define OPAQUE      0x1234567890abcdefull
#define UART_IRQ    10u
#define PROBE_HARTS 16
#define LETTERS     300u  /* to each other hart in probe=storm */
#define TICKS_MS    10000 /* timer ticks in a millisecond, at 10 MHz */

extern uint64_t entry_satp[2];
extern const uint8_t second_entry[], start_entry[], storm_entry[], probe_start[];

void probe_main(uint64_t hart, uint64_t tree);
void storm_main(uint64_t hart, uint64_t harts);
void second_main(uint64_t hart, uint64_t opaque, uint64_t satp, uint64_t sstatus);
int64_t suspend_and_resume(uint64_t type, uint64_t opaque, uint64_t *ret);
uint64_t read_hgatp(void);
uint64_t take_interrupt(uint64_t sie, uint64_t ticks);
uint64_t registers_kept(void);

static uint64_t failures;
static uint64_t me;

/* What the second hart saw, and how often it ran. */
static volatile uint64_t second_hart, second_opaque, second_satp, second_sstatus, second_ipis;
static volatile uint64_t second_runs, second_fwft;
volatile uint64_t harts_arrived[PROBE_HARTS];

/* probe=storm: letters that wait for a hart, and how many it has got in all. */
static uint64_t letters[PROBE_HARTS];
static volatile uint64_t letters_got[PROBE_HARTS];

void
put(const char *s)
{
	for (; *s; s++)
		sbi_call1(SBI_LEGACY_PUTCHAR, 0, (uint8_t)*s);
}

void
put_hex(uint64_t v)
{
	char digit[2] = {0, 0};

	for (int shift = 60; shift >= 0; shift -= 4) {
		unsigned d = v >> shift & 15;

		digit[0] = (char)(d < 10 ? '0' + d : 'a' + d - 10);
		put(digit);
	}
}

void
check(const char *what, uint64_t got, uint64_t want)
{
	if (got == want) {
		put("probe: ok ");
		put(what);
	} else {
		failures++;
		put("probe: not ok ");
		put(what);
		put(": got ");
		put_hex(got);
		put(", wanted ");
		put_hex(want);
	}
	put("\r\n");
}

static struct sbi_result
call(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
	return sbi_call(extension, function, (struct sbi_args){{a0, a1, a2, a3}});
}

/* Its error code. */
static uint64_t
err(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
	return (uint64_t)call(extension, function, a0, a1, a2, a3).error;
}

#define E(name) ((uint64_t)SBI_##name)

/*
 * Does that interrupt come within so many milliseconds? It is taken, because what sip reads is
 * not what comes everywhere: QEMU 7.2 does not show the timer of vstimecmp there.
 */
static bool
comes(uint64_t bit, uint64_t ms)
{
	uint64_t number = bit == SIP_SSIP ? 1 : bit == SIP_STIP ? 5 : 9;

	return take_interrupt(bit, ms * TICKS_MS) == (1ull << 63 | number);
}

static void
check_base(void)
{
	/* what follows the legacy calls; PMU, SUSP, CPPC, NACL, STA, SSE, DBTR, MPXY;
	 * experimental, vendor's, firmware's */
	static const uint64_t absent[] = {9, 0x504d55, 0x53555350, 0x43505043, 0x4e41434c,
	        0x535441, 0x535345, 0x44425452, 0x4d505859, 0x8000000, 0x9000000, 0xa000000};

	check("base version", call(SBI_BASE, 0, 0, 0, 0, 0).value, 3 << 24);
	check("base implementation", err(SBI_BASE, 1, 0, 0, 0, 0), 0);
	check("base implementation version", err(SBI_BASE, 2, 0, 0, 0, 0), 0);
	check("probe base", call(SBI_BASE, 3, SBI_BASE, 0, 0, 0).value, 1);
	check("probe TIME", call(SBI_BASE, 3, SBI_TIME, 0, 0, 0).value, 1);
	check("probe IPI", call(SBI_BASE, 3, SBI_IPI, 0, 0, 0).value, 1);
	check("probe RFENCE", call(SBI_BASE, 3, SBI_RFENCE, 0, 0, 0).value, 1);
	check("probe HSM", call(SBI_BASE, 3, SBI_HSM, 0, 0, 0).value, 1);
	check("probe SRST", call(SBI_BASE, 3, SBI_SRST, 0, 0, 0).value, 1);
	check("probe DBCN", call(SBI_BASE, 3, SBI_DBCN, 0, 0, 0).value, 1);
	for (uint64_t legacy = 0; legacy <= SBI_LEGACY_SHUTDOWN; legacy++)
		check("probe of a legacy call", call(SBI_BASE, 3, legacy, 0, 0, 0).value, 1);
	for (unsigned i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		check("probe of an absent one", call(SBI_BASE, 3, absent[i], 0, 0, 0).value, 0);
		check("call of an absent one", err(absent[i], 0, 0, 0, 0, 0),
		        E(ERR_NOT_SUPPORTED));
	}
	check("probe PMU, absent", call(SBI_BASE, 3, 0x504d55, 0, 0, 0).value, 0);
	check("probe absent is no error", err(SBI_BASE, 3, 0x504d55, 0, 0, 0), 0);
	check("probe nonsense", call(SBI_BASE, 3, ~0ull, 0, 0, 0).value, 0);
	check("base mvendorid", err(SBI_BASE, 4, 0, 0, 0, 0), 0);
	check("base marchid", err(SBI_BASE, 5, 0, 0, 0, 0), 0);
	check("base mimpid", err(SBI_BASE, 6, 0, 0, 0, 0), 0);
	check("base unknown function", err(SBI_BASE, 7, 0, 0, 0, 0), E(ERR_NOT_SUPPORTED));
	check("unknown extension", err(0x0badc0de, 0, 0, 0, 0, 0), E(ERR_NOT_SUPPORTED));
	check("registers kept", registers_kept(), 1);
}

static void
check_time(void)
{
	uint64_t before = csr_read(time), late;

	check("no timer at first", comes(SIP_STIP, 2), 0);
	check("set_timer", err(SBI_TIME, 0, before + 20 * TICKS_MS, 0, 0, 0), 0);
	check("timer fires", comes(SIP_STIP, 1000), 1);
	late = csr_read(time) - before;
	check("timer is on time", late >= 20 * TICKS_MS && late < 500 * TICKS_MS, 1);
	check("set_timer for ever", err(SBI_TIME, 0, ~0ull, 0, 0, 0), 0);
	check("clears the interrupt", comes(SIP_STIP, 5), 0);
	check("a timer of the past", err(SBI_TIME, 0, 0, 0, 0, 0), 0);
	check("fires at once", comes(SIP_STIP, 1000), 1);
	err(SBI_TIME, 0, ~0ull, 0, 0, 0);
	check("TIME unknown function", err(SBI_TIME, 1, 0, 0, 0, 0), E(ERR_NOT_SUPPORTED));
}

static void
clear_ipi(void)
{
	__asm__ volatile("csrc sip, %0" : : "r"((uint64_t)SIP_SSIP));
}

static void
check_ipi(void)
{
	check("send_ipi to self", err(SBI_IPI, 0, 1, me, 0, 0), 0);
	check("arrives", comes(SIP_SSIP, 1000), 1);
	clear_ipi();
	check("is cleared by the guest", comes(SIP_SSIP, 2), 0);
	check("send_ipi to all", err(SBI_IPI, 0, 0, ~0ull, 0, 0), 0);
	check("arrives too", comes(SIP_SSIP, 1000), 1);
	clear_ipi();
	check("send_ipi to none", err(SBI_IPI, 0, 0, 0, 0, 0), 0);
	check("send_ipi to nobody", err(SBI_IPI, 0, 1, 1000, 0, 0), E(ERR_INVALID_PARAM));
	check("send_ipi past the end", err(SBI_IPI, 0, 3, ~0ull - 1, 0, 0),
	        E(ERR_INVALID_PARAM));
	check("send_ipi from nowhere", err(SBI_IPI, 0, 0, 1000, 0, 0), E(ERR_INVALID_PARAM));
	check("send_ipi to one too many", err(SBI_IPI, 0, 1ull << 63 | 1, me, 0, 0),
	        E(ERR_INVALID_PARAM));
	check("and to none of them", comes(SIP_SSIP, 2), 0);
	check("IPI unknown function", err(SBI_IPI, 1, 1, 0, 0, 0), E(ERR_NOT_SUPPORTED));
}

static void
check_rfence(void)
{
	check("fence_i", err(SBI_RFENCE, 0, 1, me, 0, 0), 0);
	check("fence_i all", err(SBI_RFENCE, 0, 0, ~0ull, 0, 0), 0);
	check("sfence_vma", err(SBI_RFENCE, 1, 1, me, 0x1000, 0x1000), 0);
	check("sfence_vma all of it", err(SBI_RFENCE, 1, 1, me, 0, ~0ull), 0);
	check("sfence_vma_asid", err(SBI_RFENCE, 2, 1, me, 0x1000, 0x1000), 0);
	check("fence_i nobody", err(SBI_RFENCE, 0, 1, 1000, 0, 0), E(ERR_INVALID_PARAM));
	check("sfence nobody", err(SBI_RFENCE, 1, 1, 1000, 0, 0), E(ERR_INVALID_PARAM));
	check("sfence that wraps", err(SBI_RFENCE, 1, 1, me, ~0xfffull, 0x2000),
	        E(ERR_INVALID_ADDRESS));
	check("sfence to the very end", err(SBI_RFENCE, 1, 1, me, ~0xfffull, 0x1000), 0);
	check("sfence_asid nobody", err(SBI_RFENCE, 2, 1, 1000, 0, 0), E(ERR_INVALID_PARAM));
	check("sfence_asid that wraps", err(SBI_RFENCE, 2, 1, me, ~0xfffull, 0x1001),
	        E(ERR_INVALID_ADDRESS));
	check("sfence of nothing", err(SBI_RFENCE, 1, 1, me, 0, 0), 0);
	check("sfence of one byte", err(SBI_RFENCE, 1, 1, me, 0x1001, 1), 0);
	check("fence_i from nowhere", err(SBI_RFENCE, 0, 0, 1000, 0, 0), E(ERR_INVALID_PARAM));
	check("fence_i past the end", err(SBI_RFENCE, 0, 3, ~0ull - 1, 0, 0),
	        E(ERR_INVALID_PARAM));
	check("RFENCE unknown function", err(SBI_RFENCE, 8, 1, me, 0, 0), E(ERR_NOT_SUPPORTED));
	for (uint64_t f = 3; f < 8; f++)
		check("hfence is not for guests", err(SBI_RFENCE, f, 1, me, 0, 0),
		        E(ERR_NOT_SUPPORTED));
}

void
second_main(uint64_t hart, uint64_t opaque, uint64_t satp, uint64_t sstatus)
{
	second_hart = hart;
	second_opaque = opaque;
	second_satp = satp;
	second_sstatus = sstatus;
	second_fwft = err(SBI_FWFT, SBI_FWFT_SET, FWFT_PTE_AD, 1, FWFT_LOCK, 0);
	__asm__ volatile("fence rw, rw" ::: "memory");
	second_runs++;
	while (!(csr_read(sip) & SIP_SSIP))
		;
	clear_ipi();
	second_ipis++;
	__asm__ volatile("fence rw, rw" ::: "memory");
	sbi_call1(SBI_HSM, SBI_HSM_STOP, 0);
}

static uint64_t
wait_status(uint64_t hart, uint64_t wanted)
{
	uint64_t end = csr_read(time) + 2000 * TICKS_MS, now;

	do
		now = call(SBI_HSM, SBI_HSM_GET_STATUS, hart, 0, 0, 0).value;
	while (now != wanted && csr_read(time) < end);
	return now;
}

static void
run_second(uint64_t other, uint64_t run)
{
	uint64_t end = csr_read(time) + 2000 * TICKS_MS;

	check("hart_start", err(SBI_HSM, 0, other, (uintptr_t)second_entry, OPAQUE + run, 0),
	        0);
	while (second_runs < run && csr_read(time) < end)
		;
	check("it runs", second_runs, run);
	check("its a0", second_hart, other);
	check("its a1", second_opaque, OPAQUE + run);
	check("its satp", second_satp, 0);
	check("its sstatus.SIE", second_sstatus & SIE, 0);
	check("it is started", wait_status(other, 0), 0);
	check("start it twice", err(SBI_HSM, 0, other, (uintptr_t)second_entry, 0, 0),
	        E(ERR_ALREADY_AVAILABLE));
	check("fence to it", err(SBI_RFENCE, 1, 1, other, 0x1000, 0x1000), 0);
	check("fence_i to both", err(SBI_RFENCE, 0, 1ull << other | 1ull << me, 0, 0, 0), 0);
	check("IPI to it", err(SBI_IPI, 0, 1, other, 0, 0), 0);
	check("it stops", wait_status(other, SBI_HSM_STOPPED), SBI_HSM_STOPPED);
	check("by one IPI", second_ipis, run);
	/* What the run before had locked is free again, if there is the feature at all. */
	check("its firmware features", second_fwft,
	        err(SBI_FWFT, SBI_FWFT_GET, FWFT_PTE_AD, 0, 0, 0));
}

/* An IPI that is sent before the hart has come up is not lost. */
static void
interrupt_early(uint64_t other, uint64_t run)
{
	uint64_t entry = (uintptr_t)second_entry;
	uint64_t started = err(SBI_HSM, 0, other, entry, OPAQUE, 0);
	uint64_t sent = err(SBI_IPI, 0, 1, other, 0, 0);

	check("hart_start once more", started, 0);
	check("IPI at once", sent, 0);
	check("it stops at once", wait_status(other, SBI_HSM_STOPPED), SBI_HSM_STOPPED);
	check("by that IPI", second_ipis, run);
}

static void
check_hart_start(uint64_t other)
{
	uint64_t entry = (uintptr_t)second_entry;

	check("status of self", call(SBI_HSM, 2, me, 0, 0, 0).value, 0);
	check("status of nobody", err(SBI_HSM, 2, 1000, 0, 0, 0), E(ERR_INVALID_PARAM));
	check("start self", err(SBI_HSM, 0, me, entry, 0, 0), E(ERR_ALREADY_AVAILABLE));
	check("start nobody", err(SBI_HSM, 0, 1000, entry, 0, 0), E(ERR_INVALID_PARAM));
	check("HSM unknown function", err(SBI_HSM, 4, 0, 0, 0, 0), E(ERR_NOT_SUPPORTED));
	if (other == me)
		return;
	check("status of the other", call(SBI_HSM, 2, other, 0, 0, 0).value, SBI_HSM_STOPPED);
	check("start it nowhere", err(SBI_HSM, 0, other, 0, 0, 0), E(ERR_INVALID_ADDRESS));
	check("start it at an odd address", err(SBI_HSM, 0, other, entry + 1, 0, 0),
	        E(ERR_INVALID_ADDRESS));
	check("start it in a device", err(SBI_HSM, 0, other, 0x10000000, 0, 0),
	        E(ERR_INVALID_ADDRESS));
	check("start it past all memory", err(SBI_HSM, 0, other, ~1ull, 0, 0),
	        E(ERR_INVALID_ADDRESS));
	check("it is stopped as before", call(SBI_HSM, 2, other, 0, 0, 0).value,
	        SBI_HSM_STOPPED);
	check("start it in kshim", err(SBI_HSM, 0, other, 0x80200000, 0, 0),
	        E(ERR_INVALID_ADDRESS));
	run_second(other, 1);
	run_second(other, 2);
	interrupt_early(other, 3);
}

/* Start all others at once, the first thing of all, and see who comes, and with which a1. */
static void
check_starts(uint64_t harts)
{
	uint64_t end = csr_read(time) + 3000 * TICKS_MS;

	for (uint64_t h = 0; h < harts && h < PROBE_HARTS; h++) {
		if (h != me)
			err(SBI_HSM, 0, h, (uintptr_t)start_entry, OPAQUE + h, 0);
	}
	for (uint64_t h = 0; h < harts && h < PROBE_HARTS; h++) {
		while (h != me && !harts_arrived[h] && csr_read(time) < end)
			;
		if (h != me)
			check("a1 of a started hart", harts_arrived[h], OPAQUE + h);
	}
}

static void
take_letters(uint64_t hart)
{
	if (!(csr_read(sip) & SIP_SSIP))
		return;
	clear_ipi(); /* first: a letter that comes now has an interrupt of its own */
	letters_got[hart] += __atomic_exchange_n(&letters[hart], 0, __ATOMIC_ACQ_REL);
}

/*
 * Each hart sends letters to all others, each with an IPI, and now and then a fence; sleeps
 * until it has its own.
 */
void
storm_main(uint64_t hart, uint64_t harts)
{
	csr_write(sie, SIP_SSIP);
	for (unsigned i = 0; i < LETTERS; i++) {
		for (uint64_t to = 0; to < harts; to++) {
			if (to == hart)
				continue;
			__atomic_fetch_add(&letters[to], 1, __ATOMIC_ACQ_REL);
			err(SBI_IPI, 0, 1, to, 0, 0);
		}
		if (i % 16 == 0)
			err(SBI_RFENCE, i % 3, 0, ~0ull, 0x1000, 0x1000 * (i % 5));
		take_letters(hart);
	}
	while (letters_got[hart] < LETTERS * (harts - 1)) {
		__asm__ volatile("wfi");
		take_letters(hart);
	}
	csr_write(sie, 0);
}

static void
check_storm(uint64_t harts)
{
	uint64_t end = csr_read(time) + 20000 * TICKS_MS;

	for (uint64_t h = 0; h < harts && h < PROBE_HARTS; h++) {
		if (h != me)
			check("hart_start",
			        err(SBI_HSM, 0, h, (uintptr_t)storm_entry, harts, 0), 0);
	}
	storm_main(me, harts);
	end = csr_read(time) + 20000 * TICKS_MS;
	for (uint64_t h = 0; h < harts && h < PROBE_HARTS; h++) {
		while (letters_got[h] < LETTERS * (harts - 1) && csr_read(time) < end)
			;
		check("letters that came", letters_got[h], LETTERS * (harts - 1));
	}
}

static void
check_suspend(void)
{
	uint64_t got[2] = {0, 0};

	check("suspend of reserved type", err(SBI_HSM, 3, 1, 0, 0, 0), E(ERR_INVALID_PARAM));
	check("suspend of platform type", err(SBI_HSM, 3, 0x10000000, 0, 0, 0),
	        E(ERR_INVALID_PARAM));
	check("resume in kshim", err(SBI_HSM, 3, 0x80000000, 0x80200000, 0, 0),
	        E(ERR_INVALID_ADDRESS));
	check("resume at an odd address",
	        err(SBI_HSM, 3, 0x80000000, (uintptr_t)second_entry + 1, 0, 0),
	        E(ERR_INVALID_ADDRESS));
	check("suspend of retentive platform type", err(SBI_HSM, 3, 0x7fffffff, 0, 0, 0),
	        E(ERR_INVALID_PARAM));
	check("suspend of non-retentive platform type",
	        err(SBI_HSM, 3, 0x90000000, (uintptr_t)second_entry, 0, 0),
	        E(ERR_INVALID_PARAM));
	csr_write(sie, SIP_STIP);
	err(SBI_TIME, 0, csr_read(time) + 5 * TICKS_MS, 0, 0, 0);
	check("retentive suspend", err(SBI_HSM, 3, 0, 0, 0, 0), 0);
	err(SBI_TIME, 0, csr_read(time) + 5 * TICKS_MS, 0, 0, 0);
	check("non-retentive suspend", (uint64_t)suspend_and_resume(0x80000000, OPAQUE, got),
	        0);
	check("a0 after it", got[0], me);
	check("a1 after it", got[1], OPAQUE);
	csr_write(sie, 0);
	err(SBI_TIME, 0, ~0ull, 0, 0, 0);
}

static void
check_srst(void)
{
	check("reset of reserved type", err(SBI_SRST, 0, 3, 0, 0, 0), E(ERR_INVALID_PARAM));
	check("reset of vendor type", err(SBI_SRST, 0, 0xf0000000, 0, 0, 0),
	        E(ERR_INVALID_PARAM));
	check("reset for reserved reason", err(SBI_SRST, 0, 0, 2, 0, 0), E(ERR_INVALID_PARAM));
	check("reset for a vendor's reason", err(SBI_SRST, 0, 0, 0xe0000000, 0, 0),
	        E(ERR_INVALID_PARAM));
	check("SRST unknown function", err(SBI_SRST, 1, 0, 0, 0, 0), E(ERR_NOT_SUPPORTED));
}

static void
check_dbcn(void)
{
	static char text[] = "probe: by DBCN\r\n";
	uint64_t at = (uintptr_t)text;
	struct sbi_result r = call(SBI_DBCN, 0, sizeof(text) - 1, at, 0, 0);

	check("console write", (uint64_t)r.error, 0);
	check("how much of it", r.value, sizeof(text) - 1);
	check("write nothing", err(SBI_DBCN, 0, 0, at, 0, 0), 0);
	check("write from kshim", err(SBI_DBCN, 0, 16, 0x80200000, 0, 0), E(ERR_INVALID_PARAM));
	check("write from above", err(SBI_DBCN, 0, 16, at, 1, 0), E(ERR_INVALID_PARAM));
	check("write too much", err(SBI_DBCN, 0, ~0ull, at, 0, 0), E(ERR_INVALID_PARAM));
	check("write from a device", err(SBI_DBCN, 0, 1, 0x10000000, 0, 0),
	        E(ERR_INVALID_PARAM));
	check("write from kshim into ours", err(SBI_DBCN, 0, 16, 0x803ffff8, 0, 0),
	        E(ERR_INVALID_PARAM));
	check("write that wraps", err(SBI_DBCN, 0, 16, ~7ull, 0, 0), E(ERR_INVALID_PARAM));
	check("read from above", err(SBI_DBCN, 1, 16, at, ~0ull, 0), E(ERR_INVALID_PARAM));
	r = call(SBI_DBCN, 1, 4, at, 0, 0);
	check("console read", (uint64_t)r.error, 0);
	check("nothing was typed", r.value, 0);
	check("read to kshim", err(SBI_DBCN, 1, 16, 0x80200000, 0, 0), E(ERR_INVALID_PARAM));
	check("write_byte", err(SBI_DBCN, 2, '.', 0, 0, 0), 0);
	check("DBCN unknown function", err(SBI_DBCN, 3, 0, 0, 0, 0), E(ERR_NOT_SUPPORTED));
	check("legacy putchar", err(SBI_LEGACY_PUTCHAR, 0, '.', 0, 0, 0), 0);
	check("legacy getchar", err(SBI_LEGACY_GETCHAR, 0, 0, 0, 0, 0), ~0ull);
}

/* A legacy call: a0 is its answer, a1 is kept. */
static uint64_t
legacy(uint64_t extension, const void *mask, uint64_t a1, uint64_t a2, uint64_t a3)
{
	struct sbi_result r = call(extension, 77, (uintptr_t)mask, a1, a2, a3);

	check("a1 is kept", r.value, a1);
	return (uint64_t)r.error;
}

static void
check_legacy(uint64_t other)
{
	static uint64_t self, nobody = 1ull << 63, other_too;
	const void *nowhere = (const void *)0x80200000; /* kshim's */
	uint64_t soon = csr_read(time) + 20 * TICKS_MS;

	self = 1ull << me;
	other_too = self | 1ull << other;
	check("legacy set_timer", legacy(0, (const void *)soon, 1, 0, 0), 0);
	check("legacy timer fires", comes(SIP_STIP, 1000), 1);
	check("is on time", csr_read(time) >= soon, 1);
	check("legacy set_timer for ever", legacy(0, (const void *)~0ull, 2, 0, 0), 0);
	check("clears the interrupt", comes(SIP_STIP, 5), 0);
	check("legacy send_ipi", legacy(4, &self, 3, 0, 0), 0);
	check("arrives", comes(SIP_SSIP, 1000), 1);
	check("legacy clear_ipi", legacy(3, &self, 4, 0, 0), 0);
	check("is cleared", comes(SIP_SSIP, 2), 0);
	check("legacy send_ipi to all", legacy(4, NULL, 5, 0, 0), 0);
	check("arrives too", comes(SIP_SSIP, 1000), 1);
	legacy(3, NULL, 6, 0, 0);
	check("legacy send_ipi to nobody", legacy(4, &nobody, 7, 0, 0), E(ERR_INVALID_PARAM));
	check("mask in kshim", legacy(4, nowhere, 8, 0, 0), E(ERR_INVALID_ADDRESS));
	check("and no IPI came", comes(SIP_SSIP, 2), 0);
	check("legacy fence_i", legacy(5, &other_too, 9, 0, 0), 0);
	check("legacy sfence", legacy(6, &other_too, 0x1000, 0x1000, 0), 0);
	check("legacy sfence all", legacy(6, NULL, 0, ~0ull, 0), 0);
	check("legacy sfence that wraps", legacy(6, &self, ~0xfffull, 0x2000, 0),
	        E(ERR_INVALID_ADDRESS));
	check("legacy sfence_asid", legacy(7, &other_too, 0x1000, 0x1000, 1), 0);
	check("fence by a mask in kshim", legacy(5, nowhere, 10, 0, 0), E(ERR_INVALID_ADDRESS));
}

/* A register of QEMU's PLIC; contexts are M and S of each hart in turn. */
static volatile uint32_t *
plic(uint64_t off)
{
	return (volatile uint32_t *)(0xc000000 + off);
}

static void
check_plic_contexts(void)
{
	uint64_t mine = 2 * me + 1, theirs = 2 * me;

	*plic(4 * UART_IRQ) = 3;
	check("PLIC priority", *plic(4 * UART_IRQ), 3);
	*plic(0x2000 + 0x80 * mine) = 1u << UART_IRQ;
	check("PLIC enable", *plic(0x2000 + 0x80 * mine), 1u << UART_IRQ);
	*plic(0x2000 + 0x80 * theirs) = 1u << UART_IRQ;
	check("PLIC enable of M-mode", *plic(0x2000 + 0x80 * theirs), 0);
	*plic(0x200000 + 0x1000 * mine) = 2;
	check("PLIC threshold", *plic(0x200000 + 0x1000 * mine), 2);
	*plic(0x200000 + 0x1000 * theirs) = 2;
	check("PLIC threshold of M-mode", *plic(0x200000 + 0x1000 * theirs), 0);
	check("PLIC claim of nothing", *plic(0x200004 + 0x1000 * mine), 0);
}

/*
 * The UART says that it can send: an interrupt that lasts until it is told to be quiet. Nothing
 * is printed meanwhile, because each byte sent is another interrupt.
 */
static void
check_interrupt(void)
{
	volatile uint8_t *uart = (volatile uint8_t *)0x10000000;
	volatile uint32_t *claim = plic(0x200004 + 0x1000 * (2 * me + 1));
	bool before = comes(SIP_SEIP, 2), first, unclaimed, claimed, after, again;
	uint32_t number, second;

	uart[1] = 2; /* interrupt when the transmitter is empty */
	first = comes(SIP_SEIP, 1000);
	unclaimed = comes(SIP_SEIP, 1000);
	number = *claim;
	claimed = comes(SIP_SEIP, 2);
	uart[1] = 0;
	*claim = number;
	after = comes(SIP_SEIP, 2);
	uart[1] = 2;
	again = comes(SIP_SEIP, 1000);
	uart[1] = 0;
	second = *claim;
	*claim = second;
	check("no external interrupt at first", before, 0);
	check("the UART's interrupt comes", first, 1);
	check("and stays, unclaimed", unclaimed, 1);
	check("its number", number, UART_IRQ);
	check("claimed, it is silent", claimed, 0);
	check("completed, it is over", after, 0);
	check("it comes once more", again, 1);
	check("its number then", second, UART_IRQ);
	check("nothing is left to claim", *claim, 0);
	check("no interrupt is left", comes(SIP_SEIP, 2), 0);
}

static void
check_state(void)
{
	check("satp on entry", entry_satp[0], 0);
	check("sstatus.SIE on entry", entry_satp[1] & SIE, 0);
	check("a hypervisor's register is illegal", read_hgatp(), 2);
}

static _Noreturn void
verdict(void)
{
	put(failures ? "probe: FAIL\r\n" : "probe: PASS\r\n");
	call(SBI_SRST, 0, 0, 0, 0, 0);
	for (;;)
		;
}

/* Where everything is, for a comparison with `kshim plan`. */
static void
say_where(uint64_t tree, const struct fdt *fdt)
{
	uint32_t chosen = fdt_child(fdt, 0, "chosen");
	struct span start, end;

	put("probe: kernel is at ");
	put_hex((uintptr_t)probe_start);
	put("\r\nprobe: tree is at ");
	put_hex(tree);
	if (fdt_prop(fdt, chosen, "linux,initrd-start", &start) &&
	        fdt_prop(fdt, chosen, "linux,initrd-end", &end)) {
		put("\r\nprobe: initrd is at ");
		put_hex(span_cells(start, 0, (uint32_t)(start.size / 4)));
		put("\r\nprobe: initrd ends at ");
		put_hex(span_cells(end, 0, (uint32_t)(end.size / 4)));
	}
	put("\r\n");
}

static void
access(struct span how, uint64_t at)
{
	put("probe: about to\r\n");
	if (span_is(how, 0, "load", 4))
		put_hex(*(volatile uint32_t *)at);
	else if (span_is(how, 0, "store", 5))
		*(volatile uint32_t *)at = 0x5a5a5a5a;
	else
		((void (*)(void))at)();
	put(" probe: survived\r\n");
}

/* The command line of the device tree. */
static struct cmdline
command_line(const struct fdt *fdt, char *buf, size_t size)
{
	struct cmdline line = cmdline_init(buf, size);
	struct refusal why;
	struct span v;

	if (fdt_prop(fdt, fdt_child(fdt, 0, "chosen"), "bootargs", &v))
		cmdline_append(&line, v, &why);
	return line;
}

void
probe_main(uint64_t hart, uint64_t tree)
{
	static char buf[1024];
	const uint8_t *blob = (const uint8_t *)tree;
	struct span all = {blob, fdt_total_size((struct span){blob, 40})};
	struct cmdline line;
	struct refusal why;
	struct fdt fdt;
	struct span how = {NULL, 0}, text;
	uint64_t at = 0, harts = 1, fwft = 0;

	me = hart;
	check("its device tree", fdt_open(all, &fdt, &why), 0);
	line = command_line(&fdt, buf, sizeof(buf));
	if (cmdline_value(&line, "harts=", &text))
		cmdline_number(text, &harts);
	if (cmdline_value(&line, "at=", &text))
		cmdline_number(text, &at);
	if (cmdline_value(&line, "fwft=", &text))
		cmdline_number(text, &fwft);
	if (cmdline_value(&line, "probe=", &how) && span_is(how, 0, "start", 5)) {
		check_starts(harts);
		verdict();
	}
	if (how.size && span_is(how, 0, "where", 5)) {
		say_where(tree, &fdt);
		verdict();
	}
	if (how.size && span_is(how, 0, "seed", 4)) {
		check_seed(&fdt, at);
		verdict();
	}
	if (how.size && span_is(how, 0, "legacy", 6)) {
		check("legacy set_timer", err(0, 0, 0, 0, 0, 0), 0);
		check("fires", comes(SIP_STIP, 1000), 1);
		put(failures ? "probe: FAIL\r\n" : "probe: PASS\r\n");
		err(SBI_LEGACY_SHUTDOWN, 0, 0, 0, 0, 0);
		put("probe: not ok: legacy shutdown came back\r\n");
	}
	if (how.size && span_is(how, 0, "storm", 5)) {
		check_storm(harts);
		verdict();
	}
	if (how.size && !span_is(how, 0, "sbi", 3)) {
		access(how, at);
		failures = 1;
		verdict();
	}
	check("has a command line", how.size != 0, 1);
	check_state();
	check_base();
	check_time();
	check_ipi();
	check_rfence();
	check_hart_start(harts > 1 ? !hart : hart);
	check_suspend();
	check_srst();
	check_dbcn();
	check_legacy(harts > 1 ? !hart : hart);
	check_fwft(fwft);
	check_plic_contexts();
	check_interrupt();
	verdict();
}
