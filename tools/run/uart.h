/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A 16550A at COM1: registers, a receive FIFO, an interrupt line.
 *
 * Source: TI PC16550D data sheet; Linux drivers/tty/serial/8250 is who asks. Sending takes no
 * time, so the transmitter is always empty. The caller holds the devices' lock.
 */
#ifndef RUN_UART_H
#define RUN_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UART_PORT 0x3f8
#define UART_IRQ  4
#define UART_FIFO 64

struct uart {
	uint8_t ier, lcr, mcr, scr, dll, dlm, fcr;
	bool thr_pending; /* the transmitter's interrupt waits to be seen */
	bool line;        /* of the interrupt, as last set */
	uint8_t fifo[UART_FIFO];
	unsigned head, count;
	void (*set_line)(void *context, bool level);
	void (*send)(void *context, uint8_t byte);
	void *context;
};

/* Set context, send and set_line first; all else starts as zero. */
uint8_t uart_read(struct uart *u, unsigned reg);
void uart_write(struct uart *u, unsigned reg, uint8_t value);

/* Receive up to `len` bytes; returns how many found room. */
size_t uart_receive(struct uart *u, const uint8_t *bytes, size_t len);
size_t uart_room(const struct uart *u);

#endif
