/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim.rom's set-up of PCI and chipsets, on real devices (pc_bench.h): each machine is
 * started, set up by x86/'s code, and judged by what its registers say.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/pc_bench.h"
#include "tests/unit/qtest.h"

static struct range
range_of(const struct pci_need *n)
{
	return (struct range){n->addr, n->size};
}

static bool
same_space(const struct pci_need *a, const struct pci_need *b)
{
	return (a->kind == PCI_IO) == (b->kind == PCI_IO);
}

/* Needs on one bus lie apart; those behind a bridge inside of its windows. */
static void
check_apart(void)
{
	const struct pci *p = &pc_machine.pci;

	for (uint32_t i = 0; i < p->nr_needs; i++) {
		const struct pci_need *a = &p->need[i];

		if (!a->addr)
			continue;
		assert_int_equal(a->addr % a->align, 0);
		for (uint32_t k = 0; k < i; k++) {
			const struct pci_need *b = &p->need[k];

			if (b->addr && same_space(a, b) &&
			        p->function[a->owner].parent == p->function[b->owner].parent)
				assert_false(range_overlaps(range_of(a), range_of(b)));
		}
	}
}

/* A window out of the bridge's registers; len 0 if it is closed. */
static struct range
window_of(const struct pci_function *f, unsigned kind)
{
	struct pci_config *c = &pc_machine.pci.config;
	uint64_t base, last;
	uint32_t v;

	if (kind == PCI_IO) {
		v = c->read(c, f->at, PCI_IO_WINDOW);
		base = (v & 0xf0) << 8;
		last = (v & 0xf000) | 0xfff;
	} else {
		v = c->read(c, f->at, kind == PCI_MEM ? PCI_MEM_WINDOW : PCI_PREF_WINDOW);
		base = (v & 0xfff0) << 16;
		last = (v & 0xfff00000) | 0xfffff;
		if (kind == PCI_PREF && (v & 0xf) == 1) {
			base |= (uint64_t)c->read(c, f->at, PCI_PREF_HIGH) << 32;
			last |= (uint64_t)c->read(c, f->at, PCI_PREF_HIGH + 4) << 32;
		}
	}
	return base < last ? (struct range){base, last - base + 1} : (struct range){0, 0};
}

static bool
behind_windows(const struct pci_function *bridge, struct range r, bool io)
{
	if (io)
		return range_contains(window_of(bridge, PCI_IO), r);
	return range_contains(window_of(bridge, PCI_MEM), r) ||
	       range_contains(window_of(bridge, PCI_PREF), r);
}

/* The address that a BAR's register has. */
static uint64_t
bar_value(const struct pci_need *n)
{
	struct pci_config *c = &pc_machine.pci.config;
	uint32_t at = pc_machine.pci.function[n->owner].at;
	uint64_t v = c->read(c, at, n->reg);

	if (n->reg == PCI_ROM || n->reg == PCI_BRIDGE_ROM)
		return v & ~0x7ffull;
	if (n->wide)
		v |= (uint64_t)c->read(c, at, n->reg + 4u) << 32;
	return v & (n->kind == PCI_IO ? ~3ull : ~15ull);
}

static bool
need_is_window(const struct pci_need *n)
{
	const struct pci_function *f = &pc_machine.pci.function[n->owner];

	return n->owner != PCI_NONE && f->window[n->kind] == n - pc_machine.pci.need;
}

static void
check_registers(void)
{
	const struct pci *p = &pc_machine.pci;

	for (uint32_t i = 0; i < p->nr_needs; i++) {
		const struct pci_need *n = &p->need[i];
		const struct pci_function *f = &p->function[n->owner];

		if (need_is_window(n)) {
			if (n->addr)
				assert_int_equal(window_of(f, n->kind).addr, n->addr);
			assert_int_equal(window_of(f, n->kind).len, n->addr ? n->size : 0);
		} else {
			assert_int_equal(bar_value(n), n->addr);
		}
		if (n->addr && f->parent != PCI_NONE)
			assert_true(behind_windows(
			        &p->function[f->parent], range_of(n), n->kind == PCI_IO));
	}
}

