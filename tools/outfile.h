/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files written so that a reader never sees half of one: under a temporary name first.
 *
 * Errors are worded on stderr here, with the file's name; callers pass the status on.
 */
#ifndef KSHIM_OUTFILE_H
#define KSHIM_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A file being written under a temporary name beside `path`. One at a time. */
struct outfile {
	const char *path;
	char *temp;
	FILE *stream;
	uint64_t size; /* bytes written so far */
	int failed;    /* errno of a write that failed; later ones do nothing */
};

/* Returns STATUS_OK or STATUS_HOST. */
int outfile_open(const char *path, struct outfile *ret_out);
void outfile_write(struct outfile *out, const void *data, size_t len);
/* Zeros up to the next multiple of `unit`. */
void outfile_pad(struct outfile *out, uint64_t unit);

/* Nothing is left in the buffer: 0, or errno of the first write that failed. */
int outfile_written(struct outfile *out);
/* All is on disk under the temporary name: STATUS_OK, or STATUS_HOST and it is gone. */
int outfile_flush(struct outfile *out);
/* Give it its name: STATUS_OK or STATUS_HOST. */
int outfile_commit(struct outfile *out);
/* Remove what was written. */
void outfile_drop(struct outfile *out);

/* The program ends: remove the temporary file that is being written, if there is one. */
void outfile_abandon(void);

#endif
