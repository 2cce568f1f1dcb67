/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flattened device trees: a reader that trusts nothing, and a writer into a buffer.
 *
 * Devicetree Specification 0.4, chapter 5. fdt_open() walks the whole structure block once, so
 * that nothing after it can fail or leave the blob. All numbers in a tree are big-endian. A
 * node is the offset of its FDT_BEGIN_NODE in the structure block; names and values point into
 * the blob, names are NUL-terminated there.
 *
 * By hand and not libfdt, because a refusal must name the offset, what was found and what was
 * wanted, and because the bodies link nothing but gnu-efi. Unit tests compare it with libfdt
 * and dtc.
 */
#ifndef KSHIM_FDT_H
#define KSHIM_FDT_H

#include "stub/base/bytes.h"
#include "stub/base/range.h"
#include "stub/base/refusal.h"

#define FDT_DEPTH_MAX   16
#define FDT_STRINGS_MAX 4096 /* bytes of property names that the writer keeps */
#define FDT_NONE        UINT32_MAX

struct fdt {
	struct span all;     /* totalsize bytes */
	struct span structs; /* up to FDT_END, inclusive */
	struct span strings;
	struct span reserved; /* memory reservation entries, without the terminator */
};

struct fdt_prop {
	const char *name;
	struct span value;
};

/* Big-endian fields; one outside of the span reads as 0. */
static inline uint32_t
span_be32(struct span s, uint64_t off)
{
	return (uint32_t)span_u8(s, off) << 24 | (uint32_t)span_u8(s, off + 1) << 16 |
	       (uint32_t)span_u8(s, off + 2) << 8 | span_u8(s, off + 3);
}

/* `cells` cells of 32 bits at cell number `at`; of more than two cells the last two count. */
static inline uint64_t
span_cells(struct span s, uint64_t at, uint32_t cells)
{
	uint64_t v = 0;

	for (uint32_t i = 0; i < cells; i++)
		v = v << 32 | span_be32(s, (at + i) * 4);
	return v;
}

/* The blob's length by its header, 0 if there is no device tree: for one at a bare address. */
uint32_t fdt_total_size(struct span header);

/*
 * Check the whole blob. Bytes beyond its totalsize are ignored.
 * Errors: FDT_HEADER (magic, version, sizes and offsets of the blocks), FDT_STRUCTURE (where =
 * offset in the blob).
 */
enum refusal_code fdt_open(struct span bytes, struct fdt *ret_fdt, struct refusal *ret_why);

/* Name of a node with its unit address; "" for the root, which is node 0. */
const char *fdt_name(const struct fdt *fdt, uint32_t node);

/* Children in order; FDT_NONE when there is no (further) one. */
uint32_t fdt_first_child(const struct fdt *fdt, uint32_t node);
uint32_t fdt_next_sibling(const struct fdt *fdt, uint32_t node);

/* Offset behind the node and all that is in it. */
uint32_t fdt_node_end(const struct fdt *fdt, uint32_t node);

/* The properties of a node: start with *cursor = 0; false after the last one. */
bool fdt_next_prop(
        const struct fdt *fdt, uint32_t node, uint32_t *cursor, struct fdt_prop *ret_prop);

/* The value of a property; false, and an empty span, if the node lacks it. */
bool fdt_prop(const struct fdt *fdt, uint32_t node, const char *name, struct span *ret_value);

/* A property of one cell, or `otherwise` if it is missing or of another size. */
uint32_t fdt_cell(const struct fdt *fdt, uint32_t node, const char *name, uint32_t otherwise);

/* The child with that name; without "@" in `name` the unit address does not matter. */
uint32_t fdt_child(const struct fdt *fdt, uint32_t node, const char *name);

/* Does a property that is a list of strings ("compatible") hold `text`? */
bool fdt_lists(const struct fdt *fdt, uint32_t node, const char *name, const char *text);

/*
 * Entry `i` of a node's "reg", by the cell counts of its parent; false if there is none or
 * if it passes the end of the address space.
 */
bool fdt_reg(const struct fdt *fdt, uint32_t parent, uint32_t node, uint32_t i,
        struct range *ret_reg);

bool fdt_streq(const char *a, const char *b);

/* The tree under construction. Nothing is written past the buffer; fdt_finish() tells. */
struct fdt_writer {
	uint8_t *out;
	uint64_t size; /* of the buffer, bytes; 0: only count */
	uint64_t len;  /* header, reservations and structure block so far */
	uint64_t structs_off;
	uint32_t strings_len;
	bool names_full; /* more names than FDT_STRINGS_MAX bytes */
	char strings[FDT_STRINGS_MAX];
};

/* Start with a copy of the reservation block of `like`, if that is not NULL. */
void fdt_write_start(struct fdt_writer *w, uint8_t *out, uint64_t size, const struct fdt *like);
void fdt_write_node(struct fdt_writer *w, const char *name);
void fdt_write_end_node(struct fdt_writer *w);
void fdt_write_prop(struct fdt_writer *w, const char *name, const void *value, uint64_t len);
void fdt_write_string(struct fdt_writer *w, const char *name, const char *value);
/* The text with a NUL behind it. */
void fdt_write_text(struct fdt_writer *w, const char *name, struct span text);
/* A value of `cells` cells of 32 bits (1 or 2) a number. */
void fdt_write_numbers(struct fdt_writer *w, const char *name, uint32_t cells,
        const uint64_t *number, uint32_t count);
void fdt_write_u32(struct fdt_writer *w, const char *name, uint32_t value);
void fdt_write_u64(struct fdt_writer *w, const char *name, uint64_t value);

/*
 * Close the tree (all nodes have been ended); *ret_len is its length in bytes.
 * Errors: FDT_ROOM; not for a writer that only counts.
 */
enum refusal_code fdt_write_finish(
        struct fdt_writer *w, uint32_t boot_cpu, uint64_t *ret_len, struct refusal *ret_why);

#endif
