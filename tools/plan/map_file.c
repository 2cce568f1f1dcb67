/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file of --map, and whether its kind of map is what the body would be given.
 */
#include <string.h>

#include "tools/plan/map.h"

bool
map_read(const char *path, struct given_map *ret_given, int *ret_status)
{
	struct file f;
	struct map_error e;

	memset(ret_given, 0, sizeof(*ret_given));
	if (!path)
		return true;
	*ret_status = strcmp(path, "-") == 0 ? file_read_input(FILE_TEXT_MAX, "", &f)
	                                     : file_read_text(path, &f);
	if (*ret_status != STATUS_OK)
		return false;
	if (!map_parse(file_span(&f), ret_given, &e)) {
		if (e.line)
			*ret_status = fail(STATUS_REFUSED, "%s:%u: found '%s', wanted %s", path,
			        e.line, e.found, e.wanted);
		else
			*ret_status =
			        fail(STATUS_REFUSED, "%s: no memory map: found %s, wanted %s",
			                path, e.found, e.wanted);
		file_free(&f);
		return false;
	}
	if (ret_given->kind == GIVEN_TREE)
		ret_given->tree = f;
	else
		file_free(&f);
	return true;
}

bool
map_fits_body(const struct plan_case *c, int *ret_status)
{
	static const char *const wanted[] = {[BODY_LAUNCHER] = "an e820 or QEMU map",
	        [BODY_PC] = "an e820 or QEMU map",
	        [BODY_EFI] = "a UEFI map (dmesg with efi=debug, or the shell's memmap)",
	        [BODY_RISCV] = "a device tree",
	        [BODY_RISCV_GUEST] = "a device tree"};
	enum given_kind want = c->body == BODY_EFI     ? GIVEN_EFI
	                       : c->body >= BODY_RISCV ? GIVEN_TREE
	                                               : GIVEN_E820;

	if (c->given.kind == GIVEN_NOTHING || c->given.kind == want)
		return true;
	*ret_status = fail(STATUS_USAGE, "--map: %s has %s, --body %s wants %s", c->options.map,
	        c->given.what, plan_body_words[c->options.body], wanted[c->body]);
	return false;
}
