/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the firmware says of the machine by SMBIOS.
 */
#ifndef KSHIM_EFI_MACHINE_H
#define KSHIM_EFI_MACHINE_H

#include "stub/input/efi_measures.h"

/* All structures; empty if there are none. */
struct span machine_structures(void);

/*
 * Tell what of them is measured, unless a loader before us has done it in this boot. Errors:
 * those of `tell`.
 */
enum refusal_code machine_tell(measure_event *tell, void *context, struct refusal *ret_why);

#endif
