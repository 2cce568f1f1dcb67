/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names what is on a volume that kshim does not read, by its magic number.
 *
 * Places and numbers are those of each format's own description, as Linux's headers and
 * blkid(8) have them. Those at the end of a volume (RAID metadata 0.9 and 1.0) leave the file
 * system at its start readable, and are not looked for.
 */
#include "file_system.h"

struct magic {
	uint32_t at; /* byte of the volume */
	uint8_t len;
	const char *bytes, *name;
};

static const struct magic magics[] = {
        {0, 6, "LUKS\xba\xbe", "a LUKS encrypted volume"},
        {0, 4, "XFSB", "XFS"},
        {0x10040, 8, "_BHRfS_M", "btrfs"},
        {512, 8, "LABELONE", "an LVM2 physical volume"},
        {0, 8, "LABELONE", "an LVM2 physical volume"},
        {0, 4, "\xfc\x4e\x2b\xa9", "a member of a Linux RAID"},
        {4096, 4, "\xfc\x4e\x2b\xa9", "a member of a Linux RAID"},
        {4086, 10, "SWAPSPACE2", "Linux swap space"},
        {3, 8, "NTFS    ", "NTFS"},
        {3, 8, "EXFAT   ", "exFAT"},
        {3, 8, "-FVE-FS-", "a BitLocker encrypted volume"},
        {0, 4, "hsqs", "squashfs"},
        {1024, 4, "\xe2\xe1\xf5\xe0", "erofs"},
        {1024, 4, "\x10\x20\xf5\xf2", "f2fs"},
        {0x8001, 5, "CD001", "ISO9660, a CD or DVD"},
        {24, 4, "\xc6\x85\x73\xf6", "bcachefs"},
        {4096 + 24, 4, "\xc6\x85\x73\xf6", "bcachefs"},
        {65536 + 52, 8, "ReIsEr2F", "reiserfs"},
        {65536 + 52, 8, "ReIsErFs", "reiserfs"},
        {32768, 4, "JFS1", "JFS"},
};

/* ZFS: an array of uberblocks of 1 KiB each from 128 KiB on, in either byte order. */
static enum refusal_code
is_zfs(const struct volume *v, bool *ret_is, struct refusal *ret_why)
{
	enum refusal_code code;
	struct span s;

	*ret_is = false;
	for (uint64_t at = 128 * KIB; at < 256 * KIB && !*ret_is; at += DISK_BLOCK) {
		if (!bounds_ok(v->size, at, 8))
			return REFUSAL_NONE;
		if ((code = volume_bytes(v, at, 8, "first bytes", &s, ret_why)))
			return code;
		*ret_is =
		        span_le64(s, 0) == 0x00bab10c || span_le64(s, 0) == 0x0cb1ba0000000000;
	}
	return REFUSAL_NONE;
}

enum refusal_code
fs_foreign(const struct volume *v, const char **ret_name, struct refusal *ret_why)
{
	bool zfs;
	struct span s;
	enum refusal_code code;

	for (unsigned i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		const struct magic *m = &magics[i];

		if (!bounds_ok(v->size, m->at, m->len))
			continue;
		if ((code = volume_bytes(v, m->at, m->len, "first bytes", &s, ret_why)))
			return code;
		if (span_is(s, 0, m->bytes, m->len)) {
			*ret_name = m->name;
			return REFUSAL_NONE;
		}
	}
	if ((code = is_zfs(v, &zfs, ret_why)))
		return code;
	*ret_name = zfs ? "ZFS" : NULL;
	return REFUSAL_NONE;
}
