/* SPDX-License-Identifier: BSD-2-Clause */
/* Names and labels in FAT's directory entries, as UTF-8. */
#ifndef KSHIM_FAT_NAMES_H
#define KSHIM_FAT_NAMES_H

#include "fat.h"

#define FAT_ENTRY      32u /* bytes */
#define FAT_LONG_PARTS 20u
#define FAT_LONG_UNITS 13u  /* UTF-16 units in each part */
#define FAT_LONG_PART  0x0f /* the attributes of a part */

/* A long name, whose parts lie before the entry that it is for, last part first. */
struct fat_long {
	uint32_t parts; /* 0: there is none */
	uint32_t left;  /* that are still to come */
	uint8_t sum;    /* of the short name that it belongs to */
	uint16_t unit[FAT_LONG_PARTS * FAT_LONG_UNITS];
	uint64_t at[FAT_LONG_PARTS]; /* bytes of the volume where the parts lie, as they come */
};

/* Add the part in this entry, which lies at byte `at`; one that is out of order ends the name.
 */
void fat_long_add(struct fat_long *name, struct span entry, uint64_t at);

/* Is the long name whole, and does it belong to this entry? */
bool fat_long_is_of(const struct fat_long *name, struct span entry);

/* Make the entry of part `part` of a name, counted from 0 as they come. */
void fat_long_put(const struct fat_long *name, uint32_t part, uint8_t ret_entry[FAT_ENTRY]);

/*
 * The name of an entry: the long one if it is whole and belongs to it, else the short one, with
 * Windows NT's lower case. Returns its length without the NUL.
 */
uint32_t fat_name(const struct fat_long *name, struct span entry, char ret_name[FS_NAME]);

/* A label's 11 bytes; "NO NAME" is none. */
void fat_label_text(struct span bytes, char ret_label[FAT_LABEL]);

#endif
