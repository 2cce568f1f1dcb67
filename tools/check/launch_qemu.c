/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU's -kernel, by machine and firmware.
 *
 * QEMU looks first for a Linux setup header, then for multiboot, then for an ELF with a PVH
 * note (hw/i386/x86-common.c). SeaBIOS and qboot enter a bzImage by its 16-bit entry; OVMF
 * starts what has a PE header. An ELF's segments are put where they are linked, which must be
 * RAM.
 */
#include <string.h>

#include "stub/wire/bootparam.h"
#include "stub/wire/elf.h"
#include "stub/wire/pe.h"
#include "tools/check/facts.h"
#include "tools/check/launcher.h"
#include "tools/check/note_scan.h"

#define ENTRY16       0x200
#define BIOS_DATA     0x9fc00u /* a BIOS's own data, and behind it no RAM */
#define QEMU_PVH      "QEMU 4.0 (microvm: 4.2), with a machine type from then"
#define ELF_FLAGS_BAD 0x00010004u

/*
 * Is there code at the 16-bit entry? A jump must lead into the setup sectors, to something that
 * is neither a breakpoint nor nothing at all.
 */
static bool
has_entry16(struct span s)
{
	uint64_t end = zp_setup_len(span_u8(s, ZP_AT(setup_sects))), at = ENTRY16;

	if (span_u8(s, at) == 0xeb)
		at += 2u + span_u8(s, at + 1);
	else if (span_u8(s, at) == 0xe9)
		at += 3u + span_le16(s, at + 1);
	return at < end && at < s.size && span_u8(s, at) != 0xcc && span_le32(s, at) != 0;
}

/* Where QEMU's -initrd must end: loaders that pass 32 bits only go up to 4 GiB at the most. */
static uint64_t
initrd_end(const struct report *r)
{
	const struct bzimage_facts *bz = &r->facts.bz;

	if (!r->known)
		return 0x38000000;
	return bz->xloadflags & ZP_XLF_CAN_BE_LOADED_ABOVE_4G ? 4 * GIB : bz->initrd_last + 1;
}

static void
linux_by_bios(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	if (zp_setup_len(span_u8(c->r->bytes, ZP_AT(setup_sects))) > c->r->bytes.size)
		launch_no(l, "qemu.setup-size", "the setup sectors are longer than the file");
	else if (c->r->refusal == REFUSAL_BZ_TRUNCATED || c->r->refusal == REFUSAL_BZ_REAL_MODE)
		launch_damaged(c, l);
	else if (c->r->refusal == REFUSAL_KERNEL_PE)
		launch_no(l, "uefi.pe",
		        "its setup header is there for -initrd only: without UEFI it stops with a sentence");
	else if (self->few_services && is_real_mode_only(c->r))
		launch_no(l, "qboot.services",
		        "a program that needs a BIOS, and qboot has hardly any of a BIOS's services");
	else if (!has_entry16(c->r->bytes))
		launch_no(l, "bzimage.16-bit-entry",
		        "the BIOS enters a bzImage in real mode, and there is no code at its 16-bit entry");
	else
		launch_yes(l, "bzimage.16-bit-entry",
		        report_format(c->r,
		                "a Linux setup header: entered in real mode by its 16-bit entry; -initrd goes below %#llx",
		                (unsigned long long)initrd_end(c->r)),
		        NULL);
}

static void
multiboot(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	if (!c->multiboot.has_addresses && c->elf && c->view.machine == EM_X86_64)
		launch_no(l, "qemu.multiboot-64",
		        "a multiboot header in a 64-bit ELF: QEMU says \"Cannot load x86-64 image\"");
	else if (!c->multiboot.has_addresses && !c->elf)
		launch_no(l, "qemu.multiboot-elf",
		        "a multiboot header without addresses in a file that is no ELF: QEMU says \"Error while loading elf kernel\"");
	else if (c->multiboot.has_addresses && c->multiboot.load_addr >= self->low_end)
		launch_no(l, "qemu.multiboot-place",
		        report_format(c->r,
		                "its multiboot header asks for %#llx, where this machine has no RAM",
		                (unsigned long long)c->multiboot.load_addr));
	else
		launch_yes(l, "qemu.multiboot",
		        "a multiboot header in its first 8 KiB, which goes before PVH", NULL);
}

