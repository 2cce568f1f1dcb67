/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device tree like that of QEMU's virt with one hart (QEMU 7.2, hw/riscv/virt.c), with what
 * OpenSBI adds for its own memory: what the bodies read of it, and as long as the true one, for
 * the kernel's tree is made of it.
 */
#include <stdio.h>

#include "tools/plan/target.h"

#define DRAM         (2 * GIB)
#define FIRMWARE_LEN (512 * KIB)
#define TEST         0x100000u
#define TEST_PHANDLE 4
#define PCI_IRQ      32
#define UART         0x10000000u
#define VIRTIO       0x10001000u
#define VIRTIO_SLOTS 8
#define RTC          0x101000u
#define PLIC         0xc000000u
#define PLIC_LEN     0x600000u
#define FW_CFG       0x10100000u
#define INTC_PHANDLE 2
#define PLIC_PHANDLE 3

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
	fdt_write_node(w, "cpu-map");
	fdt_write_node(w, "cluster0");
	fdt_write_node(w, "core0");
	fdt_write_u32(w, "cpu", 1);
	fdt_write_end_node(w);
	fdt_write_end_node(w);
	fdt_write_end_node(w);
	fdt_write_end_node(w);
}

static void
cells(struct fdt_writer *w, const char *name, const uint64_t *v, uint32_t count)
{
	fdt_write_numbers(w, name, 1, v, count);
}

/* Four slots' four pins, turned by one from slot to slot. */
static void
interrupt_map(struct fdt_writer *w)
{
	uint64_t v[16 * 6];
	uint32_t n = 0;

	for (uint32_t slot = 0; slot < 4; slot++) {
		for (uint32_t pin = 1; pin <= 4; pin++) {
			v[n++] = slot << 11;
			v[n++] = 0;
			v[n++] = 0;
			v[n++] = pin;
			v[n++] = PLIC_PHANDLE;
			v[n++] = PCI_IRQ + (slot + pin - 1) % 4;
		}
	}
	cells(w, "interrupt-map", v, n);
}

static void
pci(struct fdt_writer *w)
{
	static const uint64_t mask[] = {0x1800, 0, 0, 7}, bus[] = {0, 0xff};
	static const uint64_t ranges[21] = {0x1000000, 0, 0, 0, 0x3000000, 0, 0x10000,
	        0x2000000, 0, 0x40000000, 0, 0x40000000, 0, 0x40000000, 0x3000000, 4, 0, 4, 0,
	        4, 0};

	fdt_write_node(w, "pci@30000000");
	cells(w, "interrupt-map-mask", mask, 4);
	interrupt_map(w);
	cells(w, "ranges", ranges, 21);
	numbers(w, "reg", 0x30000000, 0x10000000);
	fdt_write_prop(w, "dma-coherent", "", 0);
	cells(w, "bus-range", bus, 2);
	fdt_write_u32(w, "linux,pci-domain", 0);
	fdt_write_string(w, "device_type", "pci");
	fdt_write_string(w, "compatible", "pci-host-ecam-generic");
	fdt_write_u32(w, "#size-cells", 2);
	fdt_write_u32(w, "#interrupt-cells", 1);
	fdt_write_u32(w, "#address-cells", 3);
	fdt_write_end_node(w);
}

static void
syscon(struct fdt_writer *w, const char *name, uint32_t value, const char *compatible)
{
	fdt_write_node(w, name);
	fdt_write_u32(w, "value", value);
	fdt_write_u32(w, "offset", 0);
	fdt_write_u32(w, "regmap", TEST_PHANDLE);
	fdt_write_string(w, "compatible", compatible);
	fdt_write_end_node(w);
}

/* What no kernel of ours reads, and what takes its room in the tree. */
static void
others(struct fdt_writer *w)
{
	static const uint64_t events[20] = {1, 1, 0x7fff9, 2, 2, 0x7fffc, 0x10019, 0x10019,
	        0x7fff8, 0x1001b, 0x1001b, 0x7fff8, 0x10021, 0x10021, 0x7fff8};
	static const uint64_t flash[] = {0x20000000, 0x2000000, 0x22000000, 0x2000000};
	static const uint64_t bus[] = {0, 0, 0x4000000, 0x2000000};

	fdt_write_node(w, "pmu");
	cells(w, "riscv,event-to-mhpmcounters", events, 20);
	fdt_write_string(w, "compatible", "riscv,pmu");
	fdt_write_end_node(w);
	fdt_write_node(w, "flash@20000000");
	fdt_write_u32(w, "bank-width", 4);
	fdt_write_numbers(w, "reg", 2, flash, 4);
	fdt_write_string(w, "compatible", "cfi-flash");
	fdt_write_end_node(w);
	syscon(w, "poweroff", 0x5555, "syscon-poweroff");
	syscon(w, "reboot", 0x7777, "syscon-reboot");
	fdt_write_node(w, "platform-bus@4000000");
	fdt_write_u32(w, "interrupt-parent", PLIC_PHANDLE);
	cells(w, "ranges", bus, 4);
	fdt_write_u32(w, "#address-cells", 1);
	fdt_write_u32(w, "#size-cells", 1);
	fdt_write_prop(w, "compatible", "qemu,platform\0simple-bus", 25);
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
	device(w, "test", TEST, 0x1000, "sifive,test1", 0);
	pci(w);
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

enum refusal_code
target_virt_tree(uint64_t memory, struct range initrd, uint8_t *out, uint64_t size,
        struct refusal *ret_why)
{
	static struct fdt_writer w;
	uint64_t len;

	fdt_write_start(&w, out, size, NULL);
	fdt_write_node(&w, "");
	fdt_write_u32(&w, "#address-cells", 2);
	fdt_write_u32(&w, "#size-cells", 2);
	fdt_write_string(&w, "compatible", "riscv-virtio");
	fdt_write_string(&w, "model", "riscv-virtio,qemu");
	memory_nodes(&w, memory, initrd, "");
	others(&w);
	cpus(&w);
	soc(&w);
	fdt_write_end_node(&w);
	return fdt_write_finish(&w, 0, &len, ret_why);
}
