/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Authenticode hash of a PE file, which is what firmware measures of an image that it loads
 * (Microsoft, "Windows Authenticode Portable Executable Signature Format", 2008-03-21,
 * "Calculating the PE Image Hash"; TCG PFP 1.06, 3.3.4.5). A signature does not change it.
 */
#ifndef KSHIM_AUTHENTICODE_H
#define KSHIM_AUTHENTICODE_H

#include "stub/base/refusal.h"
#include "tools/measure/sums.h"

/* Errors: REFUSAL_PE_HEADER: no PE file, or one whose parts do not fit. */
enum refusal_code authenticode(
        struct span file, bank_set wanted, struct sums *ret_sums, struct refusal *ret_why);

#endif
