/* SPDX-License-Identifier: BSD-2-Clause */
#include "session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/run/status.h"

#define NOT_FOUND   127
#define CANNOT_RUN  126
#define TAKEN_LEAST (GUEST_WINDOW / 4)

static void
give_up(struct session *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(s->why, sizeof(s->why), format, args);
	va_end(args);
	s->state = SESSION_FAILED;
}

void
session_init(struct session *s, struct span start)
{
	memset(s, 0, sizeof(*s));
	s->start = start;
	s->window = GUEST_WINDOW;
	s->stream[GUEST_OUTPUT].room = GUEST_WINDOW;
	s->stream[GUEST_ERROR].room = GUEST_WINDOW;
}

/* One message into the empty `out`. */
static void
say(struct session *s, enum guest_message type, const void *bytes, size_t len)
{
	struct guest_header h = {(uint32_t)type, (uint32_t)len};

	memcpy(s->out, &h, sizeof(h));
	if (len)
		memcpy(s->out + sizeof(h), bytes, len);
	s->sending = (struct span){s->out, sizeof(h) + len};
}

static void
say_time(struct session *s)
{
	struct timespec now;
	struct guest_time t;

	clock_gettime(CLOCK_REALTIME, &now);
	t = (struct guest_time){(uint64_t)now.tv_sec, (uint64_t)now.tv_nsec};
	say(s, GUEST_SAY_TIME, &t, sizeof(t));
}

static void
take_ready(struct session *s, uint32_t version)
{
	if (version != GUEST_VERSION) {
		give_up(s, "the guest's init has version %u of the protocol, wanted %u",
		        version, GUEST_VERSION);
		return;
	}
	s->state = SESSION_STARTS;
	say_time(s);
}

/* Text of the guest, with nothing in it that a terminal obeys. */
static void
take_failed(struct session *s, const struct guest_failed *f)
{
	char what[sizeof(f->what)];
	size_t n = 0;

	for (; n + 1 < sizeof(what) && f->what[n]; n++)
		what[n] = f->what[n] >= ' ' && f->what[n] <= '~' ? f->what[n] : '?';
	what[n] = 0;
	give_up(s, "the guest cannot make a place for the command: %s: %s", what,
	        strerror((int)(f->error & 0xfff)));
}

static void
put_ring(struct session_stream *out, const uint8_t *bytes, size_t len)
{
	size_t at = (out->from + out->len) % GUEST_WINDOW;
	size_t first = len < GUEST_WINDOW - at ? len : GUEST_WINDOW - at;

	memcpy(out->bytes + at, bytes, first);
	memcpy(out->bytes, bytes + first, len - first);
	out->len += len;
}

static void
take_data(struct session *s, const uint8_t *bytes, size_t len)
{
	struct session_stream *out;
	uint32_t number;

	if (len < sizeof(number)) {
		give_up(s, "the guest's init sent data without its stream");
		return;
	}
	memcpy(&number, bytes, sizeof(number));
	bytes += sizeof(number);
	len -= sizeof(number);
	if (number != GUEST_OUTPUT && number != GUEST_ERROR) {
		give_up(s, "the guest's init sent data of stream %u", number);
		return;
	}
	out = &s->stream[number];
	if (out->ended || len > out->room) {
		give_up(s, "the guest's init sent %zu bytes of stream %u, %u are allowed", len,
		        number, out->ended ? 0 : out->room);
		return;
	}
	out->ended = !len;
	out->room -= (uint32_t)len;
	put_ring(out, bytes, len);
}

/* What was sent and is not taken yet is GUEST_WINDOW less what may be sent. */
static void
take_taken(struct session *s, const struct guest_taken *t)
{
	if (t->stream != GUEST_INPUT || t->bytes > GUEST_WINDOW - s->window)
		give_up(s, "the guest's init took %u bytes of stream %u, it was sent %u",
		        t->bytes, t->stream,
		        t->stream == GUEST_INPUT ? GUEST_WINDOW - s->window : 0);
	else
		s->window += t->bytes;
}

static bool
has_ended(uint32_t status)
{
	uint32_t signal = status & 0x7f;

	return signal ? signal != 0x7f && status <= 0xff : !(status & 0xff) && status <= 0xffff;
}