static void
check_buses(void)
{
	struct pci *p = &pc_machine.pci;

	for (uint32_t i = 0; i < p->nr_functions; i++) {
		const struct pci_function *f = &p->function[i];
		uint32_t v, u;

		if (!f->bridge)
			continue;
		v = p->config.read(&p->config, f->at, PCI_BUSES);
		assert_int_equal(v & 0xff, f->at >> 8);
		assert_int_equal(v >> 8 & 0xff, f->secondary);
		assert_true((v >> 16 & 0xff) >= f->secondary);
		if (f->parent == PCI_NONE)
			continue;
		u = p->config.read(&p->config, p->function[f->parent].at, PCI_BUSES);
		assert_true((v >> 16 & 0xff) <= (u >> 16 & 0xff));
	}
}

/* Everything outside of RAM, below 4 GiB in the hole that ACPI describes. */
static void
check_places(void)
{
	for (uint32_t i = 0; i < pc_machine.pci.nr_needs; i++) {
		struct range r = range_of(&pc_machine.pci.need[i]);

		if (!r.addr || pc_machine.pci.need[i].kind == PCI_IO)
			continue;
		assert_true(r.addr >= pc_low_end());
		assert_true(range_end(r) <= 0xfec00000 || r.addr >= memmap_ram_end(&pc_memmap));
		assert_true(range_end(r) <= 0xfec00000 || r.addr >= 4 * GIB);
	}
}

static void
check_all(void)
{
	check_apart();
	check_registers();
	check_buses();
	check_places();
}

static const struct pci_function *
function_at(uint32_t at)
{
	for (uint32_t i = 0; i < pc_machine.pci.nr_functions; i++) {
		if (pc_machine.pci.function[i].at == at)
			return &pc_machine.pci.function[i];
	}
	fail_msg("no function at %x", at);
	return NULL;
}

static uint8_t
irq_of(uint32_t at)
{
	return (uint8_t)pc_machine.pci.config.read(&pc_machine.pci.config, at, PCI_INTERRUPT);
}

static void
plain_pc(void **state)
{
	struct pci_config *c = &pc_machine.pci.config;

	(void)state;
	assert_int_equal(pc_set_up("-M pc -m 512M"), 0);
	assert_true(qtest_port_accesses < 160); /* without what pci_config.c saves */
	check_all();
	assert_int_equal(pc_machine.pci.nr_functions, 4);
	assert_int_equal(c->read(c, PCI_AT(0, 1, 0), 0x60), 0x0b0b0a0a);
	assert_int_equal(qtest_in(0x4d1, 1), 0x0c);
	assert_int_equal(c->read(c, PCI_AT(0, 1, 3), 0x40), 0x601);
	assert_int_equal(irq_of(PCI_AT(0, 1, 3)), 9);
	assert_int_equal(c->read(c, PCI_AT(0, 1, 1), 0x20) & ~3u, 0xc000);
	assert_int_equal(c->read(c, PCI_AT(0, 1, 1), PCI_COMMAND) & 7, 1);
	qtest_poke(0xf0000, 4, 0x12345678);
	assert_int_equal(qtest_peek(0xf0000, 4), 0x12345678);
	qtest_poke(0xc8000, 4, 0x12345678);
	assert_int_equal(qtest_peek(0xc8000, 4), 0x12345678);
	qtest_poke(0xe8000, 4, 0x12345679);
	assert_int_equal(qtest_peek(0xe8000, 4), 0x12345679);
}

static void
plain_q35(void **state)
{
	struct pci_config *c = &pc_machine.pci.config;

	(void)state;
	assert_int_equal(pc_set_up("-M q35 -m 3G"), 0);
	assert_true(qtest_port_accesses <= 5);
	check_all();
	assert_int_equal(c->base, 0xb0000000);
	assert_int_equal(c->read(c, PCI_AT(0, 31, 0), 0x60), 0x0b0b0a0a);
	assert_int_equal(c->read(c, PCI_AT(0, 31, 0), 0x68), 0x0b0b0a0a);
	assert_int_equal(c->read(c, PCI_AT(0, 31, 0), 0x40), 0x601);
	assert_int_equal(qtest_in(0x4d1, 1), 0x0c);
	assert_int_equal(irq_of(PCI_AT(0, 31, 2)), 10);
	for (uint32_t at = 0xc0000; at < 0x100000; at += 0x4000) {
		qtest_poke(at, 4, at);
		assert_int_equal(qtest_peek(at, 4), at);
	}
}

