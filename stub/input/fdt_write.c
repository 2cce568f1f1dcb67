/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes a flattened device tree: header, reservations, structure, strings, in this order.
 *
 * Devicetree Specification 0.4, chapter 5. Property names are kept once each, in the writer,
 * and appended at the end. What passes the buffer's end is counted and not written, so that a
 * writer without a buffer tells the length that another one needs.
 */
#include "fdt.h"
#include "stub/base/text.h"
#include "stub/wire/fdt.h"

static void
put(struct fdt_writer *w, const void *bytes, uint64_t len)
{
	if (bounds_ok(w->size, w->len, len) && len)
		memcpy(w->out + w->len, bytes, (size_t)len);
	w->len += len;
}

static void
put_be32(struct fdt_writer *w, uint32_t v)
{
	const uint8_t b[4] = {
	        (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};

	put(w, b, 4);
}

static void
pad(struct fdt_writer *w, uint64_t align)
{
	static const uint8_t zeros[8];

	put(w, zeros, -w->len & (align - 1));
}

/* Offset of a name in the strings block, which grows by it if it is new. */
static uint32_t
intern(struct fdt_writer *w, const char *name)
{
	uint64_t len = text_span(name).size + 1;
	uint32_t at = 0;

	while (at < w->strings_len) {
		if (fdt_streq(w->strings + at, name))
			return at;
		at += (uint32_t)text_span(w->strings + at).size + 1;
	}
	if (!bounds_ok(FDT_STRINGS_MAX, w->strings_len, len)) {
		w->names_full = true;
		return 0;
	}
	memcpy(w->strings + at, name, (size_t)len);
	w->strings_len += (uint32_t)len;
	return at;
}

void
fdt_write_start(struct fdt_writer *w, uint8_t *out, uint64_t size, const struct fdt *like)
{
	static const uint8_t end[FDT_RESERVE_LEN];

	w->out = out;
	w->size = size;
	w->len = sizeof(struct fdt_header);
	w->strings_len = 0;
	w->names_full = false;
	if (like)
		put(w, like->reserved.base, like->reserved.size);
	put(w, end, sizeof(end));
	w->structs_off = w->len;
}

void
fdt_write_node(struct fdt_writer *w, const char *name)
{
	put_be32(w, FDT_BEGIN_NODE);
	put(w, name, text_span(name).size + 1);
	pad(w, 4);
}

void
fdt_write_end_node(struct fdt_writer *w)
{
	put_be32(w, FDT_END_NODE);
}

static void
begin_prop(struct fdt_writer *w, const char *name, uint64_t len)
{
	put_be32(w, FDT_PROP);
	put_be32(w, (uint32_t)len);
	put_be32(w, intern(w, name));
}

void
fdt_write_prop(struct fdt_writer *w, const char *name, const void *value, uint64_t len)
{
	begin_prop(w, name, len);
	put(w, value, len);
	pad(w, 4);
}

void
fdt_write_text(struct fdt_writer *w, const char *name, struct span text)
{
	begin_prop(w, name, text.size + 1);
	put(w, text.base, text.size);
	put(w, "", 1);
	pad(w, 4);
}

void
fdt_write_string(struct fdt_writer *w, const char *name, const char *value)
{
	fdt_write_prop(w, name, value, text_span(value).size + 1);
}

void
fdt_write_numbers(struct fdt_writer *w, const char *name, uint32_t cells,
        const uint64_t *number, uint32_t count)
{
	begin_prop(w, name, (uint64_t)cells * 4 * count);
	for (uint32_t i = 0; i < count; i++) {
		if (cells == 2)
			put_be32(w, (uint32_t)(number[i] >> 32));
		put_be32(w, (uint32_t)number[i]);
	}
}

void
fdt_write_u32(struct fdt_writer *w, const char *name, uint32_t value)
{
	const uint64_t number = value;

	fdt_write_numbers(w, name, 1, &number, 1);
}

void
fdt_write_u64(struct fdt_writer *w, const char *name, uint64_t value)
{
	fdt_write_numbers(w, name, 2, &value, 1);
}

/* The header goes to the buffer's start, where its room was left. */
static void
write_header(struct fdt_writer *w, uint64_t strings_off, uint32_t boot_cpu)
{
	const uint64_t total = w->len;
	const uint64_t fields[] = {FDT_MAGIC, total, w->structs_off, strings_off,
	        sizeof(struct fdt_header), FDT_VERSION, FDT_LAST_COMP, boot_cpu, w->strings_len,
	        strings_off - w->structs_off};

	w->len = 0;
	for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		put_be32(w, (uint32_t)fields[i]);
	w->len = total;
}

enum refusal_code
fdt_write_finish(
        struct fdt_writer *w, uint32_t boot_cpu, uint64_t *ret_len, struct refusal *ret_why)
{
	uint64_t strings_off;

	put_be32(w, FDT_END);
	strings_off = w->len;
	put(w, w->strings, w->strings_len);
	pad(w, 8);
	write_header(w, strings_off, boot_cpu);
	if (w->names_full)
		return refuse(ret_why, REFUSAL_FDT_ROOM, 0, w->len, FDT_STRINGS_MAX);
	if (w->size && w->len > w->size)
		return refuse(ret_why, REFUSAL_FDT_ROOM, 0, w->len, w->size);
	*ret_len = w->len;
	return REFUSAL_NONE;
}
