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

/* The kernel's own bytes in the file's windows, which `room` is for if they are a part of it.
 */
static const struct image *
kernel_image(const struct kernel_file *f, struct image *room)
{
	const struct bundle *m = &f->members;
	bool is_part = f->is_bundle || f->is_uki;

	if (is_part && image_member(&f->image, m->kernel_off, m->kernel_len, room))
		return room;
	return &f->image;
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

bool
kernel_file_is_uki(struct kernel_file *f, enum refusal_code *code, struct refusal *why)
{
	struct refusal first = *why;
	struct image room;

	if (*code == REFUSAL_NONE || f->is_uki)
		return false;
	do
		*code = uki_look(kernel_image(f, &room), &f->is_uki, why);
	while (again(f, code, why));
	if (*code == REFUSAL_NONE && !f->is_uki) {
		*why = first;
		*code = first.code;
	}
	return f->is_uki;
}

/* From offsets in the image to offsets in the file. */
static void
shift(struct uki *uki, uint64_t by)
{
	struct uki_part *part[] = {&uki->kernel, &uki->cmdline, &uki->ucode, &uki->initrd};

	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		part[i]->off += part[i]->len ? by : 0;
}

enum refusal_code
kernel_file_take_uki(struct kernel_file *f, const struct cmdline *line, struct refusal *ret_why)
{
	struct image room;
	enum refusal_code code;

	cmdline_profile(line, f->profile, sizeof(f->profile));
	do
		code = uki_read(kernel_image(f, &room), f->profile, &f->uki, ret_why);
	while (again(f, &code, ret_why));
	if (code)
		return code;
	shift(&f->uki, f->members.kernel_off);
	f->members.kernel_off = f->uki.kernel.off;
	f->members.kernel_len = f->uki.kernel.len;
	return REFUSAL_NONE;
}

/* Bytes of the file; empty if there are to be none. */
static enum refusal_code
get_part(struct kernel_file *f, uint64_t off, uint64_t len, struct span *ret_part,
        struct refusal *why)
{
	enum refusal_code code;

	do
		code = image_get(&f->image, off, len, REFUSAL_BUNDLE_TRUNCATED, ret_part, why);
	while (again(f, &code, why));
	return code;
}

static enum refusal_code
append_own(struct kernel_file *f, struct cmdline *line, struct refusal *why)
{
	const struct uki_part *own = &f->uki.cmdline;
	struct span part;
	enum refusal_code code = get_part(f, own->off, own->len, &part, why);

	return code ? code : cmdline_append_section(line, part, why);
}

enum refusal_code
kernel_file_line(struct kernel_file *f, struct cmdline *line, struct refusal *ret_why)
{
	struct span part;
	enum refusal_code code = REFUSAL_NONE;

	if (f->uki.cmdline.len)
		code = append_own(f, line, ret_why);
	if (code || !f->members.cmdline_len)
		return code;
	code = get_part(f, f->members.cmdline_off, f->members.cmdline_len, &part, ret_why);
	return code ? code : cmdline_append(line, part, ret_why);
}

enum refusal_code
kernel_file_probe(struct kernel_file *f, kernel_prober *probe, struct facts *ret_facts,
        struct refusal *ret_why)
{
	struct image room;
	enum refusal_code code;

	do
		code = probe(kernel_image(f, &room), ret_facts, ret_why);
	while (again(f, &code, ret_why));
	return code;
}

enum refusal_code
kernel_file_read(struct kernel_file *f, kernel_prober *probe, const struct cmdline *line,
        struct facts *ret_facts, struct refusal *ret_why)
{
	enum refusal_code code = kernel_file_probe(f, probe, ret_facts, ret_why);

	if (!kernel_file_is_uki(f, &code, ret_why))
		return code;
	code = kernel_file_take_uki(f, line, ret_why);
	return code ? code : kernel_file_probe(f, probe, ret_facts, ret_why);
}

uint32_t
kernel_file_initrds(const struct kernel_file *f, struct blob ret_initrd[KERNEL_FILE_INITRDS])
{
	const struct uki_part parts[KERNEL_FILE_INITRDS] = {
	        f->uki.ucode, f->uki.initrd, {f->members.initrd_off, f->members.initrd_len}};
	uint32_t n = 0;

	for (uint32_t i = 0; i < KERNEL_FILE_INITRDS; i++) {
		if (parts[i].len)
			ret_initrd[n++] = kernel_file_member(f, parts[i].off, parts[i].len);
	}
	return n;
}

const char *
kernel_file_form(const struct kernel_file *f)
{
	if (f->is_uki)
		return f->is_bundle ? "a unified kernel image in a bundle"
		                    : "a unified kernel image";
	return f->is_bundle ? "a bundle" : NULL;
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
