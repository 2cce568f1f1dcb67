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
#include "tools/newc_write.h"

void
bundle_write(const struct bundle_parts *parts, struct outfile *out)
{
	static const char zeros[INITRD_GAP_MAX];

	newc_write(out, &(struct newc_member){"kshim/kernel", (uint32_t)(PAGE - NEWC_HEADER),
	                        NEWC_FILE, 1, parts->kernel->data, parts->kernel->size});
	if (parts->cmdline)
		newc_write(out, &(struct newc_member){"kshim/cmdline", 0, NEWC_FILE, 2,
		                        parts->cmdline, strlen(parts->cmdline)});
	newc_write_trailer(out);
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
	uint64_t trailer = round_up(NEWC_HEADER + sizeof(NEWC_TRAILER), 4);
	uint64_t at = round_up(round_up(PAGE + len[0], 4) + trailer, PAGE);

	if (!i)
		return PAGE;
	for (uint32_t n = 1; n < i; n++)
		at += len[n] + (n + 1 < files ? initrd_gap(len[n]) : 0);
	return at;
}
