/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other monitors that load kernels themselves: the rust-vmm family, kvmtool, Xen's toolstack.
 *
 * Firecracker and Cloud Hypervisor load ELFs by linux-loader, whose rules come first: ELF64,
 * e_entry at 1 MiB or above, segments in the guest's memory, and the last PT_NOTE decides on
 * PVH.
 */
#include <string.h>

#include "stub/wire/bootparam.h"
#include "stub/wire/elf.h"
#include "tools/check/facts.h"
#include "tools/check/launcher.h"
#include "tools/check/note_scan.h"

#define HIMEM         MIB
#define LOADER_ALIGN  (2 * MIB)
#define CROSVM_START  (2 * MIB)
#define KVMTOOL_LEAST 0x206
#define XEN_LEAST     0x208

/* What linux-loader refuses; NULL if it loads the ELF. */
static const char *
linux_loader_refuses(const struct candidate *c, const char **ret_rule)
{
	*ret_rule = "linux-loader.class";
	if (!c->view.is64)
		return "linux-loader takes ELF64 only";
	*ret_rule = "linux-loader.entry";
	if (c->view.entry < HIMEM)
		return "linux-loader wants e_entry at 1 MiB or above";
	*ret_rule = "linux-loader.physical";
	if (c->virtual_paddr)
		return "its physical addresses are virtual ones, where a guest has no memory: \"Unable to read kernel image\"";
	return NULL;
}

/* Does the last PT_NOTE have the PVH note? That is all that linux-loader remembers. */
static bool
pvh_in_last_note(const struct candidate *c)
{
	struct note_scan s;

	note_scan(c->r->bytes, &c->view, &s);
	return s.in_segments && !s.other_after;
}

static void
elf_on_arm(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	struct range span = candidate_arm_span(c);

	if (self->arm64_elf && c->view.machine == EM_AARCH64 && span.len &&
	        span.addr >= self->arm64_elf && range_end(span) <= ARM_RAM_END)
		launch_yes(l, "arm64.elf", "an ELF in its memory, on an arm64 host", NULL);
	else if (self->arm64_elf)
		launch_no(l, "arm64.elf",
		        "of an ELF for arm64 it takes what is linked where its memory is; give the Image");
	else
		launch_no(l, "arm64.image", "on an arm64 host it takes an Image, and no ELF");
}

/* On hosts of their own machine; rules were read in the same sources. */
static void
on_other_machine(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	if (c->r->kind == KIND_ARM64 && self->arm64)
		launch_yes(l, "arm64.image", "an Image for arm64, on an arm64 host", NULL);
	else if (c->r->kind == KIND_ARM_ZIMAGE && self->arm)
		launch_yes(l, "arm.zimage", "a zImage for arm, on an arm64 host with --aarch32",
		        NULL);
	else if (c->r->kind == KIND_ARM_ELF && self->arm64)
		elf_on_arm(self, c, l);
	else if (c->r->kind == KIND_RISCV && self->riscv64)
		launch_yes(l, "riscv.image", "an Image for riscv64, on a riscv64 host",
		        self->riscv64_since);
	else
		launch_no(l, "machine", "a kernel for a machine that it does not serve");
}

void
launch_firecracker(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	const struct bzimage_facts *bz = &c->r->facts.bz;
	const char *rule, *bad;

	if (c->other_machine)
		on_other_machine(self, c, l);
	else if (c->elf && !c->r->known) {
		launch_damaged(c, l);
	} else if (c->elf) {
		bad = linux_loader_refuses(c, &rule);
		if (bad)
			launch_no(l, rule, bad);
		else if (pvh_in_last_note(c))
			launch_yes(l, "firecracker.pvh",
			        "an ELF64 with a PVH note: entered by it",
			        "1.12; before by e_entry with boot_params");
		else if (c->r->facts.elf.evidence != LINUX_NO)
			launch_yes(l, "firecracker.linux64",
			        "an ELF64: entered at e_entry with boot_params", NULL);
		else
			launch_no(l, "firecracker.linux64",
			        "it would be entered at e_entry with boot_params, and nothing says that it is Linux");
	} else if (c->r->kind == KIND_BZIMAGE && bz->xloadflags & ZP_XLF_KERNEL_64) {
		launch_yes(l, "firecracker.bzimage",
		        "a bzImage with a 64-bit entry; releases up to 1.16 say \"Invalid Elf magic number\"",
		        "the release after 1.16");
	} else {
		launch_no(l, "firecracker.format",
		        c->r->kind == KIND_BZIMAGE
		                ? "a bzImage without a 64-bit entry"
		                : "not an ELF: \"Invalid Elf magic number\"");
	}
}

