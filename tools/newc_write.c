/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/newc_write.h"

#include <stdio.h>
#include <string.h>

void
newc_write(struct outfile *out, const struct newc_member *m)
{
	uint32_t name_len = m->name_len ? m->name_len : (uint32_t)strlen(m->name) + 1;
	char header[NEWC_HEADER + 1];

	snprintf(header, sizeof(header),
	        "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", m->inode, m->mode,
	        0u, 0u, 1u, 0u, (uint32_t)m->len, 0u, 0u, 0u, 0u, name_len, 0u);
	outfile_write(out, header, NEWC_HEADER);
	outfile_write(out, m->name, strlen(m->name) + 1);
	for (size_t i = strlen(m->name) + 1; i < name_len; i++)
		outfile_write(out, "", 1);
	outfile_pad(out, 4);
	outfile_write(out, m->data, m->len);
	outfile_pad(out, 4);
}

void
newc_write_trailer(struct outfile *out)
{
	newc_write(out, &(struct newc_member){.name = NEWC_TRAILER, .data = ""});
}
