/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps by which one of QEMU's PCs becomes what a kernel expects; pc.h tells their order.
 */
#include "x86/pc/pc.h"
#include "stub/body/body.h"
#include "x86/boot/fw_cfg.h"
#include "x86/cpu/cpu.h"
#include "x86/pc/local_apic.h"
#include "x86/pc/mtrr.h"
#include "x86/pc/smbios.h"

#define ITEM_CPUS 0x05
#define CPU_MSR   (1u << 5) /* CPUID 1, EDX */
#define CPU_APIC  (1u << 9)
#define CPU_MTRR  (1u << 12)

/* Where there is no ACPI. */
static void
write_mptable(struct pc *pc)
{
	struct cpuid id = cpuid_basic(1);
	struct mp_machine m = {.cpus = pc->cpus, .signature = id.a, .features = id.d};

	pc_slot_irqs(pc, &m);
	mp_table_write(&pc->tables.fseg, &pc->tables.high, &m);
}

static enum refusal_code
read_cpus(struct pc *pc, struct refusal *ret_why)
{
	uint16_t cpus = 1;
	enum refusal_code code = fw_cfg_get(ITEM_CPUS, "CPUs", &cpus, sizeof(cpus), ret_why);

	pc->cpus = cpus ? cpus : 1;
	return code;
}

static enum refusal_code
load_tables(struct pc *pc, uint64_t low_end, struct refusal *ret_why)
{
	struct tables *t = &pc->tables;
	uint64_t end;
	enum refusal_code code;

	t->high = body_high_zone(low_end, pc->busy, pc->nr_busy, BODY_ROM_ZONE);
	t->fseg = pc->fseg;
	end = range_end(t->high);
	code = tables_load(t, &pc->items, ret_why);
	if (!code)
		code = smbios_load(t, &pc->items, ret_why);
	pc->rsdp = t->rsdp;
	if (code)
		return code;
	if (!pc->rsdp)
		write_mptable(pc);
	/* Pages of tables alone, because what is around them is the kernel's. */
	t->high.len = align_down(t->high.len, PAGE);
	return memmap_add(
	        pc->map, range_end(t->high), end - range_end(t->high), MEM_RESERVED, ret_why);
}

/*
 * microvm with ACPI says that its hardware is reduced, so a kernel leaves the PIC alone, and
 * the timer's interrupts through it, which nothing masks, must not reach the CPU.
 */
static bool
kernel_knows_pic(const struct pc *pc)
{
	return pc->line || !pc->rsdp;
}

/* Memory types, features and the local APIC. */
static enum refusal_code
set_up_cpus(struct pc *pc, uint64_t low_end, struct refusal *ret_why)
{
	uint32_t has = cpuid_basic(1).d;
	struct msr_list list;
	uint64_t feature = 0;
	enum refusal_code code;

	if ((has & CPU_APIC) && kernel_knows_pic(pc))
		local_apic_virtual_wire();
	if (!(has & CPU_MSR))
		return REFUSAL_NONE;
	list.cpus = pc->cpus;
	list.count = 0;
	if (has & CPU_MTRR)
		mtrr_set(&list, low_end, cpu_physical_bits(), cpu_read_msr(MSR_MTRR_CAP));
	code = items_number(&pc->items, &pc->items.known->feature_control,
	        FW_CFG_FEATURE_CONTROL, 0, &feature, ret_why);
	if (feature)
		msr_set(&list, MSR_FEATURE_CONTROL, 1, feature);
	if (!code)
		msr_tell_others(&list);
	return code;
}

enum refusal_code
pc_init(struct pc *pc, struct refusal *ret_why)
{
	uint64_t low_end;
	enum refusal_code code;

	pc->rsdp = 0;
	pc->items.directory = fw_cfg_directory();
	pc->items.read = fw_cfg_get;
	pc->items.write = fw_cfg_write;
	code = pc_map(pc, ret_why);
	if (code)
		return code;
	low_end = body_ram_end_at(pc->map, MIB);
	code = pc_chipset(pc, low_end, memmap_ram_end(pc->map), ret_why);
	if (!code)
		code = read_cpus(pc, ret_why);
	if (!code)
		code = load_tables(pc, low_end, ret_why);
	return code ? code : set_up_cpus(pc, low_end, ret_why);
}