/* One of everything, two levels deep; INTA of slot 3 behind slot 4 behind slot 5. */
static void
bridges(void **state)
{
	(void)state;
	assert_int_equal(
	        pc_set_up("-M pc -m 4G -device pci-bridge,id=a,chassis_nr=1,addr=5 "
	                  "-device pci-bridge,id=b,chassis_nr=2,bus=a,addr=4 "
	                  "-device e1000,bus=b,addr=3 -device virtio-net-pci,bus=b,addr=6 "
	                  "-device nvme,serial=1,bus=a,addr=2 -device virtio-rng-pci "
	                  "-device VGA,bus=a,addr=9 -device rtl8139,bus=b,addr=7"),
	        0);
	check_all();
	assert_int_equal(function_at(PCI_AT(2, 3, 0))->parent,
	        function_at(PCI_AT(1, 4, 0)) - pc_machine.pci.function);
	/* (3 + 4 + 5 - 1) & 3 = 3 */
	assert_int_equal(irq_of(PCI_AT(2, 3, 0)), 11);
	assert_int_equal(irq_of(PCI_AT(2, 6, 0)), 11); /* 2 */
	assert_int_equal(irq_of(PCI_AT(2, 7, 0)), 11); /* 3 */
	assert_int_equal(irq_of(PCI_AT(1, 2, 0)), 11); /* 2 */
	assert_int_equal(pc_machine.pci.config.read(&pc_machine.pci.config, PCI_AT(0, 5, 0),
	                         0x3c) >> 16 &
	                         8,
	        8);
}

static void
express(void **state)
{
	(void)state;
	assert_int_equal(pc_set_up("-M q35 -m 6G "
	                           "-device pcie-root-port,id=a,chassis=1,addr=4 "
	                           "-device x3130-upstream,id=u,bus=a "
	                           "-device xio3130-downstream,id=d,bus=u,chassis=2 "
	                           "-device xio3130-downstream,id=e,bus=u,chassis=3 "
	                           "-device nvme,serial=1,bus=d "
	                           "-device pcie-pci-bridge,id=p,bus=e "
	                           "-device e1000,bus=p,addr=2 -device virtio-blk-pci,"
	                           "drive=x,bus=p,addr=1 -drive if=none,id=x,file=null-co://,"
	                           "format=raw -device virtio-scsi-pci -device qemu-xhci"),
	        0);
	check_all();
}

/* A port with nothing in it gets windows of 2 MiB, no I/O, or what QEMU was told. */
static void
hotplug(void **state)
{
	const struct pci_function *f;

	(void)state;
	assert_int_equal(pc_set_up("-M q35 -m 512M "
	                           "-device pcie-root-port,id=a,chassis=1,addr=4 "
	                           "-device pcie-root-port,id=b,chassis=2,addr=5,"
	                           "bus-reserve=5,io-reserve=8k,mem-reserve=6M,"
	                           "pref64-reserve=64M "
	                           "-device pcie-root-port,id=c,chassis=3,addr=6,"
	                           "hotplug=off"),
	        0);
	check_all();
	f = function_at(PCI_AT(0, 4, 0));
	assert_int_equal(window_of(f, PCI_MEM).len, 2 * MIB);
	assert_int_equal(window_of(f, PCI_PREF).len, 2 * MIB);
	assert_int_equal(window_of(f, PCI_IO).len, 0);
	f = function_at(PCI_AT(0, 5, 0));
	assert_int_equal(window_of(f, PCI_IO).len, 8 * KIB);
	assert_int_equal(window_of(f, PCI_MEM).len, 6 * MIB);
	assert_int_equal(window_of(f, PCI_PREF).len, 64 * MIB);
	assert_int_equal(f->secondary, 2);
	assert_int_equal(function_at(PCI_AT(0, 6, 0))->secondary, 8);
}

