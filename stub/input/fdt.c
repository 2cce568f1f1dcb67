/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a flattened device tree.
 *
 * Devicetree Specification 0.4, chapter 5. fdt_open() checks every token, name, length and the
 * nesting; all other functions rely on that and only look. Surprise: FDT_NOP may stand
 * anywhere, and the properties of a node come before its children.
 */
#include "fdt.h"
#include "stub/wire/fdt.h"

#define AT(field) offsetof(struct fdt_header, field)

bool
fdt_streq(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* Length of the string at `off` without its NUL; false if the span ends before that. */
static bool
string_len(struct span s, uint64_t off, uint64_t *ret_len)
{
	for (uint64_t i = off; i < s.size; i++) {
		if (!s.base[i]) {
			*ret_len = i - off;
			return true;
		}
	}
	return false;
}

/* A token and what belongs to it. */
struct token {
	uint32_t kind;
	uint32_t next;  /* offset of the next token */
	uint32_t value; /* PROP: offset of the value */
	uint32_t len;   /* PROP: of the value, bytes */
	uint32_t name;  /* PROP: offset in the strings block */
};

/* Read the token at `off`, NOPs skipped; NULL, or what is wrong with it. */
static const char *
read_token(const struct fdt *fdt, uint32_t off, struct token *ret)
{
	struct span s = fdt->structs;
	uint64_t end = off, len;

	while (bounds_ok(s.size, end, 4) && span_be32(s, end) == FDT_NOP)
		end += 4;
	if (!bounds_ok(s.size, end, 4))
		return "no FDT_END";
	ret->kind = span_be32(s, end);
	end += 4;
	if (ret->kind == FDT_BEGIN_NODE) {
		if (!string_len(s, end, &len))
			return "a node's name without end";
		end += len + 1;
	} else if (ret->kind == FDT_PROP) {
		if (!bounds_ok(s.size, end, 8))
			return "a property cut short";
		ret->len = span_be32(s, end);
		ret->name = span_be32(s, end + 4);
		ret->value = (uint32_t)end + 8;
		if (!bounds_ok(s.size, ret->value, ret->len))
			return "a property that is longer than the tree";
		if (!string_len(fdt->strings, ret->name, &len))
			return "a property whose name is not in the strings block";
		end = (uint64_t)ret->value + ret->len;
	} else if (ret->kind != FDT_END_NODE && ret->kind != FDT_END) {
		return "an unknown token";
	}
	ret->next = (uint32_t)((end + 3) & ~3ull);
	return NULL;
}

/* Is this token allowed here? Keeps track of the nesting. */
static const char *
check_order(const struct token *t, uint32_t *depth, bool *props, bool *root_seen)
{
	switch (t->kind) {
	case FDT_BEGIN_NODE:
		if (*depth == FDT_DEPTH_MAX)
			return "nodes nested too deeply";
		if (!*depth && *root_seen)
			return "a second root";
		++*depth;
		*props = *root_seen = true;
		return NULL;
	case FDT_END_NODE:
		if (!*depth)
			return "an end without a node";
		--*depth;
		*props = false;
		return NULL;
	case FDT_PROP:
		return *depth && *props ? NULL
		                        : "a property outside of a node or after a child";
	default:
		return !*depth && *root_seen ? NULL : "an end inside of a node";
	}
}

static enum refusal_code
check_structs(struct fdt *fdt, uint64_t structs_off, struct refusal *why)
{
	uint32_t depth = 0, off = 0;
	bool props = false, root_seen = false;
	struct token t = {.kind = 0};

	while (t.kind != FDT_END) {
		const char *wrong = read_token(fdt, off, &t);

		if (!wrong)
			wrong = check_order(&t, &depth, &props, &root_seen);
		if (!wrong && off == 0 && span_be32(fdt->structs, 0) != FDT_BEGIN_NODE)
			wrong = "no root node";
		if (wrong) {
			refuse(why, REFUSAL_FDT_STRUCTURE, structs_off + off, t.kind, 0);
			why->detail = wrong;
			return why->code;
		}
		off = t.next;
	}
	fdt->structs.size = off;
	return REFUSAL_NONE;
}

static enum refusal_code
bad_header(struct refusal *why, const char *field, uint64_t at, uint64_t found, uint64_t wanted)
{
	refuse(why, REFUSAL_FDT_HEADER, at, found, wanted);
	why->detail = field;
	return why->code;
}

static enum refusal_code
find_reserved(struct fdt *fdt, struct refusal *why)
{
	uint64_t off = span_be32(fdt->all, AT(off_mem_rsvmap)), at = off;
	struct span entry;

	while (span_sub(fdt->all, at, FDT_RESERVE_LEN, &entry)) {
		if (!span_cells(entry, 0, 2) && !span_cells(entry, 2, 2)) {
			fdt->reserved = (struct span){fdt->all.base + off, at - off};
			return REFUSAL_NONE;
		}
		at += FDT_RESERVE_LEN;
	}
	return bad_header(why, "memory reservation block", AT(off_mem_rsvmap), off,
	        fdt->all.size - FDT_RESERVE_LEN);
}

uint32_t
fdt_total_size(struct span header)
{
	if (span_be32(header, AT(magic)) != FDT_MAGIC)
		return 0;
	return span_be32(header, AT(totalsize));
}

enum refusal_code
fdt_open(struct span bytes, struct fdt *ret_fdt, struct refusal *ret_why)
{
	uint64_t total = span_be32(bytes, AT(totalsize));
	uint64_t structs = span_be32(bytes, AT(off_dt_struct));
	uint64_t strings = span_be32(bytes, AT(off_dt_strings));
	enum refusal_code code;
	struct fdt fdt;

	if (span_be32(bytes, AT(magic)) != FDT_MAGIC)
		return bad_header(ret_why, "magic", 0, span_be32(bytes, 0), FDT_MAGIC);
	if (total < sizeof(struct fdt_header) || !span_sub(bytes, 0, total, &fdt.all))
		return bad_header(ret_why, "totalsize", AT(totalsize), total, bytes.size);
	if (span_be32(bytes, AT(last_comp_version)) > FDT_VERSION ||
	        span_be32(bytes, AT(version)) < FDT_VERSION)
		return bad_header(ret_why, "version", AT(version),
		        span_be32(bytes, AT(version)), FDT_VERSION);
	if (structs % 4 ||
	        !span_sub(fdt.all, structs, span_be32(bytes, AT(size_dt_struct)), &fdt.structs))
		return bad_header(
		        ret_why, "structure block", AT(off_dt_struct), structs, total);
	if (!span_sub(fdt.all, strings, span_be32(bytes, AT(size_dt_strings)), &fdt.strings))
		return bad_header(ret_why, "strings block", AT(off_dt_strings), strings, total);
	code = find_reserved(&fdt, ret_why);
	if (!code)
		code = check_structs(&fdt, structs, ret_why);
	if (!code)
		*ret_fdt = fdt;
	return code;
}

const char *
fdt_name(const struct fdt *fdt, uint32_t node)
{
	uint32_t off = node;

	while (span_be32(fdt->structs, off) == FDT_NOP)
		off += 4;
	return (const char *)fdt->structs.base + off + 4;
}

/* The first token of a node behind its properties: a child or its end. */
static uint32_t
after_props(const struct fdt *fdt, uint32_t node, struct token *t)
{
	uint32_t off = node;

	do {
		if (off == FDT_NONE || read_token(fdt, off, t))
			return FDT_NONE;
		off = t->next;
		if (read_token(fdt, off, t))
			return FDT_NONE;
	} while (t->kind == FDT_PROP);
	return off;
}

uint32_t
fdt_first_child(const struct fdt *fdt, uint32_t node)
{
	struct token t;
	uint32_t off = after_props(fdt, node, &t);

	return off != FDT_NONE && t.kind == FDT_BEGIN_NODE ? off : FDT_NONE;
}

uint32_t
fdt_node_end(const struct fdt *fdt, uint32_t node)
{
	uint32_t off = node, depth = 0;
	struct token t;

	do {
		if (read_token(fdt, off, &t) || t.kind == FDT_END)
			return off;
		if (t.kind == FDT_BEGIN_NODE)
			depth++;
		else if (t.kind == FDT_END_NODE)
			depth--;
		off = t.next;
	} while (depth);
	return off;
}

uint32_t
fdt_next_sibling(const struct fdt *fdt, uint32_t node)
{
	uint32_t off = fdt_node_end(fdt, node);
	struct token t;

	if (read_token(fdt, off, &t) || t.kind != FDT_BEGIN_NODE)
		return FDT_NONE;
	return off;
}

bool
fdt_next_prop(const struct fdt *fdt, uint32_t node, uint32_t *cursor, struct fdt_prop *ret_prop)
{
	struct token t;

	if (*cursor == 0) {
		if (read_token(fdt, node, &t))
			return false;
		*cursor = t.next;
	}
	if (read_token(fdt, *cursor, &t) || t.kind != FDT_PROP)
		return false;
	*cursor = t.next;
	ret_prop->name = (const char *)fdt->strings.base + t.name;
	ret_prop->value = (struct span){fdt->structs.base + t.value, t.len};
	return true;
}

bool
fdt_prop(const struct fdt *fdt, uint32_t node, const char *name, struct span *ret_value)
{
	uint32_t cursor = 0;
	struct fdt_prop p;

	while (fdt_next_prop(fdt, node, &cursor, &p)) {
		if (fdt_streq(p.name, name)) {
			*ret_value = p.value;
			return true;
		}
	}
	*ret_value = (struct span){NULL, 0};
	return false;
}

uint32_t
fdt_cell(const struct fdt *fdt, uint32_t node, const char *name, uint32_t otherwise)
{
	struct span v;

	return fdt_prop(fdt, node, name, &v) && v.size == 4 ? span_be32(v, 0) : otherwise;
}

/* Is `full` the name asked for, its unit address counting only if asked for? */
static bool
name_matches(const char *full, const char *name)
{
	while (*name && *full == *name) {
		full++;
		name++;
	}
	return !*name && (!*full || *full == '@');
}

uint32_t
fdt_child(const struct fdt *fdt, uint32_t node, const char *name)
{
	uint32_t child = fdt_first_child(fdt, node);

	while (child != FDT_NONE && !name_matches(fdt_name(fdt, child), name))
		child = fdt_next_sibling(fdt, child);
	return child;
}

bool
fdt_lists(const struct fdt *fdt, uint32_t node, const char *name, const char *text)
{
	uint64_t at = 0, len;
	struct span v;

	if (!fdt_prop(fdt, node, name, &v))
		return false;
	while (string_len(v, at, &len)) {
		if (fdt_streq((const char *)v.base + at, text))
			return true;
		at += len + 1;
	}
	return false;
}

bool
fdt_reg(const struct fdt *fdt, uint32_t parent, uint32_t node, uint32_t i,
        struct range *ret_reg)
{
	uint32_t addr_cells = fdt_cell(fdt, parent, "#address-cells", 2);
	uint32_t size_cells = fdt_cell(fdt, parent, "#size-cells", 1);
	uint64_t cells = (uint64_t)addr_cells + size_cells;
	struct range r;
	struct span v;

	if (addr_cells > 4 || size_cells > 4 || !cells || !fdt_prop(fdt, node, "reg", &v) ||
	        !bounds_ok(v.size, i * cells * 4, cells * 4))
		return false;
	r.addr = span_cells(v, i * cells, addr_cells);
	r.len = span_cells(v, i * cells + addr_cells, size_cells);
	if (!range_fits(r.addr, r.len))
		return false;
	*ret_reg = r;
	return true;
}
