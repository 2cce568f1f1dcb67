/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Puts kernel, initrds and command line together from fw_cfg, a bundle and offered files.
 */
#include "sources.h"
#include "stub/base/text.h"

static struct blob
fw_cfg_blob(const struct fw_cfg_item *item, const char *name)
{
	return (struct blob){.name = name,
	        .where = BLOB_STREAM,
	        .handle = item->selector,
	        .size = item->size};
}

bool
sources_choose(struct sources *s)
{
	struct kernel_file *f = &s->file;

	if (s->items.kernel.selector)
		f->blob = fw_cfg_blob(&s->items.kernel, FW_CFG_KERNEL);
	else if (s->nr_offered)
		f->blob = s->offered[0];
	else
		return false;
	if (f->blob.where == BLOB_STREAM)
		f->image = image_stream(f->blob.size);
	else
		f->image = image_of(
		        (struct span){(const uint8_t *)(uintptr_t)f->blob.addr, f->blob.size});
	return true;
}

static enum refusal_code
append_fw_cfg_line(struct sources *s, struct cmdline *line, struct refusal *ret_why)
{
	const struct fw_cfg_item *item = &s->items.cmdline;
	enum refusal_code code;

	if (!item->size)
		return REFUSAL_NONE;
	if (item->size > sizeof(s->part))
		return refuse(ret_why, REFUSAL_CMDLINE_BUFFER, 0, item->size, sizeof(s->part));
	code = s->file.read(item->selector, FW_CFG_CMDLINE, 0, s->part, item->size, ret_why);
	return code ? code : cmdline_append(line, (struct span){s->part, item->size}, ret_why);
}

enum refusal_code
sources_command_line(struct sources *s, struct cmdline *line, struct cmdline_words *ret_words,
        struct refusal *ret_why)
{
	enum refusal_code code;

	*line = cmdline_init(s->line, sizeof(s->line));
	code = kernel_file_line(&s->file, line, ret_why);
	if (!code)
		code = append_fw_cfg_line(s, line, ret_why);
	if (!code)
		code = cmdline_append(line, s->launchers_line, ret_why);
	if (!code)
		code = cmdline_take_words(line, ret_words, ret_why);
	if (code && !ret_why->subject)
		ret_why->subject = "command line";
	return code;
}

enum refusal_code
sources_add(struct plan_request *req, struct blob blob, struct refusal *ret_why)
{
	if (req->blobs == PLAN_BLOBS)
		return refuse_too_many(ret_why, "initrds", PLAN_BLOBS, PLAN_BLOBS - 1);
	req->blob[req->blobs++] = blob;
	return REFUSAL_NONE;
}

static enum refusal_code
add_initrd(
        struct sources *s, struct plan_request *req, struct blob blob, struct refusal *ret_why)
{
	struct text name;

	if (!blob.size && !s->keep_empty)
		return REFUSAL_NONE;
	if (!blob.name && req->blobs < PLAN_BLOBS) {
		name = text_init(s->name[req->blobs], sizeof(s->name[0]));
		text_str(&name, "initrd ");
		text_dec(&name, req->blobs);
		blob.name = name.buf;
	}
	return sources_add(req, blob, ret_why);
}

enum refusal_code
sources_blobs(struct sources *s, struct plan_request *req, struct refusal *ret_why)
{
	const struct bundle *m = &s->file.members;
	bool first_is_taken = s->first_is_kernel || !s->items.kernel.selector;
	enum refusal_code code = REFUSAL_NONE;

	req->blob[0] = kernel_file_member(&s->file, m->kernel_off, m->kernel_len);
	req->blob[0].name = s->file.blob.name;
	req->blobs = 1;
	if (m->initrd_len)
		code = add_initrd(s, req,
		        kernel_file_member(&s->file, m->initrd_off, m->initrd_len), ret_why);
	for (uint32_t i = 0; !code && i < s->items.initrds; i++) {
		if (s->items.initrd[i].selector)
			code = add_initrd(
			        s, req, fw_cfg_blob(&s->items.initrd[i], NULL), ret_why);
	}
	for (uint32_t i = first_is_taken; !code && i < s->nr_offered; i++)
		code = add_initrd(s, req, s->offered[i], ret_why);
	return code;
}
