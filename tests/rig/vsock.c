/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets between a guest and its host, for either side.
 *
 *   vsock echo PORT             send back what the first connection sends, until it ends
 *   vsock send CID PORT BYTES   connect, send so many bytes, and compare what comes back
 *
 * `echo` says when it listens.
 */
#include <linux/vm_sockets.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK 16384

static unsigned char bytes[CHUNK];

static _Noreturn void
failed(const char *what)
{
	perror(what);
	exit(1);
}

static int
make_socket(void)
{
	int fd = socket(AF_VSOCK, SOCK_STREAM, 0);

	if (fd < 0)
		failed("vsock: socket");
	return fd;
}

static void
write_all(int fd, const unsigned char *from, size_t len)
{
	while (len) {
		ssize_t n = write(fd, from, len);

		if (n <= 0)
			failed("vsock: write");
		from += n;
		len -= (size_t)n;
	}
}

static void
echo(unsigned port)
{
	struct sockaddr_vm a = {
	        .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = port};
	int listener = make_socket(), fd;
	ssize_t n;

	if (bind(listener, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(listener, 1) < 0)
		failed("vsock: listen");
	printf("vsock: listens at %u\n", port);
	fflush(stdout);
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		failed("vsock: accept");
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		write_all(fd, bytes, (size_t)n);
	if (n < 0)
		failed("vsock: read");
}

/* Byte `at` of what is sent. */
static unsigned char
pattern(size_t at)
{
	return (unsigned char)(at * 2654435761u >> 13);
}

static size_t
send_some(int fd, size_t at, size_t len)
{
	size_t part = len - at < CHUNK ? len - at : CHUNK;
	ssize_t n;

	for (size_t i = 0; i < part; i++)
		bytes[i] = pattern(at + i);
	n = send(fd, bytes, part, MSG_DONTWAIT);
	return n > 0 ? (size_t)n : 0;
}

static size_t
compare_some(int fd, size_t at)
{
	ssize_t n = read(fd, bytes, sizeof(bytes));

	if (n <= 0)
		failed("vsock: read");
	for (ssize_t i = 0; i < n; i++)
		if (bytes[i] != pattern(at + (size_t)i)) {
			printf("vsock: byte %zu is another\n", at + (size_t)i);
			exit(1);
		}
	return (size_t)n;
}

static void
send_and_compare(unsigned cid, unsigned port, size_t len)
{
	struct sockaddr_vm a = {.svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port};
	struct pollfd p = {.fd = make_socket()};
	size_t sent = 0, came = 0;

	if (connect(p.fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		failed("vsock: connect");
	while (came < len) {
		p.events = sent < len ? POLLIN | POLLOUT : POLLIN;
		if (poll(&p, 1, -1) < 0)
			failed("vsock: poll");
		if (p.revents & POLLOUT)
			sent += send_some(p.fd, sent, len);
		if (p.revents & ~POLLOUT)
			came += compare_some(p.fd, came);
	}
	printf("vsock: %zu bytes came back\n", came);
}

int
main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "echo"))
		echo((unsigned)atoi(argv[2]));
	else if (argc == 5 && !strcmp(argv[1], "send"))
		send_and_compare((unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]),
		        (size_t)atol(argv[4]));
	else
		return 2;
	return 0;
}
