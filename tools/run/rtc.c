/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MC146818A registers; the time is read from the host at each access, in BCD or binary and in
 * 24 hours as register B says.
 */
#include "rtc.h"

#include <stdbool.h>
#include <time.h>

enum {
	RTC_SECONDS = 0,
	RTC_MINUTES = 2,
	RTC_HOURS = 4,
	RTC_WEEKDAY = 6,
	RTC_DAY = 7,
	RTC_MONTH = 8,
	RTC_YEAR = 9,
	RTC_A = 10,
	RTC_B = 11,
	RTC_C = 12,
	RTC_D = 13,
	RTC_CENTURY = 0x32, /* as the FADT says */
};

#define A_RATE   0x26 /* 32768 Hz, no update in progress */
#define B_24H    0x02
#define B_BINARY 0x04
#define D_VALID  0x80

static int
clock_field(const struct tm *tm, uint8_t index)
{
	switch (index) {
	case RTC_SECONDS:
		return tm->tm_sec % 60; /* no leap second */
	case RTC_MINUTES:
		return tm->tm_min;
	case RTC_HOURS:
		return tm->tm_hour;
	case RTC_WEEKDAY:
		return tm->tm_wday + 1;
	case RTC_DAY:
		return tm->tm_mday;
	case RTC_MONTH:
		return tm->tm_mon + 1;
	case RTC_YEAR:
		return tm->tm_year % 100;
	case RTC_CENTURY:
		return 19 + tm->tm_year / 100;
	default:
		return -1;
	}
}

static uint8_t
read_cmos(const struct rtc *rtc)
{
	time_t now = time(NULL);
	struct tm tm;
	int field;

	switch (rtc->index) {
	case RTC_A:
		return A_RATE;
	case RTC_B:
		return rtc->cmos[RTC_B] | B_24H;
	case RTC_C:
		return 0;
	case RTC_D:
		return D_VALID;
	}
	gmtime_r(&now, &tm);
	field = clock_field(&tm, rtc->index);
	if (field < 0)
		return rtc->cmos[rtc->index];
	if (!(rtc->cmos[RTC_B] & B_BINARY))
		field = field / 10 << 4 | field % 10;
	return (uint8_t)field;
}

uint8_t
rtc_read(struct rtc *rtc, unsigned reg)
{
	return reg ? read_cmos(rtc) : rtc->index;
}

void
rtc_write(struct rtc *rtc, unsigned reg, uint8_t value)
{
	if (reg)
		rtc->cmos[rtc->index] = value;
	else
		rtc->index = value & 0x7f; /* the top bit masks NMIs */
}
