/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included before every C file of kshim.rom (tools/build/env.mk): what hardly any boot
 * runs that reaches its kernel. The compiler keeps it out of line and lays out the branches to
 * it behind the others, so that the rest saves and moves less. The core does not know of this.
 */
#ifndef KSHIM_X86_COLD_H
#define KSHIM_X86_COLD_H

#include "stub/disk/boot_choice.h"
#include "stub/plan/planner.h"
#include "stub/probe/facts.h"

#define COLD __attribute__((cold, noinline))

COLD enum refusal_code refuse(struct refusal *why, enum refusal_code code, uint64_t where,
        uint64_t found, uint64_t wanted);
COLD enum refusal_code memmap_squeeze(
        struct memmap *map, uint32_t limit, struct refusal *ret_why);
COLD uint64_t space_largest(const struct planner *p, const struct space_query *q);
COLD enum refusal_code elf_probe(
        const struct image *im, struct facts *ret_facts, struct refusal *ret_why);
COLD enum linux_evidence linux_evidence_in(const struct span *part, uint32_t parts);
COLD enum refusal_code other_probe(const struct image *im, struct refusal *ret_why);
COLD void boot_choice_count(struct boot_choice *choice, choice_watcher *watcher, void *context);
COLD const char *boot_list_count(
        struct boot_list *list, const struct boot_entry *e, char ret_tail[BLS_TAIL]);
COLD const char *fat_rename(struct fat *fs, const struct fs_node *folder, struct span name,
        uint32_t cut, struct span tail, bool *ret_no_room);
COLD bool volume_write(
        const struct volume *v, const struct volume_change *change, uint32_t count);

#endif
