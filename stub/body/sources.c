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

static enum refusal_code
append_given(struct sources *s, struct cmdline *line, struct refusal *why)
{
	enum refusal_code code = append_fw_cfg_line(s, line, why);

	return code ? code : cmdline_append(line, s->launchers_line, why);
}

enum refusal_code
sources_given_line(struct sources *s, struct cmdline *ret_line, struct refusal *ret_why)
{
	*ret_line = cmdline_init(s->line, sizeof(s->line));
	return append_given(s, ret_line, ret_why);
}

static enum refusal_code
join_line(struct sources *s, struct cmdline *line, struct refusal *why)
{
	enum refusal_code code;

	*line = cmdline_init(s->line, sizeof(s->line));
	code = kernel_file_line(&s->file, line, why);
	if (!code)
		code = cmdline_append(line, s->entry_line, why);
	return code ? code : append_given(s, line, why);
}

static enum refusal_code
with_subject(enum refusal_code code, struct refusal *why)
{
	if (code && !why->subject)
		why->subject = "command line";
	return code;
}

/*
 * Take a unified kernel image apart, once it is known to be one and what the line says. True:
 * the line has to be joined again, with the image's own words.
 */
static bool
take_uki(struct sources *s, const struct cmdline *line, enum refusal_code *code,
        struct refusal *why)
{
	if (*code || !s->file.is_uki || s->file.uki.kernel.len)
		return false;
	*code = kernel_file_take_uki(&s->file, line, why);
	return *code == REFUSAL_NONE;
}

enum refusal_code
sources_command_line(struct sources *s, struct cmdline *line, struct cmdline_words *ret_words,
        struct refusal *ret_why)
{
	enum refusal_code code;

	do
		code = join_line(s, line, ret_why);
	while (take_uki(s, line, &code, ret_why));
	if (!code)
		code = cmdline_take_words(line, ret_words, ret_why);
	return with_subject(code, ret_why);
}

/* The line and words of what turned out to be a unified kernel image; *code says if not. */
static bool
try_as_uki(struct sources *s, struct cmdline *line, struct cmdline_words *words,
        enum refusal_code *code, struct refusal *why)
{
	if (!kernel_file_is_uki(&s->file, code, why))
		return false;
	*code = sources_command_line(s, line, words, why);
	return *code == REFUSAL_NONE;
}

enum refusal_code
sources_probe(struct sources *s, kernel_prober *probe, struct cmdline *line,
        struct cmdline_words *words, struct facts *ret_facts, struct refusal *ret_why)
{
	enum refusal_code code;

	do
		code = kernel_file_probe(&s->file, probe, ret_facts, ret_why);
	while (try_as_uki(s, line, words, &code, ret_why));
	return code;
}

enum refusal_code
sources_check_words(
        const struct sources *s, const struct cmdline_words *words, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	if (words->profile && !s->file.is_uki)
		code = refuse(ret_why, REFUSAL_UKI_NONE, 0, 0, 0);
	else if (words->entry && !s->by_entry)
		code = cmdline_refuse_entry(ret_why);
	return with_subject(code, ret_why);
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

/* Those that the kernel's file brings. */
static enum refusal_code
add_own_initrds(struct sources *s, struct plan_request *req, struct refusal *why)
{
	struct blob own[KERNEL_FILE_INITRDS];
	uint32_t nr_own = kernel_file_initrds(&s->file, own);
	enum refusal_code code = REFUSAL_NONE;

	for (uint32_t i = 0; !code && i < nr_own; i++)
		code = add_initrd(s, req, own[i], why);
	return code;
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
	if (m->initrd_len || s->file.is_uki)
		code = add_own_initrds(s, req, ret_why);
	for (uint32_t i = 0; !code && i < s->items.initrds; i++) {
		if (s->items.initrd[i].selector)
			code = add_initrd(
			        s, req, fw_cfg_blob(&s->items.initrd[i], NULL), ret_why);
	}
	for (uint32_t i = first_is_taken; !code && i < s->nr_offered; i++)
		code = add_initrd(s, req, s->offered[i], ret_why);
	return code;
}