void
launch_cloud_hypervisor(
        const struct launcher *self, const struct candidate *c, struct launch *l)
{
	const char *rule, *bad;

	if (c->other_machine)
		on_other_machine(self, c, l);
	else if ((c->elf || c->hdrs) && !c->r->known) {
		launch_damaged(c, l);
	} else if (c->elf) {
		bad = linux_loader_refuses(c, &rule);
		if (bad)
			launch_no(l, rule, bad);
		else if (pvh_in_last_note(c))
			launch_yes(l, "cloud-hypervisor.pvh", "an ELF64 with a PVH note", NULL);
		else
			launch_no(l, "cloud-hypervisor.pvh",
			        "an ELF needs the PVH note, in its last PT_NOTE");
	} else if (is_real_mode_only(c->r)) {
		launch_no(l, "cloud-hypervisor.bzimage",
		        "it enters bzImages in 32-bit mode, and this one has no such entry");
	} else if (c->r->kind == KIND_BZIMAGE) {
		launch_yes(l, "cloud-hypervisor.bzimage", "a bzImage: by its 32-bit entry",
		        "39; from 17 to 38 only ELF");
	} else {
		launch_no(l, "cloud-hypervisor.format", "neither an ELF64 nor a bzImage");
	}
}

static void
crosvm_elf(const struct candidate *c, struct launch *l)
{
	struct range span = elf_facts_span(&c->r->facts.elf);

	if (c->virtual_paddr)
		launch_no(l, "crosvm.physical",
		        "its physical addresses are virtual ones, where a guest has no memory");
	else if (span.addr < CROSVM_START)
		launch_no(l, "crosvm.start", "crosvm wants an ELF at 2 MiB or above");
	else if (!c->r->facts.elf.entry_loaded || c->view.entry != c->r->facts.elf.entry)
		launch_no(l, "crosvm.entry", "e_entry must be physical, within the segments");
	else if (c->r->facts.elf.evidence == LINUX_NO)
		launch_no(l, "crosvm.linux",
		        "it would be entered at e_entry with boot_params, and nothing says that it is Linux");
	else
		launch_yes(l, "crosvm.linux",
		        "an ELF: entered at e_entry with boot_params; PVH is not used", NULL);
}

void
launch_crosvm(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	uint64_t declared = zp_setup_len(span_u8(c->r->bytes, ZP_AT(setup_sects))) +
	                    span_le32(c->r->bytes, ZP_AT(syssize)) * 16ull;

	if (c->other_machine)
		on_other_machine(self, c, l);
	else if (c->multiboot.has_addresses && c->multiboot.load_addr < PC_LOW_END)
		launch_yes(l, "crosvm.multiboot", "a multiboot header with addresses", NULL);
	else if ((c->elf || c->hdrs) && !c->r->known)
		launch_damaged(c, l);
	else if (c->elf)
		crosvm_elf(c, l);
	else if (c->r->kind != KIND_BZIMAGE)
		launch_no(l, "crosvm.format", "neither an ELF nor a bzImage");
	else if (is_real_mode_only(c->r))
		launch_no(l, "crosvm.bzimage",
		        "it enters bzImages in 32-bit or 64-bit mode, and this one has no such entry");
	else if (declared > c->r->bytes.size)
		launch_no(l, "crosvm.syssize", "syssize counts more than the file has");
	else
		launch_yes(l, "crosvm.bzimage",
		        c->r->facts.bz.xloadflags & ZP_XLF_KERNEL_64
		                ? "a bzImage: by its 64-bit entry"
		                : "a bzImage: by its 32-bit entry",
		        NULL);
}

void
launch_kvmtool(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	if (c->other_machine)
		on_other_machine(self, c, l);
	else if (c->hdrs && !c->r->known)
		launch_damaged(c, l);
	else if (c->r->kind != KIND_BZIMAGE)
		launch_no(l, "kvmtool.format",
		        "kvmtool loads bzImages; all else it takes for a flat binary");
	else if (c->r->facts.bz.version < KVMTOOL_LEAST)
		launch_no(l, "kvmtool.version", "older than protocol 2.06: \"Too old kernel\"");
	else
		launch_yes(l, "kvmtool.bzimage", "a bzImage: by its 16-bit entry", NULL);
}

/* Xen's toolstack unpacks a bzImage's payload itself, by header 2.08, and wants the ELF inside.
 */
void
launch_xen(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	const struct report *k = c->r->kind == KIND_BZIMAGE ? c->r->inner : c->r;
	const struct fact *pack = report_find(c->r, "payload.compression");
	bool zstd = pack && pack->value.text && strcmp(pack->value.text, "zstd") == 0;

	(void)self;
	if (c->other_machine)
		launch_no(l, "machine", "PVH is for x86");
	else if (c->r->kind == KIND_BZIMAGE && c->r->facts.bz.version < XEN_LEAST)
		launch_no(l, "xen.version",
		        "older than protocol 2.08: \"boot protocol too old\"");
	else if (!k || k->kind != KIND_ELF || !k->known)
		launch_no(l, "xen.elf", "no ELF, nor a bzImage with one inside");
	else if (!k->facts.elf.pvh)
		launch_no(l, "xen.pvh-note", "a PVH guest needs the PHYS32_ENTRY note");
	else
		launch_yes(l, "xen.pvh-note",
		        k == c->r ? "an ELF with a PHYS32_ENTRY note"
		                  : "the ELF inside has a PHYS32_ENTRY note",
		        zstd ? "Xen 4.15, for zstd" : "Xen 4.10");
}
