/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where kernel, initrds and command line come from.
 *
 * The kernel: fw_cfg's opt/org.kshim/kernel, else the launcher's initrd (/chosen), each a
 * bundle or the Image itself. Initrds: the bundle's, fw_cfg's, the launcher's, in this order.
 * The line: the bundle's, fw_cfg's, the launcher's. A stream is read in windows; one that wants
 * more of them than there are is refused.
 */
#include "riscv/boot.h"
#include "riscv/fw_cfg.h"
#include "stub/text.h"

#define WINDOW      (8 * KIB) /* least that is read of a stream at once */
#define WINDOW_ROOM (IMAGE_WINDOWS * WINDOW)

static uint8_t windows[WINDOW_ROOM];
static uint64_t windows_used;

static enum refusal_code
with_subject(enum refusal_code code, const char *subject, struct refusal *why)
{
	if (code && !why->subject)
		why->subject = subject;
	return code;
}

static struct span
memory(struct range r)
{
	return (struct span){(const uint8_t *)(uintptr_t)r.addr, r.len};
}

/* Answer a REFUSAL_NEED for [why->where, + why->wanted) of the kernel's file. */
static enum refusal_code
load_more(struct boot *b, struct refusal *why)
{
	struct kernel_file *f = &b->file;
	uint64_t off = why->where, len = why->wanted > WINDOW ? why->wanted : WINDOW;
	enum refusal_code code;

	if (len > f->blob.size - off)
		len = f->blob.size - off;
	if (f->image.windows == IMAGE_WINDOWS || len > WINDOW_ROOM - windows_used)
		return refuse(why, REFUSAL_FW_CFG_STAGE, off, len, WINDOW_ROOM);
	code = fw_cfg_read(f->blob.handle, f->name, off, windows + windows_used, len, why);
	if (code)
		return code;
	image_add(&f->image, off, (struct span){windows + windows_used, len});
	windows_used += len;
	return REFUSAL_NONE;
}

/* Is what the launcher calls its initrd in memory? */
static enum refusal_code
check_launchers(const struct boot *b, struct refusal *why)
{
	struct range r = b->machine.initrd;

	if (!r.len || memmap_is_ram(&b->machine.map, r))
		return REFUSAL_NONE;
	refuse(why, REFUSAL_SPACE_UNREACHABLE, 0, 0, 0);
	why->a = (struct named_range){"initrd", r};
	why->b = (struct named_range){"no RAM is there", {0, 0}};
	return with_subject(why->code, "device tree", why);
}

static enum refusal_code
choose_file(struct boot *b, struct refusal *ret_why)
{
	struct kernel_file *f = &b->file;

	if (b->items.kernel.selector) {
		f->name = FW_CFG_KERNEL;
		f->blob = (struct blob){.where = BLOB_STREAM,
		        .handle = b->items.kernel.selector,
		        .size = b->items.kernel.size};
		f->image = image_stream(f->blob.size);
	} else if (b->machine.initrd.len) {
		f->name = "initrd";
		f->blob = (struct blob){.where = BLOB_SPACE,
		        .addr = b->machine.initrd.addr,
		        .size = b->machine.initrd.len};
		f->image = image_of(memory(b->machine.initrd));
	} else {
		return refuse(ret_why, REFUSAL_RISCV_NO_KERNEL, 0, 0, 0);
	}
	f->blob.name = f->name;
	return REFUSAL_NONE;
}

enum refusal_code
sources_kernel_file(struct boot *b, struct refusal *ret_why)
{
	struct kernel_file *f = &b->file;
	enum refusal_code code = check_launchers(b, ret_why);

	if (!code)
		code = choose_file(b, ret_why);
	if (code)
		return code;
	while ((code = bundle_read(&f->image, &f->is_bundle, &f->members, ret_why)) ==
	        REFUSAL_NEED) {
		code = load_more(b, ret_why);
		if (code)
			break;
	}
	if (!code && !f->is_bundle)
		f->members = (struct bundle){.kernel_len = f->blob.size};
	return with_subject(code, f->name, ret_why);
}

