/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.efi: from a UEFI firmware to the kernel's first instruction, as a list of steps.
 *
 * UEFI 2.10, 4.1 (entry point). All that can be refused is refused before ExitBootServices; a
 * refusal is said, everything is given back, and the caller gets a status, so that a boot
 * manager can go on to the next entry.
 */
#include "efi/extras.h"
#include "efi/measure.h"
#include "efi/say.h"
#include "efi/secure.h"
#include "efi/seed.h"
#include "efi/tpm.h"
#include "efi/variables.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

static enum refusal_code
probe_kernel(struct boot *b, struct refusal *ret_why)
{
	struct image im = image_of(b->kernel.bytes);
	enum refusal_code code = kernel_probe(&im, &b->facts, ret_why);

	say_console(b->words.console);
	if (code)
		ret_why->subject = b->kernel.name;
	else if (!b->words.quiet)
		report_kernel(b);
	return code;
}

/* With Secure Boot: Linux only in ways that tell it so. */
static enum refusal_code
choose_protocol(struct boot *b, struct refusal *ret_why)
{
	enum kernel_format format = b->facts.format;
	bool is_elf = format == KERNEL_ELF64 || format == KERNEL_ELF32;

	b->request.protocol = b->words.protocol;
	if (!b->secure || !is_elf || b->facts.elf.evidence == LINUX_NO)
		return REFUSAL_NONE;
	if (b->words.protocol == PROTOCOL_AUTO)
		b->request.protocol = PROTOCOL_LINUX64;
	if (b->words.protocol != PROTOCOL_PVH)
		return REFUSAL_NONE;
	refuse(ret_why, REFUSAL_EFI_LOCKDOWN, 0, 0, 0);
	ret_why->subject = b->kernel.name;
	return ret_why->code;
}

static enum refusal_code
add_blob(struct plan_request *req, const char *name, struct span bytes, struct refusal *why)
{
	if (req->blobs == PLAN_BLOBS)
		return refuse_too_many(why, "initrds", BOOT_INITRDS + 1, BOOT_INITRDS);
	req->blob[req->blobs++] = (struct blob){.where = BLOB_SPACE,
	        .addr = (uintptr_t)bytes.base,
	        .size = bytes.size,
	        .name = name};
	return REFUSAL_NONE;
}

static enum refusal_code
add_file(struct boot *b, const struct file *f, struct refusal *why)
{
	return add_blob(&b->request, f->name, f->bytes, why);
}

static enum refusal_code
add_extra(struct boot *b, const struct extra *x, struct refusal *why)
{
	return add_blob(&b->request, x->name, x->event.bytes, why);
}

static enum refusal_code
list_blobs(struct boot *b, struct refusal *ret_why)
{
	const struct extras *e = &b->extras;
	enum refusal_code code = add_file(b, &b->kernel, ret_why);

	/* Of microcode the kernel takes the first that fits, of a file the last. */
	for (uint32_t i = e->ucodes; !code && i--;)
		code = add_extra(b, &e->ucode[i], ret_why);
	for (uint32_t i = 0; !code && i < b->initrds; i++)
		code = add_file(b, &b->initrd[i], ret_why);
	for (uint32_t i = 0; !code && i < e->archives; i++)
		code = add_extra(b, &e->archive[i], ret_why);
	for (uint32_t i = 0; !code && i < e->initrds; i++)
		code = add_extra(b, &e->initrd[i], ret_why);
	return code;
}

/* Before the plan: the log's table must not be put where the plan has a use for the place. */
static enum refusal_code
measure(struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = measure_boot(b, false, ret_why);

	if (!code)
		tpm_hand_log();
	return code;
}

/* Before the plan, because of the table's place; behind all that is likely to be refused. */
static enum refusal_code
hand_seed(struct boot *b, struct refusal *ret_why)
{
	(void)b;
	(void)ret_why;
	seed_hand();
	return REFUSAL_NONE;
}

static enum refusal_code
read_system(struct boot *b, struct refusal *ret_why)
{
	(void)ret_why;
	system_read(b);
	return REFUSAL_NONE;
}

static enum refusal_code
tell_userspace(struct boot *b, struct refusal *ret_why)
{
	(void)ret_why;
	variables_set(b);
	return REFUSAL_NONE;
}

