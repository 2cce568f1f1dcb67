/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as what a guest's init says to the session of its command, in pieces that the bytes
 * choose, while the host reads, writes and signals: no more is kept than the windows allow, a
 * session that has failed says why and stays so.
 */
#include "tests/fuzz/fuzz.h"

#include "tools/run/command/session.h"

_Static_assert(GUEST_VERSION == 4,
        "the seeds begin with READY of this version: change them, too (tests/fuzz/corpus)");

static struct session s;

static void
check_stream(enum guest_stream stream)
{
	const struct session_stream *out = &s.stream[stream];
	struct span o = session_output(&s, stream);

	REQUIRE(out->len <= GUEST_WINDOW && out->from < GUEST_WINDOW);
	REQUIRE(out->len + out->taken + out->room == GUEST_WINDOW);
	REQUIRE(o.size <= out->len && (o.size != 0) == (out->len != 0));
}

static void
check(void)
{
	check_stream(GUEST_OUTPUT);
	check_stream(GUEST_ERROR);
	REQUIRE(s.window <= GUEST_WINDOW);
	REQUIRE(session_wants(&s) <= s.window);
	REQUIRE((s.state == SESSION_FAILED) == (s.why[0] != 0));
	if (s.state == SESSION_ENDED)
		REQUIRE(session_status(&s) >= 0 && session_status(&s) <= 255);
}

/* What the host does in between. */
static void
act(uint8_t what)
{
	static const uint8_t input[SESSION_CHUNK];
	enum guest_stream stream = what & 1 ? GUEST_ERROR : GUEST_OUTPUT;
	size_t wants;

	if (what & 2)
		session_written(&s, stream, session_output(&s, stream).size);
	if (what & 4)
		session_sent(&s, session_sends(&s).size);
	if (what & 8)
		session_signal(&s, what >> 4);
	wants = session_wants(&s);
	if (what & 16)
		session_input(&s, input, what & 32 ? wants : wants / 2);
	if (what == 0xff)
		session_input_end(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t start[sizeof(struct guest_header)] = {GUEST_SAY_START};
	enum session_state before;

	session_init(&s, (struct span){start, sizeof(start)});
	for (size_t n; size; data += n, size -= n) {
		uint8_t what = *data++;

		size--;
		n = what < size ? what : size;
		before = s.state;
		session_take(&s, data, n);
		REQUIRE(before != SESSION_FAILED || s.state == SESSION_FAILED);
		check();
		act(what);
		check();
	}
	return 0;
}
