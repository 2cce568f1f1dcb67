/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --dump-handoff: what the kernel finds at its first instruction, as JSON.
 *
 * The same format on every path, so that two dumps can be compared field by field
 * (`kshim diff-handoff`). Numbers are strings in hexadecimal. tools/README.md describes it.
 */
#ifndef RUN_DUMP_H
#define RUN_DUMP_H

#include <json-c/json.h>

#include "tools/run/machine.h"

/* Write the boot CPU's state and the guest's memory to `path`; false with errno. */
bool dump_handoff(const struct machine *m, const char *path);

/* Parts of it, in the files of their own. */
json_object *dump_zero_page(const struct memory *mem, uint64_t addr);
json_object *dump_start_info(const struct memory *mem, uint64_t addr);

/* Helpers that these share. */
json_object *dump_hex(uint64_t value);
void dump_add_hex(json_object *to, const char *name, uint64_t value);
json_object *dump_text(const struct memory *mem, uint64_t addr, uint64_t max);
/* A blob by length and CRC-32; null if it is not in memory. */
json_object *dump_blob(const struct memory *mem, uint64_t addr, uint64_t len);
json_object *dump_map_entry(uint64_t addr, uint64_t len, uint32_t type);

#endif