static enum refusal_code
read_policy(struct boot *b, struct refusal *ret_why)
{
	(void)ret_why;
	b->secure = global_byte(L"SecureBoot", 0) == 1 && global_byte(L"SetupMode", 0) == 0;
	return REFUSAL_NONE;
}

static enum refusal_code
let_firmware_start(struct boot *b, struct refusal *ret_why)
{
	if (b->words.protocol != PROTOCOL_AUTO) {
		refuse(ret_why, REFUSAL_EFI_PROTOCOL, 0, 0, 0);
		ret_why->subject = b->kernel.name;
		return ret_why->code;
	}
	if (b->is_uki && b->initrds) {
		refuse(ret_why, REFUSAL_EFI_UKI_INITRD, 0, 0, 0);
		ret_why->subject = b->initrd[0].name;
		return ret_why->code;
	}
	if (!b->words.quiet) {
		say("version " KSHIM_VERSION);
		say("Secure Boot: the firmware verifies and starts the kernel");
	}
	variables_set(b);
	seed_hand();
	return start_image(b, b->whole, ret_why);
}

/* With Secure Boot: what no signature or pin allows is the firmware's to start, or refused. */
static enum refusal_code
obey_policy(struct boot *b, struct refusal *ret_why)
{
	struct image im = image_of(b->kernel.bytes);
	bool image;

	if (!b->secure)
		return REFUSAL_NONE;
	image = b->is_uki || (kernel_probe(&im, &b->facts, ret_why) == REFUSAL_NONE &&
	                             b->facts.format == KERNEL_BZIMAGE);
	if (!image || secure_kernel_allowed(b))
		return secure_check(b, ret_why);
	return let_firmware_start(b, ret_why);
}

/* What the caller is told: the kinds that it may want to tell apart. */
static EFI_STATUS
status_of(enum refusal_code code)
{
	switch (code) {
	case REFUSAL_EFI_NOT_FOUND:
	case REFUSAL_EFI_VOLUME:
	case REFUSAL_EFI_NO_KERNEL:
	case REFUSAL_ENTRY_NONE:
		return EFI_NOT_FOUND;
	case REFUSAL_EFI_UNSIGNED:
	case REFUSAL_EFI_UKI_INITRD:
		return EFI_ACCESS_DENIED;
	case REFUSAL_EFI_START:
		return EFI_SECURITY_VIOLATION;
	case REFUSAL_EFI_READ:
		return EFI_DEVICE_ERROR;
	case REFUSAL_EFI_MEMORY:
	case REFUSAL_PLAN_KERNEL_PLACE:
	case REFUSAL_PLAN_KERNEL_ROOM:
	case REFUSAL_PLAN_INITRD_ROOM:
	case REFUSAL_PLAN_HANDOFF_ROOM:
	case REFUSAL_PLAN_STAGE_ROOM:
		return EFI_OUT_OF_RESOURCES;
	case REFUSAL_EFI_OPTIONS:
	case REFUSAL_EFI_PROFILE:
	case REFUSAL_EFI_PROTOCOL:
	case REFUSAL_EFI_LOCKDOWN:
	case REFUSAL_EFI_UTF8:
	case REFUSAL_CMDLINE_LONG:
	case REFUSAL_CMDLINE_CONTROL:
	case REFUSAL_CMDLINE_BUFFER:
	case REFUSAL_CMDLINE_WORD:
		return EFI_INVALID_PARAMETER;
	default:
		return EFI_LOAD_ERROR;
	}
}

EFI_STATUS EFIAPI
efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	static enum refusal_code (*const steps[])(struct boot *, struct refusal *) = {
	        read_policy,
	        sources_options,
	        sources_find,
	        sources_command_line,
	        obey_policy,
	        probe_kernel,
	        choose_protocol,
	        extras_find,
	        list_blobs,
	        measure,
	        tell_userspace,
	        extras_join_line,
	        hand_seed,
	        read_system,
	        execute,
	};
	static struct boot boot;
	struct refusal why = {.code = REFUSAL_NONE};
	EFI_STATUS status = firmware_init(image, table);

	if (status != EFI_SUCCESS)
		return status;
	variables_start();
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i](&boot, &why))
			break;
	}
	say_refusal(&why);
	tpm_take_log();
	seed_take();
	variables_take();
	pages_free_all();
	return status_of(why.code);
}
