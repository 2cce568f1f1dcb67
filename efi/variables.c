/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets the variables of the Boot Loader Interface that bootctl, systemd-analyze,
 * systemd-gpt-auto-generator and systemd-cryptenroll read.
 *
 * Texts are UTF-16 with their NUL; numbers are decimal texts, feature flags 8 bytes. Surprise:
 * systemd's stub says by StubPcrKernelParameters only that everything there could have been was
 * measured; here it says that something was.
 */
#include "efi/variables.h"
#include "efi/secure.h"
#include "efi/tpm.h"
#include "stub/base/guid.h"
#include "stub/base/text.h"
#include "stub/input/utf.h"
#include "x86/cpu/cpu.h"

#define TEXT_ROOM 600 /* bytes; a path is the longest */
#define TAKEN     24  /* variables that can be set */

/* systemd's EFI_STUB_FEATURE_... of what this stub does. */
#define FEATURES                                                                               \
	(1u << 0 /* the boot partition */ | 1u << 1 /* credentials */ |                        \
	        1u << 2 /* sysexts */ | 1u << 3 /* three PCRs */ |                             \
	        1u << 4 /* the seed file */ | 1u << 5 /* addons */ | 1u << 6 /* SMBIOS */ |    \
	        1u << 8 /* confexts */ | 1u << 9 /* profiles */ |                              \
	        1u << 10 /* the stub's partition */ | 1u << 12 /* SMBIOS is measured */)

static EFI_GUID loader_guid = {
        0x4a67b082, 0x0a4c, 0x41cf, {0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f}};
static uint64_t started; /* ticks of the CPU */
static const CHAR16 *taken[TAKEN];
static unsigned takens;

void
variables_start(void)
{
	started = cpu_ticks();
}

bool
variable_exists(const CHAR16 *name)
{
	UINTN size = 0;

	return fw.table->RuntimeServices->GetVariable(
	               (CHAR16 *)name, &loader_guid, NULL, &size, NULL) == EFI_BUFFER_TOO_SMALL;
}

#define THIS_BOOT (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

static bool
store(const CHAR16 *name, UINT32 attributes, const void *bytes, UINTN size)
{
	return fw.table->RuntimeServices->SetVariable((CHAR16 *)name, &loader_guid, attributes,
	               size, (void *)(uintptr_t)bytes) == EFI_SUCCESS;
}

void
variable_set(const CHAR16 *name, const void *bytes, UINTN size)
{
	if (takens < TAKEN && store(name, THIS_BOOT, bytes, size))
		taken[takens++] = name;
}

/* A text as a variable has it; returns its bytes, 0 if it is empty or too long. */
static UINTN
wide_text(const char *text, uint16_t wide[TEXT_ROOM])
{
	UINTN units = 0;

	if (!text[0] || !utf16_from_8(text, wide, TEXT_ROOM))
		return 0;
	while (wide[units++])
		;
	return units * sizeof(wide[0]);
}

void
variable_set_text(const CHAR16 *name, const char *text)
{
	static uint16_t wide[TEXT_ROOM];
	UINTN size = wide_text(text, wide);

	if (size)
		variable_set(name, wide, size);
}

static void
store_text(const CHAR16 *name, UINT32 attributes, const char *text)
{
	static uint16_t wide[TEXT_ROOM];
	UINTN size = wide_text(text, wide);

	if (size)
		(void)store(name, attributes, wide, size);
}

void
variable_leave_text(const CHAR16 *name, const char *text)
{
	store_text(name, THIS_BOOT, text);
}

void
variable_keep_text(const CHAR16 *name, const char *text)
{
	store_text(name, EFI_VARIABLE_NON_VOLATILE | THIS_BOOT, text);
}

#define PRIVATE (EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS)

bool
variable_private(const CHAR16 *name, void *buf, UINTN size)
{
	UINTN len = size;
	UINT32 attributes;

	return fw.table->RuntimeServices->GetVariable(
	               (CHAR16 *)name, &loader_guid, &attributes, &len, buf) == EFI_SUCCESS &&
	       len == size && (attributes & (PRIVATE | EFI_VARIABLE_RUNTIME_ACCESS)) == PRIVATE;
}

bool
variable_keep_private(const CHAR16 *name, const void *bytes, UINTN size)
{
	return store(name, PRIVATE, bytes, size);
}

size_t
variable_bytes(const CHAR16 *name, void *buf, size_t size)
{
	UINTN len = size;

	return fw.table->RuntimeServices->GetVariable(
	               (CHAR16 *)name, &loader_guid, NULL, &len, buf) == EFI_SUCCESS
	               ? len
	               : 0;
}

bool
variable_text(const CHAR16 *name, char *buf, size_t size)
{
	static uint8_t wide[2 * TEXT_ROOM];
	size_t len = variable_bytes(name, wide, sizeof(wide));

	return len && utf8_from_16((struct span){wide, len}, buf, size) && buf[0];
}

void
variable_delete(const CHAR16 *name)
{
	fw.table->RuntimeServices->SetVariable((CHAR16 *)name, &loader_guid, 0, 0, NULL);
}

/* Unless a loader before us has. */
static void
offer_text(const CHAR16 *name, const char *text)
{
	if (!variable_exists(name))
		variable_set_text(name, text);
}

static void
set_number(const CHAR16 *name, uint64_t v)
{
	char room[24];
	struct text t = text_init(room, sizeof(room));

	text_dec(&t, v);
	variable_set_text(name, room);
}

/* The node of a partition (UEFI 2.10, 10.3.5.1), which gnu-efi's struct is longer than. */
#define DISK_NODE_LEN       42
#define DISK_NODE_SIGNATURE 24
#define DISK_NODE_KIND      41 /* of the signature */

