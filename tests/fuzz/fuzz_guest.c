/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as exits of a RISC-V guest's hart: SBI calls, accesses to the PLIC, interrupts, on
 * a hart and a firmware of our own. No address outside of the guest's memory is touched, no
 * hart but the guest's is named to the firmware, no context of a PLIC but the guest's is
 * reached, and the hypervisor's own registers stay as they were.
 */
#include "tests/fuzz/fuzz.h"

#include <setjmp.h>
#include <sys/mman.h>

#include "riscv/base/console.h"
#include "riscv/base/csr.h"
#include "riscv/base/die.h"
#include "riscv/base/sbi.h"
#include "riscv/guest/guest_hart.h"
#include "riscv/guest/guest_state.h"
#include "riscv/guest/plic.h"

#include "riscv/guest/trap.c"

#include "riscv/guest/plic.c"

#define RAM       0x4000u /* bytes of the guest's memory; a page is between its two halves */
#define HOLE      0x2000u
#define HOLE_LEN  0x1000u
#define PLIC_LEN  0x400000u
#define HARTS     3
#define FIRST     5 /* hart IDs are FIRST to FIRST + HARTS - 1, but for the one without H */
#define WITHOUT_H (FIRST + 1)

static struct guest guest;
static struct memmap map;
static uint8_t *ram, *plic_registers;
static uint64_t csr[0x1000];
static struct feed acts; /* what hart and firmware answer */
static jmp_buf end;      /* of the machine */

const uint8_t hart_entry[1];

/* ---------------------------------------------------------------- the hart */

/* Those that a guest may be the reason to change. */
static bool
is_guests_csr(unsigned number)
{
	return number == CSR_HVIP || number == CSR_SIE || number == CSR_SIP ||
	       number == CSR_HENVCFG || number == CSR_VSTIMECMP || number == CSR_VSSTATUS ||
	       number == CSR_VSEPC || number == CSR_VSCAUSE || number == CSR_VSTVAL ||
	       number == CSR_VSATP;
}

uint64_t
csr_read(unsigned number)
{
	REQUIRE(number < sizeof(csr) / sizeof(csr[0]));
	return number == CSR_SIP ? feed_number(&acts, 1) << 2 : csr[number];
}

void
csr_write(unsigned number, uint64_t value)
{
	REQUIRE(is_guests_csr(number));
	if (number == CSR_HENVCFG) /* the bits that the hypervisor decides once */
		REQUIRE((value & ENVCFG_STCE) == (csr[CSR_HENVCFG] & ENVCFG_STCE));
	csr[number] = value;
}

void
csr_set(unsigned number, uint64_t bits)
{
	csr_write(number, csr[number] | bits);
}

void
csr_clear(unsigned number, uint64_t bits)
{
	csr_write(number, csr[number] & ~bits);
}

void
hfence_vvma(void)
{
}

void
hfence_gvma(void)
{
}

void
fence_i(void)
{
}

void
fence_all(void)
{
}

void
wait_for_interrupt(void)
{
}

void
vcpu_run(struct vcpu *v)
{
	(void)v;
}

bool
vcpu_fetch16(uint64_t addr, uint64_t *ret_half)
{
	(void)addr;
	*ret_half = feed_number(&acts, 2);
	return *ret_half != 0;
}

bool
vcpu_load64(uint64_t addr, uint64_t *ret_value)
{
	(void)addr;
	*ret_value = feed_number(&acts, 2);
	return *ret_value != 0;
}

bool
csr_has_vstimecmp(void)
{
	return guest.sstc;
}

bool
csr_write_hstateen0(uint64_t value)
{
	(void)value;
	return true;
}

/* ---------------------------------------------------------------- the firmware */

static bool
is_guests_hart(uint64_t hart)
{
	return hart >= FIRST && hart < FIRST + HARTS && hart != WITHOUT_H;
}

/* A mask that names no hart but the guest's; all of them, in which OpenSBI has its own idea. */
static void
check_mask(uint64_t bits, uint64_t base)
{
	for (unsigned i = 0; base != UINT64_MAX && i < 64; i++) {
		if (bits >> i & 1)
			REQUIRE(is_guests_hart(base + i));
	}
}

struct sbi_result
sbi_call(uint64_t extension, uint64_t function, struct sbi_args args)
{
	struct sbi_result r = {(int8_t)feed_number(&acts, 1), feed_number(&acts, 1)};

	if (extension == SBI_IPI || extension == SBI_RFENCE)
		check_mask(args.a[0], args.a[1]);
	if (extension == SBI_RFENCE)
		REQUIRE(function == SBI_RFENCE_FENCE_I || function == SBI_RFENCE_HVVMA ||
		        function == SBI_RFENCE_HVVMA_ASID);
	if (extension == SBI_HSM && function <= SBI_HSM_GET_STATUS && function != SBI_HSM_STOP)
		REQUIRE(is_guests_hart(args.a[0]));
	if (extension == SBI_HSM && function == SBI_HSM_START)
		REQUIRE(args.a[1] == (uintptr_t)hart_entry &&
		        args.a[2] == (uintptr_t)guest_vcpu(&guest, args.a[0]));
	REQUIRE(extension != SBI_DBCN && extension != SBI_LEGACY_PUTCHAR);
	return r;
}

void
console_byte(uint8_t c)
{
	(void)c;
}

