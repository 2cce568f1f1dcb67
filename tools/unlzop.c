/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An lzop file into what it packs: blocks of LZO1X with a header, as Linux' CONFIG_KERNEL_LZO
 * makes it (lzop 1.04, lzop.h and the format's description in its FAQ).
 *
 * All numbers are big-endian. Checksums are passed over: a damaged block does not decompress,
 * or what comes out is looked at by others. Only the compressor's version that all kernels
 * use (0x0940 and later) is taken.
 */
#include <lzo/lzo1x.h>

#include "tools/cmd.h"
#include "tools/unlzop.h"

#define MAGIC_LEN   9
#define VERSION_MIN 0x0940
#define METHODS     3 /* LZO1X-1, LZO1X-1(15), LZO1X-999: one decompressor */
#define BLOCK_MAX   (64u << 20)

#define F_ADLER32_D   0x1u
#define F_ADLER32_C   0x2u
#define F_EXTRA_FIELD 0x40u
#define F_CRC32_D     0x100u
#define F_CRC32_C     0x200u
#define F_FILTER      0x800u

struct reader {
	struct span in;
	uint64_t at;
	bool cut; /* something was past the end */
};

static uint32_t
next(struct reader *r, unsigned bytes)
{
	uint32_t v = 0;

	if (!bounds_ok(r->in.size, r->at, bytes)) {
		r->cut = true;
		return 0;
	}
	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | r->in.base[r->at++];
	return v;
}

static void
skip(struct reader *r, uint64_t bytes)
{
	if (bounds_ok(r->in.size, r->at, bytes))
		r->at += bytes;
	else
		r->cut = true;
}

/* The header; its flags. */
static const char *
read_header(struct reader *r, uint32_t *ret_flags)
{
	uint32_t version, method;

	skip(r, MAGIC_LEN);
	version = next(r, 2);
	skip(r, 4); /* the library's version, the version needed */
	method = next(r, 1);
	skip(r, 1); /* level */
	*ret_flags = next(r, 4);
	if (*ret_flags & F_FILTER)
		return "it uses a filter";
	skip(r, 12); /* mode, time */
	skip(r, next(r, 1));
	skip(r, 4); /* checksum */
	if (*ret_flags & F_EXTRA_FIELD)
		skip(r, next(r, 4) + 4ull);
	if (r->cut)
		return "its header is cut short";
	if (version < VERSION_MIN)
		return "it is of a version before 0x0940";
	return method >= 1 && method <= METHODS ? NULL : "its method is no LZO1X";
}

static unsigned
checksums(uint32_t flags, uint32_t adler, uint32_t crc)
{
	return (flags & adler ? 4 : 0) + (flags & crc ? 4 : 0);
}

static const char *
unpack_block(
        struct reader *r, uint32_t flags, uint32_t len, struct budget *b, struct file *plain)
{
	uint32_t packed_len = next(r, 4);
	lzo_uint got = len;
	struct span packed;

	skip(r, checksums(flags, F_ADLER32_D, F_CRC32_D));
	if (packed_len < len)
		skip(r, checksums(flags, F_ADLER32_C, F_CRC32_C));
	if (r->cut || packed_len > len || len > BLOCK_MAX ||
	        !span_sub(r->in, r->at, packed_len, &packed))
		return "a block is cut short or damaged";
	r->at += packed_len;
	if (!budget_spend(b, packed_len, len))
		return "it unpacks to too much";
	if (file_reserve(plain, plain->size + len) != STATUS_OK)
		return "no memory";
	if (packed_len == len)
		memcpy(plain->data + plain->size, packed.base, len);
	else if (lzo1x_decompress_safe(packed.base, packed_len, plain->data + plain->size, &got,
	                 NULL) != LZO_E_OK ||
	         got != len)
		return "a block does not decompress";
	plain->size += len;
	return NULL;
}

const char *
unlzop(struct span packed, struct budget *b, struct file *plain)
{
	struct reader r = {.in = packed};
	uint32_t flags = 0, len;
	const char *wrong = read_header(&r, &flags);

	while (!wrong && (len = next(&r, 4)) != 0)
		wrong = unpack_block(&r, flags, len, b, plain);
	if (!wrong && r.cut)
		wrong = "it is cut short";
	return wrong;
}
