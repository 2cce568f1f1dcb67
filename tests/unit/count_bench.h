/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boots that are counted, on a FAT12 volume in memory: what is told, written, and there then.
 */
#ifndef KSHIM_COUNT_BENCH_H
#define KSHIM_COUNT_BENCH_H

#include "tests/unit/unit.h"

#include "stub/disk/boot_choice.h"
#include "tests/unit/fat_tree.h"
#include "tests/unit/ram_disk.h"

#define FOLDER  "loader/entries/"
#define ENTRY   "linux /k\nversion "
#define CLUSTER 4096u

extern uint8_t image[FAT_TREE_SIZE], before[FAT_TREE_SIZE]; /* now; before the count */
extern struct ram_disk ram;
extern struct boot_choice choice;
extern char told[256];
extern uint64_t writes; /* requests of boot_once() */

struct fat_file entry_file(const char *path, const char *text);

void watch(void *context, uint32_t number, const char *what, const struct refusal *fault);

/* Choose by `wanted` of the disk as it is, and count. */
void boot_once(const char *wanted);

/* The disk as it was before that, for another count. */
void undo(void);

bool is_there(const char *path, struct fs_node *ret_node);

/* The files of a folder, and the bytes of its only cluster in the image. */
uint32_t folder_at(const char *path, unsigned *ret_files);

#endif
