/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest memory by mmap; files are mapped into it, not copied, wherever pages agree and nothing
 * else is to see them.
 */
#include "memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE_PAGE (2 * MIB)

/*
 * Host and guest addresses agree in their lower 21 bits, so that KVM can map 2 MiB at once: far
 * fewer faults, each of which costs an exit.
 */
static bool
make_slot(struct memory_slot *s, struct range r, int file)
{
	uint64_t len = r.len + HUGE_PAGE;
	void *map = mmap(NULL, len, PROT_READ | PROT_WRITE,
	        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint64_t skip = (r.addr - (uintptr_t)map) & (HUGE_PAGE - 1);

	if (map == MAP_FAILED)
		return false;
	*s = (struct memory_slot){r, (uint8_t *)map + skip, map, len};
	if (file >= 0 && mmap(s->host, r.len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
	                         file, (off_t)r.addr) == MAP_FAILED)
		return false;             /* memory_free() takes the map back */
	madvise(map, len, MADV_HUGEPAGE); /* a host without them is only slower */
	return true;
}

bool
memory_make(struct memory *mem, const struct layout *layout, int file)
{
	*mem = (struct memory){.file = file};
	for (uint32_t i = 0; i < layout->slots; i++) {
		if (!make_slot(&mem->slot[mem->slots++], layout->slot[i], file)) {
			int error = errno;
			memory_free(mem);
			errno = error;
			return false;
		}
	}
	return true;
}

void
memory_free(struct memory *mem)
{
	for (uint32_t i = 0; i < mem->slots; i++)
		if (mem->slot[i].map)
			munmap(mem->slot[i].map, mem->slot[i].map_len);
	mem->slots = 0;
}

uint8_t *
memory_at(const struct memory *mem, uint64_t addr, uint64_t len)
{
	if (!range_fits(addr, len))
		return NULL;
	for (uint32_t i = 0; i < mem->slots; i++) {
		const struct memory_slot *s = &mem->slot[i];
		if (range_contains(s->range, (struct range){addr, len}))
			return s->host + (addr - s->range.addr);
	}
	return NULL;
}

static bool
read_all(int fd, uint8_t *out, uint64_t off, uint64_t len)
{
	while (len) {
		ssize_t n = pread(fd, out, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : EIO; /* the file has shrunk */
			return false;
		}
		out += n;
		off += (uint64_t)n;
		len -= (uint64_t)n;
	}
	return true;
}

bool
memory_put_file(const struct memory *mem, uint64_t addr, int fd, uint64_t off, uint64_t len)
{
	uint8_t *out = memory_at(mem, addr, len);
	uint64_t head = -(uintptr_t)out & (PAGE - 1);
	uint64_t pages;

	if (!out) {
		errno = EFAULT;
		return false;
	}
	if (mem->file >= 0 || head > len || ((off + head) & (PAGE - 1)))
		return read_all(fd, out, off, len);
	pages = align_down(len - head, PAGE);
	if (pages && mmap(out + head, pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
	                     fd, (off_t)(off + head)) == MAP_FAILED)
		return read_all(fd, out, off, len);
	return read_all(fd, out, off, head) &&
	       read_all(fd, out + head + pages, off + head + pages, len - head - pages);
}

bool
memory_clear(const struct memory *mem, uint64_t addr, uint64_t len)
{
	uint8_t *out = memory_at(mem, addr, len);
	uint64_t head = -(uintptr_t)out & (PAGE - 1);
	uint64_t tail;

	if (!out) {
		errno = EFAULT;
		return false;
	}
	head = head < len ? head : len;
	tail = (len - head) & (PAGE - 1);
	memset(out, 0, head);
	memset(out + len - tail, 0, tail); /* what lies between is fresh */
	return true;
}