int
console_read(void)
{
	return (int)feed_number(&acts, 1) - 1;
}

void
console_line(const char *text)
{
	REQUIRE(strlen(text) < LINE);
}

_Noreturn void
die(const struct refusal *why)
{
	REQUIRE(why->code == REFUSAL_GUEST_FAULT);
	longjmp(end, 1);
}

/* ---------------------------------------------------------------- the exits */

static void
make_guest(struct feed *f)
{
	static const uint64_t ids[] = {FIRST, FIRST + 2};
	struct refusal why;

	if (!ram) {
		ram = mmap(
		        NULL, RAM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		plic_registers = mmap(NULL, PLIC_LEN, PROT_READ | PROT_WRITE,
		        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		REQUIRE(ram != MAP_FAILED && plic_registers != MAP_FAILED);
		REQUIRE(!mprotect(ram + HOLE, HOLE_LEN, PROT_NONE));
	}
	memset(&guest, 0, sizeof(guest));
	map.count = 0;
	REQUIRE(!memmap_add(&map, (uintptr_t)ram, HOLE, MEM_RAM, &why));
	REQUIRE(!memmap_add(
	        &map, (uintptr_t)ram + HOLE + HOLE_LEN, RAM - HOLE - HOLE_LEN, MEM_RAM, &why));
	guest.map = &map;
	guest.sstc = feed_number(f, 1) & 1;
	for (guest.harts = 0; guest.harts < sizeof(ids) / sizeof(ids[0]); guest.harts++)
		guest.vcpu[guest.harts] =
		        (struct vcpu){.hart = ids[guest.harts], .guest = &guest};
	plics = 1;
	plic[0] = (struct plic){.reg = {(uintptr_t)plic_registers, PLIC_LEN}};
	for (unsigned c = 0; c < 2 * HARTS; c++) {
		plic[0].hart[c] = FIRST + c / 2;
		plic[0].ours[c] = c % 2 && is_guests_hart(FIRST + c / 2);
	}
	memset(csr, 0, sizeof(csr));
	csr[CSR_HENVCFG] = guest.sstc ? ENVCFG_STCE : 0;
}

/* A number as guests give them: a byte, all ones, an address of theirs, or any. */
static uint64_t
any_number(struct feed *f)
{
	uint64_t kind = feed_number(f, 1);

	switch (kind >> 5) {
	case 0:
		return UINT64_MAX - (kind & 31);
	case 1:
		return (uintptr_t)ram + feed_number(f, 2) % RAM;
	case 2:
		return feed_number(f, 8);
	case 3:
		return 1ull << feed_number(f, 1) % 64;
	default:
		return kind & 31;
	}
}

static void
call(struct vcpu *v, struct feed *f)
{
	static const uint64_t extensions[] = {SBI_BASE, SBI_TIME, SBI_IPI, SBI_RFENCE, SBI_HSM,
	        SBI_SRST, SBI_DBCN, SBI_FWFT, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
	uint64_t sepc = v->sepc;

	v->scause = CAUSE_VS_ECALL;
	v->x[17] = extensions[feed_number(f, 1) % (sizeof(extensions) / sizeof(extensions[0]))];
	v->x[16] = feed_number(f, 1) % 8;
	for (unsigned i = 10; i < 15; i++)
		v->x[i] = any_number(f);
	guest_exit_handle(v);
	REQUIRE(v->sepc == sepc + 4 || (v->x[17] == 0 && v->x[10] == v->hart)); /* or resumed */
}

/* The register's words of the PLIC that are no hart's of the guest's stay as they are. */
static void
access_plic(struct vcpu *v, struct feed *f)
{
	uint64_t where = feed_number(f, 3) % PLIC_LEN, hart;
	uint64_t address = (uintptr_t)plic_registers + where;
	uint32_t *word = (uint32_t *)(uintptr_t)align_down(address, 4), before = *word;
	bool may = is_guests(&plic[0], where, &hart);

	v->scause = feed_number(f, 1) & 1 ? CAUSE_GUEST_STORE_PAGE : CAUSE_GUEST_LOAD_PAGE;
	v->htval = address >> 2;
	v->stval = address & 3;
	v->htinst = feed_number(f, 4);
	v->x[11] = feed_number(f, 4);
	guest_exit_handle(v);
	REQUIRE(!hart || hart == UINT64_MAX || is_guests_hart(hart));
	REQUIRE(may || *word == before);
}

static void
other_exit(struct vcpu *v, struct feed *f)
{
	uint64_t what = feed_number(f, 1);

	v->scause = what & 0x80 ? CAUSE_INTERRUPT | (what & 15) : what & 31;
	v->stval = any_number(f);
	v->htval = v->stval >> 2;
	guest_exit_handle(v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = {data, size};
	struct span answers;
	struct vcpu *v;

	make_guest(&f);
	answers = feed_span(&f, feed_number(&f, 1));
	acts = (struct feed){answers.base, (size_t)answers.size};
	if (setjmp(end))
		return 0;
	while (f.size) {
		uint64_t what = feed_number(&f, 1);

		v = &guest.vcpu[what & 1];
		if (what & 0x80)
			call(v, &f);
		else if (what & 0x40)
			access_plic(v, &f);
		else
			other_exit(v, &f);
		REQUIRE(v->guest == &guest && is_guests_hart(v->hart));
	}
	return 0;
}
