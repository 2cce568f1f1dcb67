/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our wire structs against the headers of Linux, Xen and libc: every named field, and the
 * sizes. Constants that have the specification's own name (ELF, Xen notes) are compared by
 * including both headers: another value would be a redefinition.
 */
#include "unit.h"

#include <asm/bootparam.h>
#include <elf.h>
#include <xen/arch-x86/hvm/start_info.h>
#include <xen/elfnote.h>

_Static_assert(EI_NIDENT == 16, "as in our header");
#undef EI_NIDENT /* it has parentheses there */

#include "stub/input/memmap.h"
#include "stub/wire/bootparam.h"
#include "stub/wire/elf.h"
#include "stub/wire/start_info.h"

struct row {
	const char *name;
	size_t ours, theirs;
	size_t our_size, their_size;
};

#define FIELD(ours, theirs, field)                                                             \
	{                                                                                      \
#ours "." #field, offsetof(struct ours, field),                                \
		        offsetof(struct theirs, field), sizeof(((struct ours *)0)->field),     \
		        sizeof(((struct theirs *)0)->field)                                    \
	}
#define SIZE(ours, theirs)                                                                     \
	{                                                                                      \
#ours, 0, 0, sizeof(struct ours), sizeof(struct theirs)                        \
	}

static void
check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].ours != rows[i].theirs || rows[i].our_size != rows[i].their_size)
			fail_msg("%s: offset 0x%zx size %zu, wanted 0x%zx size %zu",
			        rows[i].name, rows[i].ours, rows[i].our_size, rows[i].theirs,
			        rows[i].their_size);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof(rows[0]))

static void
zero_page(void **state)
{
#define ZP(field) FIELD(zero_page, boot_params, field)
	static const struct row rows[] = {ZP(acpi_rsdp_addr), ZP(ext_ramdisk_image),
	        ZP(ext_ramdisk_size), ZP(ext_cmd_line_ptr), ZP(alt_mem_k), ZP(e820_entries),
	        ZP(sentinel), ZP(e820_table), ZP(hdr), SIZE(zero_page, boot_params),
	        {"ext_mem_k", offsetof(struct zero_page, ext_mem_k),
	                offsetof(struct boot_params, screen_info.ext_mem_k), 2, 2}};

	(void)state;
	CHECK(rows);
	assert_int_equal(ZP_E820_MAX, E820_MAX_ENTRIES_ZEROPAGE);
}

static void
setup_header(void **state)
{
#define HDR(field) FIELD(zp_setup_header, setup_header, field)
	static const struct row rows[] = {HDR(setup_sects), HDR(root_flags), HDR(syssize),
	        HDR(ram_size), HDR(vid_mode), HDR(root_dev), HDR(boot_flag), HDR(jump),
	        HDR(header), HDR(version), HDR(realmode_swtch), HDR(start_sys_seg),
	        HDR(kernel_version), HDR(type_of_loader), HDR(loadflags), HDR(setup_move_size),
	        HDR(code32_start), HDR(ramdisk_image), HDR(ramdisk_size), HDR(bootsect_kludge),
	        HDR(heap_end_ptr), HDR(ext_loader_ver), HDR(ext_loader_type), HDR(cmd_line_ptr),
	        HDR(initrd_addr_max), HDR(kernel_alignment), HDR(relocatable_kernel),
	        HDR(min_alignment), HDR(xloadflags), HDR(cmdline_size), HDR(hardware_subarch),
	        HDR(hardware_subarch_data), HDR(payload_offset), HDR(payload_length),
	        HDR(setup_data), HDR(pref_address), HDR(init_size), HDR(handover_offset),
	        HDR(kernel_info_offset), SIZE(zp_setup_header, setup_header)};

	(void)state;
	CHECK(rows);
	assert_int_equal(ZP_LOADED_HIGH, LOADED_HIGH);
	assert_int_equal(ZP_QUIET_FLAG, QUIET_FLAG);
	assert_int_equal(ZP_KEEP_SEGMENTS, KEEP_SEGMENTS);
	assert_int_equal(ZP_CAN_USE_HEAP, CAN_USE_HEAP);
	assert_int_equal(ZP_XLF_KERNEL_64, XLF_KERNEL_64);
	assert_int_equal(ZP_XLF_CAN_BE_LOADED_ABOVE_4G, XLF_CAN_BE_LOADED_ABOVE_4G);
}

