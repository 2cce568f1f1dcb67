/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 16550A registers. The line is lowered before each new transmitter interrupt: the I/O APIC
 * takes ISA interrupts by their edge, and without one Linux would wait for ever.
 */
#include "uart.h"

enum {
	REG_DATA = 0, /* DLL with DLAB */
	REG_IER = 1,  /* DLM with DLAB */
	REG_IIR = 2,  /* FCR when written */
	REG_LCR = 3,
	REG_MCR = 4,
	REG_LSR = 5,
	REG_MSR = 6,
	REG_SCR = 7,
};

#define IER_RECEIVED 0x01
#define IER_EMPTY    0x02
#define IIR_NONE     0x01
#define IIR_EMPTY    0x02
#define IIR_RECEIVED 0x04
#define IIR_FIFOS    0xc0
#define FCR_ENABLE   0x01
#define FCR_CLEAR_RX 0x02
#define LCR_DLAB     0x80
#define MCR_OUT2     0x08 /* gates the interrupt on a PC */
#define MCR_LOOP     0x10
#define LSR_READY    0x01
#define LSR_EMPTY    0x60
#define MSR_LINES    0xb0 /* DCD, DSR, CTS: a terminal is there */

static uint8_t
interrupt_id(const struct uart *u)
{
	if (u->count && (u->ier & IER_RECEIVED))
		return IIR_RECEIVED;
	if (u->thr_pending && (u->ier & IER_EMPTY))
		return IIR_EMPTY;
	return IIR_NONE;
}

static void
update_line(struct uart *u)
{
	bool level = interrupt_id(u) != IIR_NONE && (u->mcr & MCR_OUT2);

	if (level != u->line) {
		u->line = level;
		u->set_line(u->context, level);
	}
}

static void
push(struct uart *u, uint8_t byte)
{
	u->fifo[(u->head + u->count++) % UART_FIFO] = byte;
}

static uint8_t
pop(struct uart *u)
{
	uint8_t byte = u->fifo[u->head];

	if (!u->count)
		return 0;
	u->head = (u->head + 1) % UART_FIFO;
	u->count--;
	return byte;
}

/* In loopback the modem lines show what MCR sets: DTR, RTS, OUT1, OUT2 as DSR, CTS, RI, DCD. */
static uint8_t
modem_status(const struct uart *u)
{
	uint8_t m = u->mcr;

	if (!(m & MCR_LOOP))
		return MSR_LINES;
	return (uint8_t)((m & 1) << 5 | (m & 2) << 3 | (m & 4) << 4 | (m & 8) << 4);
}

static uint8_t
read_iir(struct uart *u)
{
	uint8_t id = interrupt_id(u);

	if (id == IIR_EMPTY)
		u->thr_pending = false;
	return (uint8_t)(id | (u->fcr & FCR_ENABLE ? IIR_FIFOS : 0));
}

uint8_t
uart_read(struct uart *u, unsigned reg)
{
	bool dlab = u->lcr & LCR_DLAB;
	uint8_t value = 0;

	switch (reg) {
	case REG_DATA:
		value = dlab ? u->dll : pop(u);
		break;
	case REG_IER:
		value = dlab ? u->dlm : u->ier;
		break;
	case REG_IIR:
		value = read_iir(u);
		break;
	case REG_LCR:
		value = u->lcr;
		break;
	case REG_MCR:
		value = u->mcr;
		break;
	case REG_LSR:
		value = (uint8_t)(LSR_EMPTY | (u->count ? LSR_READY : 0));
		break;
	case REG_MSR:
		value = modem_status(u);
		break;
	case REG_SCR:
		value = u->scr;
		break;
	}
	update_line(u);
	return value;
}

static void
write_data(struct uart *u, uint8_t value)
{
	if (u->mcr & MCR_LOOP) {
		if (u->count < UART_FIFO)
			push(u, value);
	} else {
		u->send(u->context, value);
	}
	u->thr_pending = false;
	update_line(u);
	u->thr_pending = true; /* sent already */
}

static void
write_ier(struct uart *u, uint8_t value)
{
	if (~u->ier & value & IER_EMPTY)
		u->thr_pending = true; /* the transmitter is empty now */
	u->ier = value & 0x0f;
}

void
uart_write(struct uart *u, unsigned reg, uint8_t value)
{
	bool dlab = u->lcr & LCR_DLAB;

	switch (reg) {
	case REG_DATA:
		if (dlab)
			u->dll = value;
		else
			write_data(u, value);
		break;
	case REG_IER:
		if (dlab)
			u->dlm = value;
		else
			write_ier(u, value);
		break;
	case REG_IIR:
		u->fcr = value;
		if (value & FCR_CLEAR_RX)
			u->count = 0;
		break;
	case REG_LCR:
		u->lcr = value;
		break;
	case REG_MCR:
		u->mcr = value & 0x1f;
		break;
	case REG_SCR:
		u->scr = value;
		break;
	}
	update_line(u);
}

size_t
uart_room(const struct uart *u)
{
	return u->mcr & MCR_LOOP ? 0 : UART_FIFO - u->count;
}

size_t
uart_receive(struct uart *u, const uint8_t *bytes, size_t len)
{
	size_t n = len < uart_room(u) ? len : uart_room(u);

	for (size_t i = 0; i < n; i++)
		push(u, bytes[i]);
	update_line(u);
	return n;
}
