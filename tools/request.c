/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the kernel's file as the bodies do (stub/body/kernel_file.h), and joins the command
 * line in the order that all bodies keep: the file's own words, then the caller's.
 */
#include "tools/request.h"

#include <string.h>

#include "stub/body/kernel_file.h"
#include "stub/body/sources.h"

static enum refusal_code
add_blob(const struct request_source *from, uint32_t file, struct blob blob,
        struct plan_request *req, struct refusal *why)
{
	enum refusal_code code = sources_add(req, blob, why);

	if (code)
		why->subject = from->file[file].path;
	return code;
}

/* The file KERNEL as the bodies open it; all of it is at hand. */
static struct kernel_file
open_kernel(const struct request_source *from)
{
	const struct request_file *file = &from->file[0];

	return (struct kernel_file){.image = image_of(file->bytes),
	        .blob = {.where = BLOB_STREAM,
	                .handle = from->first_handle,
	                .size = file->bytes.size,
	                .name = file->path}};
}

/* The file's own words, then the caller's. */
static enum refusal_code
join_line(struct kernel_file *f, const char *append, struct plan_request *req,
        struct refusal *why)
{
	struct span words = {(const uint8_t *)append, strlen(append)};
	enum refusal_code code;

	req->cmdline = cmdline_init(req->cmdline.text, req->cmdline.size);
	code = kernel_file_line(f, &req->cmdline, why);
	return code ? code : cmdline_append(&req->cmdline, words, why);
}

static enum refusal_code
with_subject(enum refusal_code code, struct refusal *why)
{
	if (code && !why->subject)
		why->subject = "command line";
	return code;
}

static enum refusal_code
read_line(const struct request_source *from, struct kernel_file *f, struct plan_request *req,
        struct cmdline_words *words, struct refusal *why)
{
	enum refusal_code code = join_line(f, from->append, req, why);

	if (!code)
		code = cmdline_take_words(&req->cmdline, words, why);
	if (!code && words->entry)
		code = cmdline_refuse_entry(why);
	return with_subject(code, why);
}

static const char *
initrd_name(const struct kernel_file *f, const struct blob *initrd)
{
	if (initrd->addr == f->uki.ucode.off && f->uki.ucode.len)
		return ".ucode of the image";
	if (initrd->addr == f->uki.initrd.off && f->uki.initrd.len)
		return ".initrd of the image";
	return "initrd of the bundle";
}

/* Kernel and initrds of the file KERNEL, then the files that were given. */
static enum refusal_code
add_blobs(const struct request_source *from, const struct kernel_file *f,
        struct plan_request *req, struct refusal *why)
{
	const struct bundle *m = &f->members;
	struct blob kernel = kernel_file_member(f, m->kernel_off, m->kernel_len);
	struct blob own[KERNEL_FILE_INITRDS];
	uint32_t nr_own = kernel_file_initrds(f, own);
	enum refusal_code code;

	kernel.name = from->file[0].name;
	code = add_blob(from, 0, kernel, req, why);
	for (uint32_t i = 0; !code && i < nr_own; i++) {
		own[i].name = initrd_name(f, &own[i]);
		code = add_blob(from, 0, own[i], req, why);
	}
	for (uint32_t i = 1; !code && i < from->files; i++)
		code = add_blob(from, i,
		        (struct blob){.where = BLOB_STREAM,
		                .handle = from->first_handle + i,
		                .size = from->file[i].bytes.size,
		                .name = from->file[i].name},
		        req, why);
	return code;
}

enum refusal_code
request_read(const struct request_source *from, struct plan_request *req,
        struct facts *ret_facts, struct cmdline_words *ret_words, struct refusal *ret_why)
{
	struct kernel_file f = open_kernel(from);
	enum refusal_code code;

	ret_why->subject = NULL;
	code = kernel_file_look(&f, ret_why);
	if (!code)
		code = with_subject(join_line(&f, from->append, req, ret_why), ret_why);
	if (!code)
		code = kernel_file_read(&f, from->probe, &req->cmdline, ret_facts, ret_why);
	if (!code)
		code = add_blobs(from, &f, req, ret_why);
	if (!code)
		code = read_line(from, &f, req, ret_words, ret_why);
	if (!code && ret_words->profile && !f.is_uki) {
		code = refuse(ret_why, REFUSAL_UKI_NONE, 0, 0, 0);
		ret_why->subject = from->file[0].path;
	}
	return code;
}
