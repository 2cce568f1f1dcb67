/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The form of the sum is systemd's (src/boot/boot-secret.c, 262): a label, both parts, and the
 * system's name behind its length in 8 bytes.
 */
#include "efi_secret.h"
#include "bls.h"
#include "stub/base/text.h"

#define LABEL "systemd-stub derive secret label v1"

static struct span
system_name(struct span os_release)
{
	struct span name = bls_os_release(os_release, "IMAGE_ID");

	if (!name.size)
		name = bls_os_release(os_release, "ID");
	return name.size ? name : text_span("linux");
}

void
efi_secret_derive(const uint8_t machine[EFI_SECRET_LEN], const uint8_t disk[EFI_SECRET_LEN],
        struct span os_release, uint8_t ret_secret[EFI_SECRET_LEN])
{
	struct span name = system_name(os_release);
	struct sha256 h;

	sha256_start(&h);
	sha256_add(&h, text_span(LABEL));
	sha256_add(&h, (struct span){machine, EFI_SECRET_LEN});
	sha256_add(&h, (struct span){disk, EFI_SECRET_LEN});
	sha256_add(&h, (struct span){(const uint8_t *)&name.size, sizeof(name.size)});
	sha256_add(&h, name);
	sha256_end(&h, ret_secret);
}
