/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of the host: read whole, and written so that a reader never sees half of one.
 *
 * Errors are worded on stderr here, with the file's name; callers pass the status on.
 */
#ifndef KSHIM_FILE_H
#define KSHIM_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "stub/base/bytes.h"

/* A file's bytes, allocated. */
struct file {
	const char *path;
	uint8_t *data;
	size_t size, room; /* bytes that are there, bytes there is memory for */
};

static inline struct span
file_span(const struct file *f)
{
	return (struct span){f->data, f->size};
}

/* Read all of `path` (a pipe too). Returns STATUS_OK or STATUS_HOST. */
int file_read(const char *path, struct file *ret_file);
void file_free(struct file *f);

/* Make room for `size` bytes in all. Returns STATUS_OK or STATUS_HOST. */
int file_reserve(struct file *f, size_t size);
/* Make room for more bytes than there are. */
int file_grow(struct file *f);

/* A file being written under a temporary name beside `path`. */
struct outfile {
	const char *path;
	char *temp;
	FILE *stream;
	uint64_t size; /* bytes written so far */
	bool failed;   /* a write failed; later ones do nothing */
};

/* Returns STATUS_OK or STATUS_HOST. */
int outfile_open(const char *path, struct outfile *ret_out);
void outfile_write(struct outfile *out, const void *data, size_t len);
/* Zeros up to the next multiple of `unit`. */
void outfile_pad(struct outfile *out, uint64_t unit);

/* All is on disk under the temporary name: STATUS_OK, or STATUS_HOST and it is gone. */
int outfile_flush(struct outfile *out);
/* Give it its name: STATUS_OK or STATUS_HOST. */
int outfile_commit(struct outfile *out);
/* Remove what was written. */
void outfile_drop(struct outfile *out);

#endif
