/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An NVMe controller as far as reading a disk needs one (NVM Express Base 1.4): the admin queue
 * and one I/O queue, one command at a time, polled.
 *
 * Its namespaces are disks. The controller is left disabled, as after a reset.
 */
#ifndef KSHIM_X86_NVME_H
#define KSHIM_X86_NVME_H

#include <stdbool.h>
#include <stdint.h>

#define NVME_PAGE      4096u   /* bytes of the controller's pages of memory */
#define NVME_REGISTERS 0x4000u /* bytes of them, at the least, with doorbells (PCIe: 3.1) */

/* 4.2: a command, with what is used here. */
struct nvme_command {
	uint8_t opcode, flags;
	uint16_t id;
	uint32_t namespace;
	uint64_t reserved, metadata;
	uint64_t prp1, prp2; /* where its data lies: the first page, and the second or a list */
	uint32_t dword10, dword11, dword12, dword13, dword14, dword15;
};

/* 4.6 */
struct nvme_completion {
	uint32_t result, reserved;
	uint16_t submission_head, submission_queue, id;
	uint16_t status; /* bit 0: the phase */
};

enum nvme_queue { NVME_ADMIN, NVME_IO, NVME_QUEUES };

/* What the controller reads and writes; each member begins a page. */
struct nvme_memory {
	struct nvme_command submission[NVME_QUEUES][NVME_PAGE / sizeof(struct nvme_command)];
	struct nvme_completion completion[NVME_QUEUES]
	                                 [NVME_PAGE / sizeof(struct nvme_completion)];
	union {
		uint64_t prp[NVME_PAGE / sizeof(uint64_t)];
		uint8_t bytes[NVME_PAGE];
	} data;
} __attribute__((aligned(4096)));

struct nvme {
	volatile uint8_t *registers; /* NULL: there are none */
	struct nvme_memory *memory;
	uint32_t doorbell_step;       /* bytes */
	uint32_t most;                /* bytes of a command */
	uint64_t patience;            /* ticks in which it must become ready */
	uint32_t issued[NVME_QUEUES]; /* commands so far */
	bool silent;                  /* it did not answer once: it is not asked again */
	bool ready;                   /* it was started: what fails then is a namespace */
};

/*
 * Start the controller and make its queues, whatever state it is in. *ret_what is what is wrong
 * with it, in words, if it is false.
 */
bool nvme_start(struct nvme *n, const char **ret_what);

/*
 * 5.15: 4096 bytes about a namespace or the controller, to memory->data; `what` is the
 * structure's number (CNS).
 */
bool nvme_identify(struct nvme *n, uint32_t what, uint32_t namespace);

/* Make the I/O queue's next command; prp1 and prp2 are set. False if it fails. */
bool nvme_command(struct nvme *n, enum nvme_queue queue, struct nvme_command *command);

/* Leave the controller disabled. */
void nvme_stop(struct nvme *n);

#endif
