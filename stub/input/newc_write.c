/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes the members of a newc archive (buffer-format.rst, "cpio_file").
 *
 * Surprise: the trailer's length is written with an upper-case digit and all others with
 * lower-case ones. Linux reads both; what systemd's stub makes of the same files has to have
 * the same sum.
 */
#include "newc_write.h"
#include "stub/base/text.h"

#define MODE_FOLDER   0040000u
#define MODE_FILE     0100000u
#define FOLDERS_ABOVE 0555u

static void
put(struct newc *a, struct span bytes)
{
	if (a->base && bounds_ok(a->room, a->len, bytes.size) && bytes.size)
		memcpy(a->base + a->len, bytes.base, (size_t)bytes.size);
	a->len += bytes.size;
}

static void
put_text(struct newc *a, const char *text)
{
	put(a, text_span(text));
}

static void
put_field(struct newc *a, uint32_t v)
{
	char digits[9] = "";

	for (unsigned i = 0; i < 8; i++)
		digits[i] = "0123456789abcdef"[v >> (28 - 4 * i) & 15];
	put_text(a, digits);
}

/* Members start, and contents do, on multiples of 4. */
static void
pad(struct newc *a)
{
	static const uint8_t zeros[3] = {0, 0, 0};

	put(a, (struct span){zeros, -a->len & 3});
}

/* The header; name_len with its NUL. */
static void
put_header(struct newc *a, uint32_t mode, uint32_t content, uint64_t name_len)
{
	const uint32_t fields[] = {
	        ++a->inode, mode, 0, 0, 1, 0, content, 0, 0, 0, 0, (uint32_t)name_len, 0};

	put_text(a, "070701");
	for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		put_field(a, fields[i]);
}

static void
put_folder(struct newc *a, struct span path, uint32_t mode)
{
	put_header(a, mode | MODE_FOLDER, 0, path.size + 1);
	put(a, path);
	put(a, (struct span){(const uint8_t *)"", 1});
	pad(a);
}

void
newc_folder(struct newc *a, const char *path, uint32_t mode)
{
	struct span whole = text_span(path);

	for (uint64_t i = 1; i < whole.size; i++) {
		if (whole.base[i] == '/')
			put_folder(a, (struct span){whole.base, i}, FOLDERS_ABOVE);
	}
	put_folder(a, whole, mode);
}

bool
newc_file(struct newc *a, const char *folder, const char *name, uint32_t mode,
        struct span content)
{
	if (content.size > UINT32_MAX)
		return false;
	put_header(a, mode | MODE_FILE, (uint32_t)content.size,
	        text_span(folder).size + 1 + text_span(name).size + 1);
	put_text(a, folder);
	put_text(a, "/");
	put_text(a, name);
	put(a, (struct span){(const uint8_t *)"", 1});
	pad(a);
	put(a, content);
	pad(a);
	return true;
}

void
newc_end(struct newc *a)
{
	static const char zeros[] = "00000000";

	put_text(a, "070701");
	for (unsigned i = 0; i < 13; i++)
		put_text(a, i == 4 ? "00000001" : i == 11 ? "0000000B" : zeros);
	put_text(a, "TRAILER!!!");
	put(a, (struct span){(const uint8_t *)"", 1});
	pad(a);
}
