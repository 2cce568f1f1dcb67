/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI tables by QEMU's script, the fw_cfg file etc/table-loader.
 *
 * The script names the files that hold tables, where they must lie, which of their bytes are
 * pointers to other files, and where checksums go. Only QEMU's sources describe its commands
 * (hw/acpi/bios-linker-loader.c): 128 bytes each, little-endian, the rest zero.
 */
#ifndef KSHIM_X86_TABLES_H
#define KSHIM_X86_TABLES_H

#include "x86/pc/items.h"

#define TABLES_MAX     256 /* commands of a script; QEMU's have about 20 */
#define TABLES_FILES   32  /* files that are placed; QEMU has about 8 at the most */
#define TABLES_COMMAND 128 /* bytes of a command */

/* A file that is in memory now. */
struct table_file {
	uint64_t start[2]; /* of the name */
	const char *name;  /* in the script */
	unsigned words;    /* fw_cfg_name_words() of it */
	struct range range;
};

struct tables {
	/* Memory that may be used; what is left of it afterwards. */
	struct range high; /* anywhere below 4 GiB; taken from its end */
	struct range fseg; /* taken from its start */
	uint64_t rsdp;     /* 0: the script placed none */

	uint32_t count; /* of file[] */
	struct table_file file[TABLES_FILES];
	uint8_t script[TABLES_MAX * TABLES_COMMAND];
};

/*
 * Carry out the script, if there is one. `t->high` and `t->fseg` are given, the rest of *t need
 * not be cleared.
 * Errors: those of the items; REFUSAL_TABLES_SCRIPT, where = offset in the script, detail = the
 * field; REFUSAL_TABLES_ROOM, detail = the zone, found = bytes left, wanted = bytes of the
 * file.
 */
enum refusal_code tables_load(
        struct tables *t, const struct items *items, struct refusal *ret_why);

/*
 * Take `len` bytes on a multiple of `align`, a power of two, of `fseg` or `high`; 0 if there is
 * no room.
 */
uint64_t tables_take_fseg(struct range *fseg, uint64_t len, uint64_t align);
uint64_t tables_take_high(struct range *high, uint64_t len, uint64_t align);

#endif
