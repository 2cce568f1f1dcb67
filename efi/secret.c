/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the two parts of the boot secret, or makes them (systemd-stub(7), 262,
 * "LoaderBootSecret").
 *
 * The machine's part is a variable that only boot services show, so that the operating system
 * cannot read it: one with other attributes is not taken. What is there is never replaced,
 * because somebody's keys may hang on it.
 */
#include "efi/secret.h"
#include "efi/seed.h"
#include "efi/variables.h"

#define VARIABLE L"LoaderBootSecret"
#define PATH     "\\loader\\boot-secret-mixin"

static bool
machine_part(uint8_t ret[EFI_SECRET_LEN])
{
	if (variable_exists(VARIABLE))
		return variable_private(VARIABLE, ret, EFI_SECRET_LEN);
	return seed_random("kshim's boot secret of a machine, version 1", ret) &&
	       variable_keep_private(VARIABLE, ret, EFI_SECRET_LEN);
}

/* An empty file is one that was not written to its end. */
static bool
disk_part(const struct volume *volume, uint8_t ret[EFI_SECRET_LEN])
{
	struct file f = {.bytes = {NULL, 0}};
	struct refusal why;
	enum refusal_code code = file_read_from(volume, PATH, &f, &why);
	bool there = !code && f.bytes.size >= EFI_SECRET_LEN;

	if (there)
		memcpy(ret, f.bytes.base, EFI_SECRET_LEN);
	if (!code)
		pages_free((uintptr_t)f.bytes.base);
	if (there || f.bytes.size || (code && code != REFUSAL_EFI_NOT_FOUND))
		return there;
	return seed_random("kshim's boot secret of a disk, version 1", ret) &&
	       file_write(volume, L"" PATH, (struct span){ret, EFI_SECRET_LEN});
}

bool
secret_make(
        const struct volume *volume, struct span os_release, uint8_t ret_secret[EFI_SECRET_LEN])
{
	uint8_t machine[EFI_SECRET_LEN], disk[EFI_SECRET_LEN];
	bool done = machine_part(machine) && disk_part(volume, disk);

	if (done)
		efi_secret_derive(machine, disk, os_release, ret_secret);
	memset(machine, 0, sizeof(machine));
	return done;
}
