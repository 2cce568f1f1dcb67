/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The port: found by its name, written as a whole, read message by message.
 *
 * Source: Linux drivers/char/virtio_console.c: a read gives 0 as long as the host has not
 * connected; the attribute "name" comes after the device's node, with a uevent.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tools/guest/init.h"

#define PORTS    "/sys/class/virtio-ports"
#define LOOKS    100 /* and LOOK_MS between them, if no uevent comes */
#define LOOK_MS  100
#define PAUSE_NS 1000000

static int port = -1;
static uint8_t *got; /* GUEST_START bytes and a header */
static size_t got_len, used;

int
port_fd(void)
{
	return port;
}

static bool
is_ours(const char *device)
{
	char path[300], name[sizeof(GUEST_PORT) + 1] = "";
	FILE *f;
	bool same;

	snprintf(path, sizeof(path), PORTS "/%s/name", device);
	f = fopen(path, "r");
	same = f && fgets(name, sizeof(name), f) &&
	       strncmp(name, GUEST_PORT, strlen(GUEST_PORT)) == 0;
	if (f)
		fclose(f);
	return same;
}

/* Open the port if it is there. */
static bool
look(void)
{
	DIR *all = opendir(PORTS);
	const struct dirent *e;
	char path[300];

	while (port < 0 && all && (e = readdir(all))) {
		if (!is_ours(e->d_name))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", e->d_name);
		port = open(path, O_RDWR | O_CLOEXEC);
	}
	if (all)
		closedir(all);
	return port >= 0;
}

static int
listen_to_uevents(void)
{
	struct sockaddr_nl all = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd = socket(
	        AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&all, sizeof(all)) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void
port_open(void)
{
	struct pollfd p = {.fd = listen_to_uevents(), .events = POLLIN};
	char event[4096];
	int silent = 0;

	got = malloc(sizeof(struct guest_header) + GUEST_START);
	if (!got)
		die("memory", NULL);
	while (!look()) {
		silent = poll(&p, 1, LOOK_MS) ? 0 : silent + 1;
		if (silent == LOOKS) {
			errno = ENODEV;
			die("the port", GUEST_PORT);
		}
		while (p.fd >= 0 && read(p.fd, event, sizeof(event)) > 0)
			;
	}
	close(p.fd);
}

static void
write_all(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	while (len) {
		ssize_t n = write(port, at, len);

		if (n < 0 && errno != EINTR)
			_exit(1); /* the host has gone: the kernel's panic ends the machine */
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
}

void
port_say(enum guest_message type, const void *bytes, size_t len)
{
	struct guest_header h = {(uint32_t)type, (uint32_t)len};
	uint8_t whole[sizeof(h) + sizeof(struct guest_failed)];

	memcpy(whole, &h, sizeof(h));
	if (len)
		memcpy(whole + sizeof(h), bytes, len);
	write_all(whole, sizeof(h) + len);
}

void
port_say_data(enum guest_stream stream, const void *bytes, size_t len)
{
	uint32_t head[3] = {
	        GUEST_SAY_DATA, (uint32_t)(sizeof(uint32_t) + len), (uint32_t)stream};

	write_all(head, sizeof(head));
	write_all(bytes, len);
}

void
port_read(void)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	size_t most = sizeof(struct guest_header) + GUEST_START;
	ssize_t n;

	got_len -= used;
	memmove(got, got + used, got_len);
	used = 0;
	n = read(port, got + got_len, most - got_len);
	if (n > 0)
		got_len += (size_t)n;
	else if (n == 0)
		nanosleep(&pause, NULL);
}

const void *
port_next(struct guest_header *ret_header)
{
	const uint8_t *at = got + used;
	size_t left = got_len - used;
	struct guest_header h;

	if (left < sizeof(h))
		return NULL;
	memcpy(&h, at, sizeof(h));
	if (h.size > GUEST_START) {
		errno = EPROTO;
		die("a message", NULL);
	}
	if (left - sizeof(h) < h.size)
		return NULL;
	used += sizeof(h) + h.size;
	*ret_header = h;
	return at + sizeof(h);
}

/* Takes a request apart; what is cut short is no request. */
struct reader {
	const uint8_t *at, *end;
};

static const void *
take(struct reader *r, size_t len)
{
	const void *at = r->at;

	if (len > (size_t)(r->end - r->at)) {
		errno = EPROTO;
		die("START", NULL);
	}
	r->at += len;
	return at;
}

static char *
take_text(struct reader *r)
{
	const uint8_t *nul = memchr(r->at, 0, (size_t)(r->end - r->at));
	size_t len = nul ? (size_t)(nul - r->at) + 1 : SIZE_MAX;
	char *text = strdup(take(r, len));

	if (!text)
		die("memory", NULL);
	return text;
}

static char **
take_texts(struct reader *r, uint32_t count)
{
	char **all;

	if (count > GUEST_START)
		count = GUEST_START;
	all = calloc(count + 1, sizeof(*all));
	if (!all)
		die("memory", NULL);
	for (uint32_t i = 0; i < count; i++)
		all[i] = take_text(r);
	return all;
}

struct request
port_request(const void *bytes, size_t len)
{
	struct reader in = {bytes, (const uint8_t *)bytes + len};
	struct request r = {0};

	memcpy(&r.start, take(&in, sizeof(r.start)), sizeof(r.start));
	r.groups = calloc(r.start.groups + 1, sizeof(*r.groups));
	if (!r.groups)
		die("memory", NULL);
	memcpy(r.groups, take(&in, sizeof(uint32_t) * (size_t)r.start.groups),
	        sizeof(uint32_t) * (size_t)r.start.groups);
	r.host = take_text(&in);
	r.folder = take_text(&in);
	r.modules = take_text(&in);
	r.args = take_texts(&in, r.start.args);
	r.variables = take_texts(&in, r.start.variables);
	r.shares = take_texts(&in, r.start.shares);
	return r;
}
