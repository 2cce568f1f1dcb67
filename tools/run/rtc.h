/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CMOS clock: it tells the host's time (UTC) and keeps 128 bytes.
 *
 * Source: Motorola MC146818A. Alarms and periodic interrupts never come. A clock that reads
 * 0xff would cost Linux more than a second of waiting for its update to end.
 */
#ifndef RUN_RTC_H
#define RUN_RTC_H

#include <stdint.h>

#define RTC_PORT 0x70 /* index, and data at the next port */

struct rtc {
	uint8_t index;
	uint8_t cmos[128];
};

uint8_t rtc_read(struct rtc *rtc, unsigned reg);
void rtc_write(struct rtc *rtc, unsigned reg, uint8_t value);

#endif
