/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of a host as the request that the core plans from: a kernel, a bundle or a unified
 * kernel image, initrds, words for the command line. kshim run --direct and kshim plan ask in
 * this way.
 *
 * A blob is a stream whose handle is the index of its file.
 */
#ifndef KSHIM_REQUEST_H
#define KSHIM_REQUEST_H

#include "stub/body/kernel_file.h"
#include "stub/plan/plan.h"

struct request_file {
	const char *path;
	const char *name; /* for messages: "kernel", "initrd 2" */
	struct span bytes;
};

struct request_source {
	const struct request_file *file; /* the kernel, then the initrds */
	uint32_t files;
	uint32_t first_handle; /* of the kernel's file */
	const char *append;    /* words behind the file's own */
	kernel_prober *probe;
};

/*
 * Fill in blobs and command line (req->cmdline is an empty one with room), and what the
 * kernel's facts and our own words are. On refusal ret_why->subject is the file's path.
 * Errors: bundle.*, uki.*, the probe's, cmdline.*, plan.too-many.
 */
enum refusal_code request_read(const struct request_source *from, struct plan_request *req,
        struct facts *ret_facts, struct cmdline_words *ret_words, struct refusal *ret_why);

#endif
