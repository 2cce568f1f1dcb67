/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What x86 adds to stub/body/sources.h: PVH's modules are what is offered, fw_cfg's items are
 * read through its ports, and a stream that is not understood through a few windows is staged
 * as a whole in free memory.
 */
#include "stub/body/report_lines.h"
#include "x86/boot/boot.h"
#include "x86/boot/console.h"
#include "x86/boot/own_image.h"
#include "x86/boot/reach.h"
#include "x86/boot/staging.h"

static struct span
space(uint64_t addr, uint64_t len)
{
	return (struct span){(const uint8_t *)(uintptr_t)addr, len};
}

enum refusal_code
boot_room(struct boot *b, const char *name, uint64_t len, uint64_t *ret_addr,
        struct refusal *ret_why)
{
	struct named_range avoid[IMAGE_RANGES + 1 + BOOT_TABLES + 1 + LAUNCHER_MODULES];
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->request.nr_busy; i++)
		avoid[n++] = b->busy[i];
	for (uint32_t i = 0; i < b->request.nr_fixed; i++)
		avoid[n++] = b->fixed[i];
	for (uint32_t i = 0; i < b->launcher.modules; i++) {
		const struct blob *m = &b->launcher.module[i];

		if (m->where == BLOB_SPACE)
			avoid[n++] = (struct named_range){"module", {m->addr, m->size}};
	}
	if (!room_find(&b->map, avoid, n, len, ret_addr))
		return refuse(ret_why, REFUSAL_FW_CFG_STAGE, 0, len, 0);
	return reach(name, *ret_addr, len, ret_why);
}

/* Read the whole stream to free memory, and go on with it there. */
static enum refusal_code
stage_file(void *boot, struct refusal *ret_why)
{
	struct boot *b = boot;
	struct kernel_file *f = &b->sources.file;
	uint64_t addr;
	enum refusal_code code = boot_room(b, f->blob.name, f->blob.size, &addr, ret_why);

	if (!code)
		code = f->read(f->blob.handle, f->blob.name, 0, (void *)(uintptr_t)addr,
		        f->blob.size, ret_why);
	if (code)
		return code;
	f->blob.where = BLOB_SPACE;
	f->blob.addr = addr;
	f->image = image_of(space(addr, f->blob.size));
	return REFUSAL_NONE;
}

/* The kernel that was given, or what the other source finds. */
static enum refusal_code
choose_file(struct boot *b, struct refusal *ret_why)
{
	struct sources *s = &b->sources;
	enum refusal_code code;

	if (sources_choose(s))
		return REFUSAL_NONE;
	if (!b->other)
		return refuse(ret_why, REFUSAL_NO_KERNEL, 0, 0, 0);
	code = b->other->find(b, ret_why);
	if (code)
		return code;
	s->file.read = b->other->read;
	return sources_choose(s) ? REFUSAL_NONE : refuse(ret_why, REFUSAL_NO_KERNEL, 0, 0, 0);
}

enum refusal_code
boot_kernel_file(struct boot *b, struct refusal *ret_why)
{
	struct sources *s = &b->sources;
	struct kernel_file *f = &s->file;
	enum refusal_code code;

	s->offered = b->launcher.module;
	s->nr_offered = b->launcher.modules;
	s->keep_empty = true; /* a hypervisor knows its modules by their order */
	s->launchers_line =
	        (struct span){(const uint8_t *)b->launcher.line, b->launcher.line_len};
	f->read = fw_cfg_stream;
	f->stage = stage_file;
	f->context = b;
	code = choose_file(b, ret_why);
	if (code)
		return code;
	b->file_is_placed = b->placed && !s->items.kernel.selector;
	if (!b->file_is_placed)
		return kernel_file_look(f, ret_why);
	f->members.kernel_len = f->blob.size;
	return REFUSAL_NONE;
}

enum refusal_code
boot_command_line(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code =
	        sources_command_line(&b->sources, &b->request.cmdline, &b->words, ret_why);

	if (!code)
		console_select(b->words.console);
	return code;
}

enum refusal_code
boot_probe(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	if (!b->file_is_placed)
		code = sources_probe(&b->sources, kernel_probe, &b->request.cmdline, &b->words,
		        &b->facts, ret_why);
	if (!code && (b->words.profile || b->words.entry))
		code = sources_check_words(&b->sources, &b->words, ret_why);
	if (b->sources.file.is_uki)
		console_select(b->words.console);
	if (!code && !b->words.quiet)
		report_kernel_file(
		        console_line, "version " KSHIM_VERSION, &b->sources.file, &b->facts);
	return code;
}

enum refusal_code
boot_blobs(struct boot *b, struct refusal *ret_why)
{
	return sources_blobs(&b->sources, &b->request, ret_why);
}
