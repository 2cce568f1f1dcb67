/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * read(2) and write(2), and what they say.
 */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LENGTH 4u /* bytes before each frame of a stream, the most significant first */

void
wire_init(struct wire *w, int fd, bool stream)
{
	w->fd = fd;
	w->stream = stream;
	w->in_at = w->in_end = w->out_at = w->out_end = 0;
	w->error = 0;
}

/* What the last read or write gave. */
static enum wire_state
ended(struct wire *w, ssize_t n)
{
	w->error = n < 0 ? errno : 0;
	return WIRE_ENDED;
}

/* ---- from the host ---- */

static enum wire_state
fill(struct wire *w)
{
	ssize_t n;

	memmove(w->in, w->in + w->in_at, w->in_end - w->in_at);
	w->in_end -= w->in_at;
	w->in_at = 0;
	do
		n = read(w->fd, w->in + w->in_end, sizeof(w->in) - w->in_end);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return WIRE_EMPTY;
	if (n <= 0)
		return ended(w, n);
	w->in_end += (uint32_t)n;
	return WIRE_GOOD;
}

/* What is there of a frame in the stream, with its length; the length says how much it is. */
static enum wire_state
look_at_stream(const struct wire *w, struct wire_frame *f)
{
	uint32_t there = w->in_end - w->in_at, len;

	if (there < LENGTH)
		return WIRE_EMPTY;
	memcpy(&len, w->in + w->in_at, LENGTH);
	len = ntohl(len);
	if (!len || len > WIRE_FRAME)
		return WIRE_WRONG;
	if (there - LENGTH < len)
		return WIRE_EMPTY;
	memset(f->header, 0, sizeof(f->header));
	f->bytes = w->in + w->in_at + LENGTH;
	f->len = len;
	return WIRE_GOOD;
}

static enum wire_state
receive_stream(struct wire *w, struct wire_frame *f)
{
	enum wire_state state;

	while ((state = look_at_stream(w, f)) == WIRE_EMPTY)
		if ((state = fill(w)) != WIRE_GOOD)
			return state;
	return state;
}

enum wire_state
wire_receive(struct wire *w, struct wire_frame *ret_frame)
{
	struct wire_frame *f = ret_frame;
	enum wire_state state = WIRE_GOOD;

	if (w->stream)
		return receive_stream(w, f);
	if (w->in_at == w->in_end)
		state = fill(w);
	if (state != WIRE_GOOD)
		return state;
	if (w->in_end < WIRE_HEADER)
		return WIRE_WRONG;
	memcpy(f->header, w->in, sizeof(f->header));
	f->bytes = w->in + WIRE_HEADER;
	f->len = w->in_end - WIRE_HEADER;
	return WIRE_GOOD;
}

void
wire_next(struct wire *w, const struct wire_frame *f)
{
	w->in_at += (w->stream ? LENGTH : WIRE_HEADER) + f->len;
}

/* ---- to the host ---- */

/* A frame is written whole to a tap device or not at all; the rest of one would be another. */
enum wire_state
wire_flush(struct wire *w)
{
	while (wire_pending(w)) {
		ssize_t n = write(w->fd, w->out + w->out_at, w->out_end - w->out_at);

		if (n > 0)
			w->out_at = w->stream ? w->out_at + (uint32_t)n : w->out_end;
		else if (n < 0 && errno == EAGAIN)
			return WIRE_EMPTY;
		else if (w->stream && (n == 0 || errno != EINTR))
			return ended(w, n);
		else if (n == 0 || errno != EINTR)
			w->out_at = w->out_end;
	}
	return WIRE_GOOD;
}

enum wire_state
wire_send(struct wire *w, const struct chain *c)
{
	uint32_t skip = w->stream ? WIRE_HEADER : 0, room = w->stream ? LENGTH : 0;
	uint32_t most = WIRE_FRAME + WIRE_HEADER - skip, len;

	if (c->out_len <= WIRE_HEADER || c->out_len - skip > most)
		return WIRE_GOOD;
	len = (uint32_t)chain_read(c, skip, w->out + room, most);
	w->out_at = 0;
	w->out_end = room + len;
	len = htonl(len);
	memcpy(w->out, &len, room);
	return wire_flush(w);
}
