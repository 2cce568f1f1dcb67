/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bundle into the places of its kernel, command line and initrd.
 *
 * Format: "newc" in Linux Documentation/driver-api/early-userspace/buffer-format.rst: header of
 * 6 magic and 13 times 8 hexadecimal digits, name and data each padded to 4. Promises members
 * inside the file. Until a member of ours is met, whatever is wrong only means that this is no
 * bundle; from then on it is refused. Surprising: a name may be longer than it reads, NULs
 * after it put the kernel's data onto a page boundary.
 */
#include "bundle.h"

#define HEADER    110 /* bytes */
#define MAGIC     "070701"
#define MAGIC_LEN 6
#define DIGITS    8
#define NAME_MAX  4096 /* c_namesize, the NUL included */
#define CHUNK     4096 /* asked for at once */
#define S_IFMT    0170000
#define S_IFREG   0100000

enum field {
	C_INO,
	C_MODE,
	C_UID,
	C_GID,
	C_NLINK,
	C_MTIME,
	C_FILESIZE,
	C_DEVMAJOR,
	C_DEVMINOR,
	C_RDEVMAJOR,
	C_RDEVMINOR,
	C_NAMESIZE,
	C_CHECK,
	FIELDS,
};

static const char *const field_names[FIELDS] = {
        "c_ino",
        "c_mode",
        "c_uid",
        "c_gid",
        "c_nlink",
        "c_mtime",
        "c_filesize",
        "c_devmajor",
        "c_devminor",
        "c_rdevmajor",
        "c_rdevminor",
        "c_namesize",
        "c_check",
};

_Static_assert(MAGIC_LEN + FIELDS * DIGITS == HEADER, "buffer-format.rst");

struct member {
	uint64_t off; /* of the header */
	uint32_t field[FIELDS];
	struct span name; /* up to its first NUL */
	uint64_t data_off, next;
};

struct reader {
	const struct image *im;
	struct refusal *why;
	bool kernel, cmdline; /* met */
};

static enum refusal_code
fail(struct reader *r, enum refusal_code code, const char *detail, uint64_t where,
        uint64_t found, uint64_t wanted)
{
	refuse(r->why, code, where, found, wanted);
	r->why->detail = detail;
	return code;
}

/*
 * `len` bytes at `off`. If they are not at hand a whole chunk is asked for: header, name and
 * what follows mostly lie together.
 */
static enum refusal_code
get(struct reader *r, uint64_t off, uint64_t len, const char *detail, struct span *ret_bytes)
{
	enum refusal_code code =
	        image_get(r->im, off, len, REFUSAL_BUNDLE_TRUNCATED, ret_bytes, r->why);

	if (code == REFUSAL_BUNDLE_TRUNCATED)
		r->why->detail = detail;
	if (code == REFUSAL_NEED && len < CHUNK)
		r->why->wanted = r->im->size - off < CHUNK ? r->im->size - off : CHUNK;
	return code;
}