/* The lowest byte of the kernel that the firmware writes over; false if it writes over none. */
static bool
is_overwritten(const struct launcher *self, const struct elf_facts *elf, uint64_t *ret_addr)
{
	const struct range bios = {BIOS_DATA, MIB - BIOS_DATA};

	for (uint32_t i = 0; i < elf->segments; i++) {
		struct range r = {elf->segment[i].paddr, elf->segment[i].mem_len};

		*ret_addr = r.addr < bios.addr && r.addr >= self->low_used ? bios.addr : r.addr;
		if (r.addr < self->low_used || range_overlaps(r, bios))
			return true;
	}
	return false;
}

/* QEMU has loaded it, and its entry is there: does it lie where it can stay? */
static void
elf_in_place(const struct launcher *self, const struct candidate *c, uint64_t entry,
        struct launch *l)
{
	struct range span = elf_facts_span(&c->r->facts.elf);
	uint64_t at;

	if (c->virtual_paddr)
		launch_no(l, "qemu.linked-place",
		        "its physical addresses are virtual ones, where no machine has RAM; QEMU moves no kernel");
	else if (range_end(span) > self->low_end)
		launch_no(l, "qemu.linked-place",
		        report_format(c->r,
		                "it is linked up to %#llx, where this machine has no RAM; QEMU moves no kernel",
		                (unsigned long long)range_end(span)));
	else if (is_overwritten(self, &c->r->facts.elf, &at))
		launch_no(l, "qemu.low-memory",
		        report_format(c->r,
		                "QEMU loads it at %#llx, and the firmware uses memory below %#llx and from %#x to 1 MiB before it starts the kernel",
		                (unsigned long long)at, (unsigned long long)self->low_used,
		                BIOS_DATA));
	else
		launch_yes(l, "qemu.pvh-note",
		        report_format(c->r,
		                "a PVH note in a PT_NOTE: entered at %#llx; one -initrd, as a module",
		                (unsigned long long)entry),
		        QEMU_PVH);
}

static void
elf(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	uint64_t entry = note_scan_qemu(&c->view);

	if (entry && candidate_is_unread(c)) {
		launch_yes(l, "qemu.pvh-note",
		        report_format(c->r,
		                "a PVH note in a PT_NOTE: entered at %#llx, if its segments lie in RAM",
		                (unsigned long long)entry),
		        QEMU_PVH);
		return;
	}
	if (!c->r->known) {
		launch_damaged(c, l);
		return;
	}
	if (c->view.flags & ELF_FLAGS_BAD)
		launch_no(l, "qemu.elf-flags", "e_flags has a bit that QEMU refuses");
	else if (!entry)
		launch_no(l, "qemu.pvh-note",
		        c->r->facts.elf.pvh
		                ? "the PVH note is in no PT_NOTE, and QEMU looks nowhere else"
		                : "an ELF without a PVH note: \"Error loading uncompressed kernel without PVH ELF Note\"");
	else if (!elf_facts_in_file(&c->r->facts.elf, entry))
		launch_no(l, "pvh.entry",
		        report_format(c->r,
		                "the entry %#llx that QEMU takes from the notes is in no loaded part",
		                (unsigned long long)entry));
	else
		elf_in_place(self, c, entry, l);
}

void
launch_qemu_bios(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	if (c->other_machine)
		launch_no(l, "machine", "a kernel for another machine");
	else if (c->hdrs)
		linux_by_bios(self, c, l);
	else if (c->multiboot.found)
		multiboot(self, c, l);
	else if (c->elf)
		elf(self, c, l);
	else if (c->r->kind == KIND_COMPRESSED)
		launch_no(l, "qemu.format", "QEMU for x86 unpacks nothing: unpack it first");
	else
		launch_no(l, "qemu.format",
		        "neither a Linux setup header, nor multiboot, nor an ELF with a PVH note");
}

