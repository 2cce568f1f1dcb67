/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine's device tree read, and the trees for a direct boot and a guest, by libfdt's eyes.
 */
#include "unit.h"

#include <libfdt.h>
#include <string.h>

#include "stub/body/body.h"
#include "stub/riscv/fdt_boot.h"
#include "stub/riscv/isa.h"

#define ROOM 16384
#define ISA  "rv64imafdch_zicsr_sstc_shtvala"

struct virt {
	uint8_t blob[ROOM], out[ROOM];
	struct fdt fdt;
	struct riscv_machine m;
	struct memmap guest;
	struct refusal why;
	struct fdt_boot boot;
	/* What the tree is made with. */
	const char *isa0, *isa1;
	const char *isa0_again; /* a second riscv,isa of the first hart, or NULL */
	bool no_memory, no_timebase, bad_initrd, no_chosen;
};

static void
begin(void *b, const char *name)
{
	assert_int_equal(fdt_begin_node(b, name), 0);
}

static void
end(void *b)
{
	assert_int_equal(fdt_end_node(b), 0);
}

static void
str(void *b, const char *name, const char *value)
{
	assert_int_equal(fdt_property_string(b, name, value), 0);
}

static void
cells(void *b, const char *name, unsigned n, const uint32_t *value)
{
	uint32_t be[16];

	for (unsigned i = 0; i < n; i++)
		be[i] = cpu_to_fdt32(value[i]);
	assert_int_equal(fdt_property(b, name, be, (int)(n * 4)), 0);
}

#define CELLS(b, name, ...)                                                                    \
	cells(b, name, sizeof((uint32_t[]){__VA_ARGS__}) / 4, (uint32_t[]){__VA_ARGS__})

static void
cpu(void *b, const char *name, uint32_t id, const char *isa, const char *again)
{
	begin(b, name);
	str(b, "device_type", "cpu");
	CELLS(b, "reg", id);
	str(b, "status", "okay");
	str(b, "riscv,isa", isa);
	if (again)
		str(b, "riscv,isa", again);
	str(b, "mmu-type", "riscv,sv48");
	begin(b, "interrupt-controller");
	CELLS(b, "phandle", 10 + id);
	end(b);
	end(b);
}

static void
device(void *b, const char *name, const char *compatible, uint32_t addr)
{
	begin(b, name);
	str(b, "compatible", compatible);
	CELLS(b, "reg", 0, addr, 0, 0x1000);
	CELLS(b, "interrupts", 7);
	if (strcmp(compatible, "sifive,plic-1.0.0") == 0)
		CELLS(b, "interrupts-extended", 10, 11, 10, 9, 11, 11, 11, 9);
	end(b);
}

static void
write_soc(void *b)
{
	begin(b, "soc");
	str(b, "compatible", "simple-bus");
	CELLS(b, "#address-cells", 2);
	CELLS(b, "#size-cells", 2);
	assert_int_equal(fdt_property(b, "ranges", NULL, 0), 0);
	device(b, "serial@10000000", "ns16550a", 0x10000000);
	device(b, "test@100000", "sifive,test1", 0x100000);
	device(b, "virtio@10001000", "virtio,mmio", 0x10001000);
	device(b, "virtio@10002000", "virtio,mmio", 0x10002000);
	device(b, "plic@c000000", "sifive,plic-1.0.0", 0x0c000000);
	end(b);
	device(b, "fw-cfg@10100000", "qemu,fw-cfg-mmio", 0x10100000);
	begin(b, "elsewhere"); /* a bus that translates addresses */
	str(b, "compatible", "simple-bus");
	CELLS(b, "ranges", 0, 0x1000, 0x1000);
	device(b, "serial@0", "ns16550a", 0);
	end(b);
}

static void
write_rest(const struct virt *v, void *b)
{
	begin(b, "reserved-memory");
	CELLS(b, "#address-cells", 2);
	CELLS(b, "#size-cells", 2);
	begin(b, "mmode@80000000");
	CELLS(b, "reg", 0, 0x80000000, 0, 0x80000);
	end(b);
	end(b);
	if (v->no_chosen)
		return;
	begin(b, "chosen");
	str(b, "bootargs", "old line");
	str(b, "stdout-path", "/soc/serial@10000000");
	CELLS(b, "rng-seed", 1, 2);
	CELLS(b, "linux,initrd-start", 0x88200000);
	CELLS(b, "linux,initrd-end", 0, v->bad_initrd ? 0x88000000 : 0x88300000);
	end(b);
}

