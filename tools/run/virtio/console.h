/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio-console (Virtual I/O Device 1.2, 5.3): ports, each a stream of bytes both ways.
 *
 * One console without a name is a device of one port (hvc0 of Linux), whose size is in the
 * configuration. Named or more ports need VIRTIO_CONSOLE_F_MULTIPORT (in Linux
 * /dev/virtio-ports/NAME). No byte is lost, and no more is kept than one chain of each port:
 * without a buffer of the guest its host's descriptor is not read, and what that does not take
 * stays in the guest's chain.
 */
#ifndef RUN_VIRTIO_CONSOLE_H
#define RUN_VIRTIO_CONSOLE_H

#include "tools/run/virtio/device.h"

#define CONSOLE_PORTS 16
#define CONSOLE_NAME  64 /* bytes */

struct console_port_spec {
	const char *name;    /* NULL: none */
	bool is_console;     /* of the guest's terminals */
	uint16_t cols, rows; /* of the host's terminal; 0: not known */
	/*
	 * Host's descriptors that do not block, -1: none; a socket may be both. When `in` ends,
	 * or `out` has no reader, the guest is told that the port is closed.
	 */
	int in, out;
	/* In place of `out`: may block, in the device's own thread, without its lock. */
	void (*print)(void *context, const uint8_t *bytes, size_t len);
	void *context;
};

/* NULL with errno if there is no memory, or such ports cannot be (EINVAL). */
struct virtio_device *console_make(const struct console_port_spec *spec, uint32_t count);

/* Wait for the ports' descriptors; after plug_add(). False with errno if the host cannot. */
bool console_watch(struct virtio_device *d);

/*
 * Bytes for the guest, in any thread: *ret_sent of them found room. False if the guest has not
 * opened the port.
 */
bool console_send(struct virtio_device *d, uint32_t port, const uint8_t *bytes, size_t len,
        size_t *ret_sent);

/* The size of a port's terminal, in any thread, once it has been plugged in. */
void console_resize(struct virtio_device *d, uint32_t port, uint16_t cols, uint16_t rows);

#endif
