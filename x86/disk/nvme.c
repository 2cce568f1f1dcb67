/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts an NVMe controller (NVM Express Base 1.4, 3.1, 7.6.1), makes commands, stops it.
 *
 * Queues have two entries, the fewest that there can be: a command is made when the one before
 * is complete. A controller that does not answer within PATIENCE, or says that it failed, is
 * disabled at once, because it would write to the buffers later, when they are something else.
 */
#include "x86/disk/nvme.h"
#include "stub/base/bytes.h"
#include "x86/boot/reach.h"
#include "x86/cpu/cpu.h"
#include "x86/disk/patience.h"

enum {
	CAP = 0x00,
	CC = 0x14,
	CSTS = 0x1c,
	AQA = 0x24,
	ASQ = 0x28,
	ACQ = 0x30,
	DOORBELLS = 0x1000
};

#define ENTRIES      2u /* of a queue; registers and commands have one less */
#define CC_ENABLE    1u
#define CC_SIZES     (6u << 16 | 4u << 20) /* entries of 64 and 16 bytes */
#define CSTS_READY   1u
#define CSTS_FATAL   2u
#define HALF_SECOND  (5ull << 29) /* ticks: at 5.4 GHz */
#define CONTIGUOUS   1u
#define MDTS         77 /* offset in what Identify says of the controller */
#define MOST_SHIFT   9  /* what a list in one page describes, in pages */
#define STATUS_CODE  0x7ffu
#define QUEUE_NUMBER 1u /* of the I/O queue */

enum { CREATE_SUBMISSION = 1, CREATE_COMPLETION = 5, IDENTIFY = 6, OF_CONTROLLER = 1 };

_Static_assert(sizeof(struct nvme_command) == 64, "4.2");
_Static_assert(sizeof(struct nvme_completion) == 16, "4.6");
_Static_assert(sizeof(struct nvme_memory) == 5 * NVME_PAGE, "each member is a page");

static volatile uint32_t *
reg(const struct nvme *n, uint32_t off)
{
	return (volatile uint32_t *)(n->registers + off);
}

static void
set_address(struct nvme *n, uint32_t off, const void *p)
{
	uint64_t addr = (uintptr_t)p;

	*reg(n, off) = (uint32_t)addr;
	*reg(n, off + 4) = (uint32_t)(addr >> 32);
}

/* Wait until the controller is ready or not; a fault ends only the wait for its being ready. */
static bool
wait_ready(const struct nvme *n, uint32_t wanted)
{
	uint64_t start = cpu_ticks();

	for (;;) {
		uint32_t status = *reg(n, CSTS);

		if (wanted && status & CSTS_FATAL)
			return false;
		if ((status & CSTS_READY) == wanted)
			return true;
		if (cpu_ticks() - start > n->patience)
			return false;
		cpu_pause();
	}
}

static bool
disable(struct nvme *n)
{
	*reg(n, CC) = 0;
	return wait_ready(n, 0);
}

/* What the controller can do: 3.1.1. */
static bool
take_capabilities(struct nvme *n, const char **ret_what)
{
	uint32_t low = *reg(n, CAP), high = *reg(n, CAP + 4);
	struct refusal ignored;

	n->doorbell_step = 4u << (high & 0xf);
	n->patience = (low >> 24) * HALF_SECOND;
	if (n->patience < PATIENCE)
		n->patience = PATIENCE;
	*ret_what = "has doorbells that cannot be reached";
	if (reach("NVMe doorbells", (uintptr_t)n->registers + DOORBELLS,
	            2 * NVME_QUEUES * n->doorbell_step, &ignored))
		return false;
	*ret_what = "has no NVM command set";
	if (!(high >> 5 & 1))
		return false;
	*ret_what = "wants memory pages larger than 4096 bytes";
	return !(high >> 16 & 0xf);
}

