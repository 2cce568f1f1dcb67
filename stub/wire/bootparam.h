/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The zero page (struct boot_params), the setup header in it, setup_data and e820 entries.
 *
 * Sources: Linux Documentation/arch/x86/boot.rst (the header, field by field, with the
 * protocol version that defines each) and zero-page.rst (all around it). A loader zeroes 4 KiB,
 * copies the header from the kernel file to the same offset, fills in its own fields and
 * enters the kernel with esi/rsi pointing there. Surprise: the header's length is in the file
 * (0x202 + the byte at 0x201) and may go beyond what this struct names, up to 0x281.
 */
#ifndef KSHIM_WIRE_BOOTPARAM_H
#define KSHIM_WIRE_BOOTPARAM_H

#include "wire.h"

#define ZP_HEADER_OFF 0x1f1 /* of the setup header, in the file and in the zero page */
/* Where a field of the setup header is in the file, and its bytes there. */
#define ZP_AT(field)         offsetof(struct zero_page, hdr.field)
#define ZP_FIELD_SIZE(field) sizeof(((struct zero_page *)0)->hdr.field)
#define ZP_BOOT_FLAG         0xaa55
#define ZP_SECTOR            512
#define ZP_HDRS              0x53726448u /* "HdrS" */
#define ZP_CL_MAGIC          0xa33f      /* command line before protocol 2.02 */
#define ZP_E820_MAX          128
#define ZP_SCREEN_LEN        0x40        /* screen_info, at the very start */
#define ZP_EFI_LOADER        0x34364c45u /* "EL64": 64-bit firmware */

/* Bytes of boot sector and setup sectors, which the protected-mode code follows; 0 means 4. */
static inline uint64_t
zp_setup_len(uint64_t setup_sects)
{
	return ((setup_sects ? setup_sects : 4) + 1) * ZP_SECTOR;
}

#define ZP_LOADER_UNASSIGNED 0xff /* type_of_loader */

/* loadflags */
#define ZP_LOADED_HIGH   0x01
#define ZP_KASLR_FLAG    0x02
#define ZP_QUIET_FLAG    0x20
#define ZP_KEEP_SEGMENTS 0x40
#define ZP_CAN_USE_HEAP  0x80

/* xloadflags */
#define ZP_XLF_KERNEL_64              0x01
#define ZP_XLF_CAN_BE_LOADED_ABOVE_4G 0x02
#define ZP_XLF_EFI_HANDOVER_32        0x04
#define ZP_XLF_EFI_HANDOVER_64        0x08
#define ZP_XLF_EFI_KEXEC              0x10
#define ZP_XLF_5LEVEL                 0x20
#define ZP_XLF_5LEVEL_ENABLED         0x40
#define ZP_XLF_MEM_ENCRYPTION         0x80

/* vid_mode */
#define ZP_VID_NORMAL 0xffff
#define ZP_VID_EXT    0xfffe
#define ZP_VID_ASK    0xfffd

/* setup_data types */
#define ZP_SETUP_NONE      0
#define ZP_SETUP_E820_EXT  1
#define ZP_SETUP_DTB       2
#define ZP_SETUP_PCI       3
#define ZP_SETUP_EFI       4
#define ZP_SETUP_APPLE     5
#define ZP_SETUP_JAILHOUSE 6
#define ZP_SETUP_CC_BLOB   7
#define ZP_SETUP_IMA       8
#define ZP_SETUP_RNG_SEED  9
#define ZP_SETUP_KEXEC_KHO 10

struct zp_setup_header {
	uint8_t setup_sects;
	uint16_t root_flags;
	uint32_t syssize;
	uint16_t ram_size;
	uint16_t vid_mode;
	uint16_t root_dev;
	uint16_t boot_flag;
	uint16_t jump;
	uint32_t header;
	uint16_t version;
	uint32_t realmode_swtch;
	uint16_t start_sys_seg;
	uint16_t kernel_version;
	uint8_t type_of_loader;
	uint8_t loadflags;
	uint16_t setup_move_size;
	uint32_t code32_start;
	uint32_t ramdisk_image;
	uint32_t ramdisk_size;
	uint32_t bootsect_kludge;
	uint16_t heap_end_ptr;
	uint8_t ext_loader_ver;
	uint8_t ext_loader_type;
	uint32_t cmd_line_ptr;      /* 2.02 */
	uint32_t initrd_addr_max;   /* 2.03 */
	uint32_t kernel_alignment;  /* 2.05, written from 2.10 */
	uint8_t relocatable_kernel; /* 2.05 */
	uint8_t min_alignment;      /* 2.10 */
	uint16_t xloadflags;        /* 2.12 */
	uint32_t cmdline_size;      /* 2.06 */
	uint32_t hardware_subarch;
	uint64_t hardware_subarch_data;
	uint32_t payload_offset; /* 2.08 */
	uint32_t payload_length;
	uint64_t setup_data;   /* 2.09: physical address of the first node */
	uint64_t pref_address; /* 2.10 */
	uint32_t init_size;
	uint32_t handover_offset;
	uint32_t kernel_info_offset; /* 2.15 */
} WIRE;

/* A node of the setup_data list; `len` bytes of data follow it. */
struct zp_setup_data {
	uint64_t next; /* physical address, 0 at the end */
	uint32_t type;
	uint32_t len;
} WIRE;

struct zp_e820_entry {
	uint64_t addr;
	uint64_t size; /* bytes */
	uint32_t type; /* enum mem_type */
} WIRE;

