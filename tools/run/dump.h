/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --dump-handoff: what the kernel finds at its first instruction, as JSON.
 *
 * The same format on every path, so that two dumps can be compared field by field
 * (`kshim diff-handoff`). Numbers are strings in hexadecimal. tools/README.md describes it.
 */
#ifndef RUN_DUMP_H
#define RUN_DUMP_H

#include "tools/json_new.h"

#include "tools/run/machine.h"

#define DUMP_ENTRIES 4096 /* of all lists together */
#define DUMP_CHUNK   MIB  /* bytes read between looks at the clock */

/* A dump being made. What it reads may be hostile, so that it is bounded. */
struct dump {
	const struct memory *mem;
	struct ending *ending;
	uint64_t bytes;   /* that may still be read for sums: as many as there are */
	uint32_t entries; /* that lists may still get */
	bool cut;         /* there was more */
};

/*
 * Open the file for the dump, before the jail closes all paths; it keeps what it holds until
 * the dump is written. -1 for a `path` of NULL. STATUS_GO_ON, or a sentence and its status.
 */
int dump_open(const char *path, int *ret_fd);

/*
 * Write the boot CPU's state and the guest's memory to that file. NULL, or what failed, with
 * errno; or if the run has ended in the meantime.
 */
const char *dump_handoff(struct machine *m);

/*
 * What that file gets: the boot CPU's state, and what it leads to in memory. All of it may be
 * hostile.
 */
json_object *dump_state(struct dump *d, bool direct, const struct kvm_regs *regs,
        const struct kvm_sregs *sregs);

/* Parts of it, in the files of their own. */
json_object *dump_zero_page(struct dump *d, uint64_t addr);
json_object *dump_start_info(struct dump *d, uint64_t addr);

/* May a list get one entry more? */
bool dump_entry(struct dump *d);

/* The next bytes to read of `len` at `addr`, at most DUMP_CHUNK; NULL: that is enough. */
const uint8_t *dump_chunk(struct dump *d, uint64_t addr, uint64_t len, uint64_t *ret_len);

/* Helpers that these share. */
json_object *dump_hex(uint64_t value);
void dump_add_hex(json_object *to, const char *name, uint64_t value);
/* The text up to its NUL, or {"bytes": HEX} of what is no UTF-8; NULL: it is not in memory. */
json_object *dump_text(const struct memory *mem, uint64_t addr, uint64_t max);
/* A blob by length and CRC-32; null if it is not in memory, or too much was read before. */
json_object *dump_blob(struct dump *d, uint64_t addr, uint64_t len);
json_object *dump_map_entry(uint64_t addr, uint64_t len, uint32_t type);

#endif
