/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes to and from the console.
 *
 * SBI specification 2.0, chapter 12 (DBCN) and 5 (legacy); the UART's registers as in the
 * PC16550D data sheet: transmit and receive at 0, line status at 5. Addresses that the firmware
 * is given are physical; kshim runs untranslated, so its own are.
 */
#include "riscv/base/console.h"

#include "riscv/base/sbi.h"

#define UART_LSR      5
#define UART_LSR_DR   0x01
#define UART_LSR_THRE 0x20
#define UART_PATIENCE 1000000

static enum { NOTHING, DBCN, LEGACY, UART } way;
static volatile uint8_t *uart;
static unsigned uart_shift;
static uint32_t lock;

void
console_init(void)
{
	if (sbi_call1(SBI_BASE, SBI_BASE_PROBE, SBI_DBCN).value)
		way = DBCN;
	else if (sbi_call1(SBI_BASE, SBI_BASE_PROBE, SBI_LEGACY_PUTCHAR).value)
		way = LEGACY;
}

void
console_set_uart(const struct fdt *fdt, const struct riscv_device *device)
{
	if (way != NOTHING || !device)
		return;
	uart = (volatile uint8_t *)(uintptr_t)device->reg.addr;
	uart_shift = fdt_cell(fdt, device->node, "reg-shift", 0);
	way = UART;
}

static uint8_t
uart_status(void)
{
	return uart[(size_t)UART_LSR << uart_shift];
}

static void
uart_write(uint8_t c)
{
	unsigned patience = UART_PATIENCE;

	while (!(uart_status() & UART_LSR_THRE) && patience)
		patience--;
	*uart = c;
}

void
console_byte(uint8_t c)
{
	switch (way) {
	case DBCN:
		sbi_call1(SBI_DBCN, SBI_DBCN_WRITE_BYTE, c);
		break;
	case LEGACY:
		sbi_call1(SBI_LEGACY_PUTCHAR, 0, c);
		break;
	case UART:
		uart_write(c);
		break;
	case NOTHING:
		break;
	}
}

int
console_read(void)
{
	static uint8_t byte;
	struct sbi_result r;

	switch (way) {
	case DBCN:
		r = sbi_call(
		        SBI_DBCN, SBI_DBCN_READ, (struct sbi_args){{1, (uintptr_t)&byte, 0}});
		return !r.error && r.value ? byte : -1;
	case LEGACY:
		return (int)sbi_call1(SBI_LEGACY_GETCHAR, 0, 0).error;
	case UART:
		return uart_status() & UART_LSR_DR ? *uart : -1;
	case NOTHING:
		break;
	}
	return -1;
}

void
console_text(const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			console_byte('\r');
		console_byte((uint8_t)*s);
	}
}

void
console_line(const char *text)
{
	while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
		;
	console_text("kshim: ");
	console_text(text);
	console_text("\n");
	__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}
