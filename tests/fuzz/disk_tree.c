/* SPDX-License-Identifier: BSD-2-Clause */
/* See disk_tree.h. */
#include "tests/fuzz/disk_tree.h"

#define CHANGES 8

static const char *const paths[] = {"loader/entries/a.conf", "loader/entries/b+3-1.conf",
        "loader/entries/c+0-2.conf", "loader/loader.conf", "EFI/Linux/a.efi",
        "EFI/BOOT/BOOTX64.EFI", "grub/grub.cfg", "boot/grub/grub.cfg", "boot/grub/grubenv",
        "boot/vmlinuz-6.1", "boot/vmlinuz-6.12", "boot/initrd.img-6.1", "vmlinuz-5.10",
        "initramfs-5.10.img", "k", "i", "etc/os-release", "loader/entries/abcdef+2.conf"};

#define PATHS (sizeof(paths) / sizeof(paths[0]))

static unsigned
change(struct feed *f, uint8_t *image)
{
	unsigned n = 0;

	for (; f->size && n < CHANGES; n++) {
		uint64_t at = feed_number(f, 2);

		image[at] = (uint8_t)feed_number(f, 1);
	}
	return n;
}

unsigned
disk_tree(struct feed *f, uint8_t *image)
{
	struct fat_file file[PATHS];
	unsigned files = 0;
	uint32_t seen = 0;

	while (f->size) {
		uint64_t path = feed_number(f, 1);
		struct span text;

		if (path >= PATHS)
			break;
		text = feed_span(f, 2 * feed_number(f, 1));
		if (!(seen >> path & 1))
			file[files++] =
			        (struct fat_file){paths[path], text.base, (uint32_t)text.size};
		seen |= 1u << path;
	}
	fat_tree(image, file, files);
	return change(f, image);
}
