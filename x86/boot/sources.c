/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where kernel, initrds and command line come from: fw_cfg, a bundle, start_info's modules.
 *
 * The kernel's file is fw_cfg's opt/org.kshim/kernel, else the first module; either may be a
 * bundle. Initrds are the bundle's, then fw_cfg's, then the modules that are left; the command
 * line is joined in the same order. A fw_cfg item is a stream: it is understood through a few
 * windows, and only if they do not suffice it is staged in free memory as a whole.
 */
#include "stub/base/text.h"
#include "x86/boot/boot.h"
#include "x86/boot/own_image.h"
#include "x86/boot/reach.h"
#include "x86/boot/staging.h"

static enum refusal_code
with_subject(enum refusal_code code, const char *subject, struct refusal *why)
{
	if (code && !why->subject)
		why->subject = subject;
	return code;
}

static struct span
space(uint64_t addr, uint64_t len)
{
	return (struct span){(const uint8_t *)(uintptr_t)addr, len};
}

/* Read the whole stream to free memory, and go on with it there. */
static enum refusal_code
stage_file(void *boot, struct refusal *ret_why)
{
	struct boot *b = boot;
	struct kernel_file *f = &b->file;
	struct named_range avoid[IMAGE_RANGES + BOOT_FIXED + LAUNCHER_MODULES];
	uint32_t n = IMAGE_RANGES;
	uint64_t addr;
	enum refusal_code code;

	image_ranges(avoid);
	for (uint32_t i = 0; i < b->request.nr_fixed; i++)
		avoid[n++] = b->fixed[i];
	for (uint32_t i = 0; i < b->launcher.modules; i++) {
		const struct blob *m = &b->launcher.module[i];

		if (m->where == BLOB_SPACE)
			avoid[n++] = (struct named_range){"module", {m->addr, m->size}};
	}
	if (!room_find(&b->map, avoid, n, f->blob.size, &addr))
		return refuse(ret_why, REFUSAL_FW_CFG_STAGE, 0, f->blob.size, 0);
	code = reach(f->blob.name, addr, f->blob.size, ret_why);
	if (!code)
		code = fw_cfg_stream(f->blob.handle, f->blob.name, 0, (void *)(uintptr_t)addr,
		        f->blob.size, ret_why);
	if (code)
		return code;
	f->blob.where = BLOB_SPACE;
	f->blob.addr = addr;
	f->image = image_of(space(addr, f->blob.size));
	return REFUSAL_NONE;
}

/* The first module, or fw_cfg's item, as the file to look into. */
static enum refusal_code
choose_file(struct boot *b, struct refusal *ret_why)
{
	struct kernel_file *f = &b->file;

	if (b->items.kernel.selector) {
		f->blob = (struct blob){.name = FW_CFG_KERNEL,
		        .where = BLOB_STREAM,
		        .handle = b->items.kernel.selector,
		        .size = b->items.kernel.size};
		image_open(&f->image, f->blob.size);
	} else if (b->launcher.modules) {
		f->blob = b->launcher.module[0];
		b->file_is_placed = b->placed;
		if (f->blob.where == BLOB_STREAM)
			image_open(&f->image, f->blob.size);
		else if (!b->file_is_placed)
			f->image = image_of(space(f->blob.addr, f->blob.size));
	} else {
		return refuse(ret_why, REFUSAL_NO_KERNEL, 0, 0, 0);
	}
	f->read = fw_cfg_stream;
	f->stage = stage_file;
	f->context = b;
	return REFUSAL_NONE;
}

enum refusal_code
sources_kernel_file(struct boot *b, struct refusal *ret_why)
{
	struct kernel_file *f = &b->file;
	enum refusal_code code = choose_file(b, ret_why);

	if (code)
		return code;
	if (b->file_is_placed) {
		f->members.kernel_len = f->blob.size;
		return REFUSAL_NONE;
	}
	return kernel_file_look(f, ret_why);
}

static enum refusal_code
append_fw_cfg_line(struct boot *b, struct cmdline *line, struct refusal *ret_why)
{
	static uint8_t part[LINE_ROOM];
	const struct fw_cfg_item *item = &b->items.cmdline;
	enum refusal_code code;

	if (!item->size)
		return REFUSAL_NONE;
	if (item->size > LINE_ROOM)
		return refuse(ret_why, REFUSAL_CMDLINE_BUFFER, 0, item->size, LINE_ROOM);
	code = fw_cfg_read(item->selector, FW_CFG_CMDLINE, 0, part, item->size, ret_why);
	return code ? code : cmdline_append(line, (struct span){part, item->size}, ret_why);
}

enum refusal_code
sources_command_line(struct boot *b, struct refusal *ret_why)
{
	struct cmdline *line = &b->request.cmdline;
	struct span launchers = {(const uint8_t *)b->launcher.line, b->launcher.line_len};
	enum refusal_code code;

	*line = cmdline_init(b->line, sizeof(b->line));
	code = kernel_file_line(&b->file, line, ret_why);
	if (!code)
		code = append_fw_cfg_line(b, line, ret_why);
	if (!code)
		code = cmdline_append(line, launchers, ret_why);
	if (!code)
		code = cmdline_take_words(line, &b->words, ret_why);
	return with_subject(code, "command line", ret_why);
}

enum refusal_code
sources_probe(struct boot *b, struct refusal *ret_why)
{
	return b->file_is_placed
	               ? REFUSAL_NONE
	               : kernel_file_probe(&b->file, kernel_probe, &b->facts, ret_why);
}

/* Append an initrd. An empty file counts: a hypervisor knows its modules by their order. */
static enum refusal_code
add_initrd(struct boot *b, struct blob blob, struct refusal *ret_why)
{
	struct plan_request *req = &b->request;
	struct text name;

	if (req->blobs == PLAN_BLOBS) {
		refuse(ret_why, REFUSAL_PLAN_TOO_MANY, 0, PLAN_BLOBS, PLAN_BLOBS - 1);
		ret_why->detail = "initrds";
		return ret_why->code;
	}
	if (!blob.name) {
		name = text_init(b->initrd_name[req->blobs], NAME_ROOM);
		text_str(&name, "initrd ");
		text_dec(&name, req->blobs);
		blob.name = name.buf;
	}
	req->blob[req->blobs++] = blob;
	return REFUSAL_NONE;
}

enum refusal_code
sources_blobs(struct boot *b, struct refusal *ret_why)
{
	const struct kernel_file *f = &b->file;
	const struct bundle *m = &f->members;
	bool first_module_taken = b->first_is_kernel || !b->items.kernel.selector;
	enum refusal_code code = REFUSAL_NONE;

	b->request.blob[0] = kernel_file_member(f, m->kernel_off, m->kernel_len);
	b->request.blob[0].name = f->blob.name;
	b->request.blobs = 1;
	if (m->initrd_len)
		code = add_initrd(
		        b, kernel_file_member(f, m->initrd_off, m->initrd_len), ret_why);
	for (uint32_t i = 0; !code && i < b->items.initrds; i++) {
		const struct fw_cfg_item *item = &b->items.initrd[i];

		if (item->selector)
			code = add_initrd(b,
			        (struct blob){.where = BLOB_STREAM,
			                .handle = item->selector,
			                .size = item->size},
			        ret_why);
	}
	for (uint32_t i = first_module_taken; !code && i < b->launcher.modules; i++)
		code = add_initrd(b, b->launcher.module[i], ret_why);
	return code;
}
