/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls to the firmware below (SBI specification 3.0), and the numbers of both sides.
 *
 * a7 extension, a6 function, a0 to a5 parameters; a0 error and a1 value come back, all other
 * registers are kept. Legacy extensions (0 to 8) return in a0 only.
 */
#ifndef KSHIM_RISCV_SBI_H
#define KSHIM_RISCV_SBI_H

#include <stdint.h>

#define SBI_SUCCESS               0
#define SBI_ERR_FAILED            (-1)
#define SBI_ERR_NOT_SUPPORTED     (-2)
#define SBI_ERR_INVALID_PARAM     (-3)
#define SBI_ERR_INVALID_ADDRESS   (-5)
#define SBI_ERR_ALREADY_AVAILABLE (-6)

#define SBI_LEGACY_SET_TIMER   0x00
#define SBI_LEGACY_PUTCHAR     0x01
#define SBI_LEGACY_GETCHAR     0x02
#define SBI_LEGACY_CLEAR_IPI   0x03
#define SBI_LEGACY_SEND_IPI    0x04
#define SBI_LEGACY_FENCE_I     0x05
#define SBI_LEGACY_SFENCE      0x06
#define SBI_LEGACY_SFENCE_ASID 0x07
#define SBI_LEGACY_SHUTDOWN    0x08
#define SBI_BASE               0x10
#define SBI_TIME               0x54494d45
#define SBI_IPI                0x735049
#define SBI_RFENCE             0x52464e43
#define SBI_HSM                0x48534d
#define SBI_SRST               0x53525354
#define SBI_DBCN               0x4442434e
#define SBI_FWFT               0x46574654

#define SBI_BASE_SPEC_VERSION 0
#define SBI_BASE_IMPL_ID      1
#define SBI_BASE_IMPL_VERSION 2
#define SBI_BASE_PROBE        3
#define SBI_BASE_MVENDORID    4
#define SBI_BASE_MARCHID      5
#define SBI_BASE_MIMPID       6

#define SBI_RFENCE_FENCE_I     0
#define SBI_RFENCE_SFENCE      1
#define SBI_RFENCE_SFENCE_ASID 2
#define SBI_RFENCE_HVVMA_ASID  5
#define SBI_RFENCE_HVVMA       6

#define SBI_HSM_START      0
#define SBI_HSM_STOP       1
#define SBI_HSM_GET_STATUS 2
#define SBI_HSM_SUSPEND    3

#define SBI_HSM_STOPPED           1
#define SBI_SUSPEND_RETENTIVE     0x00000000u
#define SBI_SUSPEND_NON_RETENTIVE 0x80000000u

#define SBI_SRST_SHUTDOWN    0
#define SBI_SRST_WARM_REBOOT 2
#define SBI_SRST_FAILURE     1 /* reason: system failure */

#define SBI_DBCN_WRITE      0
#define SBI_DBCN_READ       1
#define SBI_DBCN_WRITE_BYTE 2

#define SBI_FWFT_SET 0
#define SBI_FWFT_GET 1

struct sbi_result {
	int64_t error;
	uint64_t value;
};

struct sbi_args {
	uint64_t a[6];
};

#ifdef __riscv

static inline struct sbi_result
sbi_call(uint64_t extension, uint64_t function, struct sbi_args args)
{
	register uint64_t a0 __asm__("a0") = args.a[0];
	register uint64_t a1 __asm__("a1") = args.a[1];
	register uint64_t a2 __asm__("a2") = args.a[2];
	register uint64_t a3 __asm__("a3") = args.a[3];
	register uint64_t a4 __asm__("a4") = args.a[4];
	register uint64_t a5 __asm__("a5") = args.a[5];
	register uint64_t a6 __asm__("a6") = function;
	register uint64_t a7 __asm__("a7") = extension;

	__asm__ volatile("ecall"
	                 : "+r"(a0), "+r"(a1)
	                 : "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a6), "r"(a7)
	                 : "memory");
	return (struct sbi_result){(int64_t)a0, a1};
}

#else /* a test's firmware */

struct sbi_result sbi_call(uint64_t extension, uint64_t function, struct sbi_args args);

#endif

static inline struct sbi_result
sbi_call1(uint64_t extension, uint64_t function, uint64_t arg)
{
	return sbi_call(extension, function, (struct sbi_args){{arg}});
}

#endif
