/* SPDX-License-Identifier: BSD-2-Clause */
/* See qtest.h. One machine at a time; each request is a line, and so is each answer. */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stub/base/bytes.h"
#include "tests/unit/qtest.h"
#include "x86/pc/pci.h"

#define WORDS_MAX  64
#define REQUEST    0x600 /* a DMA request in the machine's memory */
#define BUFFER     0x100000
#define BUFFER_MAX (1u << 20)
#define DMA_READ   0x0au /* select and read */
#define DMA_SKIP   0x0cu
#define DMA_WRITE  0x10u
#define DIRECTORY  0x19u

unsigned qtest_port_accesses;
static FILE *to, *from;
static pid_t child;

static void
run_qemu(char *words, int in, int out)
{
	char *argv[WORDS_MAX] = {(char *)"qemu-system-x86_64", (char *)"-nodefaults",
	        (char *)"-display", (char *)"none", (char *)"-S", (char *)"-qtest",
	        (char *)"stdio", (char *)"-qtest-log", (char *)"none"};
	unsigned n = 9;

	for (char *word = strtok(words, " "); word && n < WORDS_MAX - 1;
	        word = strtok(NULL, " "))
		argv[n++] = word;
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execvp(argv[0], argv);
	_exit(127);
}

void
qtest_start(const char *words)
{
	int down[2], up[2];
	char *copy = strdup(words);

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(down), 0);
	assert_int_equal(pipe(up), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		close(down[1]);
		close(up[0]);
		run_qemu(copy, down[0], up[1]);
	}
	close(down[0]);
	close(up[1]);
	free(copy);
	to = fdopen(down[1], "w");
	from = fdopen(up[0], "r");
	qtest_port_accesses = 0;
}

void
qtest_stop(void)
{
	if (!child)
		return;
	fclose(to);
	fclose(from);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	child = 0;
}

/* Send what is in `to`; the answer after "OK", in a buffer of this function's. */
static char *
answer(void)
{
	static char *line;
	static size_t room;

	fflush(to);
	do {
		if (getline(&line, &room, from) < 0)
			fail_msg("qemu-system-x86_64 has ended: is it installed?");
	} while (!strncmp(line, "IRQ", 3));
	if (strncmp(line, "OK", 2))
		fail_msg("qtest: %s", line);
	return line + 2;
}

static char
letter(unsigned bytes)
{
	return bytes == 1 ? 'b' : bytes == 2 ? 'w' : 'l';
}

uint32_t
qtest_in(uint16_t port, unsigned bytes)
{
	qtest_port_accesses++;
	fprintf(to, "in%c 0x%x\n", letter(bytes), port);
	return (uint32_t)strtoul(answer(), NULL, 0);
}

void
qtest_out(uint16_t port, unsigned bytes, uint32_t value)
{
	qtest_port_accesses++;
	fprintf(to, "out%c 0x%x 0x%x\n", letter(bytes), port, value);
	answer();
}

uint32_t
qtest_peek(uint64_t addr, unsigned bytes)
{
	fprintf(to, "read%c 0x%llx\n", letter(bytes), (unsigned long long)addr);
	return (uint32_t)strtoul(answer(), NULL, 0);
}

void
qtest_poke(uint64_t addr, unsigned bytes, uint32_t value)
{
	fprintf(to, "write%c 0x%llx 0x%x\n", letter(bytes), (unsigned long long)addr, value);
	answer();
}

static void
dma(uint32_t control, uint32_t selector, uint32_t len)
{
	uint8_t ended;

	qtest_poke(REQUEST, 4, __builtin_bswap32(selector << 16 | control));
	qtest_poke(REQUEST + 4, 4, __builtin_bswap32(len));
	qtest_poke(REQUEST + 8, 4, 0);
	qtest_poke(REQUEST + 12, 4, __builtin_bswap32(BUFFER));
	qtest_out(0x518, 4, __builtin_bswap32(REQUEST));
	ended = (uint8_t)qtest_peek(REQUEST, 4);
	assert_int_equal(ended, 0);
}

static unsigned
digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static enum refusal_code
read_item(uint32_t selector, const char *name, void *dst, uint32_t len, struct refusal *ret_why)
{
	const char *hex;

	(void)name;
	(void)ret_why;
	if (!len)
		return REFUSAL_NONE;
	assert_true(len <= BUFFER_MAX);
	dma(DMA_READ, selector, (uint32_t)len);
	fprintf(to, "read 0x%x 0x%llx\n", BUFFER, (unsigned long long)len);
	hex = strstr(answer(), "0x");
	assert_non_null(hex);
	for (uint64_t i = 0; i < len; i++)
		((uint8_t *)dst)[i] =
		        (uint8_t)(digit(hex[2 + 2 * i]) << 4 | digit(hex[3 + 2 * i]));
	return REFUSAL_NONE;
}

static enum refusal_code
write_item(uint32_t selector, const char *name, uint64_t off, const void *src, uint64_t len,
        struct refusal *ret_why)
{
	(void)name;
	(void)ret_why;
	for (uint64_t i = 0; i < len; i++)
		qtest_poke(BUFFER + i, 1, ((const uint8_t *)src)[i]);
	dma(DMA_SKIP, selector, (uint32_t)off);
	dma(DMA_WRITE, 0, (uint32_t)len);
	return REFUSAL_NONE;
}

struct items
qtest_items(void)
{
	static uint8_t directory[4 + 256 * FW_CFG_ENTRY_LEN];
	static struct fw_cfg_items known;
	struct items items = {.known = &known, .read = read_item, .write = write_item};
	struct refusal why;
	uint32_t count;

	read_item(DIRECTORY, "", directory, sizeof(directory), NULL);
	memcpy(&count, directory, sizeof(count));
	items.directory =
	        (struct span){directory + 4, __builtin_bswap32(count) * FW_CFG_ENTRY_LEN};
	memset(&known, 0, sizeof(known));
	assert_int_equal(fw_cfg_take(&known, items.directory, &why), REFUSAL_NONE);
	return items;
}

/* In place of x86/pc/pci_config.c: the same two ways, over qtest. */

static uint32_t
read_port(struct pci_config *c, uint32_t at, uint32_t reg)
{
	(void)c;
	qtest_out(0xcf8, 4, 1u << 31 | at << 8 | (reg & 0xfc));
	return qtest_in(0xcfc, 4);
}

static void
write_port(struct pci_config *c, uint32_t at, uint32_t reg, unsigned bytes, uint32_t value)
{
	(void)c;
	qtest_out(0xcf8, 4, 1u << 31 | at << 8 | (reg & 0xfc));
	qtest_out((uint16_t)(0xcfc + (reg & 3)), bytes, value);
}

static uint32_t
read_memory(struct pci_config *c, uint32_t at, uint32_t reg)
{
	return qtest_peek(c->base + ((uint64_t)at << 12) + reg, 4);
}

static void
write_memory(struct pci_config *c, uint32_t at, uint32_t reg, unsigned bytes, uint32_t value)
{
	qtest_poke(c->base + ((uint64_t)at << 12) + reg, bytes, value);
}

struct pci_config
pci_ports(void)
{
	return (struct pci_config){.read = read_port, .write = write_port};
}

struct pci_config
pci_memory(uint64_t base)
{
	return (struct pci_config){.read = read_memory, .write = write_memory, .base = base};
}