/* Make the blob as QEMU's virt does, and read it. */
static enum refusal_code
make(struct virt *v)
{
	void *b = v->blob;

	assert_int_equal(fdt_create(b, ROOM), 0);
	assert_int_equal(fdt_add_reservemap_entry(b, 0x90000000, 0x1000), 0);
	assert_int_equal(fdt_finish_reservemap(b), 0);
	begin(b, "");
	CELLS(b, "#address-cells", 2);
	CELLS(b, "#size-cells", 2);
	str(b, "compatible", "riscv-virtio");
	if (!v->no_memory) {
		begin(b, "memory@80000000");
		str(b, "device_type", "memory");
		CELLS(b, "reg", 0, 0x80000000, 0, 0x20000000);
		end(b);
	}
	begin(b, "cpus");
	CELLS(b, "#address-cells", 1);
	CELLS(b, "#size-cells", 0);
	if (!v->no_timebase)
		CELLS(b, "timebase-frequency", 10000000);
	cpu(b, "cpu@0", 0, v->isa0, v->isa0_again);
	cpu(b, "cpu@1", 1, v->isa1, NULL);
	begin(b, "cpu-map");
	end(b);
	end(b);
	write_soc(b);
	write_rest(v, b);
	end(b);
	assert_int_equal(fdt_finish(b), 0);
	assert_int_equal(fdt_open((struct span){v->blob, ROOM}, &v->fdt, &v->why), 0);
	return riscv_machine_read(&v->fdt, &v->m, &v->why);
}

static void
start(struct virt *v)
{
	memset(v, 0, sizeof(*v));
	v->isa0 = v->isa1 = ISA;
}

static void
machine_is_read(void **state)
{
	static struct virt v;

	(void)state;
	start(&v);
	assert_int_equal(make(&v), REFUSAL_NONE);
	assert_int_equal(v.m.timebase, 10000000);
	assert_int_equal(v.m.harts, 2);
	assert_int_equal(v.m.hart[1].id, 1);
	assert_true(v.m.hart[1].h && v.m.hart[1].sstc);
	assert_int_equal(v.m.hart[1].mmu_levels, 4);
	assert_int_equal(v.m.hart[1].intc, 11);
	assert_int_equal(v.m.initrd.addr, 0x88200000);
	assert_int_equal(v.m.initrd.len, 0x100000);
	assert_int_equal(v.m.bootargs.size, 8);
	assert_int_equal(v.m.devices, 5); /* not the tester, nor what is behind `elsewhere` */
	assert_int_equal(riscv_machine_find(&v.m, DEVICE_UART)->reg.addr, 0x10000000);
	assert_int_equal(riscv_machine_find(&v.m, DEVICE_FW_CFG)->reg.addr, 0x10100000);
	assert_null(riscv_machine_find(&v.m, DEVICE_RTC));
	assert_false(memmap_is_ram(&v.m.map, (struct range){0x8007f000, 0x1000}));
	assert_true(memmap_is_ram(&v.m.map, (struct range){0x80080000, 0x1000}));
	assert_false(memmap_is_ram(&v.m.map, (struct range){0x90000000, 0x1000}));
}

static void
incomplete_machines_are_refused(void **state)
{
	static struct virt v;

	(void)state;
	start(&v);
	v.no_memory = true;
	assert_int_equal(make(&v), REFUSAL_FDT_MISSING);
	assert_string_equal(v.why.detail, "memory");
	start(&v);
	v.no_timebase = true;
	assert_int_equal(make(&v), REFUSAL_FDT_MISSING);
	start(&v);
	v.bad_initrd = true;
	assert_int_equal(make(&v), REFUSAL_FDT_STRUCTURE);
	start(&v);
	v.no_chosen = true;
	assert_int_equal(make(&v), REFUSAL_NONE);
	assert_int_equal(v.m.initrd.len, 0);
}

static void
guest_memory_is_in_whole_2_mib(void **state)
{
	static struct virt v;

	(void)state;
	start(&v);
	assert_int_equal(make(&v), REFUSAL_NONE);
	assert_int_equal(riscv_machine_guest_map(
	                         &v.m, (struct range){0x80200000, 0x123000}, &v.guest, &v.why),
	        REFUSAL_NONE);
	/* Below kshim there is no whole one; 0x90000000 is reserved by the blob itself. */
	assert_int_equal(v.guest.count, 2);
	assert_int_equal(v.guest.entry[0].range.addr, 0x80400000);
	assert_int_equal(range_end(v.guest.entry[0].range), 0x90000000);
	assert_int_equal(v.guest.entry[1].range.addr, 0x90200000);
	assert_int_equal(range_end(v.guest.entry[1].range), 0xa0000000);
}