static bool
enable(struct nvme *n)
{
	*reg(n, AQA) = (ENTRIES - 1) << 16 | (ENTRIES - 1);
	set_address(n, ASQ, n->memory->submission[NVME_ADMIN]);
	set_address(n, ACQ, n->memory->completion[NVME_ADMIN]);
	*reg(n, CC) = CC_SIZES | CC_ENABLE;
	return wait_ready(n, CSTS_READY);
}

/* 5.3, 5.4 */
static bool
create_queue(struct nvme *n, uint8_t opcode, const void *at, uint32_t flags)
{
	struct nvme_command c = {.opcode = opcode,
	        .prp1 = (uintptr_t)at,
	        .dword10 = (ENTRIES - 1) << 16 | QUEUE_NUMBER,
	        .dword11 = flags};

	return nvme_command(n, NVME_ADMIN, &c);
}

/* The most that a command may carry: 2 to the power of MDTS pages, 0 for any number. */
static void
take_limits(struct nvme *n)
{
	uint8_t shift = n->memory->data.bytes[MDTS];

	n->most = NVME_PAGE << (shift && shift < MOST_SHIFT ? shift : MOST_SHIFT);
}

bool
nvme_start(struct nvme *n, const char **ret_what)
{
	struct nvme_memory *m = n->memory;

	if (!take_capabilities(n, ret_what))
		return false;
	*ret_what = "is enabled and cannot be disabled";
	if (!disable(n))
		return false;
	memset(m, 0, sizeof(*m));
	*ret_what = "does not become ready, or reports a fatal fault";
	if (!enable(n))
		return false;
	*ret_what = "does not identify itself";
	if (!nvme_identify(n, OF_CONTROLLER, 0))
		return false;
	take_limits(n);
	*ret_what = "has no queue for requests";
	n->ready = create_queue(n, CREATE_COMPLETION, m->completion[NVME_IO], CONTIGUOUS) &&
	           create_queue(n, CREATE_SUBMISSION, m->submission[NVME_IO],
	                   QUEUE_NUMBER << 16 | CONTIGUOUS);
	return n->ready;
}

bool
nvme_identify(struct nvme *n, uint32_t what, uint32_t namespace)
{
	struct nvme_command c = {.opcode = IDENTIFY,
	        .namespace = namespace,
	        .prp1 = (uintptr_t)&n->memory->data,
	        .dword10 = what};

	return nvme_command(n, NVME_ADMIN, &c);
}

/* 3.1.24, 3.1.25: a queue's two doorbells, that of its completions second. */
static void
ring(struct nvme *n, enum nvme_queue queue, uint32_t completions)
{
	*reg(n, DOORBELLS + (2 * queue + completions) * n->doorbell_step) =
	        n->issued[queue] % ENTRIES;
}

/* Is there a completion at `c`? Each round through the queue has the other phase. */
static bool
wait_complete(const struct nvme *n, const volatile struct nvme_completion *c, uint16_t phase)
{
	uint64_t start = cpu_ticks();

	while ((c->status & 1) != phase) {
		if (*reg(n, CSTS) & CSTS_FATAL || cpu_ticks() - start > PATIENCE)
			return false;
		cpu_pause();
	}
	cpu_fence(); /* the rest of it, and the data, behind the phase */
	return true;
}

bool
nvme_command(struct nvme *n, enum nvme_queue queue, struct nvme_command *command)
{
	uint32_t number = n->issued[queue], at = number % ENTRIES;
	const volatile struct nvme_completion *c = &n->memory->completion[queue][at];

	if (n->silent)
		return false;
	command->id = (uint16_t)number;
	n->memory->submission[queue][at] = *command;
	n->issued[queue]++;
	cpu_fence(); /* the command before the doorbell */
	ring(n, queue, 0);
	n->silent = !wait_complete(n, c, !(number / ENTRIES & 1)) || c->id != command->id;
	if (n->silent) {
		disable(n);
		return false;
	}
	ring(n, queue, 1);
	return !(c->status >> 1 & STATUS_CODE);
}

void
nvme_stop(struct nvme *n)
{
	disable(n);
}
