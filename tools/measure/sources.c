/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the parts of a boot as efi/sources.c and efi/unpack.c do: in the image's own sections,
 * in a bundle, in another unified kernel image, or a kernel as it is.
 */
#include "stub/input/bundle.h"
#include "stub/input/pin.h"
#include "stub/probe/probe.h"
#include "tools/cmd.h"
#include "tools/measure/boot.h"

static int
refused(const char *path, enum refusal_code code, uint64_t found)
{
	struct refusal why;

	refuse(&why, code, 0, found, 0);
	return fail_refusal(path, why);
}

int
sources_initrd(struct boot *b, const char *name, struct span bytes)
{
	struct refusal why;

	if (!bytes.size)
		return STATUS_OK;
	if (b->m.initrds == MEASURE_INITRDS) {
		refuse_too_many(&why, "initrds", MEASURE_INITRDS + 1, MEASURE_INITRDS);
		return fail_refusal(name, why);
	}
	b->m.initrd[b->m.initrds++] = (struct measure_file){name, bytes};
	return STATUS_OK;
}

/* Keep what the chosen profile has. */
static int
take_profile(const struct boot *b, const char *path, struct pe *pe)
{
	uint32_t profiles = pe_profiles(pe);
	struct refusal why;

	if (pe_take_profile(pe, b->m.profile))
		return STATUS_OK;
	refuse(&why, REFUSAL_EFI_PROFILE, 0, b->m.profile, profiles);
	return fail_refusal(path, why);
}

int
sources_own(struct boot *b)
{
	struct span image = file_span(b->image);

	if (take_profile(b, b->image->path, &b->own_pe) != STATUS_OK)
		return STATUS_REFUSED;
	b->m.own = &b->own_pe;
	b->m.image = image;
	b->packed_line = pe_content(&b->own_pe, ".cmdline", image, false);
	b->line_is_section = true;
	return STATUS_OK;
}

static int
take_bundle(struct boot *b, struct span file, const struct bundle *m)
{
	struct span initrd = {NULL, 0};

	(void)span_sub(file, m->kernel_off, m->kernel_len, &b->m.kernel.bytes);
	(void)span_sub(file, m->cmdline_off, m->cmdline_len, &b->packed_line);
	(void)span_sub(file, m->initrd_off, m->initrd_len, &initrd);
	return sources_initrd(b, "initrd of the bundle", initrd);
}

/* A unified kernel image that is not kshim.efi's. */
static int
take_uki(struct boot *b, struct span file)
{
	int status = take_profile(b, b->kernel->path, &b->kernel_pe);

	b->m.is_uki = true;
	if (status != STATUS_OK || b->w->secure)
		return status; /* the firmware starts it as it is */
	b->m.kernel.bytes = pe_content(&b->kernel_pe, ".linux", file, false);
	b->packed_line = pe_content(&b->kernel_pe, ".cmdline", file, false);
	b->line_is_section = true;
	status = sources_initrd(b, ".ucode", pe_content(&b->kernel_pe, ".ucode", file, false));
	if (status == STATUS_OK)
		status = sources_initrd(
		        b, ".initrd", pe_content(&b->kernel_pe, ".initrd", file, false));
	return status;
}

int
sources_kernel(struct boot *b, const struct file *kernel)
{
	struct span file = file_span(kernel);
	struct image im = image_of(file);
	struct bundle members;
	struct refusal why;
	bool found;

	b->kernel = kernel;
	if (!b->kernel_at.self)
		b->kernel_at = (struct beside_place){MEDIA_HOST, kernel->path, b->root};
	b->m.kernel = (struct measure_file){kernel->path, file};
	if (bundle_read(&im, &found, &members, &why))
		return fail_refusal(kernel->path, why);
	if (found)
		return take_bundle(b, file, &members);
	if (pe_read(file, &found, &b->kernel_pe, &why))
		return fail_refusal(kernel->path, why);
	if (found && pe_find(&b->kernel_pe, ".linux"))
		return take_uki(b, file);
	return b->m.has_profile ? refused(kernel->path, REFUSAL_EFI_PROFILE, 0) : STATUS_OK;
}

/* With Secure Boot: whether the firmware starts the kernel, or its sum is pinned. */
static int
obey_policy(struct boot *b, bool is_bzimage)
{
	struct span pins = pe_content(&b->own_pe, ".kshpin", file_span(b->image), false);
	uint8_t sum[SHA256_LEN];
	struct refusal why;

	if (!b->w->secure || b->m.own)
		return STATUS_OK;
	sha256_of(b->m.kernel.bytes, sum);
	if (pin_has(pins, "kernel", sum))
		return STATUS_OK;
	b->m.firmware_starts = b->m.is_uki || is_bzimage;
	if (!b->m.firmware_starts) {
		why = (struct refusal){.code = REFUSAL_EFI_UNSIGNED, .detail = "kernel"};
		return fail_refusal(b->kernel->path, why);
	}
	if (b->m.is_uki && b->m.initrds)
		return refused(b->m.initrd[0].name, REFUSAL_EFI_UKI_INITRD, 0);
	return STATUS_OK;
}

int
sources_judge(struct boot *b)
{
	struct span kernel = b->m.own ? pe_content(&b->own_pe, ".linux", b->m.image, false)
	                              : b->m.kernel.bytes;
	struct image im = image_of(kernel);
	bool as_it_is = b->m.is_uki && b->w->secure;
	struct refusal why;
	struct facts facts = {.format = KERNEL_ELF64};

	if (!as_it_is && kernel_probe(&im, &facts, &why))
		return fail_refusal(b->m.own ? b->image->path : b->kernel->path, why);
	return obey_policy(b, facts.format == KERNEL_BZIMAGE);
}
