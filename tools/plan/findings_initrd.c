/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Initrds as Linux will unpack them: archives that end early or lack padding, bytes that are no
 * archive, compressions that this kernel does not read.
 *
 * Source: Linux init/initramfs.c, lib/decompress.c (magics), lib/decompress_unlz4.c (the legacy
 * format only), Documentation/staging/xz.rst (no integrity check but CRC32). A hypervisor's
 * modules are its own affair and not looked at.
 */
#include "tools/plan/findings.h"
#include "tools/plan/plan_case.h"
#include "tools/plan/unpacking.h"

#include <stdio.h>
#include <string.h>

#include "tools/ikconfig.h"
#include "tools/plan/config.h"
#include "tools/plan/cpio.h"
#include "tools/size.h"
#include "tools/unpack.h"

#define LZ4_LEGACY 0x184c2102u /* the magic; between chunks it only starts another stream */

struct look {
	struct plan_case *c;
	struct config config;
	bool has_config, looked;
	struct cpio cpio;
	int status;
};

/* Linux' name for what compression_of() calls so; NULL: it reads no such files. */
static const char *
option_of(const char *compression)
{
	static const char *const names[][2] = {{"gzip", "RD_GZIP"}, {"bzip2", "RD_BZIP2"},
	        {"xz", "RD_XZ"}, {"lzma", "RD_LZMA"}, {"zstd", "RD_ZSTD"}, {"lz4", "RD_LZ4"},
	        {"lzop", "RD_LZO"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(compression, names[i][0]) == 0)
			return names[i][1];
	}
	return NULL;
}

static bool
load_config(struct look *l)
{
	if (!l->looked) {
		l->looked = true;
		if (!config_find(l->c, &l->config, &l->status))
			return false;
		l->has_config = l->config.text.size != 0;
		if (l->config.why[0])
			findings_add(l->cpio.findings, FINDING_WARNING, "initrd.config", "%s",
			        l->config.why);
	}
	return true;
}

/* What of a compressed archive Linux cannot take, whatever its configuration. */
static const char *
form_that_linux_lacks(struct span s)
{
	if (span_is(s, 0, "\x04\x22\x4d\x18", 4))
		return "lz4's frame format, and Linux reads the legacy one: lz4 -l";
	if (span_is(s, 0,
	            "\xfd"
	            "7zXZ",
	            6) &&
	        span_u8(s, 7) > 1)
		return "xz with a check that Linux does not know: xz --check=crc32";
	return NULL;
}

static bool
check_compression(struct look *l, struct span s, const char *name, uint64_t off)
{
	const char *lacks = form_that_linux_lacks(s), *option = option_of(name);
	struct span value;

	if (lacks) {
		findings_add(l->cpio.findings, FINDING_ERROR, "initrd.format",
		        "%s: at byte %llu: %s", l->cpio.path, (unsigned long long)off, lacks);
		return true;
	}
	if (!load_config(l))
		return false;
	if (!l->has_config || !option)
		return true;
	if (!config_value(file_span(&l->config.text), "BLK_DEV_INITRD", &value))
		findings_add(l->cpio.findings, FINDING_ERROR, "initrd.not-read",
		        "%s: this kernel takes no initrd: CONFIG_BLK_DEV_INITRD is not set (%s)",
		        l->cpio.path, l->config.from);
	else if (!config_value(file_span(&l->config.text), option, &value))
		findings_add(l->cpio.findings, FINDING_ERROR, "initrd.compression",
		        "%s: at byte %llu: compressed by %s, which this kernel cannot read: CONFIG_%s is not set (%s)",
		        l->cpio.path, (unsigned long long)off, name, option, l->config.from);
	return true;
}

/*
 * Where a legacy lz4 stream ends: at a chunk size of 0, or with its file. Linux takes four
 * bytes of anything else behind the last chunk for the size of another one.
 */
static bool
end_of_lz4(struct look *l, struct span s, uint64_t off, uint64_t *ret_end)
{
	uint64_t at = 0;

	while (s.size - at >= 4) {
		uint32_t len = span_le32(s, at);

		if (!len)
			break;
		at += 4;
		if (len == LZ4_LEGACY)
			continue;
		if (len > s.size - at) {
			findings_add(l->cpio.findings, FINDING_ERROR, "initrd.padding",
			        "%s: at byte %llu: what follows an lz4 archive needs four zero bytes before it, or Linux reads it as more of that archive",
			        l->cpio.path, (unsigned long long)(off + at - 4));
			return false;
		}
		at += len;
	}
	*ret_end = at;
	return true;
}