static void
extra_roots(void **state)
{
	(void)state;
	assert_int_equal(pc_set_up("-M q35 -m 512M -device pxb-pcie,id=x,bus_nr=100 "
	                           "-device pcie-root-port,id=a,bus=x,chassis=1 "
	                           "-device virtio-net-pci,bus=a"),
	        0);
	check_all();
	assert_int_equal(function_at(PCI_AT(101, 0, 0))->id, 0x10411af4);
}

#define SHARED(size)                                                                           \
	" -object memory-backend-ram,id=s,share=on,size=" size " -device "                     \
	"ivshmem-plain,memdev=s"

/* What does not fit below 4 GiB goes above memory, and QEMU's own reserve. */
static void
above_4g(void **state)
{
	bool high = false;

	(void)state;
	assert_int_equal(
	        pc_set_up("-M q35 -m 6G,slots=2,maxmem=9G -device virtio-gpu-pci" SHARED("2G")),
	        0);
	check_all();
	for (uint32_t i = 0; i < pc_machine.pci.nr_needs; i++) {
		if (pc_machine.pci.need[i].size == 2 * GIB) {
			high = true;
			assert_true(pc_machine.pci.need[i].addr >= 10 * GIB);
		}
	}
	assert_true(high);
}

/* A 32-bit BAR that is larger than the hole cannot be placed: a root port's reserve. */
static void
no_room_for_it(void **state)
{
	(void)state;
	assert_int_equal(pc_set_up("-M q35 -m 512M "
	                           "-device pcie-root-port,chassis=1,addr=4,mem-reserve=2G"),
	        REFUSAL_PCI_ROOM);
	assert_int_equal(pc_why.where, PCI_AT(0, 4, 0));
	assert_int_equal(pc_why.wanted, 2 * GIB);
}

/* The fourth has no room, and it is told what the three before have left. */
static void
no_room_for_all(void **state)
{
	(void)state;
	assert_int_equal(pc_set_up("-M pc -m 512M -device secondary-vga,vgamem_mb=512 "
	                           "-device secondary-vga,vgamem_mb=512 "
	                           "-device secondary-vga,vgamem_mb=512 "
	                           "-device secondary-vga,vgamem_mb=512"),
	        REFUSAL_PCI_ROOM);
	assert_int_equal(pc_why.wanted, 512 * MIB);
	assert_int_equal(pc_why.found, 0xfec00000 - 2 * GIB - 3 * 512 * MIB);
}

/* Seventeen windows of 4 KiB and more: some slots stay without ports, and nothing else does. */
static void
ports_run_out(void **state)
{
	char words[4096] = "-M pc -m 512M";
	unsigned without = 0;

	(void)state;
	for (unsigned i = 0; i < 24; i++)
		snprintf(words + strlen(words), sizeof(words) - strlen(words),
		        " -device pci-bridge,chassis_nr=%u", i + 1);
	assert_int_equal(pc_set_up(words), 0);
	check_all();
	for (uint32_t i = 0; i < pc_machine.pci.nr_needs; i++)
		without += !pc_machine.pci.need[i].addr;
	assert_true(without > 0 && without < 24);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_teardown(plain_pc, pc_stop),
	        cmocka_unit_test_teardown(plain_q35, pc_stop),
	        cmocka_unit_test_teardown(bridges, pc_stop),
	        cmocka_unit_test_teardown(express, pc_stop),
	        cmocka_unit_test_teardown(hotplug, pc_stop),
	        cmocka_unit_test_teardown(extra_roots, pc_stop),
	        cmocka_unit_test_teardown(above_4g, pc_stop),
	        cmocka_unit_test_teardown(no_room_for_it, pc_stop),
	        cmocka_unit_test_teardown(no_room_for_all, pc_stop),
	        cmocka_unit_test_teardown(ports_run_out, pc_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
