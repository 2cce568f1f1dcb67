/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The request that the core plans from, for either path. A blob's handle is the index of its
 * file in struct inputs.
 */
#include "boot.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "stub/body/report.h"
#include "tools/request.h"
#include "tools/run/as.h"
#include "tools/run/plug_devices.h"
#include "tools/run/status.h"

static void
add_blob(struct plan_request *req, const struct inputs *in, uint32_t file, uint64_t off,
        uint64_t len)
{
	req->blob[req->blobs++] = (struct blob){.where = BLOB_STREAM,
	        .handle = file,
	        .addr = off,
	        .size = len,
	        .name = in->file[file].name};
}

static int
append(struct boot *b, struct span part)
{
	struct refusal why;

	if (cmdline_append(&b->req.cmdline, part, &why) != REFUSAL_NONE)
		return fail_refusal("command line", why);
	return STATUS_GO_ON;
}

static int
append_text(struct boot *b, const char *text)
{
	return append(b, (struct span){(const uint8_t *)text, strlen(text)});
}

static int
probe(struct boot *b, const struct input *file, struct span bytes)
{
	struct image im = image_of(bytes);
	struct refusal why;

	if (kernel_probe(&im, &b->facts, &why) != REFUSAL_NONE)
		return fail_refusal(file->path, why);
	return STATUS_GO_ON;
}

static int
request_direct(const struct options *o, const struct inputs *in, struct boot *b)
{
	struct request_file file[PLAN_BLOBS + 1];
	struct request_source from = {.file = file,
	        .files = in->files - INPUT_KERNEL,
	        .first_handle = INPUT_KERNEL,
	        .append = o->append,
	        .probe = kernel_probe};
	struct cmdline_words words;
	struct refusal why;

	for (uint32_t i = 0; i < from.files; i++) {
		const struct input *f = &in->file[INPUT_KERNEL + i];

		file[i] = (struct request_file){f->path, f->name, f->bytes};
	}
	if (request_read(&from, &b->req, &b->facts, &words, &why) != REFUSAL_NONE)
		return fail_refusal(why.subject, why);
	b->req.protocol = o->protocol != PROTOCOL_AUTO ? o->protocol : words.protocol;
	return STATUS_GO_ON;
}

/* The stub reads its own words from the command line, and judges all the rest. */
static int
request_stub(const struct options *o, const struct inputs *in, struct boot *b)
{
	char word[32] = "";
	uint32_t modules = o->as == LAYOUT_KSHIM ? in->files : 0;
	int status = probe(b, &in->file[INPUT_STUB], in->file[INPUT_STUB].bytes);

	add_blob(&b->req, in, INPUT_STUB, 0, in->file[INPUT_STUB].bytes.size);
	for (uint32_t i = INPUT_KERNEL; i < modules; i++) {
		if (b->req.blobs == PLAN_BLOBS)
			return fail(STATUS_USAGE, "more than %d initrds with a stub",
			        PLAN_BLOBS - 2);
		add_blob(&b->req, in, i, 0, in->file[i].bytes.size);
	}
	b->req.protocol = PROTOCOL_PVH;
	if (o->protocol != PROTOCOL_AUTO)
		snprintf(word, sizeof(word), "kshim.protocol=%s", protocol_name(o->protocol));
	if (status == STATUS_GO_ON)
		status = append_text(b, o->append);
	if (status == STATUS_GO_ON)
		status = append_text(b, word);
	return status;
}

int
boot_plan(const struct options *options, const struct inputs *inputs, bool gb_pages,
        struct boot *ret_boot)
{
	struct boot *b = ret_boot;
	struct refusal why;
	int status;

	memset(b, 0, sizeof(*b));
	b->module.fd = -1;
	layout_make(options->as, options->memory, &b->layout);
	if (plug_wanted(options))
		layout_add_pci(&b->layout);
	layout_memmap(&b->layout, &b->map);
	b->req = (struct plan_request){.kernel = &b->facts,
	        .map = &b->map,
	        .cmdline = cmdline_init(b->line, sizeof(b->line)),
	        .fixed = b->fixed,
	        .gb_pages = gb_pages,
	        .rsdp = b->layout.rsdp_told,
	        .rng_seed = b->seed,
	        .rng_seed_len = PLAN_RNG_SEED};
	if (getrandom(b->seed, sizeof(b->seed), 0) != sizeof(b->seed))
		b->req.rng_seed_len = 0;
	status = options->direct ? request_direct(options, inputs, b)
	                         : request_stub(options, inputs, b);
	if (status == STATUS_GO_ON && options->as != LAYOUT_KSHIM)
		status = as_prepare(inputs, b);
	if (status == STATUS_GO_ON && plan_make(&b->req, &b->plan, &why) != REFUSAL_NONE) {
		if (!why.subject)
			why.subject = options->direct ? options->kernel : "stub";
		status = fail_refusal(why.subject, why);
	}
	return status;
}

void
boot_free(struct boot *boot)
{
	as_free(boot);
}
