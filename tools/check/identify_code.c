/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Code without headers that the core knows: firmware, Multiboot kernels that are no ELF,
 * U-Boot, programs that a BIOS loads by network.
 *
 * GNU Multiboot Specification 0.6.96, 3.1; PXE 2.1, 2.2 (what is loaded is started at
 * 0000:7c00); PCI Firmware Specification 3.0, 5.1 (option ROMs).
 */
#include <string.h>

#include "tools/check/identify.h"
#include "tools/check/launcher.h"
#include "tools/check/multiboot.h"

#define U_BOOT              "U-Boot 20"
#define U_BOOT_LOOK         (16 * MIB)
#define MULTIBOOT_ADDRESSES 0x10000u /* a flag */

const char *
identify_multiboot(struct span s)
{
	uint64_t at;

	if (multiboot_find(s, MULTIBOOT_1, &at))
		return "Multiboot";
	return multiboot_find(s, MULTIBOOT_2, &at) ? "Multiboot2" : NULL;
}

const char *
identify_how_by_multiboot(const char *multiboot)
{
	return strcmp(multiboot, "Multiboot") == 0
	               ? "QEMU's -kernel starts it, or GRUB's multiboot command"
	               : "GRUB's multiboot2 command starts it";
}

static bool
ends_as_firmware(struct span s)
{
	uint64_t end = s.size;
	uint8_t first;

	if (end < 64 * KIB || end % (64 * KIB))
		return false;
	first = span_u8(s, end - 16);
	return first == 0xea || first == 0xe9 || first == 0x90 || first == 0xfa;
}

/* "_FVH" in a UEFI firmware volume's header, an option ROM, a reset vector with a jump. */
static const char *
firmware_kind(struct span s)
{
	if (span_is(s, 0x28, "_FVH", 4))
		return "UEFI firmware (a firmware volume)";
	if (span_is(s, 0, "\x55\xaa", 2) && span_u8(s, 2) * 512ull <= s.size && span_u8(s, 2))
		return "an option ROM";
	return ends_as_firmware(s) ? "PC firmware (with a reset vector at its end)" : NULL;
}

/* A far jump into the place where a BIOS loads it, 0x7c00, in either spelling. */
static bool
is_pxe_program(struct span s)
{
	uint16_t offset = span_le16(s, 1), segment = span_le16(s, 3);

	return span_is(s, 0, "\xea", 1) &&
	       (segment == 0x7c0 || (segment == 0 && offset >= 0x7c00 && offset < 0x8000));
}

/* Its banner, "U-Boot 2023.01", is in each of its programs. */
static bool
is_u_boot(struct span s)
{
	uint64_t size = s.size < U_BOOT_LOOK ? s.size : U_BOOT_LOOK;

	return size && memmem(s.base, (size_t)size, U_BOOT, sizeof(U_BOOT) - 1);
}

/*
 * A Multiboot header without addresses leaves it to an ELF's program headers where the file
 * goes; in a file that is no ELF it starts nothing. Nor does one whose addresses are those of a
 * ROM, where no loader can put anything.
 */
static bool
is_useless_header(struct span s)
{
	uint64_t at;

	return multiboot_find(s, MULTIBOOT_1, &at) &&
	       (!(span_le32(s, at + 4) & MULTIBOOT_ADDRESSES) ||
	               span_le32(s, at + 16) >= PC_LOW_END);
}

void
identify_code(struct report *r)
{
	const char *firmware = firmware_kind(r->bytes),
	           *multiboot = identify_multiboot(r->bytes);
	bool useless = is_useless_header(r->bytes);

	if (multiboot && !useless)
		identify_as(r, KIND_OTHER, "multiboot",
		        report_format(r, "a %s kernel", multiboot),
		        identify_how_by_multiboot(multiboot));
	else if (firmware)
		identify_as(r, KIND_OTHER, "firmware",
		        is_u_boot(r->bytes) ? report_format(r, "U-Boot as %s", firmware)
		                            : firmware,
		        "give it to QEMU as -bios or pflash, with a kernel beside it");
	else if (is_u_boot(r->bytes))
		identify_as(r, KIND_OTHER, "u-boot", "U-Boot, a boot loader, as plain code",
		        "give it to its own machine's QEMU as -bios; it boots kernels itself");
	else if (is_pxe_program(r->bytes))
		identify_as(r, KIND_OTHER, "pxe-program",
		        "a program for a BIOS that is loaded by network (PXE)",
		        "have it loaded: QEMU's -netdev user,id=n,tftp=FOLDER,bootfile=THIS");
	else if (useless)
		identify_as(r, KIND_OTHER, "multiboot",
		        "code with a Multiboot header by which nothing can load it",
		        "give the ELF of the same build: this header has no addresses of memory");
	else
		identify_as(r, KIND_OTHER, "unknown", "no kind of file that is known here",
		        "look with `file` and at where it came from");
}
