/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Apart from terminal.c, because a command's streams need no serial line.
 */
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/run/terminal.h"

bool
terminal_size(uint16_t *ret_cols, uint16_t *ret_rows)
{
	struct winsize size = {0};
	bool good = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;

	*ret_cols = good ? size.ws_col : 0;
	*ret_rows = good ? size.ws_row : 0;
	return good;
}