static void
take_ended(struct session *s, uint32_t status)
{
	if (!has_ended(status)) {
		give_up(s, "the guest's init gave 0x%x for the command's status", status);
		return;
	}
	s->status = status;
	s->state = SESSION_ENDED;
}

/* The messages of the guest: in which states each may come, and how long it is. */
#define IN(state)    (1u << (state))
#define ANY_SIZE     UINT32_MAX
#define BEFORE_ENDED (IN(SESSION_WAITS) | IN(SESSION_STARTS) | IN(SESSION_RUNS))

static const struct {
	enum guest_message type;
	uint32_t states, size;
} rules[] = {
        {GUEST_SAY_READY, IN(SESSION_WAITS), sizeof(uint32_t)},
        {GUEST_SAY_RUNS, IN(SESSION_STARTS), 0},
        {GUEST_SAY_CANNOT, IN(SESSION_STARTS), sizeof(uint32_t)},
        {GUEST_SAY_FAILED, BEFORE_ENDED, sizeof(struct guest_failed)},
        {GUEST_SAY_ENDED, IN(SESSION_RUNS), sizeof(uint32_t)},
        {GUEST_SAY_DATA, IN(SESSION_RUNS), ANY_SIZE},
        {GUEST_SAY_TAKEN, IN(SESSION_RUNS), sizeof(struct guest_taken)},
};

/* May this message come now? All but its bytes is known. */
static bool
may_come(struct session *s, const struct guest_header *h)
{
	size_t i = 0;

	while (i < sizeof(rules) / sizeof(rules[0]) && rules[i].type != h->type)
		i++;
	if (i == sizeof(rules) / sizeof(rules[0]))
		give_up(s, "the guest's init sent a message of type %u", h->type);
	else if (h->size > GUEST_MOST)
		give_up(s,
		        "the guest's init sent a message of %u bytes, at most %u are allowed",
		        h->size, GUEST_MOST);
	else if (rules[i].size != ANY_SIZE && h->size != rules[i].size)
		give_up(s, "the guest's init sent %u bytes in a message of type %u, wanted %u",
		        h->size, h->type, rules[i].size);
	else if (!(rules[i].states & IN(s->state)))
		give_up(s, "the guest's init sent a message of type %u at the wrong time",
		        h->type);
	return s->state != SESSION_FAILED;
}

static void
take_message(struct session *s, const struct guest_header *h, const uint8_t *bytes)
{
	struct guest_failed failed;
	struct guest_taken taken;
	uint32_t number = 0;

	if (h->size == sizeof(number))
		memcpy(&number, bytes, sizeof(number));
	switch (h->type) {
	case GUEST_SAY_READY:
		take_ready(s, number);
		break;
	case GUEST_SAY_RUNS:
		s->state = SESSION_RUNS;
		break;
	case GUEST_SAY_CANNOT:
		s->error = number;
		break;
	case GUEST_SAY_FAILED:
		memcpy(&failed, bytes, sizeof(failed));
		take_failed(s, &failed);
		break;
	case GUEST_SAY_ENDED:
		take_ended(s, number);
		break;
	case GUEST_SAY_TAKEN:
		memcpy(&taken, bytes, sizeof(taken));
		take_taken(s, &taken);
		break;
	default:
		take_data(s, bytes, h->size);
	}
}

/* How many bytes the message in `in` is short of. 0: it is whole, or it may not come. */
static size_t
missing(struct session *s)
{
	struct guest_header h;

	if (s->in_len < sizeof(h))
		return sizeof(h) - s->in_len;
	memcpy(&h, s->in, sizeof(h));
	return may_come(s, &h) ? sizeof(h) + h.size - s->in_len : 0;
}

void
session_take(struct session *s, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	struct guest_header h;

	for (;;) {
		size_t wants = missing(s), n = wants < len ? wants : len;

		if (s->state == SESSION_FAILED || (wants && !len))
			return;
		memcpy(s->in + s->in_len, at, n);
		s->in_len += n;
		at += n;
		len -= n;
		if (!wants) {
			memcpy(&h, s->in, sizeof(h));
			s->in_len = 0;
			take_message(s, &h, s->in + sizeof(h));
		}
	}
}

