/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel, command line and initrds into one file: a newc archive, then the initrds.
 *
 * Format: Linux Documentation/driver-api/early-userspace/buffer-format.rst. The name of the
 * first member, kshim/kernel, is padded with NULs so that the kernel's data starts on a page:
 * a launcher that maps the file can then use it in place. No member is a directory, so that
 * Linux, given the whole as its initrd, drops ours instead of unpacking them.
 */
#include <string.h>

#include "stub/base/range.h"
#include "stub/input/initrd_join.h"
#include "tools/bundle_write.h"

#define NEWC_HEADER 110 /* bytes: the magic and 13 fields of 8 digits */
#define NEWC_FILE   0100644u

struct member {
	const char *name;
	uint32_t name_len; /* c_namesize: with the NUL and all padding */
	uint32_t mode, links, inode;
	const void *data;
	size_t len;
};

static void
write_member(struct outfile *out, const struct member *m)
{
	char header[NEWC_HEADER + 1];

	snprintf(header, sizeof(header),
	        "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", m->inode, m->mode,
	        0u, 0u, m->links, 0u, (uint32_t)m->len, 0u, 0u, 0u, 0u, m->name_len, 0u);
	outfile_write(out, header, NEWC_HEADER);
	outfile_write(out, m->name, strlen(m->name) + 1);
	for (size_t i = strlen(m->name) + 1; i < m->name_len; i++)
		outfile_write(out, "", 1);
	outfile_pad(out, 4);
	outfile_write(out, m->data, m->len);
	outfile_pad(out, 4);
}

static uint32_t
plain_name_len(const char *name)
{
	return (uint32_t)strlen(name) + 1;
}

void
bundle_write(const struct bundle_parts *parts, struct outfile *out)
{
	static const char zeros[INITRD_GAP_MAX];

	write_member(out, &(struct member){"kshim/kernel", (uint32_t)(PAGE - NEWC_HEADER),
	                          NEWC_FILE, 1, 1, parts->kernel->data, parts->kernel->size});
	if (parts->cmdline)
		write_member(
		        out, &(struct member){"kshim/cmdline", plain_name_len("kshim/cmdline"),
		                     NEWC_FILE, 1, 2, parts->cmdline, strlen(parts->cmdline)});
	write_member(out,
	        &(struct member){"TRAILER!!!", plain_name_len("TRAILER!!!"), 0, 1, 0, "", 0});
	outfile_pad(out, PAGE);
	for (unsigned i = 0; i < parts->nr_initrds; i++) {
		uint64_t size = parts->initrds[i].size;

		outfile_write(out, parts->initrds[i].data, size);
		if (i + 1 < parts->nr_initrds)
			outfile_write(out, zeros, initrd_gap(size));
	}
}

static uint64_t
round_up(uint64_t v, uint64_t unit)
{
	return (v + unit - 1) / unit * unit;
}

uint64_t
bundle_offset(const uint64_t *len, uint32_t files, uint32_t i)
{
	uint64_t trailer = round_up(NEWC_HEADER + plain_name_len("TRAILER!!!"), 4);
	uint64_t at = round_up(round_up(PAGE + len[0], 4) + trailer, PAGE);

	if (!i)
		return PAGE;
	for (uint32_t n = 1; n < i; n++)
		at += len[n] + (n + 1 < files ? initrd_gap(len[n]) : 0);
	return at;
}
