/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where kernel, initrds and command line come from.
 *
 * The kernel: fw_cfg's opt/org.kshim/kernel, else the launcher's initrd (/chosen), each a
 * bundle or the Image itself. Initrds: the bundle's, fw_cfg's, the launcher's, in this order.
 * The line: the bundle's, fw_cfg's, the launcher's. Nothing is staged: a stream that wants more
 * windows than there are is refused.
 */
#include "riscv/boot/boot.h"
#include "riscv/boot/fw_cfg.h"
#include "stub/base/text.h"

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
		f->blob = (struct blob){.name = FW_CFG_KERNEL,
		        .where = BLOB_STREAM,
		        .handle = b->items.kernel.selector,
		        .size = b->items.kernel.size};
		image_open(&f->image, f->blob.size);
	} else if (b->machine.initrd.len) {
		f->blob = (struct blob){.name = "initrd",
		        .where = BLOB_SPACE,
		        .addr = b->machine.initrd.addr,
		        .size = b->machine.initrd.len};
		f->image = image_of(memory(b->machine.initrd));
	} else {
		return refuse(ret_why, REFUSAL_RISCV_NO_KERNEL, 0, 0, 0);
	}
	f->read = fw_cfg_read;
	return REFUSAL_NONE;
}

enum refusal_code
sources_kernel_file(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = check_launchers(b, ret_why);

	if (!code)
		code = choose_file(b, ret_why);
	return code ? code : kernel_file_look(&b->file, ret_why);
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
	code = kernel_file_line(&b->file, line, ret_why);
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
	return kernel_file_probe(&b->file, riscv_probe, &b->facts, ret_why);
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

enum refusal_code
sources_blobs(struct boot *b, struct refusal *ret_why)
{
	const struct kernel_file *f = &b->file;
	const struct bundle *m = &f->members;
	struct range launchers = b->machine.initrd;
	enum refusal_code code;

	b->request.blob[0] = kernel_file_member(f, m->kernel_off, m->kernel_len);
	b->request.blob[0].name = f->blob.name;
	b->request.blobs = 1;
	code = add_initrd(b, kernel_file_member(f, m->initrd_off, m->initrd_len), ret_why);
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
