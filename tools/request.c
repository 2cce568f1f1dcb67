/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a bundle's members, or the kernel itself, and joins the command line in the order that
 * all bodies keep: the bundle's words, then the caller's.
 */
#include "tools/request.h"

#include <string.h>

#include "stub/body/sources.h"

static enum refusal_code
add_blob(const struct request_source *from, uint32_t file, uint64_t off, uint64_t len,
        struct plan_request *req, struct refusal *why)
{
	enum refusal_code code = sources_add(req,
	        (struct blob){.where = BLOB_STREAM,
	                .handle = from->first_handle + file,
	                .addr = off,
	                .size = len,
	                .name = from->file[file].name},
	        why);

	if (code)
		why->subject = from->file[file].path;
	return code;
}

static enum refusal_code
append(struct plan_request *req, struct span part, struct refusal *why)
{
	enum refusal_code code = cmdline_append(&req->cmdline, part, why);

	if (code)
		why->subject = "command line";
	return code;
}

/* The members of the file KERNEL; a plain kernel is its own only member. */
static enum refusal_code
read_members(const struct request_file *file, struct bundle *ret_members, struct refusal *why)
{
	struct image im = image_of(file->bytes);
	bool found;
	enum refusal_code code = bundle_read(&im, &found, ret_members, why);

	if (code)
		why->subject = file->path;
	else if (!found)
		*ret_members = (struct bundle){.kernel_len = file->bytes.size};
	return code;
}

static enum refusal_code
add_kernel(const struct request_source *from, struct plan_request *req, struct facts *facts,
        struct refusal *why)
{
	const struct request_file *file = &from->file[0];
	struct bundle m;
	struct span part = {NULL, 0}, line = {NULL, 0};
	enum refusal_code code = read_members(file, &m, why);
	struct image im;

	if (code || !span_sub(file->bytes, m.kernel_off, m.kernel_len, &part) ||
	        !span_sub(file->bytes, m.cmdline_off, m.cmdline_len, &line))
		return code;
	im = image_of(part);
	code = from->probe(&im, facts, why);
	if (code)
		why->subject = file->path;
	if (!code)
		code = add_blob(from, 0, m.kernel_off, m.kernel_len, req, why);
	if (!code && m.initrd_len)
		code = add_blob(from, 0, m.initrd_off, m.initrd_len, req, why);
	if (!code && m.initrd_len)
		req->blob[1].name = "initrd of the bundle";
	return code ? code : append(req, line, why);
}

enum refusal_code
request_read(const struct request_source *from, struct plan_request *req,
        struct facts *ret_facts, struct cmdline_words *ret_words, struct refusal *ret_why)
{
	struct span words = {(const uint8_t *)from->append, strlen(from->append)};
	enum refusal_code code = add_kernel(from, req, ret_facts, ret_why);

	for (uint32_t i = 1; i < from->files && !code; i++)
		code = add_blob(from, i, 0, from->file[i].bytes.size, req, ret_why);
	if (!code)
		code = append(req, words, ret_why);
	if (!code) {
		code = cmdline_take_words(&req->cmdline, ret_words, ret_why);
		if (code)
			ret_why->subject = "command line";
	}
	return code;
}