static void
write_tree(struct virt *v)
{
	uint64_t len, counted;

	v->boot.from = &v->fdt;
	v->boot.machine = &v->m;
	v->boot.bootargs = (struct span){(const uint8_t *)"new line", 8};
	v->boot.initrd = (struct range){0, 1};
	assert_int_equal(fdt_boot_write(&v->boot, NULL, 0, &counted, &v->why), REFUSAL_NONE);
	v->boot.initrd = (struct range){0x123456000, 0x1000};
	assert_int_equal(fdt_boot_write(&v->boot, v->out, ROOM, &len, &v->why), REFUSAL_NONE);
	assert_int_equal(len, counted);
	assert_int_equal(
	        fdt_boot_write(&v->boot, v->out, counted - 1, &len, &v->why), REFUSAL_FDT_ROOM);
	assert_int_equal(fdt_boot_write(&v->boot, v->out, counted, &len, &v->why), 0);
	assert_int_equal(fdt_check_full(v->out, len), 0);
}

static void
check_prop(const struct virt *v, const char *path, const char *name, const void *want, int len)
{
	int got, node = fdt_path_offset(v->out, path);
	const void *p = fdt_getprop(v->out, node, name, &got);

	if (!want) {
		assert_null(p);
		return;
	}
	assert_non_null(p);
	assert_int_equal(got, len);
	assert_memory_equal(p, want, len);
}

static bool
has(const struct virt *v, const char *path)
{
	return fdt_path_offset(v->out, path) >= 0;
}

static void
check_chosen(const struct virt *v)
{
	check_prop(v, "/chosen", "bootargs", "new line", 9);
	check_prop(v, "/chosen", "linux,initrd-start", "\0\0\0\1\x23\x45\x60\0", 8);
	check_prop(v, "/chosen", "linux,initrd-end", "\0\0\0\1\x23\x45\x70\0", 8);
	check_prop(v, "/chosen", "stdout-path", "/soc/serial@10000000", 21);
	check_prop(v, "/chosen", "rng-seed", "\0\0\0\1\0\0\0\2", 8);
}

/* Both seeds of /chosen, wherever they stand; other nodes' are no seeds. */
static void
seeds_are_found(void **state)
{
	static struct virt v;
	struct fdt fdt;
	struct refusal why;
	struct span seed = {NULL, 0};
	uint32_t cursor = 0;

	(void)state;
	start(&v);
	assert_int_equal(make(&v), REFUSAL_NONE);
	assert_int_equal(fdt_open_into(v.blob, v.blob, ROOM), 0);
	assert_int_equal(fdt_setprop(v.blob, fdt_path_offset(v.blob, "/chosen"), "kaslr-seed",
	                         "12345678", 8),
	        0);
	assert_int_equal(fdt_setprop(v.blob, 0, "rng-seed", "other", 5), 0);
	assert_int_equal(fdt_open((struct span){v.blob, ROOM}, &fdt, &why), REFUSAL_NONE);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(fdt_boot_next_seed(&fdt, &cursor, &seed));
		assert_int_equal(seed.size, 8);
		if (!memcmp(seed.base, "12345678", 8))
			continue;
		assert_memory_equal(seed.base, "\0\0\0\1\0\0\0\2", 8);
	}
	assert_false(fdt_boot_next_seed(&fdt, &cursor, &seed));
}

static void
direct_tree_is_the_machines(void **state)
{
	static struct virt v;
	uint64_t addr, size;

	(void)state;
	start(&v);
	assert_int_equal(make(&v), REFUSAL_NONE);
	v.boot.keep = (struct range){0x80200000, 0x200000};
	write_tree(&v);
	check_chosen(&v);
	check_prop(&v, "/reserved-memory/kshim@80200000", "reg",
	        "\0\0\0\0\x80\x20\0\0\0\0\0\0\0\x20\0\0", 16);
	assert_true(has(&v, "/reserved-memory/mmode@80000000"));
	assert_true(has(&v, "/soc/test@100000"));
	assert_true(has(&v, "/fw-cfg@10100000"));
	assert_true(has(&v, "/memory@80000000"));
	check_prop(&v, "/cpus/cpu@1", "riscv,isa", ISA, sizeof(ISA));
	assert_int_equal(fdt_num_mem_rsv(v.out), 1);
	assert_int_equal(fdt_get_mem_rsv(v.out, 0, &addr, &size), 0);
	assert_int_equal(addr, 0x90000000);
	/* And without nodes to start from. */
	start(&v);
	v.no_chosen = true;
	assert_int_equal(make(&v), REFUSAL_NONE);
	write_tree(&v);
	check_prop(&v, "/chosen", "bootargs", "new line", 9);
}

static void
prepare_guest(struct virt *v)
{
	assert_int_equal(make(v), REFUSAL_NONE);
	assert_int_equal(riscv_machine_guest_map(&v->m, (struct range){0x80200000, 0x200000},
	                         &v->guest, &v->why),
	        REFUSAL_NONE);
	v->m.device[2].absent = true; /* virtio@10002000 */
	v->boot.guest = &v->guest;
	v->boot.sstc = true;
	write_tree(v);
}

