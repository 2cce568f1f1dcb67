/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory maps that people have at hand, as text or a device tree, into the core's.
 *
 * Understood: dmesg's e820 listing (BIOS-e820:, else the kernel's user: or modified:), in the
 * form of today and of before 3.5; dmesg's `efi: mem00:` lines (efi=debug), both forms; the
 * UEFI shell's `memmap`; QEMU's `info mtree -f`; a flattened device tree. Lines of other kinds
 * are passed over; one that starts like an entry and is none is an error.
 */
#ifndef PLAN_MAP_H
#define PLAN_MAP_H

#include "tools/plan/plan_case.h"

#define MAP_LINE 512 /* longer ones are cut: no entry is so long */

/* What is wrong with a map: the line (0: the whole), what stands there, what should. */
struct map_error {
	uint32_t line;
	char found[64];
	const char *wanted;
};

/*
 * Read the bytes of a map; a device tree's stay where they are and only the kind is set. False
 * with *ret_error.
 */
bool map_parse(struct span bytes, struct given_map *ret_given, struct map_error *ret_error);

/* Read the file, "-" is standard input, NULL gives GIVEN_NOTHING. Says what is wrong. */
bool map_read(const char *path, struct given_map *ret_given, int *ret_status);

/* Is the map one for the body that was chosen? Says why if not. */
bool map_fits_body(const struct plan_case *c, int *ret_status);

/* ---- between the parsers' files */

struct map_parser {
	struct given_map *given;
	const char *at;     /* in the line: what could not be read */
	const char *wanted; /* there */
	bool closed;        /* dmesg tells the UEFI map again, in another order */
	bool in_view;       /* QEMU: in the view of the CPUs' memory */
	uint32_t e820_rank; /* of the listing that is being taken: BIOS-e820 is 3 */
	uint8_t *raw;       /* UEFI descriptors */
	size_t raw_len, raw_room;
};

enum map_line {
	LINE_OTHER,
	LINE_TAKEN,
	LINE_BAD,
};

enum map_line map_line_e820(struct map_parser *p, const char *line);
enum map_line map_line_efi(struct map_parser *p, const char *line);
enum map_line map_line_shell(struct map_parser *p, const char *line);
enum map_line map_line_qemu(struct map_parser *p, const char *line);

/* Each moves *at over what it reads, or leaves it and returns false. */
bool take_text(const char **at, const char *text);
bool take_hex(const char **at, uint64_t *ret_value); /* with or without 0x */
void take_blanks(const char **at);

/* LINE_BAD, and what should stand at `at`. */
enum map_line map_bad(struct map_parser *p, const char *at, const char *wanted);

/* Add [first, last] to the map; LINE_BAD if last is below first, or there is no room. */
enum map_line map_take(
        struct map_parser *p, const char *at, uint64_t first, uint64_t last, uint32_t type);

#endif
