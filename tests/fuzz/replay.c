/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzzer's main() where there is no libFuzzer: each file of the corpus as it is, then cut at
 * many places, then with some bytes changed, always the same ones.
 *
 *     fuzz_NAME FILE|DIRECTORY...
 *
 * Speaks TAP, a test a file, and fails when it saw no file. A crash or a property that does not
 * hold aborts; the last line then names the file.
 *
 * With KSHIM_FUZZ_MS=N in the environment changes that were not tried before follow, for N
 * milliseconds. The last line then is their seed; KSHIM_FUZZ_SEED=SEED makes the same ones.
 */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/fuzz/fuzz.h"

#define CUTS    200
#define CHANGES 600 /* inputs that differ in up to four bytes */

#define KEPT 256 /* files whose changes are tried, none of them empty */
#define MORE 16  /* changes, one on the other */

static unsigned files, nr_kept;
static struct {
	uint8_t *bytes;
	size_t size;
} kept[KEPT];

/* Numerical Recipes' generator: the same sequence everywhere. */
static uint32_t
next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* In a block of just that size, so that the sanitizer sees each byte too far. */
static void
one(const uint8_t *bytes, size_t size)
{
	uint8_t *block = malloc(size ? size : 1);

	memcpy(block, bytes, size);
	LLVMFuzzerTestOneInput(block, size);
	free(block);
}

/* Change up to four bytes, mostly where the headers are, to values that limits like. */
static void
change(uint8_t *bytes, size_t size, uint32_t *state)
{
	static const uint8_t liked[] = {0, 1, 4, 7, 8, 0x7f, 0x80, 0xfe, 0xff};

	for (uint32_t n = 1 + next(state) % 4; n; n--) {
		size_t reach = next(state) % 4 || size < 128 ? size : 128;
		uint32_t value = next(state);

		bytes[next(state) % reach] =
		        value & 1 ? liked[(value >> 1) % sizeof(liked)] : (uint8_t)(value >> 1);
	}
}

static void
replay(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	uint32_t state = (uint32_t)size;

	one(bytes, size);
	for (size_t cut = 0; size && cut < CUTS; cut++)
		one(bytes, size * cut / CUTS);
	for (int i = 0; size && i < CHANGES; i++) {
		memcpy(copy, bytes, size);
		change(copy, size, &state);
		one(copy, size);
	}
	free(copy);
}

static void
run_file(const char *path, off_t size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes = malloc((size_t)size + 1);

	if (!f || fread(bytes, 1, (size_t)size, f) != (size_t)size) {
		perror(path);
		exit(1);
	}
	fclose(f);
	printf("# %s\n", path);
	fflush(stdout); /* it is the last line if this file's turn aborts */
	replay(bytes, (size_t)size);
	if (nr_kept < KEPT && size) {
		kept[nr_kept].bytes = bytes;
		kept[nr_kept++].size = (size_t)size;
	} else {
		free(bytes);
	}
	printf("ok %u - %s\n", ++files, path);
}

static void
run(const char *path)
{
	struct stat st;
	struct dirent **names;
	int n;
	char inner[4096];

	if (stat(path, &st)) {
		perror(path);
		exit(1);
	}
	if (!S_ISDIR(st.st_mode)) {
		run_file(path, st.st_size);
		return;
	}
	n = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(inner, sizeof(inner), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			run(inner);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Some changes of any file, one on the other. */
static unsigned
try_some(unsigned file, uint32_t *state)
{
	size_t size = kept[file].size;
	uint8_t *copy = malloc(size);

	memcpy(copy, kept[file].bytes, size);
	for (unsigned i = 0; i < MORE; i++) {
		change(copy, size, state);
		one(copy, next(state) % 4 ? size : next(state) % size);
	}
	free(copy);
	return MORE;
}

static unsigned
try_more(uint64_t ms)
{
	const char *given = getenv("KSHIM_FUZZ_SEED");
	uint32_t state = given ? (uint32_t)strtoul(given, NULL, 0) : (uint32_t)now_ms();
	unsigned count = 0;

	printf("# KSHIM_FUZZ_SEED=%u\n", state);
	fflush(stdout);
	for (uint64_t end = now_ms() + ms; nr_kept && now_ms() < end;)
		count += try_some(next(&state) % nr_kept, &state);
	return count;
}

int
main(int argc, char **argv)
{
	unsigned more = 0;

	for (int i = 1; i < argc; i++)
		run(argv[i]);
	if (!files) {
		fprintf(stderr, "%s: no file to replay\n", argv[0]);
		return 1;
	}
	printf("1..%u\n", files);
	if (getenv("KSHIM_FUZZ_MS"))
		more = try_more(strtoul(getenv("KSHIM_FUZZ_MS"), NULL, 0));
	printf("# %u inputs\n", files * (1 + CUTS + CHANGES) + more);
	for (unsigned i = 0; i < KEPT; i++)
		free(kept[i].bytes);
	return 0;
}
