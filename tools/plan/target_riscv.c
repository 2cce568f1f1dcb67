/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim-riscv64.bin's machine: the device tree that is given, or one like QEMU's virt.
 *
 * Sources: QEMU hw/riscv/virt.c and boot.c (memory from 2 GiB on; firmware at its start, kshim
 * 2 MiB above; the initrd half of memory above that, 128 MiB at the most; the tree in the last
 * 2 MiB below 3 GiB), OpenSBI (its own memory is reserved in the tree it hands on). The tree of
 * --map may be of a machine that was started in another way: then its /chosen says where the
 * initrd lies.
 */
#include <stdio.h>
#include <string.h>

#include "tools/bundle_write.h"
#include "tools/plan/target.h"

#define DRAM          (2 * GIB)
#define FIRMWARE_LEN  (512 * KIB)
#define SELF          (DRAM + 2 * MIB)
#define INITRD_OFFSET (128 * MIB)
#define TREE_STEP     (2 * MIB)
#define TREE_BELOW    (3 * GIB)
#define UART          0x10000000u
#define VIRTIO        0x10001000u
#define VIRTIO_SLOTS  8
#define RTC           0x101000u
#define PLIC          0xc000000u
#define PLIC_LEN      0x600000u
#define FW_CFG        0x10100000u
#define INTC_PHANDLE  2
#define PLIC_PHANDLE  3

static const char isa[] = "rv64imafdch_zicsr_zifencei_zihintpause_zba_zbb_zbc_zbs_sstc";

static void
numbers(struct fdt_writer *w, const char *name, uint64_t addr, uint64_t len)
{
	uint64_t v[] = {addr, len};

	fdt_write_numbers(w, name, 2, v, 2);
}

static void
device(struct fdt_writer *w, const char *name, uint64_t addr, uint64_t len,
        const char *compatible, uint32_t irq)
{
	char unit[48];

	snprintf(unit, sizeof(unit), "%s@%llx", name, (unsigned long long)addr);
	fdt_write_node(w, unit);
	fdt_write_string(w, "compatible", compatible);
	numbers(w, "reg", addr, len);
	if (irq) {
		fdt_write_u32(w, "interrupts", irq);
		fdt_write_u32(w, "interrupt-parent", PLIC_PHANDLE);
	}
	fdt_write_end_node(w);
}

static void
cpus(struct fdt_writer *w)
{
	fdt_write_node(w, "cpus");
	fdt_write_u32(w, "#address-cells", 1);
	fdt_write_u32(w, "#size-cells", 0);
	fdt_write_u32(w, "timebase-frequency", 10000000);
	fdt_write_node(w, "cpu@0");
	fdt_write_string(w, "device_type", "cpu");
	fdt_write_u32(w, "reg", 0);
	fdt_write_u32(w, "phandle", 1);
	fdt_write_string(w, "status", "okay");
	fdt_write_string(w, "compatible", "riscv");
	fdt_write_string(w, "riscv,isa", isa);
	fdt_write_string(w, "mmu-type", "riscv,sv48");
	fdt_write_node(w, "interrupt-controller");
	fdt_write_u32(w, "#interrupt-cells", 1);
	fdt_write_prop(w, "interrupt-controller", "", 0);
	fdt_write_string(w, "compatible", "riscv,cpu-intc");
	fdt_write_u32(w, "phandle", INTC_PHANDLE);
	fdt_write_end_node(w);
	fdt_write_end_node(w);
	fdt_write_end_node(w);
}

static void
soc(struct fdt_writer *w)
{
	static const uint64_t contexts[] = {INTC_PHANDLE, 11, INTC_PHANDLE, 9};

	fdt_write_node(w, "soc");
	fdt_write_u32(w, "#address-cells", 2);
	fdt_write_u32(w, "#size-cells", 2);
	fdt_write_string(w, "compatible", "simple-bus");
	fdt_write_prop(w, "ranges", "", 0);
	device(w, "rtc", RTC, 0x1000, "google,goldfish-rtc", 11);
	device(w, "serial", UART, 0x100, "ns16550a", 10);
	for (uint32_t i = 0; i < VIRTIO_SLOTS; i++)
		device(w, "virtio_mmio", VIRTIO + i * 0x1000, 0x1000, "virtio,mmio", i + 1);
	fdt_write_node(w, "plic@c000000");
	fdt_write_string(w, "compatible", "sifive,plic-1.0.0");
	numbers(w, "reg", PLIC, PLIC_LEN);
	fdt_write_u32(w, "phandle", PLIC_PHANDLE);
	fdt_write_u32(w, "riscv,ndev", 0x60);
	fdt_write_u32(w, "#interrupt-cells", 1);
	fdt_write_u32(w, "#address-cells", 0);
	fdt_write_prop(w, "interrupt-controller", "", 0);
	fdt_write_numbers(w, "interrupts-extended", 1, contexts, 4);
	fdt_write_end_node(w);
	fdt_write_end_node(w);
	device(w, "fw-cfg", FW_CFG, 0x18, "qemu,fw-cfg-mmio", 0);
}