/* What a UEFI boot loader tells (arch/x86/include/uapi/asm/bootparam.h, struct efi_info). */
struct zp_efi_info {
	uint32_t loader_signature;
	uint32_t systab;
	uint32_t memdesc_size; /* bytes of a descriptor */
	uint32_t memdesc_version;
	uint32_t memmap;
	uint32_t memmap_size; /* bytes of the map */
	uint32_t systab_hi;
	uint32_t memmap_hi;
} WIRE;

struct zero_page {
	uint8_t orig_x, orig_y; /* screen_info, up to 0x40: the cursor */
	uint16_t ext_mem_k;     /* in screen_info: KiB from 1 MiB on, for the oldest kernels */
	uint16_t orig_video_page;
	uint8_t orig_video_mode;
	uint8_t orig_video_cols;
	uint8_t _pad12[0x02];
	uint16_t orig_video_ega_bx;
	uint8_t _pad13[0x02];
	uint8_t orig_video_lines;
	uint8_t orig_video_isvga; /* 0: there is no screen; 1: VGA text, 0x23: linear, 0x70:
	                             UEFI's */
	uint16_t orig_video_points;
	uint8_t _pad2[0x0e];
	uint16_t cl_magic; /* before 2.02 */
	uint16_t cl_offset;
	uint8_t _pad3[0x4c];
	uint64_t acpi_rsdp_addr;
	uint8_t _pad4[0x48];
	uint32_t ext_ramdisk_image; /* upper halves */
	uint32_t ext_ramdisk_size;
	uint32_t ext_cmd_line_ptr;
	uint8_t _pad5[0xf4];
	struct zp_efi_info efi_info;
	uint32_t alt_mem_k; /* KiB from 1 MiB on */
	uint32_t scratch;   /* for the 32-bit entry to use as a stack */
	uint8_t e820_entries;
	uint8_t _pad7[0x03];
	uint8_t secure_boot; /* 0 unset, 1 unknown, 2 off, 3 on */
	uint8_t _pad11[0x02];
	uint8_t sentinel; /* must stay 0 */
	uint8_t _pad8[0x01];
	struct zp_setup_header hdr;
	uint8_t _pad9[0x64];
	struct zp_e820_entry e820_table[ZP_E820_MAX];
	uint8_t _pad10[0x330];
} WIRE;

WIRE_AT(struct zero_page, ext_mem_k, 0x002);
WIRE_AT(struct zero_page, orig_video_page, 0x004);
WIRE_AT(struct zero_page, orig_video_ega_bx, 0x00a);
WIRE_AT(struct zero_page, orig_video_isvga, 0x00f);
WIRE_AT(struct zero_page, orig_video_points, 0x010);
WIRE_AT(struct zero_page, scratch, 0x1e4);
WIRE_AT(struct zero_page, cl_magic, 0x020);
WIRE_AT(struct zero_page, cl_offset, 0x022);
WIRE_AT(struct zero_page, acpi_rsdp_addr, 0x070);
WIRE_AT(struct zero_page, ext_ramdisk_image, 0x0c0);
WIRE_AT(struct zero_page, ext_ramdisk_size, 0x0c4);
WIRE_AT(struct zero_page, ext_cmd_line_ptr, 0x0c8);
WIRE_AT(struct zero_page, efi_info, 0x1c0);
WIRE_AT(struct zero_page, efi_info.memmap_hi, 0x1dc);
WIRE_AT(struct zero_page, alt_mem_k, 0x1e0);
WIRE_AT(struct zero_page, e820_entries, 0x1e8);
WIRE_AT(struct zero_page, secure_boot, 0x1ec);
WIRE_AT(struct zero_page, sentinel, 0x1ef);
WIRE_AT(struct zero_page, hdr, ZP_HEADER_OFF);
WIRE_AT(struct zero_page, hdr.setup_sects, 0x1f1);
WIRE_AT(struct zero_page, hdr.vid_mode, 0x1fa);
WIRE_AT(struct zero_page, hdr.boot_flag, 0x1fe);
WIRE_AT(struct zero_page, hdr.header, 0x202);
WIRE_AT(struct zero_page, hdr.version, 0x206);
WIRE_AT(struct zero_page, hdr.type_of_loader, 0x210);
WIRE_AT(struct zero_page, hdr.loadflags, 0x211);
WIRE_AT(struct zero_page, hdr.code32_start, 0x214);
WIRE_AT(struct zero_page, hdr.ramdisk_image, 0x218);
WIRE_AT(struct zero_page, hdr.ramdisk_size, 0x21c);
WIRE_AT(struct zero_page, hdr.cmd_line_ptr, 0x228);
WIRE_AT(struct zero_page, hdr.kernel_alignment, 0x230);
WIRE_AT(struct zero_page, hdr.xloadflags, 0x236);
WIRE_AT(struct zero_page, hdr.cmdline_size, 0x238);
WIRE_AT(struct zero_page, hdr.setup_data, 0x250);
WIRE_AT(struct zero_page, hdr.pref_address, 0x258);
WIRE_AT(struct zero_page, hdr.init_size, 0x260);
WIRE_AT(struct zero_page, hdr.kernel_info_offset, 0x268);
WIRE_AT(struct zero_page, e820_table, 0x2d0);
WIRE_SIZE(struct zero_page, 4096);
WIRE_SIZE(struct zp_setup_header, 0x26c - ZP_HEADER_OFF);
WIRE_AT(struct zp_setup_data, type, 8);
WIRE_AT(struct zp_setup_data, len, 12);
WIRE_SIZE(struct zp_setup_data, 16);
WIRE_AT(struct zp_e820_entry, size, 8);
WIRE_AT(struct zp_e820_entry, type, 16);
WIRE_SIZE(struct zp_e820_entry, 20);

#endif
