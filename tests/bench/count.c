/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TCG plugin: counts a guest's instructions and its port I/O from reset to a mark
 * (tests/bench). Arguments: out=FILE; profile=on (also a line for each instruction that ran);
 * and marks, `mark=NAME@LOW-HIGH/STEP=HEX` or `stop=...`: the first time code starts at an
 * address of this range, a multiple of STEP above LOW, with these bytes, the counts are noted;
 * `stop` ends QEMU. A mark is judged before its instruction counts. Each iteration of a rep is
 * an instruction; TCG executes one more, which finds the count at zero, and that one is no port
 * I/O. Rounds of a loop around `pause` are counted a second time, as waiting: how many there
 * are depends on how fast the host is. One vCPU only.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/qemu_plugin.h"

#define MARKS      16
#define MARK_BYTES 64
#define INSN_BYTES 16
#define BUCKETS    65536
#define ROUND      64 /* instructions: two executions of one `pause` that are closer wait */

struct mark {
	char name[32];
	uint64_t low, high, step;
	uint8_t bytes[MARK_BYTES];
	size_t length;
	bool stops, seen;
};

/* One instruction, wherever translated: an address and what stood there. */
struct site {
	struct site *next;
	uint64_t address;
	uint8_t bytes[INSN_BYTES];
	size_t size;
	uint64_t executed, ports;
	struct mark *mark;
	bool is_port, is_rep, is_pause;
};

static struct {
	struct mark marks[MARKS];
	size_t mark_count;
	struct site *buckets[BUCKETS];
	const struct site *last;
	uint64_t executed, ports, waited;
	const struct site *pause; /* the last one, */
	uint64_t paused;          /* and what had been executed by then */
	FILE *out;
	bool profile;
} bench;

const int qemu_plugin_version = PLUGIN_VERSION;

/* ---------------------------------------------------------------- instructions */

static bool
is_prefix(uint8_t byte)
{
	static const uint8_t prefixes[] = {
	        0x26,
	        0x2e,
	        0x36,
	        0x3e,
	        0x64,
	        0x65,
	        0x66,
	        0x67,
	        0xf0,
	        0xf2,
	        0xf3,
	};

	return memchr(prefixes, byte, sizeof(prefixes));
}

/* in and out by number or dx are e4..e7, ec..ef; ins and outs 6c..6f. REX only before the
 * latter would matter, and only in long mode. */
static void
classify(struct site *s)
{
	size_t at = 0;

	while (at < s->size && is_prefix(s->bytes[at])) {
		s->is_rep |= s->bytes[at] == 0xf2 || s->bytes[at] == 0xf3;
		at++;
	}
	if (at + 1 < s->size && (s->bytes[at] & 0xf0) == 0x40 && s->bytes[at + 1] >= 0x6c &&
	        s->bytes[at + 1] <= 0x6f)
		at++;
	if (at == s->size)
		return;
	s->is_pause = s->bytes[at] == 0x90 && s->is_rep;
	bool is_string = s->bytes[at] >= 0x6c && s->bytes[at] <= 0x6f;

	s->is_port = is_string || (s->bytes[at] & 0xf4) == 0xe4;
	s->is_rep &= is_string;
}

static struct site *
site_of(const struct qemu_plugin_insn *insn)
{
	uint64_t address = qemu_plugin_insn_vaddr(insn);
	const void *bytes = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);
	struct site **bucket = &bench.buckets[(address ^ address >> 16) % BUCKETS];

	for (struct site *s = *bucket; s; s = s->next) {
		if (s->address == address && s->size == size && !memcmp(s->bytes, bytes, size))
			return s;
	}
	struct site *s = calloc(1, sizeof(*s));

	if (!s || size > sizeof(s->bytes))
		abort();
	s->address = address;
	s->size = size;
	memcpy(s->bytes, bytes, size);
	classify(s);
	s->next = *bucket;
	*bucket = s;
	return s;
}

/* ---------------------------------------------------------------- output */

static void
write_sites(void)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		for (const struct site *s = bench.buckets[i]; s; s = s->next) {
			if (!s->executed)
				continue;
			fprintf(bench.out, "site %" PRIx64 " %" PRIu64 " %" PRIu64 " ",
			        s->address, s->executed, s->ports);
			for (size_t at = 0; at < s->size; at++)
				fprintf(bench.out, "%02x", s->bytes[at]);
			fputc('\n', bench.out);
		}
	}
}

