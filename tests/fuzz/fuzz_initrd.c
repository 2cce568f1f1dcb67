/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as an initrd, compressed or not, and as the kernel that its configuration is looked
 * for in: what is wrong with them is a finding and never an error of the host, each finding is
 * a whole sentence, a stream uses no more bytes than there are, and bytes that start no archive
 * are not passed over.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "tools/plan/findings.h"
#include "tools/plan/plan_case.h"
#include "tools/plan/unpacking.h"
#include "tools/unpack.h"

#define LIMIT (16 * MIB)

static void
try_stream(struct span bytes)
{
	struct budget b = budget_of("x", LIMIT);
	struct file plain = {.path = "x"};
	char why[UNPACK_WHY] = "";
	uint64_t used = 0;
	int status;

	if (!compression_of(bytes))
		return;
	status = unpack_stream(bytes, &plain, &b, &used, why);
	REQUIRE(b.unpacked <= LIMIT && plain.size <= b.unpacked);
	REQUIRE(status == STATUS_OK || status == STATUS_REFUSED);
	REQUIRE(used <= bytes.size);
	REQUIRE(status == STATUS_OK ? used > 0 : memchr(why, 0, sizeof(why)) != why);
	file_free(&plain);
}

static void
check_findings(const struct findings *f)
{
	REQUIRE(f->count <= FINDINGS_MAX);
	for (uint32_t i = 0; i < f->count; i++) {
		const struct finding *x = &f->finding[i];

		REQUIRE(!strncmp(x->name, "initrd.", 7));
		REQUIRE(x->text[0] && memchr(x->text, 0, sizeof(x->text)));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct plan_case c;
	static struct findings findings;
	struct unpacking unpacking = {0};
	struct span bytes = {data, size};
	int status = STATUS_OK;

	memset(&c, 0, sizeof(c));
	findings.count = findings.lost = 0;
	c.options.kernel = "x";
	c.facts.format = KERNEL_ELF64;
	c.facts.elf.evidence = LINUX_GUEST_OS;
	c.req.map = &c.map;
	c.req.blobs = c.files = 2;
	c.file[0] = (struct request_file){"x", "kernel", bytes};
	c.file[1] = (struct request_file){"x", "initrd", bytes};
	c.budget[0] = c.budget[1] = budget_of("x", LIMIT);
	c.in_files[1] = (struct blob){.where = BLOB_STREAM, .handle = 1, .size = size};
	REQUIRE(findings_of_initrds(&c, &findings, &unpacking, &status) && status == STATUS_OK);
	check_findings(&findings);
	REQUIRE(unpacking.packed == size);
	if (size && data[0] && data[0] != '0' && !compression_of(bytes))
		REQUIRE(findings_have_error(&findings));
	try_stream(bytes);
	return 0;
}
