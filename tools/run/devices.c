/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which port is what. Each access is taken apart into bytes, as an ISA bus does.
 */
#include "devices.h"

#include <errno.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "stub/base/refusal.h"
#include "tools/run/acpi.h"

#define KBD_COMMAND 0x64
#define KBD_RESET   0xfe
/*
 * The 8042 has no keyboard, but its status never says "busy" (bit 1): Linux would wait for that
 * before a reset, and always "full", by which Linux knows at once that there is none.
 */
#define KBD_STATUS_NONE 0xfd

#define PM1_SCI_EN    0x0001
#define PM1_SLP_TYP   0x1c00
#define PM1_SLP_SHIFT 10
#define PM1_SLP_EN    0x2000
#define RESET_CPU     0x04 /* bit of port 0xcf9 that resets on its rise */

static void
set_line(void *context, bool level)
{
	struct devices *d = context;
	struct kvm_irq_level irq = {.irq = UART_IRQ, .level = level};

	if (ioctl(d->vm, KVM_IRQ_LINE, &irq) < 0)
		ending_set(d->ending, ENDING_HOST, (uint32_t)errno, 0, "KVM_IRQ_LINE");
}

static void
send(void *context, uint8_t byte)
{
	struct devices *d = context;

	terminal_put(d->terminal, byte);
}

void
devices_init(struct devices *d, int vm, struct terminal *terminal, struct ending *ending,
        bool stub_runs)
{
	*d = (struct devices){.vm = vm, .terminal = terminal, .ending = ending};
	d->uart.context = d;
	d->uart.set_line = set_line;
	d->uart.send = send;
	d->pm1_control = PM1_SCI_EN;
	atomic_init(&d->stub_runs, stub_runs);
	pthread_mutex_init(&d->lock, NULL);
}

void
devices_print(void *devices, const uint8_t *bytes, size_t len)
{
	struct devices *d = devices;

	pthread_mutex_lock(&d->lock);
	for (size_t i = 0; i < len; i++)
		terminal_put(d->terminal, bytes[i]);
	pthread_mutex_unlock(&d->lock);
}

void
devices_feed(struct devices *d)
{
	struct terminal *t = d->terminal;
	size_t taken;

	if (t->beside || !t->pending_len)
		return;
	if (d->typed && d->typed(d->typed_context, t->pending, t->pending_len, &taken))
		terminal_taken(t, taken);
	else if (uart_room(&d->uart))
		terminal_taken(t, uart_receive(&d->uart, t->pending, t->pending_len));
}

static uint8_t
in_byte(struct devices *d, uint16_t port)
{
	uint8_t value;

	switch (port) {
	case UART_PORT ... UART_PORT + 7:
		value = uart_read(&d->uart, port - UART_PORT);
		devices_feed(d);
		return value;
	case RTC_PORT:
	case RTC_PORT + 1:
		return rtc_read(&d->rtc, port - RTC_PORT);
	case KBD_COMMAND:
		return KBD_STATUS_NONE;
	case DEVICES_POST:
		return d->post;
	case ACPI_PM1_EVENT: /* no event ever comes */
	case ACPI_PM1_EVENT + 1:
		return 0;
	case ACPI_PM1_EVENT + 2:
	case ACPI_PM1_EVENT + 3:
		return (uint8_t)(d->pm1_enable >> 8 * (port & 1));
	case ACPI_PM1_CONTROL:
	case ACPI_PM1_CONTROL + 1:
		return (uint8_t)(d->pm1_control >> 8 * (port & 1));
	default:
		return 0xff;
	}
}

/* SLP_TYP and SLP_EN come in the upper byte, which is written last. */
static void
write_pm1_control(struct devices *d, unsigned byte, uint8_t value)
{
	unsigned shift = 8 * byte;
	uint16_t control = (uint16_t)((d->pm1_control & ~(0xff << shift)) | value << shift);

	d->pm1_control = (uint16_t)((control & ~PM1_SLP_EN) | PM1_SCI_EN);
	if (byte && (control & PM1_SLP_EN) &&
	        (control & PM1_SLP_TYP) >> PM1_SLP_SHIFT == ACPI_S5)
		ending_set(d->ending, ENDING_POWER_OFF, 0, 0, NULL);
}

static void
out_byte(struct devices *d, uint16_t port, uint8_t value)
{
	unsigned shift = 8 * (port & 1u);

	switch (port) {
	case UART_PORT ... UART_PORT + 7:
		uart_write(&d->uart, port - UART_PORT, value);
		break;
	case RTC_PORT:
	case RTC_PORT + 1:
		rtc_write(&d->rtc, port - RTC_PORT, value);
		break;
	case KBD_COMMAND:
		if (value == KBD_RESET)
			ending_set(d->ending, ENDING_RESET, 0, 0, "the keyboard controller");
		break;
	case DEVICES_POST:
		d->post = value;
		break;
	case ACPI_PM1_EVENT + 2:
	case ACPI_PM1_EVENT + 3:
		d->pm1_enable = (uint16_t)((d->pm1_enable & ~(0xff << shift)) | value << shift);
		break;
	case ACPI_PM1_CONTROL:
	case ACPI_PM1_CONTROL + 1:
		write_pm1_control(d, port & 1, value);
		break;
	}
}

uint32_t
devices_in(struct devices *d, uint16_t port, unsigned size)
{
	uint32_t value = 0;

	pthread_mutex_lock(&d->lock);
	for (unsigned i = 0; i < size; i++)
		value |= (uint32_t)in_byte(d, (uint16_t)(port + i)) << (8 * i);
	pthread_mutex_unlock(&d->lock);
	return value;
}

/* The two ports where a whole access means something; true if this was one. */
static bool
out_whole(struct devices *d, uint16_t port, unsigned size, uint32_t value, uint32_t cpu)
{
	if (port == DEVICES_EXIT) {
		/* Once the kernel runs it is the kernel that writes there. */
		bool refusal = atomic_load(&d->stub_runs) &&
		               refusal_name((enum refusal_code)value) != NULL;
		ending_set(d->ending, refusal ? ENDING_REFUSED : ENDING_EXIT, value, cpu, NULL);
		return true;
	}
	if (port == ACPI_RESET_PORT && size == 1) { /* wider: PCI's configuration address */
		if (value & RESET_CPU)
			ending_set(d->ending, ENDING_RESET, 0, cpu, "the reset register");
		return true;
	}
	return false;
}

bool
devices_out(struct devices *d, uint16_t port, unsigned size, uint32_t value, uint32_t cpu)
{
	if (out_whole(d, port, size, value, cpu))
		return false;
	pthread_mutex_lock(&d->lock);
	for (unsigned i = 0; i < size; i++)
		out_byte(d, (uint16_t)(port + i), (uint8_t)(value >> (8 * i)));
	pthread_mutex_unlock(&d->lock);
	if (port != DEVICES_POST || size != 1 || value != DEVICES_POST_JUMP)
		return false;
	atomic_store(&d->stub_runs, false);
	return true;
}
