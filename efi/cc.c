/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures by EFI_CC_MEASUREMENT_PROTOCOL (UEFI 2.10, 38.2): Intel TDX's run-time registers.
 *
 * An event looks as for a TPM (EFI_CC_EVENT), with the register's index where the PCR is. Linux
 * finds the log by ACPI (CCEL), so that there is nothing to hand on.
 */
#include "efi/cc.h"
#include "efi/firmware.h"

struct cc_capability {
	UINT8 size;
	UINT8 structure_version[2], protocol_version[2];
	UINT32 hashes, logs;
	UINT8 type, subtype; /* 0: no confidential machine */
};

struct cc {
	EFI_STATUS(EFIAPI *capability)(struct cc *, struct cc_capability *);
	void *event_log;
	EFI_STATUS(EFIAPI *measure)
	(struct cc *, UINT64, EFI_PHYSICAL_ADDRESS, UINT64, struct event *);
	EFI_STATUS(EFIAPI *map_pcr)(struct cc *, UINT32, UINT32 *);
};

struct cc *
cc_find(void)
{
	EFI_GUID guid = {
	        0x96751a3d, 0x72f4, 0x41a6, {0xa7, 0x94, 0xed, 0x5d, 0x0e, 0x67, 0xae, 0x6b}};
	struct cc_capability c = {.size = sizeof(c)};
	struct cc *cc = protocol_any(&guid);

	return cc && cc->capability(cc, &c) == EFI_SUCCESS && c.type ? cc : NULL;
}

enum refusal_code
cc_measure(struct cc *cc, const struct measured *m, struct refusal *ret_why)
{
	UINT32 index;
	EFI_STATUS status = cc->map_pcr(cc, m->pcr, &index);

	if (status == EFI_SUCCESS)
		status = cc->measure(
		        cc, 0, (uintptr_t)m->bytes.base, m->bytes.size, tpm_event(m, index));
	if (status != EFI_SUCCESS)
		return firmware_failed(
		        "measuring by EFI_CC_MEASUREMENT_PROTOCOL", status, ret_why);
	return REFUSAL_NONE;
}
