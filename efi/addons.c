/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads addons (UAPI Group Specifications, "Unified Kernel Image"; systemd-stub(7), "Companion
 * Files"), and the line of SMBIOS.
 *
 * The firmware loads an addon as it loads any image, so with Secure Boot it verifies it, or a
 * shim does that has put itself in front of LoadImage(). Nothing of it is run: its sections are
 * copied, and it is unloaded.
 */
#include "efi/addons.h"
#include "efi/extras.h"
#include "efi/kept_text.h"
#include "efi/machine.h"
#include "efi/say.h"
#include "efi/secure.h"
#include "efi/unpack.h"
#include "stub/input/efi_addon.h"
#include "stub/input/smbios.h"
#include "stub/input/utf.h"
#include "x86/cpu/cpu.h"

#define SMBIOS_LINE "io.systemd.stub.kernel-cmdline-extra="

static char addon_text[LINE_ROOM], smbios_text[LINE_ROOM];
static struct efi_addon_room room;

static void
leave_out(const char *subject, const char *what)
{
	struct refusal why;

	refuse(&why, REFUSAL_EFI_ADDON, 0, 0, 0);
	why.subject = subject;
	why.detail = what;
	say_refusal(&why);
}

/* An addon that is loaded, and what it has. */
struct addon {
	const char *path, *name;
	struct efi_addon has;
};

/* What is not there is empty. */
static struct span
own_uname(const struct boot *b)
{
	struct span uname = {NULL, 0};

	(void)unpack_own_section(b, ".uname", &uname);
	return uname;
}

/* Copy a section, if the addon has it, to pages that stay. */
static enum refusal_code
take_section(const struct addon *a, struct span s, uint32_t tag,
        struct extra list[EFI_EXTRA_ADDONS], uint32_t *count, struct refusal *ret_why)
{
	uint64_t addr;

	if (!s.size)
		return REFUSAL_NONE;
	if (*count == EFI_EXTRA_ADDONS)
		return refuse_too_many(
		        ret_why, "addons", EFI_EXTRA_ADDONS + 1, EFI_EXTRA_ADDONS);
	if (pages_get(s.size, a->path, &addr, ret_why))
		return ret_why->code;
	memcpy((void *)(uintptr_t)addr, s.base, s.size);
	list[(*count)++] = (struct extra){.kind = EXTRA_ADDON,
	        .name = a->path,
	        .event = {MEASURED_ADDON, MEASURE_PCR_LINE, tag, a->name,
	                {(const uint8_t *)(uintptr_t)addr, s.size}}};
	return REFUSAL_NONE;
}

static enum refusal_code
take_addon(struct boot *b, const struct addon *a, struct refusal *ret_why)
{
	struct extras *e = &b->extras;
	enum refusal_code code = REFUSAL_NONE;

	if (a->has.cmdline.size)
		code = cmdline_append_section(&b->addon_line, a->has.cmdline, ret_why);
	if (!code)
		code = take_section(
		        a, a->has.initrd, MEASURE_TAG_INITRD, e->initrd, &e->initrds, ret_why);
	if (!code)
		code = take_section(
		        a, a->has.ucode, MEASURE_TAG_UCODE, e->ucode, &e->ucodes, ret_why);
	return code;
}

/* Have the firmware load the file at `path` of our volume; NULL, and that said, if it does not.
 */
static EFI_HANDLE
load(const char *path)
{
	EFI_DEVICE_PATH *whole = file_device_path(fw.self->DeviceHandle, path);
	EFI_HANDLE image = NULL;
	EFI_STATUS status = EFI_INVALID_PARAMETER;

	if (whole)
		status = fw.boot->LoadImage(FALSE, fw.image, whole, NULL, 0, &image);
	if (status == EFI_SUCCESS)
		return image;
	if (image) /* loaded, but not allowed */
		fw.boot->UnloadImage(image);
	leave_out(path, secure_why_not_loaded(status));
	return NULL;
}

static enum refusal_code
read_addon(struct boot *b, const char *folder, const char *name, struct refusal *ret_why)
{
	static struct addon a;
	struct span loaded_image;
	EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
	EFI_LOADED_IMAGE *loaded;
	EFI_HANDLE image;
	const char *wrong;
	enum refusal_code code = REFUSAL_NONE;

	a.path = text_keep(text_span(folder), "\\", text_span(name));
	if (!a.path) {
		leave_out(name, "there is no room for more paths");
		return REFUSAL_NONE;
	}
	a.name = a.path + text_span(folder).size + 1;
	image = load(a.path);
	if (!image)
		return REFUSAL_NONE;
	loaded = protocol_of(image, &guid);
	loaded_image = (struct span){
	        loaded ? loaded->ImageBase : NULL, loaded ? loaded->ImageSize : 0};
	wrong = efi_addon_read(loaded_image, true, own_uname(b), &room, &a.has);
	if (wrong)
		leave_out(a.path, wrong);
	else
		code = take_addon(b, &a, ret_why);
	fw.boot->UnloadImage(image);
	return code;
}

static enum refusal_code
read_folder(struct boot *b, EFI_FILE_HANDLE root, const char *folder, struct refusal *ret_why)
{
	static struct efi_extra_names names;
	enum refusal_code code =
	        extras_list(root, folder, EFI_ADDON_SUFFIX, NULL, &names, ret_why);

	for (uint32_t i = 0; !code && i < names.count; i++)
		code = read_addon(b, folder, names.name[i], ret_why);
	return code;
}

enum refusal_code
addons_find(struct boot *b, struct refusal *ret_why)
{
	char own[FILE_PATH];
	struct volume volume;
	enum refusal_code code = REFUSAL_NONE;

	b->addon_line = cmdline_init(addon_text, sizeof(addon_text));
	if (!volume_open(fw.self->DeviceHandle, &volume))
		return REFUSAL_NONE;
	for (unsigned i = 0; !code && i < EFI_ADDON_FOLDERS; i++) {
		const char *folder = efi_addon_folder(i);

		if (!folder && efi_extra_folder(b->self, own, sizeof(own)))
			folder = own;
		if (folder)
			code = read_folder(b, volume.root, folder, ret_why);
	}
	volumes_close(&volume, 1);
	return code;
}

/*
 * Is this, or may it be, a virtual machine whose host is not trusted? Intel TDX (SDM vol. 2A,
 * leaf 0x21), AMD SEV (APM vol. 3, leaf 0x8000001f), Hyper-V (TLFS, leaves 0x40000003 and
 * 0x4000000c). A host that only shows SEV's bit counts as well.
 */
static bool
may_be_confidential(void)
{
	struct cpuid tdx = cpuid(0x21);

	if (!(cpuid(1).c >> 31 & 1))
		return false;
	if (tdx.b == 0x65746e49 && tdx.d == 0x5844546c && tdx.c == 0x20202020)
		return true;
	if (cpuid(0x8000001f).a >> 1 & 1)
		return true;
	return cpuid_basic(0x40000000).b == 0x7263694d &&
	       cpuid_basic(0x40000000).a >= 0x4000000c && cpuid_basic(0x40000003).b >> 22 & 1 &&
	       (cpuid_basic(0x4000000c).b & 0xf) >= 2;
}

void
addons_smbios(struct boot *b)
{
	struct cmdline *line = &b->smbios_line;
	struct refusal why;
	struct span text;
	const char *wrong;

	*line = cmdline_init(smbios_text, sizeof(smbios_text));
	if (!smbios_oem_string(machine_structures(), SMBIOS_LINE, &text))
		return;
	wrong = may_be_confidential() ? "the host of a confidential machine is not trusted"
	                              : efi_addon_wrong_line(text, &room);
	if (wrong)
		leave_out("SMBIOS's " SMBIOS_LINE, wrong);
	else
		(void)cmdline_append_section(line, text, &why); /* as it was tried */
}