static void
setup_data_and_e820(void **state)
{
	static const struct row rows[] = {FIELD(zp_setup_data, setup_data, next),
	        FIELD(zp_setup_data, setup_data, type), FIELD(zp_setup_data, setup_data, len),
	        SIZE(zp_setup_data, setup_data), FIELD(zp_e820_entry, boot_e820_entry, addr),
	        FIELD(zp_e820_entry, boot_e820_entry, size),
	        FIELD(zp_e820_entry, boot_e820_entry, type),
	        SIZE(zp_e820_entry, boot_e820_entry)};

	(void)state;
	CHECK(rows);
	assert_int_equal(ZP_SETUP_E820_EXT, SETUP_E820_EXT);
#ifdef SETUP_RNG_SEED /* Linux 6.0 */
	assert_int_equal(ZP_SETUP_RNG_SEED, SETUP_RNG_SEED);
#endif
}

static void
start_info(void **state)
{
#define SI(field)  FIELD(pvh_start_info, hvm_start_info, field)
#define MOD(field) FIELD(pvh_modlist_entry, hvm_modlist_entry, field)
#define MAP(field) FIELD(pvh_memmap_entry, hvm_memmap_table_entry, field)
	static const struct row rows[] = {SI(magic), SI(version), SI(flags), SI(nr_modules),
	        SI(modlist_paddr), SI(cmdline_paddr), SI(rsdp_paddr), SI(memmap_paddr),
	        SI(memmap_entries), SI(reserved), SIZE(pvh_start_info, hvm_start_info),
	        MOD(paddr), MOD(size), MOD(cmdline_paddr), MOD(reserved),
	        SIZE(pvh_modlist_entry, hvm_modlist_entry), MAP(addr), MAP(size), MAP(type),
	        MAP(reserved), SIZE(pvh_memmap_entry, hvm_memmap_table_entry)};

	(void)state;
	CHECK(rows);
	assert_int_equal(PVH_START_MAGIC, XEN_HVM_START_MAGIC_VALUE);
	assert_int_equal(MEM_RAM, XEN_HVM_MEMMAP_TYPE_RAM);
	assert_int_equal(MEM_RESERVED, XEN_HVM_MEMMAP_TYPE_RESERVED);
	assert_int_equal(MEM_ACPI, XEN_HVM_MEMMAP_TYPE_ACPI);
	assert_int_equal(MEM_NVS, XEN_HVM_MEMMAP_TYPE_NVS);
	assert_int_equal(MEM_UNUSABLE, XEN_HVM_MEMMAP_TYPE_UNUSABLE);
	assert_int_equal(MEM_DISABLED, XEN_HVM_MEMMAP_TYPE_DISABLED);
	assert_int_equal(MEM_PMEM, XEN_HVM_MEMMAP_TYPE_PMEM);
}

#define ELF(ours, theirs, field)                                                               \
	{                                                                                      \
#ours "." #field, offsetof(struct ours, field), offsetof(theirs, field),       \
		        sizeof(((struct ours *)0)->field), sizeof(((theirs *)0)->field)        \
	}
#define ELF_BOTH(kind, Kind, field)                                                            \
	ELF(elf64_##kind, Elf64_##Kind, field), ELF(elf32_##kind, Elf32_##Kind, field)

static void
elf(void **state)
{
#define EHDR(field) ELF_BOTH(ehdr, Ehdr, field)
#define PHDR(field) ELF_BOTH(phdr, Phdr, field)
#define SHDR(field) ELF_BOTH(shdr, Shdr, field)
	static const struct row rows[] = {EHDR(e_type), EHDR(e_machine), EHDR(e_version),
	        EHDR(e_entry), EHDR(e_phoff), EHDR(e_shoff), EHDR(e_flags), EHDR(e_ehsize),
	        EHDR(e_phentsize), EHDR(e_phnum), EHDR(e_shentsize), EHDR(e_shnum),
	        EHDR(e_shstrndx), PHDR(p_type), PHDR(p_flags), PHDR(p_offset), PHDR(p_vaddr),
	        PHDR(p_paddr), PHDR(p_filesz), PHDR(p_memsz), PHDR(p_align), SHDR(sh_name),
	        SHDR(sh_type), SHDR(sh_flags), SHDR(sh_addr), SHDR(sh_offset), SHDR(sh_size),
	        SHDR(sh_link), SHDR(sh_info), SHDR(sh_addralign), SHDR(sh_entsize),
	        ELF(elf_nhdr, Elf32_Nhdr, n_namesz), ELF(elf_nhdr, Elf32_Nhdr, n_descsz),
	        ELF(elf_nhdr, Elf32_Nhdr, n_type)};

	(void)state;
	CHECK(rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(zero_page),
	        cmocka_unit_test(setup_header),
	        cmocka_unit_test(setup_data_and_e820),
	        cmocka_unit_test(start_info),
	        cmocka_unit_test(elf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