static bool
say_signal(struct session *s)
{
	uint32_t number = 1;

	if (!s->signals)
		return false;
	while (!(s->signals >> number & 1))
		number++;
	s->signals &= ~(1ull << number);
	say(s, GUEST_SAY_SIGNAL, &number, sizeof(number));
	return true;
}

/* Not for each byte: input gets its turn, and the guest has most of its window meanwhile. */
static bool
say_taken(struct session *s)
{
	for (uint32_t i = GUEST_OUTPUT; i <= GUEST_ERROR; i++) {
		struct guest_taken t = {i, s->stream[i].taken};

		if (t.bytes < TAKEN_LEAST)
			continue;
		s->stream[i].taken = 0;
		s->stream[i].room += t.bytes;
		say(s, GUEST_SAY_TAKEN, &t, sizeof(t));
		return true;
	}
	return false;
}

/* Whatever is to be said while CMD runs; input comes by session_input(). */
static void
say_next(struct session *s)
{
	const uint32_t input = GUEST_INPUT;

	if (say_signal(s) || say_taken(s))
		return;
	if (s->resized) {
		s->resized = false;
		say(s, GUEST_SAY_SIZE, &s->size, sizeof(s->size));
	} else if (s->input_ends && !s->input_ended) {
		s->input_ended = true;
		say(s, GUEST_SAY_DATA, &input, sizeof(input));
	}
}

struct span
session_sends(struct session *s)
{
	if (s->state == SESSION_FAILED)
		return (struct span){0};
	if (!s->sending.size && s->state == SESSION_STARTS) {
		s->sending = s->start;
		s->start.size = 0; /* it is sent once */
	}
	if (!s->sending.size && s->state == SESSION_RUNS)
		say_next(s);
	return s->sending;
}

void
session_sent(struct session *s, size_t len)
{
	s->sending.base += len;
	s->sending.size -= len;
}

struct span
session_output(const struct session *s, enum guest_stream stream)
{
	const struct session_stream *out = &s->stream[stream];
	size_t straight = GUEST_WINDOW - out->from;

	return (struct span){out->bytes + out->from, out->len < straight ? out->len : straight};
}

void
session_written(struct session *s, enum guest_stream stream, size_t len)
{
	struct session_stream *out = &s->stream[stream];

	out->from = (out->from + len) % GUEST_WINDOW;
	out->len -= len;
	out->taken += (uint32_t)len;
}

/* What else is to be said goes before input, so that a signal does not wait behind a stream. */
size_t
session_wants(const struct session *s)
{
	if (s->state != SESSION_RUNS || s->sending.size || s->input_ends || s->signals)
		return 0;
	return s->window < SESSION_CHUNK ? s->window : SESSION_CHUNK;
}

void
session_input(struct session *s, const void *bytes, size_t len)
{
	struct guest_header h = {GUEST_SAY_DATA, (uint32_t)(sizeof(uint32_t) + len)};
	const uint32_t stream = GUEST_INPUT;

	if (!len)
		return;
	memcpy(s->out, &h, sizeof(h));
	memcpy(s->out + sizeof(h), &stream, sizeof(stream));
	memcpy(s->out + sizeof(h) + sizeof(stream), bytes, len);
	s->sending = (struct span){s->out, sizeof(h) + h.size};
	s->window -= (uint32_t)len;
}

void
session_input_end(struct session *s)
{
	s->input_ends = true;
}

void
session_resize(struct session *s, uint16_t rows, uint16_t columns)
{
	s->size = (struct guest_size){rows, columns};
	s->resized = true;
}

bool
session_signal(struct session *s, int number)
{
	if (s->state != SESSION_RUNS || number <= 0 || number > 63 || s->signals >> number & 1)
		return false;
	s->signals |= 1ull << number;
	return true;
}

int
session_status(const struct session *s)
{
	if (s->error)
		return s->error == ENOENT || s->error == ELIBACC ? NOT_FOUND : CANNOT_RUN;
	return s->status & 0x7f ? (int)(STATUS_SIGNALLED + (s->status & 0x7f))
	                        : (int)(s->status >> 8);
}