static void
finish(void)
{
	if (bench.profile)
		write_sites();
	fprintf(bench.out, "end %" PRIu64 " %" PRIu64 "\n", bench.executed, bench.ports);
	fclose(bench.out);
}

static void
at_exit(qemu_plugin_id_t id, void *data)
{
	(void)id;
	(void)data;
	finish();
}

/* ---------------------------------------------------------------- the run */

static void
reach(struct mark *m, const struct site *s)
{
	if (m->seen)
		return;
	m->seen = true;
	fprintf(bench.out, "mark %s %" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", m->name,
	        s->address, bench.executed, bench.ports, bench.waited);
	if (m->stops) {
		finish();
		fflush(NULL);
		_exit(0);
	}
}

static void
pause_at(const struct site *s)
{
	uint64_t round = bench.executed - bench.paused;

	if (bench.pause == s && round < ROUND)
		bench.waited += round;
	bench.pause = s;
	bench.paused = bench.executed;
}

static void
execute(unsigned int vcpu, void *data)
{
	struct site *s = data;

	(void)vcpu;
	if (s->mark)
		reach(s->mark, s);
	if (s->is_pause)
		pause_at(s);
	bench.executed++;
	s->executed++;
	if (s->is_port && (!s->is_rep || bench.last == s)) {
		bench.ports++;
		s->ports++;
	}
	bench.last = s;
}

/* Does the code of this block, as far as it goes, stand at the start of the mark's? */
static bool
is_at(const struct mark *m, const struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);
	uint64_t start = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0));
	size_t at = 0;

	if (start < m->low || start > m->high || (start - m->low) % m->step)
		return false;
	for (size_t i = 0; i < count && at < m->length; i++) {
		const struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		size_t size = qemu_plugin_insn_size(insn);
		size_t part = size < m->length - at ? size : m->length - at;

		if (memcmp(m->bytes + at, qemu_plugin_insn_data(insn), part) != 0)
			return false;
		at += part;
	}
	return true;
}

static void
translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		struct site *s = site_of(insn);

		for (size_t m = 0; !i && m < bench.mark_count; m++) {
			if (!s->mark && is_at(&bench.marks[m], tb)) /* the first that fits */
				s->mark = &bench.marks[m];
		}
		qemu_plugin_register_vcpu_insn_exec_cb(
		        insn, execute, QEMU_PLUGIN_CB_NO_REGS, s);
	}
}

/* ---------------------------------------------------------------- arguments */

static bool
parse_mark(const char *text, bool stops)
{
	struct mark *m = &bench.marks[bench.mark_count];
	int used = 0;
	unsigned int byte;

	if (bench.mark_count == MARKS ||
	        sscanf(text, "%31[^@]@%" SCNx64 "-%" SCNx64 "/%" SCNx64 "=%n", m->name, &m->low,
	                &m->high, &m->step, &used) != 4 ||
	        !used || !m->step)
		return false;
	for (text += used; m->length < MARK_BYTES && sscanf(text, "%2x", &byte) == 1; text += 2)
		m->bytes[m->length++] = (uint8_t)byte;
	m->stops = stops;
	bench.mark_count++;
	return m->length && !*text;
}

static bool
parse(const char *argument)
{
	if (!strncmp(argument, "out=", 4)) {
		bench.out = fopen(argument + 4, "w");
		return bench.out;
	}
	if (!strncmp(argument, "profile=", 8)) {
		bench.profile = !strcmp(argument + 8, "on");
		return true;
	}
	if (!strncmp(argument, "mark=", 5) || !strncmp(argument, "stop=", 5))
		return parse_mark(argument + 5, argument[0] == 's');
	return false;
}

int
qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!parse(argv[i])) {
			fprintf(stderr, "count: cannot use the argument %s\n", argv[i]);
			return 1;
		}
	}
	if (!bench.out || !info->system_emulation || info->system.smp_vcpus != 1) {
		fprintf(stderr, "count: wants out=FILE, and a machine with one CPU\n");
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