/* One compressed archive at `off`; false if there is no going on. */
static bool
look_inside(
        struct look *l, struct span bytes, uint64_t off, struct budget *b, uint64_t *ret_end)
{
	struct file plain = {.path = l->cpio.path};
	struct span packed = {NULL, 0};
	const char *name;
	char why[UNPACK_WHY];
	uint64_t used = 0, end;
	bool good;

	if (!span_sub(bytes, off, bytes.size - off, &packed))
		return false;
	name = compression_of(packed);
	if (!check_compression(l, packed, name, off))
		return false;
	if (span_is(packed, 0, "\x02\x21\x4c\x18", 4)) {
		if (!end_of_lz4(l, packed, off, &end))
			return false;
		packed.size = end;
	}
	l->status = unpack_stream(packed, &plain, b, &used, why);
	if (l->status == STATUS_REFUSED) {
		l->status = STATUS_OK;
		findings_add(l->cpio.findings, b->over ? FINDING_WARNING : FINDING_ERROR,
		        b->over ? "initrd.limit" : "initrd.unpack", "%s", why);
	}
	if (!plain.size)
		return false;
	l->cpio.inside = name;
	good = cpio_walk_all(&l->cpio, file_span(&plain), 0, &end);
	if (good && end < plain.size)
		findings_add(l->cpio.findings, FINDING_ERROR, "initrd.no-archive",
		        "%s, unpacked by %s: at byte %llu there is no cpio archive",
		        l->cpio.path, name, (unsigned long long)end);
	l->cpio.inside = NULL;
	file_free(&plain);
	*ret_end = off + used;
	return good && used;
}

static void
no_archive(struct look *l, struct span s, uint64_t off)
{
	char found[33];
	size_t n = 0;

	for (; n < 16 && off + n < s.size; n++)
		snprintf(found + 2 * n, 3, "%02x", s.base[off + n]);
	findings_add(l->cpio.findings, FINDING_ERROR, "initrd.no-archive",
	        "%s: at byte %llu: found %s, wanted a cpio archive (070701), plain or compressed by gzip, bzip2, lzma, xz, lzo, lz4 or zstd",
	        l->cpio.path, (unsigned long long)off, found);
}

static void
look_at(struct look *l, const char *path, struct span bytes, struct budget *b)
{
	char size[SIZE_TEXT], limit[SIZE_TEXT];
	uint64_t off = 0;
	struct span rest;

	l->cpio.path = path;
	if (!bytes.size)
		findings_add(l->cpio.findings, FINDING_WARNING, "initrd.empty",
		        "%s: the file is empty", path);
	if (bytes.size > b->limit) {
		findings_add(l->cpio.findings, FINDING_WARNING, "initrd.limit",
		        "%s: %s, too large to be looked at; --limit SIZE allows more than %s",
		        path, size_text(bytes.size, size), size_text(b->limit, limit));
		return;
	}
	while (l->status == STATUS_OK && cpio_walk_all(&l->cpio, bytes, off, &off) &&
	        span_sub(bytes, off, bytes.size - off, &rest) && rest.size) {
		if (!compression_of(rest)) {
			no_archive(l, bytes, off);
			break;
		}
		if (!look_inside(l, bytes, off, b, &off))
			break;
	}
}

/* The initrds that the kernel's file brings, then the files that were given. */
static void
look_at_all(struct look *l)
{
	struct plan_case *c = l->c;

	for (uint32_t i = 1; i < c->req.blobs && l->status == STATUS_OK; i++) {
		const struct blob *b = &c->in_files[i];
		const struct request_file *f = &c->file[b->handle];
		struct span bytes;

		if (span_sub(f->bytes, b->addr, b->size, &bytes))
			look_at(l, f->path, bytes, &l->c->budget[b->handle]);
	}
}

bool
findings_of_initrds(struct plan_case *c, struct findings *f, struct unpacking *ret_unpacking,
        int *ret_status)
{
	struct look l = {.c = c, .cpio = {.findings = f}, .status = STATUS_OK};
	bool elf = c->facts.format == KERNEL_ELF64 || c->facts.format == KERNEL_ELF32;

	if (!c->req.map || (elf && c->facts.elf.evidence == LINUX_NO))
		return true;
	look_at_all(&l);
	if (c->req.blobs > 1 && !l.cpio.init && l.cpio.members && l.status == STATUS_OK &&
	        !findings_have_error(f))
		findings_add(f, FINDING_NOTE, "initrd.no-init",
		        "no /init in the initrd: Linux goes on to root=");
	ret_unpacking->unpacked = l.cpio.unpacked;
	for (uint32_t i = 1; i < c->req.blobs; i++)
		ret_unpacking->packed += c->in_files[i].size;
	file_free(&l.config.text);
	*ret_status = l.status;
	return l.status == STATUS_OK;
}
