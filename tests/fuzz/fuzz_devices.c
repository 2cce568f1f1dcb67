/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a guest's accesses to all ports of the launcher: what is no device reads as
 * ones, a machine ends by the accesses that the specifications name and by no other, the exit
 * port is the stub's until it has jumped, and no more is taken of what is typed than there is.
 */
#include "tests/fuzz/fuzz.h"

#include <sys/ioctl.h>

/* In place of KVM: the line of COM1. */
static int
fake_ioctl(int vm, unsigned long request, void *argument)
{
	(void)vm;
	(void)request;
	(void)argument;
	return 0;
}

#define ioctl fake_ioctl
#include "tools/run/devices.c"
#undef ioctl

#define FAR_PORT 0x2f8 /* no device is there nor behind it */

void
terminal_put(struct terminal *t, uint8_t byte)
{
	(void)byte;
	t->sent++;
}

void
terminal_taken(struct terminal *t, size_t len)
{
	REQUIRE(len && len <= t->pending_len);
	t->pending_len -= len;
	memmove(t->pending, t->pending + len, t->pending_len);
}

/* What an access must end the machine with, by the specifications; NONE: nothing. */
static enum ending_reason
wanted_ending(const struct devices *d, uint16_t port, unsigned size, uint32_t value)
{
	if (port == DEVICES_EXIT)
		return d->stub_runs && refusal_name((enum refusal_code)value) ? ENDING_REFUSED
		                                                              : ENDING_EXIT;
	if (port == 0xcf9 && size == 1)
		return value & 4 ? ENDING_RESET : ENDING_NONE;
	for (unsigned i = 0; i < size; i++) {
		uint8_t byte = (uint8_t)(value >> 8 * i);

		if (port + i == 0x64 && byte == 0xfe)
			return ENDING_RESET;
		if (port + i == ACPI_PM1_CONTROL + 1 && byte & 0x20 &&
		        (byte >> 2 & 7) == ACPI_S5)
			return ENDING_POWER_OFF;
	}
	return ENDING_NONE;
}

static void
write_port(struct devices *d, uint16_t port, unsigned size, uint32_t value)
{
	enum ending_reason before = (enum ending_reason)d->ending->reason;
	enum ending_reason wanted = wanted_ending(d, port, size, value);
	bool stub_ran = d->stub_runs;
	bool jumps = devices_out(d, port, size, value, 0);

	REQUIRE(jumps == (port == DEVICES_POST && size == 1 && value == DEVICES_POST_JUMP));
	REQUIRE(d->stub_runs == (stub_ran && !jumps));
	REQUIRE(d->ending->reason == (int)(before ? before : wanted));
}

static void
read_port(struct devices *d, uint16_t port, unsigned size)
{
	uint32_t value = devices_in(d, port, size);

	REQUIRE(size == 4 || !(value >> 8 * size));
	if (port >= FAR_PORT && port + size <= UART_PORT)
		REQUIRE(value == (uint32_t)((1ull << 8 * size) - 1));
	if (port == 0x64 && size == 1)
		REQUIRE(!(value & 2)); /* it never says that it is busy */
	if (port == ACPI_PM1_CONTROL && size == 2)
		REQUIRE(value & 1 && !(value & 0x2000));
}

static uint16_t
any_port(struct feed *f)
{
	static const uint16_t liked[] = {UART_PORT, UART_PORT + 1, UART_PORT + 2, UART_PORT + 4,
	        RTC_PORT, RTC_PORT + 1, 0x64, 0x80, DEVICES_EXIT, 0xcf9, ACPI_PM1_EVENT,
	        ACPI_PM1_EVENT + 2, ACPI_PM1_CONTROL, ACPI_PM1_CONTROL + 1};
	uint64_t which = feed_number(f, 1);

	return which < sizeof(liked) / sizeof(liked[0])
	               ? liked[which]
	               : (uint16_t)(which << 8 | feed_number(f, 1));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct terminal t;
	static struct devices d;
	struct ending ending = {.wake = -1};
	struct feed f = {data, size};

	t.pending_len = 0;
	devices_init(&d, -1, &t, &ending, feed_number(&f, 1) & 1);
	while (f.size) {
		uint64_t what = feed_number(&f, 1);
		unsigned bytes = 1u << (what & 3) % 3;
		uint16_t port = any_port(&f);

		if (what & 0x40 && !t.pending_len) {
			struct span typed = feed_span(&f, feed_number(&f, 1));

			memcpy(t.pending, typed.base, (size_t)typed.size);
			t.pending_len = (size_t)typed.size;
			devices_feed(&d);
		}
		if (what & 0x80)
			write_port(&d, port, bytes, (uint32_t)feed_number(&f, bytes));
		else
			read_port(&d, port, bytes);
		REQUIRE(d.uart.count <= UART_FIFO && d.uart.head < UART_FIFO);
	}
	pthread_mutex_destroy(&d.lock);
	return 0;
}