void
launch_qemu_uefi(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	(void)self;
	if (c->other_machine)
		launch_no(l, "machine", "a kernel for another machine");
	else if (c->is_addon)
		launch_no(l, "uefi.addon", ADDON_TEXT);
	else if (!c->r->has_pe || c->r->pe.machine != PE_MACHINE_X86_64)
		launch_no(l, "uefi.pe", "OVMF starts PE files for x86-64, and it is none");
	else if (c->hdrs)
		launch_yes(l, "uefi.pe", "a PE for x86-64: started by its EFI stub", NULL);
	else
		launch_yes(l, "uefi.pe",
		        "a PE for x86-64; without a setup header QEMU takes no -initrd with it",
		        NULL);
}

#define VIRT_RAM 0x80000000u /* where the memory of riscv64's virt begins */

void
launch_qemu_riscv64(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	(void)self;
	if (c->r->kind == KIND_RISCV)
		launch_yes(l, "riscv.image", "an Image for riscv64, entered through OpenSBI",
		        NULL);
	else if (c->r->kind == KIND_RISCV_ELF && c->r->facts.riscv.linked >= VIRT_RAM)
		launch_yes(l, "riscv.elf", "an ELF at its physical addresses", NULL);
	else if (c->r->kind == KIND_RISCV_ELF)
		launch_no(l, "riscv.elf",
		        "an ELF, which it puts at its physical addresses and enters at the lowest: this one's kernel does not start in memory there");
	else
		launch_no(l, "machine", "no kernel for riscv64 that it knows");
}

static bool
is_text(const struct fact *fact, const char *text)
{
	return fact && fact->value.text && strcmp(fact->value.text, text) == 0;
}

#define ARM_RAM   0x40000000u /* where the memory of aarch64's virt begins */
#define ARM_LINUX 0x80000000u /* vmlinux of 32-bit arm has virtual addresses from here */
#define ARM64_CPU "-cpu max"
#define ARM_CPU   "-cpu cortex-a15"

static void
arm_elf(const struct candidate *c, struct launch *l)
{
	struct range span = candidate_arm_span(c);
	bool arm64 = c->view.machine == EM_AARCH64;

	if (span.len && span.addr >= ARM_RAM &&
	        range_end(span) <= (arm64 ? ARM_RAM_END : ARM_LINUX))
		launch_yes(l, "arm.elf",
		        report_format(c->r,
		                "an ELF at its physical addresses, with memory up to %#llx (from %#x) and %s; it gets neither -initrd nor -append",
		                (unsigned long long)range_end(span), ARM_RAM,
		                arm64 ? ARM64_CPU : ARM_CPU),
		        NULL);
	else
		launch_no(l, "arm.elf",
		        "an ELF, which it puts at its physical addresses: this one's are not in memory there");
}

void
launch_qemu_aarch64(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	bool arm = c->plain->kind == KIND_ARM64;
	const struct fact *pack = report_find(c->r, "payload.compression");

	(void)self;
	if (c->r->kind == KIND_ARM64)
		launch_yes(l, "arm64.image", "an Image for arm64", NULL);
	else if (c->r->kind == KIND_ARM_ZIMAGE)
		launch_yes(
		        l, "arm.zimage", "a zImage for arm, with a 32-bit CPU: " ARM_CPU, NULL);
	else if (c->r->kind == KIND_ARM_ELF)
		arm_elf(c, l);
	else if (arm && c->r->kind == KIND_COMPRESSED && span_is(c->r->bytes, 0, "\x1f\x8b", 2))
		launch_yes(l, "arm64.gzip", "an Image for arm64 in gzip, which QEMU unpacks",
		        NULL);
	else if (arm && c->r->kind == KIND_ZBOOT && is_text(pack, "gzip"))
		launch_yes(l, "arm64.zboot", "EFI zboot with gzip, which QEMU unpacks",
		        "QEMU 8.0");
	else if (arm && c->r->kind == KIND_ZBOOT && is_text(pack, "zstd"))
		launch_yes(l, "arm64.zboot", "EFI zboot with zstd, which QEMU unpacks",
		        "QEMU 11.0");
	else
		launch_no(l, "machine", "no kernel for arm64 in a form that it takes");
}
