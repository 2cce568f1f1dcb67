/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of the host as bytes: a regular file is mapped, so that it costs memory only where it
 * is looked at; standard input is read.
 *
 * Errors are worded on stderr here, with the file's name; callers pass the status on.
 */
#ifndef KSHIM_FILE_H
#define KSHIM_FILE_H

#include "stub/base/bytes.h"

struct mapping;

/* A file's bytes, mapped (then they must not be written to) or allocated. */
struct file {
	const char *path;
	uint8_t *data;
	size_t size, room;   /* bytes that are there, bytes there is memory for */
	struct mapping *map; /* NULL: allocated */
};

static inline struct span
file_span(const struct file *f)
{
	return (struct span){f->data, f->size};
}

/*
 * The regular file `path`, or, where no file has that name, one inside of a disk image
 * (disk_image.h). Returns STATUS_OK or STATUS_HOST; of an image STATUS_REFUSED, too.
 */
int file_read(const char *path, struct file *ret_file);

/*
 * Standard input, which may be a pipe or a terminal too: at most `limit` bytes, and `raise`
 * says how to have more of them ("" if there is no way). Returns STATUS_OK or STATUS_HOST.
 */
int file_read_input(uint64_t limit, const char *raise, struct file *ret_file);

/* A text for people, as those of --config and --map are: no larger than FILE_TEXT_MAX. */
#define FILE_TEXT_MAX (64u << 20)
int file_read_text(const char *path, struct file *ret_file);

/*
 * Is it still what was read? Asked before a result is believed. Returns STATUS_OK, or
 * STATUS_HOST and a sentence.
 */
int file_unchanged(const struct file *f);

void file_free(struct file *f);

/* Make room for `size` bytes in all. Returns STATUS_OK or STATUS_HOST. */
int file_reserve(struct file *f, size_t size);
/* Make room for more bytes than there are. */
int file_grow(struct file *f);

#endif