static void
guest_tree_has_only_what_is_the_guests(void **state)
{
	static struct virt v;

	(void)state;
	start(&v);
	prepare_guest(&v);
	check_chosen(&v);
	check_prop(
	        &v, "/memory@80400000", "reg", "\0\0\0\0\x80\x40\0\0\0\0\0\0\x0f\xc0\0\0", 16);
	check_prop(&v, "/memory@90200000", "device_type", "memory", 7);
	assert_false(has(&v, "/memory@80000000"));
	assert_false(has(&v, "/reserved-memory"));
	assert_false(has(&v, "/fw-cfg@10100000"));
	assert_false(has(&v, "/elsewhere"));
	assert_false(has(&v, "/soc/test@100000"));
	assert_false(has(&v, "/soc/virtio@10002000"));
	assert_true(has(&v, "/soc/virtio@10001000"));
	assert_true(has(&v, "/soc/serial@10000000"));
	check_prop(&v, "/soc", "ranges", "", 0);
	check_prop(&v, "/soc/plic@c000000", "interrupts-extended",
	        "\0\0\0\x0a\xff\xff\xff\xff\0\0\0\x0a\0\0\0\x09"
	        "\0\0\0\x0b\xff\xff\xff\xff\0\0\0\x0b\0\0\0\x09",
	        32);
	check_prop(&v, "/cpus", "timebase-frequency", "\0\x98\x96\x80", 4);
	check_prop(&v, "/cpus/cpu@0", "riscv,isa", "rv64imafdc_zicsr_sstc", 22);
	assert_true(has(&v, "/cpus/cpu-map"));
	assert_int_equal(fdt_num_mem_rsv(v.out), 0);
}

static void
guest_without_sstc_and_with_a_hart_less(void **state)
{
	static struct virt v;

	(void)state;
	start(&v);
	v.isa1 = "rv64imafdc_zicsr";
	prepare_guest(&v);
	assert_true(has(&v, "/cpus/cpu@0"));
	assert_false(has(&v, "/cpus/cpu@1"));
	assert_false(has(&v, "/cpus/cpu-map"));
	v.boot.sstc = false;
	write_tree(&v);
	check_prop(&v, "/cpus/cpu@0", "riscv,isa", "rv64imafdc_zicsr", 17);
}

/* Only the first property of a name was judged; a second one may have any length. */
static void
second_isa_is_left_out(void **state)
{
	static char isa[2 * ISA_MAX];
	static struct virt v;

	(void)state;
	start(&v);
	memset(isa, 'c', sizeof(isa) - 1);
	v.isa0_again = isa;
	prepare_guest(&v);
	check_prop(&v, "/cpus/cpu@0", "riscv,isa", "rv64imafdc_zicsr_sstc", 22);
	assert_null(memmem(v.out, ROOM, "ccccc", 5));
}

/* What a RISC-V body plans with, directly and for a guest. */
static void
request(void **state)
{
	static struct virt v;
	struct body_riscv b = {.tree = &v.fdt,
	        .tree_addr = 0x87000000,
	        .machine = &v.m,
	        .keep = body_riscv_keep(0x80200000, 0x80300000)};
	struct plan_request req = {.blobs = 2};
	uint64_t direct;

	(void)state;
	start(&v);
	assert_int_equal(make(&v), REFUSAL_NONE);
	assert_int_equal(body_riscv_request(&b, &req, &v.why), REFUSAL_NONE);
	assert_ptr_equal(req.map, &v.m.map);
	assert_int_equal(req.nr_fixed, 2);
	assert_int_equal(range_end(req.fixed[0].range), 0x80400000);
	assert_int_equal(req.fixed[1].range.addr, 0x87000000);
	assert_int_equal(req.fixed[1].range.len, v.fdt.all.size);
	assert_true(req.fdt_len > 0);
	direct = req.fdt_len;
	b.guest = true;
	b.sstc = fdt_boot_has_sstc(&v.m);
	assert_true(b.sstc);
	assert_int_equal(body_riscv_request(&b, &req, &v.why), REFUSAL_NONE);
	assert_ptr_equal(req.map, &b.guest_map);
	assert_int_not_equal(req.fdt_len, direct);
	v.m.hart[1].sstc = false;
	assert_false(fdt_boot_has_sstc(&v.m));
	v.m.hart[1].mmu_levels = 0; /* no hart of the guest's */
	assert_true(fdt_boot_has_sstc(&v.m));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(machine_is_read),
	        cmocka_unit_test(incomplete_machines_are_refused),
	        cmocka_unit_test(guest_memory_is_in_whole_2_mib),
	        cmocka_unit_test(seeds_are_found),
	        cmocka_unit_test(direct_tree_is_the_machines),
	        cmocka_unit_test(guest_tree_has_only_what_is_the_guests),
	        cmocka_unit_test(guest_without_sstc_and_with_a_hart_less),
	        cmocka_unit_test(second_isa_is_left_out),
	        cmocka_unit_test(request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
