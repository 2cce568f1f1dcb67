/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of `kshim check` for one file: identify, facts, unpack, verdicts, launchers.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "tools/budget.h"
#include "tools/check/report.h"

/*
 * All there is to say of `bytes`, which must outlive the report, as must the name. What is
 * inside is unpacked up to `limit` bytes in all.
 */
struct report *check_bytes(const char *name, struct span bytes, uint64_t limit);

/* The same without advice, of a file on the disk image `outer`, in whose arena it is. */
struct report *check_inside(
        struct report *outer, const char *name, struct span bytes, uint64_t limit);

/* The parts, in this order; each adds to the report. */
void identify(struct report *r);
/* What an ELF without an entry that kshim knows is by its notes; after facts_elf(). */
void identify_by_notes(struct report *r);
/* `why` behind "PATH: ", if it starts so. */
const char *without_path(const char *why, const char *path);
void verdicts_elf(struct report *r);
void verdicts_bzimage(struct report *r);
void verdicts_image(struct report *r);
void verdicts_pe(struct report *r);
/* `why`, if it was not unpacked, goes on after "what is inside ". */
void verdicts_payload(struct report *r, bool unpacked, const char *why, uint64_t size);
/* The options that matter in a virtual machine, from the .config inside an unpacked Linux. */
void config_facts(struct report *r, struct budget *b);
/* If nothing is inside: the same from the one that distributions put beside it
 * (config_beside.h). */
void config_beside(struct report *r, const char *path);
/* Who can boot it; of the outermost file only. */
void launchers(struct report *r);
/* What to do with it, where that is not said yet; after launchers(). */
void advise(struct report *r);

#endif
