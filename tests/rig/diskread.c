/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diskread DEVICE BYTES COUNT JOBS random|sequential: read COUNT times BYTES past the cache, by
 * JOBS processes at once, and print how many microseconds it took.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ALIGN 4096

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* The next of a sequence that is the same in every run (xorshift). */
static uint32_t
next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* One process's part. */
static int
read_blocks(const char *device, size_t bytes, unsigned count, unsigned job, int is_random)
{
	int fd = open(device, O_RDONLY | O_DIRECT);
	uint64_t blocks = fd < 0 ? 0 : (uint64_t)lseek(fd, 0, SEEK_END) / bytes;
	uint32_t state = 2463534242u + job;
	void *room;

	if (!blocks || posix_memalign(&room, ALIGN, bytes) != 0)
		return 1;
	for (unsigned i = 0; i < count; i++) {
		uint64_t block = is_random ? next_random(&state) : job * count + i;

		if (pread(fd, room, bytes, (off_t)(block % blocks * bytes)) != (ssize_t)bytes)
			return 1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	unsigned count, jobs;
	uint64_t began;
	int status, bad = 0;

	if (argc != 6)
		return 2;
	count = (unsigned)atoi(argv[3]);
	jobs = (unsigned)atoi(argv[4]);
	began = now_us();
	for (unsigned i = 0; i < jobs; i++)
		if (fork() == 0)
			_exit(read_blocks(argv[1], (size_t)atol(argv[2]), count / jobs, i,
			        !strcmp(argv[5], "random")));
	while (wait(&status) > 0)
		bad |= status;
	printf("disk: %s %s x %s by %s: %llu us%s\n", argv[5], argv[3], argv[2], argv[4],
	        (unsigned long long)(now_us() - began), bad ? ", with errors" : "");
	return bad != 0;
}
