/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lays the other harts to sleep in the firmware before a direct boot.
 *
 * SBI specification 2.0, chapter 9 (HSM). OpenSBI before 1.3 lets a hart go before it has
 * written where to, and its harts don't sleep as they wait for that: the interrupt that ended
 * the cold boot is still pending, so wfi falls through. Once in some hundred starts a hart then
 * comes to where the start before sent it, and Linux never sees it. One journey into kshim and
 * back clears that interrupt: from then on a hart wakes only by the one that the firmware sends
 * when all is written.
 */
#include "riscv/boot/harts.h"
#include "riscv/base/sbi.h"

#define OPENSBI        1
#define OPENSBI_1_3    (1u << 16 | 3)
#define PATIENCE_MS    1000
#define FALL_ASLEEP_MS 10 /* from "stopped" to wfi; what a busy host needs at the most */

extern const uint8_t hart_entry[]; /* head.S */

/* A hart that comes to head.S while it stands here waits there; UINT64_MAX: no hart. */
uint64_t hart_on_its_way = UINT64_MAX;

static bool
starts_too_early(void)
{
	return sbi_call1(SBI_BASE, SBI_BASE_IMPL_ID, 0).value == OPENSBI &&
	       sbi_call1(SBI_BASE, SBI_BASE_IMPL_VERSION, 0).value < OPENSBI_1_3 &&
	       sbi_call1(SBI_BASE, SBI_BASE_PROBE, SBI_HSM).value;
}

static uint64_t
now(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks) : : "memory");
	return ticks;
}

static bool
is_stopped(uint64_t hart)
{
	struct sbi_result r = sbi_call1(SBI_HSM, SBI_HSM_GET_STATUS, hart);

	return !r.error && r.value == SBI_HSM_STOPPED;
}

/*
 * There and back. It may only go back when the firmware is done with starting it, which
 * the return of the call says: the interrupt that this sends last must meet it in S-mode.
 */
static bool
send_round(uint64_t hart, uint64_t patience)
{
	struct sbi_args to = {{hart, (uintptr_t)hart_entry, 0}};
	uint64_t began = now();
	int64_t error;

	__atomic_store_n(&hart_on_its_way, hart, __ATOMIC_SEQ_CST);
	error = sbi_call(SBI_HSM, SBI_HSM_START, to).error;
	__atomic_store_n(&hart_on_its_way, UINT64_MAX, __ATOMIC_SEQ_CST);
	while (!error && !is_stopped(hart) && now() - began < patience)
		;
	return !error;
}

void
harts_lay_to_sleep(const struct riscv_machine *machine, uint64_t self)
{
	uint64_t ms = machine->timebase / 1000, began;
	bool any = false;

	if (!starts_too_early())
		return;
	for (uint32_t i = 0; i < machine->harts; i++) {
		uint64_t hart = machine->hart[i].id;

		if (hart != self && is_stopped(hart))
			any |= send_round(hart, PATIENCE_MS * ms);
	}
	began = now();
	while (any && now() - began < FALL_ASLEEP_MS * ms)
		;
}