static enum refusal_code
append_bundle_line(struct boot *b, struct cmdline *line, struct refusal *ret_why)
{
	struct kernel_file *f = &b->file;
	struct span part;
	enum refusal_code code;

	if (!f->members.cmdline_len)
		return REFUSAL_NONE;
	while ((code = image_get(&f->image, f->members.cmdline_off, f->members.cmdline_len,
	                REFUSAL_BUNDLE_TRUNCATED, &part, ret_why)) == REFUSAL_NEED) {
		code = load_more(b, ret_why);
		if (code)
			break;
	}
	return code ? code : cmdline_append(line, part, ret_why);
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
	enum refusal_code code;

	*line = cmdline_init(b->line, sizeof(b->line));
	code = append_bundle_line(b, line, ret_why);
	if (!code)
		code = append_fw_cfg_line(b, line, ret_why);
	if (!code)
		code = cmdline_append(line, b->machine.bootargs, ret_why);
	if (!code)
		code = cmdline_take_words(line, &b->words, ret_why);
	return with_subject(code, "command line", ret_why);
}

enum refusal_code
sources_mode(struct boot *b, enum mode *ret_mode, struct refusal *ret_why)
{
	static const struct {
		const char *word;
		enum mode mode;
	} known[] = {{"auto", MODE_AUTO}, {"direct", MODE_DIRECT}, {"guest", MODE_GUEST}};
	const struct fw_cfg_item *item = &b->items.mode;
	uint8_t text[8] = {0};
	struct span s = {text, sizeof(text)};
	enum refusal_code code;

	*ret_mode = MODE_AUTO;
	if (!item->size)
		return REFUSAL_NONE;
	code = fw_cfg_read(
	        item->selector, FW_CFG_MODE, 0, text, item->size < 7 ? item->size : 7, ret_why);
	if (code)
		return code;
	for (unsigned i = 0; i < 7; i++)
		text[i] = text[i] == '\n' ? 0 : text[i];
	for (unsigned i = 0; i < 3 && item->size <= 7; i++) {
		if (fdt_streq((const char *)text, known[i].word)) {
			*ret_mode = known[i].mode;
			return REFUSAL_NONE;
		}
	}
	refuse(ret_why, REFUSAL_MODE_WORD, 0, span_le64(s, 0), 0);
	return with_subject(ret_why->code, "fw_cfg", ret_why);
}

enum refusal_code
sources_probe(struct boot *b, struct refusal *ret_why)
{
	struct kernel_file *f = &b->file;
	enum refusal_code code;

	for (;;) {
		struct image kernel;

		if (!image_member(
		            &f->image, f->members.kernel_off, f->members.kernel_len, &kernel))
			kernel = f->image;
		code = riscv_probe(&kernel, &b->facts, ret_why);
		if (code != REFUSAL_NEED)
			break;
		code = load_more(b, ret_why);
		if (code)
			break;
	}
	return with_subject(code, f->name, ret_why);
}

/* Append an initrd; empty files are none. */
static enum refusal_code
add_initrd(struct boot *b, struct blob blob, struct refusal *ret_why)
{
	struct plan_request *req = &b->request;
	struct text name;

	if (!blob.size)
		return REFUSAL_NONE;
	if (req->blobs == PLAN_BLOBS) {
		refuse(ret_why, REFUSAL_PLAN_TOO_MANY, 0, PLAN_BLOBS, PLAN_BLOBS - 1);
		ret_why->detail = "initrds";
		return ret_why->code;
	}
	name = text_init(b->initrd_name[req->blobs], NAME_ROOM);
	text_str(&name, "initrd ");
	text_dec(&name, req->blobs);
	blob.name = name.buf;
	req->blob[req->blobs++] = blob;
	return REFUSAL_NONE;
}

/* A part of the kernel's file as a blob of its own. */
static struct blob
member(const struct kernel_file *f, uint64_t off, uint64_t len)
{
	struct blob blob = f->blob;

	blob.addr += off;
	blob.size = len;
	return blob;
}

enum refusal_code
sources_blobs(struct boot *b, struct refusal *ret_why)
{
	const struct kernel_file *f = &b->file;
	const struct bundle *m = &f->members;
	struct range launchers = b->machine.initrd;
	enum refusal_code code;

	b->request.blob[0] = member(f, m->kernel_off, m->kernel_len);
	b->request.blobs = 1;
	code = add_initrd(b, member(f, m->initrd_off, m->initrd_len), ret_why);
	for (uint32_t i = 0; !code && i < FW_CFG_INITRDS; i++) {
		const struct fw_cfg_item *item = &b->items.initrd[i];

		code = add_initrd(b,
		        (struct blob){.where = BLOB_STREAM,
		                .handle = item->selector,
		                .size = item->size},
		        ret_why);
	}
	if (!code && b->items.kernel.selector)
		code = add_initrd(b,
		        (struct blob){.where = BLOB_SPACE,
		                .addr = launchers.addr,
		                .size = launchers.len},
		        ret_why);
	return code;
}
