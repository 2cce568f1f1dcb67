/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other launchers' handoff, on top of a plan that places only the stub.
 *
 * Source: Xen public/arch-x86/hvm/start_info.h, and those in layout.h.
 */
#include "as.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stub/wire/start_info.h"
#include "tools/bundle_write.h"
#include "tools/run/status.h"

/* Write a bundle of all the files to `stream`. */
static bool
write_bundle(const struct inputs *in, FILE *stream)
{
	struct file files[PLAN_BLOBS + 1] = {0};
	struct bundle_parts parts = {
	        .kernel = files, .initrds = files + 1, .nr_initrds = in->files - INPUT_INITRD};
	struct outfile out = {.path = "bundle", .stream = stream};

	for (uint32_t i = INPUT_KERNEL; i < in->files; i++)
		files[i - INPUT_KERNEL] = (struct file){.path = in->file[i].path,
		        .data = (uint8_t *)in->file[i].bytes.base,
		        .size = in->file[i].bytes.size};
	bundle_write(&parts, &out);
	return fflush(stream) == 0 && !out.failed;
}

static int
make_bundle(const struct inputs *in, struct input *ret_module)
{
	int fd = memfd_create("bundle", MFD_CLOEXEC);
	FILE *stream = fd < 0 ? NULL : fdopen(fd, "w");
	off_t size = -1;

	if (stream && write_bundle(in, stream))
		size = lseek(fd, 0, SEEK_END);
	if (size < 0)
		return fail(STATUS_HOST, "no room for the bundle: %s", strerror(errno));
	*ret_module = (struct input){"bundle", "bundle", dup(fd), {NULL, (uint64_t)size}};
	fclose(stream);
	return STATUS_GO_ON;
}

static int
choose_module(const struct inputs *in, struct boot *b)
{
	struct bundle bundle;
	bool found;
	int status = inputs_bundle(in, &found, &bundle);

	if (status != STATUS_GO_ON)
		return status;
	if (!found)
		return make_bundle(in, &b->module);
	if (in->files > INPUT_INITRD)
		return fail(STATUS_USAGE,
		        "with --as a bundle takes no --initrd: those pass one file only");
	b->module = in->file[INPUT_KERNEL];
	b->module.fd = dup(b->module.fd);
	return STATUS_GO_ON;
}

int
as_prepare(const struct inputs *inputs, struct boot *boot)
{
	struct boot *b = boot;
	int status = choose_module(inputs, b);

	if (status != STATUS_GO_ON)
		return status;
	if (b->req.cmdline.len >= LAYOUT_CMDLINE_LEN)
		return fail(STATUS_REFUSED, "the command line has %zu bytes, room is for %d",
		        b->req.cmdline.len, LAYOUT_CMDLINE_LEN - 1);
	if (b->module.bytes.size > b->layout.low_end - 2 * MIB)
		return fail(STATUS_REFUSED,
		        "%llu bytes of kernel and initrds do not fit into the memory: give the guest more (-m)",
		        (unsigned long long)b->module.bytes.size);
	b->module_range =
	        (struct range){align_down(b->layout.low_end - b->module.bytes.size, PAGE),
	                b->module.bytes.size};
	b->fixed[0] = (struct named_range){"start_info", {LAYOUT_START_INFO, 2 * PAGE}};
	b->fixed[1] =
	        (struct named_range){"command line", {LAYOUT_CMDLINE, LAYOUT_CMDLINE_LEN}};
	b->fixed[2] =
	        (struct named_range){"MP table", {b->layout.mptable, b->layout.mptable_len}};
	b->fixed[3] = (struct named_range){"module", b->module_range};
	b->req.nr_fixed = 4;
	return STATUS_GO_ON;
}

void
as_free(struct boot *boot)
{
	if (boot->module.fd >= 0)
		close(boot->module.fd);
	boot->module.fd = -1;
}

static bool
put(const struct memory *mem, uint64_t addr, const void *bytes, size_t len)
{
	uint8_t *out = memory_at(mem, addr, len);

	if (!out) {
		errno = EFAULT;
		return false;
	}
	memcpy(out, bytes, len);
	return true;
}

static bool
write_map(const struct layout *l, const struct memory *mem)
{
	for (uint32_t i = 0; i < l->entries; i++) {
		struct pvh_memmap_entry e = {.addr = l->entry[i].range.addr,
		        .size = l->entry[i].range.len,
		        .type = l->entry[i].type};

		if (!put(mem, LAYOUT_MEMMAP + i * sizeof(e), &e, sizeof(e)))
			return false;
	}
	return true;
}

bool
as_write(const struct boot *boot, const struct memory *mem, struct machine_state *state)
{
	const struct layout *l = &boot->layout;
	const struct cmdline *line = &boot->req.cmdline;
	struct pvh_start_info info = {.magic = PVH_START_MAGIC,
	        .version = PVH_START_VERSION,
	        .nr_modules = 1,
	        .modlist_paddr = LAYOUT_MODLIST,
	        .cmdline_paddr = LAYOUT_CMDLINE,
	        .rsdp_paddr = l->rsdp_told,
	        .memmap_paddr = LAYOUT_MEMMAP,
	        .memmap_entries = l->entries};
	struct pvh_modlist_entry module = {
	        .paddr = boot->module_range.addr, .size = boot->module_range.len};

	state->rbx = LAYOUT_START_INFO;
	return put(mem, LAYOUT_START_INFO, &info, sizeof(info)) &&
	       put(mem, LAYOUT_MODLIST, &module, sizeof(module)) && write_map(l, mem) &&
	       put(mem, LAYOUT_CMDLINE, line->text, line->len + 1) &&
	       memory_put_file(mem, module.paddr, boot->module.fd, 0, module.size);
}