/* Eight hexadecimal digits of either case. */
static enum refusal_code
read_field(struct reader *r, struct member *m, struct span header, int field)
{
	uint64_t at = MAGIC_LEN + (uint64_t)field * DIGITS;

	for (uint64_t i = at; i < at + DIGITS; i++) {
		uint8_t c = span_u8(header, i), digit;

		if (c >= '0' && c <= '9')
			digit = (uint8_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = (uint8_t)((c | 0x20) - 'a' + 10);
		else
			return fail(r, REFUSAL_BUNDLE_DIGIT, field_names[field], m->off + i, c,
			        '0');
		m->field[field] = m->field[field] << 4 | digit;
	}
	return REFUSAL_NONE;
}

static uint64_t
magic_of(struct span header)
{
	uint64_t v = 0;

	for (uint64_t i = 0; i < MAGIC_LEN; i++)
		v = v << 8 | span_u8(header, i);
	return v;
}

static enum refusal_code
read_header(struct reader *r, struct member *m)
{
	struct span header;
	enum refusal_code code = get(r, m->off, HEADER, "archive header", &header);

	if (code)
		return code;
	if (!span_is(header, 0, MAGIC, MAGIC_LEN))
		return fail(r, REFUSAL_BUNDLE_MAGIC, NULL, m->off, magic_of(header),
		        0x303730373031);
	for (int i = 0; i < FIELDS; i++) {
		code = read_field(r, m, header, i);
		if (code)
			return code;
	}
	if (m->field[C_NAMESIZE] == 0 || m->field[C_NAMESIZE] > NAME_MAX)
		return fail(
		        r, REFUSAL_BUNDLE_NAME, NULL, m->off, m->field[C_NAMESIZE], NAME_MAX);
	return REFUSAL_NONE;
}

/* The member at m->off: its name, where its data lie and where the next one starts. */
static enum refusal_code
read_member(struct reader *r, struct member *m)
{
	enum refusal_code code = read_header(r, m);
	uint64_t len = 0, name_end;
	struct span name;

	if (code)
		return code;
	/* The name follows the header at once: asking for both keeps to one window. */
	code = get(r, m->off, HEADER + m->field[C_NAMESIZE], "member's name", &name);
	if (code)
		return code;
	while (len < m->field[C_NAMESIZE] && name.base[HEADER + len])
		len++;
	m->name = (struct span){name.base + HEADER, len};
	name_end = m->off + HEADER + m->field[C_NAMESIZE];
	if (!align_up(name_end, 4, &m->data_off) ||
	        !range_fits(m->data_off, m->field[C_FILESIZE]) ||
	        !align_up(m->data_off + m->field[C_FILESIZE], 4, &m->next))
		return fail(r, REFUSAL_BUNDLE_TRUNCATED, "member's data", name_end, r->im->size,
		        UINT64_MAX);
	return REFUSAL_NONE;
}

static bool
name_is(const struct member *m, const char *name, uint64_t len)
{
	return m->name.size == len && span_is(m->name, 0, name, len);
}

/* A member of ours: once, a regular file, and all there. */
static enum refusal_code
take(struct reader *r, const struct member *m, const char *what, bool *met, uint64_t *ret_off,
        uint64_t *ret_len)
{
	uint64_t len = m->field[C_FILESIZE];

	if (*met)
		return fail(r, REFUSAL_BUNDLE_DUPLICATE, what, m->off, 2, 1);
	*met = true;
	if ((m->field[C_MODE] & S_IFMT) != S_IFREG || m->field[C_NLINK] > 1)
		return fail(r, REFUSAL_BUNDLE_LINK, what, m->off, m->field[C_MODE],
		        m->field[C_NLINK]);
	if (len && !bounds_ok(r->im->size, m->data_off, len))
		return fail(r, REFUSAL_BUNDLE_TRUNCATED, what, m->data_off, r->im->size,
		        m->data_off + len);
	*ret_off = len ? m->data_off : 0;
	*ret_len = len;
	return REFUSAL_NONE;
}

/* Zeros separate archive and initrd; the first other byte starts it. */
static enum refusal_code
find_initrd(struct reader *r, uint64_t off, struct bundle *bundle)
{
	while (off < r->im->size) {
		uint64_t len = CHUNK - off % CHUNK;
		struct span bytes;
		enum refusal_code code;

		if (len > r->im->size - off)
			len = r->im->size - off;
		code = image_get(r->im, off, len, REFUSAL_BUNDLE_TRUNCATED, &bytes, r->why);
		if (code)
			return code;
		for (uint64_t i = 0; i < len; i++, off++) {
			if (!bytes.base[i])
				continue;
			bundle->initrd_off = off;
			bundle->initrd_len = r->im->size - off;
			return REFUSAL_NONE;
		}
	}
	return REFUSAL_NONE;
}

/* All members up to the trailer; *ret_end is the first byte after the archive. */
static enum refusal_code
read_archive(struct reader *r, struct bundle *bundle, uint64_t *ret_end)
{
	uint64_t off = 0;

	for (;;) {
		struct member m = {.off = off};
		enum refusal_code code = read_member(r, &m);

		if (code)
			return code;
		if (name_is(&m, "TRAILER!!!", 10)) {
			*ret_end = m.next;
			return REFUSAL_NONE;
		}
		if (name_is(&m, "kshim/kernel", 12))
			code = take(r, &m, "kshim/kernel", &r->kernel, &bundle->kernel_off,
			        &bundle->kernel_len);
		else if (name_is(&m, "kshim/cmdline", 13))
			code = take(r, &m, "kshim/cmdline", &r->cmdline, &bundle->cmdline_off,
			        &bundle->cmdline_len);
		if (code)
			return code;
		off = m.next;
	}
}

static enum refusal_code
read_bundle(struct reader *r, bool *ret_found, struct bundle *ret_bundle)
{
	struct bundle bundle = {0};
	uint64_t end;
	enum refusal_code code = read_archive(r, &bundle, &end);

	if (code == REFUSAL_NONE && r->kernel)
		code = find_initrd(r, end, &bundle);
	if (code == REFUSAL_NEED || (code && (r->kernel || r->cmdline)))
		return code;
	*ret_found = code == REFUSAL_NONE && r->kernel;
	if (*ret_found)
		*ret_bundle = bundle;
	return REFUSAL_NONE;
}

enum refusal_code
bundle_read(const struct image *im, bool *ret_found, struct bundle *ret_bundle,
        struct refusal *ret_why)
{
	struct reader r = {.im = im, .why = ret_why};
	struct span magic;
	enum refusal_code code = get(&r, 0, MAGIC_LEN, NULL, &magic);

	/* Most files are no archive: this much must be cheap. */
	if (code == REFUSAL_NONE && span_is(magic, 0, MAGIC, MAGIC_LEN))
		return read_bundle(&r, ret_found, ret_bundle);
	if (code == REFUSAL_NEED)
		return code;
	*ret_found = false;
	return REFUSAL_NONE;
}