/* The partition that we came from, of a GPT, in upper case; "" if it is none. */
static void
partition(char ret_text[GUID_TEXT])
{
	EFI_GUID guid = DEVICE_PATH_PROTOCOL;
	EFI_DEVICE_PATH *path =
	        fw.self->DeviceHandle ? protocol_of(fw.self->DeviceHandle, &guid) : NULL;
	struct span s = {(const uint8_t *)path, path ? device_path_len(path) : 0};
	bool found = false;

	ret_text[0] = 0;
	while (!found && s.size >= sizeof(*path)) {
		uint64_t len = span_le16(s, 2);

		found = s.base[0] == MEDIA_DEVICE_PATH && s.base[1] == MEDIA_HARDDRIVE_DP &&
		        len >= DISK_NODE_LEN &&
		        span_u8(s, DISK_NODE_KIND) == SIGNATURE_TYPE_GUID;
		if (found)
			guid_text(s.base + DISK_NODE_SIGNATURE, ret_text);
		if (len > s.size || !span_sub(s, len, s.size - len, &s))
			break;
	}
	for (char *at = ret_text; *at; at++) {
		if (*at >= 'a')
			*at = (char)(*at - ('a' - 'A'));
	}
}

/* A revision as "MAJOR.MI"; the minor number has two digits at least. */
static void
put_revision(struct text *t, uint32_t revision)
{
	text_dec(t, revision >> 16);
	text_char(t, '.');
	if ((revision & 0xffff) < 10)
		text_char(t, '0');
	text_dec(t, revision & 0xffff);
}

static void
offer_firmware(void)
{
	static char room[TEXT_ROOM];
	struct text t = text_init(room, sizeof(room));
	struct span vendor = {(const uint8_t *)fw.table->FirmwareVendor, TEXT_ROOM / 2};

	if (vendor.base && utf8_from_16(vendor, room, TEXT_ROOM / 2))
		t.len = text_span(room).size;
	text_char(&t, ' ');
	put_revision(&t, fw.table->FirmwareRevision);
	offer_text(L"LoaderFirmwareInfo", room);
	t = text_init(room, sizeof(room));
	text_str(&t, "UEFI ");
	put_revision(&t, fw.table->Hdr.Revision);
	offer_text(L"LoaderFirmwareType", room);
}

/* The TPM's banks, as EFI_TCG2_PROTOCOL numbers them. */
static void
offer_banks(void)
{
	char room[16];
	struct text t = text_init(room, sizeof(room));
	uint32_t banks = tpm_banks();

	text_str(&t, "0x");
	for (unsigned shift = 32; shift; shift -= 4)
		text_char(&t, "0123456789abcdef"[banks >> (shift - 4) & 15]);
	offer_text(L"LoaderTpm2ActivePcrBanks", room);
}

/* Ticks of the CPU in a microsecond: as CPUID says (SDM vol. 2A, leaf 0x15), else by the
 * firmware's clock. */
static uint64_t
ticks_per_us(void)
{
	struct cpuid c = cpuid(0x15);
	uint64_t rate, before;

	if (c.a && c.b && c.c)
		rate = (uint64_t)c.c * c.b / c.a / 1000000;
	else {
		before = cpu_ticks();
		fw.boot->Stall(1000);
		rate = (cpu_ticks() - before) / 1000;
	}
	return rate ? rate : 1;
}

static void
offer_times(void)
{
	uint64_t rate = ticks_per_us();

	if (variable_exists(L"LoaderTimeInitUSec") || variable_exists(L"LoaderTimeExecUSec"))
		return;
	set_number(L"LoaderTimeInitUSec", started / rate);
	set_number(L"LoaderTimeExecUSec", cpu_ticks() / rate);
}

/* Was something measured that is not the image itself? */
static bool
has_parameters(const struct boot *b)
{
	const struct extras *e = &b->extras;

	return b->profile || (!secure_line_is_own(b) && b->request.cmdline.len) ||
	       b->addon_line.len || b->smbios_line.len || e->ucodes || e->initrds;
}

static bool
has_archive(const struct extras *e, enum extra_kind kind)
{
	for (uint32_t i = 0; i < e->archives; i++) {
		if (e->archive[i].kind == kind)
			return true;
	}
	return false;
}

static void
set_stub(const struct boot *b, const char *part)
{
	static const uint64_t features = FEATURES;
	const struct extras *e = &b->extras;

	variable_set_text(L"StubInfo", "kshim " KSHIM_VERSION);
	variable_set(L"StubFeatures", &features, sizeof(features));
	set_number(L"StubProfile", b->profile);
	variable_set_text(L"StubDevicePartUUID", part);
	variable_set_text(L"StubImageIdentifier", b->self);
	if (!tpm_find())
		return;
	set_number(L"StubPcrKernelImage", 11);
	if (has_parameters(b) || has_archive(e, EXTRA_CREDENTIALS))
		set_number(L"StubPcrKernelParameters", 12);
	if (has_archive(e, EXTRA_SYSEXTS))
		set_number(L"StubPcrInitRDSysExts", 13);
	if (has_archive(e, EXTRA_CONFEXTS))
		set_number(L"StubPcrInitRDConfExts", 12);
}

void
variables_set(const struct boot *b)
{
	char part[GUID_TEXT];

	partition(part);
	offer_text(L"LoaderDevicePartUUID", part);
	offer_text(L"LoaderImageIdentifier", b->self);
	offer_firmware();
	offer_banks();
	if (secure_is_own(b->kernel.bytes))
		set_stub(b, part);
	offer_times();
}

void
variables_take(void)
{
	while (takens)
		variable_delete(taken[--takens]);
}
