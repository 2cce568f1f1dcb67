/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a kernel's file by windows: load what a reader asks for, and ask it again.
 *
 * Readers keep nothing between calls (image.h), so each loop below ends: a turn either adds a
 * window, of which there are IMAGE_WINDOWS, or stages the whole file, or ends with a refusal.
 */
#include "kernel_file.h"

/* Answer a REFUSAL_NEED for [why->where, + why->wanted) of the file. */
static enum refusal_code
load_more(struct kernel_file *f, struct refusal *why)
{
	uint64_t off = why->where, len = why->wanted;
	uint8_t *to = f->room + f->used;
	enum refusal_code code;

	if (len < KERNEL_FILE_WINDOW)
		len = KERNEL_FILE_WINDOW;
	if (len > f->blob.size - off)
		len = f->blob.size - off;
	if (f->image.windows == IMAGE_WINDOWS || len > sizeof(f->room) - f->used)
		return f->stage ? f->stage(f->context, why)
		                : refuse(why, REFUSAL_FW_CFG_STAGE, off, len, sizeof(f->room));
	code = f->read(f->blob.handle, f->blob.name, off, to, len, why);
	if (code)
		return code;
	image_add(&f->image, off, (struct span){to, len});
	f->used += len;
	return REFUSAL_NONE;
}

/* May the reader be asked again? Turns *code into what ends the loop if not. */
static bool
again(struct kernel_file *f, enum refusal_code *code, struct refusal *why)
{
	if (*code == REFUSAL_NEED) {
		*code = load_more(f, why);
		if (*code == REFUSAL_NONE)
			return true;
	}
	if (*code && !why->subject)
		why->subject = f->blob.name;
	return false;
}

enum refusal_code
kernel_file_look(struct kernel_file *f, struct refusal *ret_why)
{
	enum refusal_code code;

	do
		code = bundle_read(&f->image, &f->is_bundle, &f->members, ret_why);
	while (again(f, &code, ret_why));
	if (!code && !f->is_bundle)
		f->members = (struct bundle){.kernel_len = f->blob.size};
	return code;
}

enum refusal_code
kernel_file_line(struct kernel_file *f, struct cmdline *line, struct refusal *ret_why)
{
	struct span part;
	enum refusal_code code;

	if (!f->members.cmdline_len)
		return REFUSAL_NONE;
	do
		code = image_get(&f->image, f->members.cmdline_off, f->members.cmdline_len,
		        REFUSAL_BUNDLE_TRUNCATED, &part, ret_why);
	while (again(f, &code, ret_why));
	return code ? code : cmdline_append(line, part, ret_why);
}

enum refusal_code
kernel_file_probe(struct kernel_file *f, kernel_prober *probe, struct facts *ret_facts,
        struct refusal *ret_why)
{
	const struct bundle *m = &f->members;
	enum refusal_code code;

	do {
		const struct image *kernel = &f->image;
		struct image member;

		if (f->is_bundle && image_member(kernel, m->kernel_off, m->kernel_len, &member))
			kernel = &member;
		code = probe(kernel, ret_facts, ret_why);
	} while (again(f, &code, ret_why));
	return code;
}

struct blob
kernel_file_member(const struct kernel_file *f, uint64_t off, uint64_t len)
{
	struct blob blob = f->blob;

	blob.name = NULL;
	blob.addr += off;
	blob.size = len;
	return blob;
}