/* Memory, what the firmware keeps, and where the launcher has put its initrd. */
static void
memory_nodes(struct fdt_writer *w, uint64_t memory, struct range initrd, const char *line)
{
	fdt_write_node(w, "memory@80000000");
	fdt_write_string(w, "device_type", "memory");
	numbers(w, "reg", DRAM, memory);
	fdt_write_end_node(w);
	fdt_write_node(w, "reserved-memory");
	fdt_write_u32(w, "#address-cells", 2);
	fdt_write_u32(w, "#size-cells", 2);
	fdt_write_prop(w, "ranges", "", 0);
	fdt_write_node(w, "mmode_resv0@80000000");
	numbers(w, "reg", DRAM, FIRMWARE_LEN);
	fdt_write_prop(w, "no-map", "", 0);
	fdt_write_end_node(w);
	fdt_write_end_node(w);
	fdt_write_node(w, "chosen");
	fdt_write_string(w, "bootargs", line);
	fdt_write_u64(w, "linux,initrd-start", initrd.addr);
	fdt_write_u64(w, "linux,initrd-end", range_end(initrd));
	fdt_write_prop(w, "rng-seed", "0123456789abcdef0123456789abcdef", 32);
	fdt_write_string(w, "stdout-path", "/soc/serial@10000000");
	fdt_write_end_node(w);
}

static enum refusal_code
virt_tree(struct plan_case *c, uint64_t memory, struct range initrd)
{
	static struct fdt_writer w;
	uint64_t len;

	fdt_write_start(&w, c->tree_bytes, sizeof(c->tree_bytes), NULL);
	fdt_write_node(&w, "");
	fdt_write_u32(&w, "#address-cells", 2);
	fdt_write_u32(&w, "#size-cells", 2);
	fdt_write_string(&w, "compatible", "riscv-virtio");
	fdt_write_string(&w, "model", "riscv-virtio,qemu");
	memory_nodes(&w, memory, initrd, "");
	cpus(&w);
	soc(&w);
	fdt_write_end_node(&w);
	return fdt_write_finish(&w, 0, &len, &c->why);
}

/* The file that the launcher passes: a lone kernel as it is, else a bundle of all. */
static uint64_t
passed_len(const struct plan_case *c, uint64_t len[PLAN_BLOBS])
{
	for (uint32_t i = 0; i < c->files; i++)
		len[i] = c->file[i].bytes.size;
	return c->files == 1 ? len[0] : bundle_offset(len, c->files, c->files);
}

static void
place_files(struct plan_case *c, uint64_t at)
{
	uint64_t len[PLAN_BLOBS];

	passed_len(c, len);
	for (uint32_t i = 0; i < c->req.blobs; i++) {
		struct blob *b = &c->req.blob[i];

		if (c->files > 1)
			b->addr += bundle_offset(len, c->files, b->handle);
		b->where = BLOB_SPACE;
		b->addr += at;
	}
}

/* The device tree's own place and the files', on virt; from a tree that is given, by that. */
static enum refusal_code
read_tree(struct plan_case *c, uint64_t memory, struct range *ret_initrd)
{
	uint64_t len[PLAN_BLOBS], half = memory / 2;
	struct span bytes = {c->tree_bytes, sizeof(c->tree_bytes)};
	enum refusal_code code = REFUSAL_NONE;
	uint64_t end = DRAM + memory < TREE_BELOW ? DRAM + memory : TREE_BELOW;

	*ret_initrd = (struct range){
	        SELF + (half < INITRD_OFFSET ? half : INITRD_OFFSET), passed_len(c, len)};
	if (case_map_is_given(c))
		bytes = file_span(&c->given.tree);
	else
		code = virt_tree(c, memory, *ret_initrd);
	if (!code)
		code = fdt_open(bytes, &c->tree, &c->why);
	if (!code)
		code = machine_read(&c->tree, &c->machine, &c->why);
	if (code)
		c->why.subject = case_map_is_given(c) ? c->order.map : "device tree";
	else if (c->machine.initrd.len)
		ret_initrd->addr = c->machine.initrd.addr;
	else
		ret_initrd->addr = memmap_ram_end(&c->machine.map) / 2;
	c->riscv.tree_addr = align_down(end - c->tree.all.size, TREE_STEP);
	return code;
}

/* The tree was dumped before the firmware added what it keeps. */
static enum refusal_code
check_place(struct plan_case *c, struct range initrd)
{
	if (memmap_is_ram(&c->machine.map, initrd))
		return REFUSAL_NONE;
	refuse(&c->why, REFUSAL_SPACE_UNREACHABLE, 0, 0, 0);
	c->why.subject = "the launcher";
	c->why.a = (struct named_range){"the file that it passes", initrd};
	c->why.b = (struct named_range){"no RAM is there", {0, 0}};
	return c->why.code;
}

enum refusal_code
target_riscv(struct plan_case *c, uint64_t memory)
{
	struct range initrd;
	enum refusal_code code = read_tree(c, memory, &initrd);

	if (!code)
		code = check_place(c, initrd);
	if (code)
		return code;
	place_files(c, initrd.addr);
	c->riscv.tree = &c->tree;
	c->riscv.machine = &c->machine;
	c->keep = body_riscv_keep(SELF, SELF + c->stub_facts.riscv.image_size);
	c->riscv.keep = c->keep;
	c->riscv.boot_hart = c->machine.hart[0].id;
	c->riscv.guest = c->body == BODY_RISCV_GUEST;
	c->riscv.sstc = c->machine.hart[0].sstc;
	body_limits(c->body, &c->req);
	return body_riscv_request(&c->riscv, &c->req, &c->why);
}
