/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI tables as bytes; ACPI 6.4: RSDP 5.2.5, header 5.2.6, XSDT 5.2.8, FADT 5.2.9, FACS
 * 5.2.10, MADT 5.2.12, and MCFG where there is PCI. Tables go one after the other, each on 64
 * bytes, the XSDT last, when the addresses of the others are known.
 */
#include "acpi.h"

#include <string.h>

#include "tools/run/aml.h"
#include "tools/run/pci/pci.h"
#include "tools/run/table.h"

#define HEADER      36
#define FADT_LEN    276
#define FACS_LEN    64
#define RSDP_LEN    36
#define MCFG_LEN    60
#define IOAPIC      0xfec00000u
#define LAPIC       0xfee00000u
#define SCI_IRQ     9
#define TABLE_ALIGN 64

#define RESOURCE_MEMORY 0 /* types of a range */
#define RESOURCE_BUS    2

#define BOOT_LEGACY_DEVICES (1u << 0) /* IAPC_BOOT_ARCH: COM1 and the like; no 8042 */
#define BOOT_NO_VGA         (1u << 2)
#define FLAG_WBINVD         (1u << 0)
#define FLAG_PROC_C1        (1u << 2)
#define FLAG_NO_POWER_KEY   (1u << 4)
#define FLAG_NO_SLEEP_KEY   (1u << 5)
#define FLAG_NO_RTC_WAKE    (1u << 6)
#define FLAG_RESET_REG      (1u << 10)
#define FLAG_HEADLESS       (1u << 12)

struct writer {
	const struct memory *mem;
	uint64_t next, end;
};

static uint8_t *
take(struct writer *w, size_t len, uint64_t *ret_addr)
{
	uint64_t addr = align_down(w->next + TABLE_ALIGN - 1, TABLE_ALIGN);
	uint8_t *out = addr + len <= w->end ? memory_at(w->mem, addr, len) : NULL;

	if (!out)
		return NULL;
	memset(out, 0, len);
	w->next = addr + len;
	*ret_addr = addr;
	return out;
}

static void
finish(uint8_t *t, const char *signature, size_t len, uint8_t revision)
{
	table_text(t, signature);
	table_put(t + 4, len, 4);
	t[8] = revision;
	table_text(t + 10, "KSHIM ");
	table_text(t + 16, "KSHIMRUN");
	table_put(t + 24, 1, 4);
	table_text(t + 28, "KSHM");
	table_put(t + 32, 1, 4);
	t[9] = 0;
	t[9] = table_checksum(t, len);
}

/* ACPI0007, its _UID as the MADT has it. */
static void
aml_cpu(struct aml *a, uint32_t n)
{
	static const char hex[] = "0123456789ABCDEF";
	const char seg[] = {'C', hex[n >> 8 & 15], hex[n >> 4 & 15], hex[n & 15], '\0'};
	size_t device = aml_open(a, 0x5b82);

	aml_name_seg(a, seg);
	aml_name_string(a, "_HID", "ACPI0007");
	aml_name_integer(a, "_UID", n);
	aml_close(a, device);
}

/* PNP0501 at ports 0x3f8 to 0x3ff, IRQ 4 (small resource descriptors, 6.4.2). */
static void
aml_com1(struct aml *a)
{
	static const uint8_t resources[] = {
	        0x47, 0x01, 0xf8, 0x03, 0xf8, 0x03, 0x01, 0x08, /* IO, 16-bit decode */
	        0x22, 0x10, 0x00,                               /* IRQNoFlags {4} */
	        0x79, 0x00,                                     /* end */
	};
	size_t device = aml_open(a, 0x5b82);

	aml_name_seg(a, "COM1");
	aml_name_eisa(a, "_HID", "PNP0501");
	aml_name_integer(a, "_UID", 1);
	aml_name_buffer(a, "_CRS", resources, sizeof(resources));
	aml_close(a, device);
}

/* ---- the PCI bus ---- */

/* 6.4.3.5: a range of 32-bit or 16-bit addresses, produced for what is behind the bridge. */
static void
range_resource(uint8_t *out, uint8_t type, uint8_t flags, uint32_t from, uint32_t to)
{
	unsigned width = type == RESOURCE_MEMORY ? 4 : 2;
	unsigned len = 3 + 5 * width;

	out[0] = width == 4 ? 0x87 : 0x88;
	table_put(out + 1, len, 2);
	out[3] = type;
	out[4] = 0x0c; /* both ends are fixed */
	out[5] = flags;
	table_put(out + 6 + width, from, width);
	table_put(out + 6 + 2 * width, to, width);
	table_put(out + 6 + 4 * width, to - from + 1, width);
}

static void
aml_host_resources(struct aml *a, const struct layout *layout)
{
	static const uint8_t ports[] = {0x47, 0x01, 0xf8, 0x0c, 0xf8, 0x0c, 0x01, 0x08};
	uint8_t bytes[16 + sizeof(ports) + 26 + 2] = {0};
	uint8_t *memory = bytes + 16 + sizeof(ports);
	const struct range *w = &layout->pci_window;

	range_resource(bytes, RESOURCE_BUS, 0, 0, 0);
	memcpy(bytes + 16, ports, sizeof(ports));
	range_resource(
	        memory, RESOURCE_MEMORY, 1, (uint32_t)w->addr, (uint32_t)(range_end(*w) - 1));
	memory[26] = 0x79; /* end */
	aml_name_buffer(a, "_CRS", bytes, sizeof(bytes));
}

/* Name (_PRT, ...): pin A of each slot at an input of the I/O APIC. */
static void
aml_routes(struct aml *a)
{
	size_t all, one;

	aml_byte(a, 0x08);
	aml_name_seg(a, "_PRT");
	all = aml_open(a, 0x12);
	aml_byte(a, PCI_SLOTS - 1);
	for (uint32_t slot = 1; slot < PCI_SLOTS; slot++) {
		one = aml_open(a, 0x12);
		aml_byte(a, 4);
		aml_integer(a, slot << 16 | 0xffff);
		aml_integer(a, 0);
		aml_integer(a, 0);
		aml_integer(a, PCI_GSI(slot));
		aml_close(a, one);
	}
	aml_close(a, all);
}

/* PNP0C02: the configuration in memory is no place for anything else. */
static void
aml_ecam(struct aml *a, const struct layout *layout)
{
	uint8_t bytes[14] = {0x86, 9, 0, 1};
	size_t device = aml_open(a, 0x5b82);

	table_put(bytes + 4, layout->ecam, 4);
	table_put(bytes + 8, LAYOUT_ECAM_LEN, 4);
	bytes[12] = 0x79;
	aml_name_seg(a, "ECAM");
	aml_name_eisa(a, "_HID", "PNP0C02");
	aml_name_integer(a, "_UID", 1);
	aml_name_buffer(a, "_CRS", bytes, sizeof(bytes));
	aml_close(a, device);
}

static void
aml_pci(struct aml *a, const struct layout *layout)
{
	size_t device = aml_open(a, 0x5b82);

	aml_name_seg(a, "PCI0");
	aml_name_eisa(a, "_HID", "PNP0A08");
	aml_name_eisa(a, "_CID", "PNP0A03");
	aml_name_integer(a, "_UID", 0);
	aml_host_resources(a, layout);
	aml_routes(a);
	aml_close(a, device);
	aml_ecam(a, layout);
}

/* Name (\_S5, Package () {5, 5, 0, 0}) */
static void
aml_s5(struct aml *a)
{
	size_t package;

	aml_byte(a, 0x08);
	aml_name_seg(a, "\\_S5_");
	package = aml_open(a, 0x12);
	aml_byte(a, 4);
	aml_integer(a, ACPI_S5);
	aml_integer(a, ACPI_S5);
	aml_integer(a, 0);
	aml_integer(a, 0);
	aml_close(a, package);
}

static uint64_t
write_dsdt(struct writer *w, const struct layout *layout, uint32_t cpus)
{
	uint64_t room = w->end - w->next - TABLE_ALIGN, addr;
	uint8_t *t = take(w, room, &addr);
	struct aml a = {t ? t + HEADER : NULL, room - HEADER, 0};
	size_t scope;

	if (!t)
		return 0;
	scope = aml_open(&a, 0x10);
	aml_name_seg(&a, "\\_SB_");
	for (uint32_t n = 0; n < cpus; n++)
		aml_cpu(&a, n);
	aml_com1(&a);
	if (layout->ecam)
		aml_pci(&a, layout);
	aml_close(&a, scope);
	aml_s5(&a);
	if (a.len > a.size)
		return 0;
	finish(t, "DSDT", HEADER + a.len, 2);
	w->next = addr + HEADER + a.len;
	return addr;
}

static uint64_t
write_facs(struct writer *w)
{
	uint64_t addr;
	uint8_t *t = take(w, FACS_LEN, &addr);

	if (!t)
		return 0;
	table_text(t, "FACS"); /* no checksum */
	table_put(t + 4, FACS_LEN, 4);
	t[32] = 2;
	return addr;
}

/* A generic address structure in I/O space (5.2.3.2). */
static void
put_gas(uint8_t *out, uint16_t port, uint8_t bits)
{
	out[0] = 1;
	out[1] = bits;
	out[3] = (uint8_t)(bits == 8 ? 1 : bits == 16 ? 2 : 3);
	table_put(out + 4, port, 8);
}

static uint64_t
write_fadt(struct writer *w, uint64_t facs, uint64_t dsdt)
{
	uint64_t addr;
	uint8_t *t = take(w, FADT_LEN, &addr);

	if (!t)
		return 0;
	table_put(t + 36, facs, 4);
	table_put(t + 40, dsdt, 4);
	table_put(t + 46, SCI_IRQ, 2);
	table_put(t + 56, ACPI_PM1_EVENT, 4);
	table_put(t + 64, ACPI_PM1_CONTROL, 4);
	t[88] = 4;                    /* PM1_EVT_LEN */
	t[89] = 2;                    /* PM1_CNT_LEN */
	table_put(t + 96, 0xffff, 2); /* P_LVL2_LAT: no C2 */
	table_put(t + 98, 0xffff, 2);
	t[108] = 0x32; /* century in the RTC */
	table_put(t + 109, BOOT_LEGACY_DEVICES | BOOT_NO_VGA, 2);
	table_put(t + 112,
	        FLAG_WBINVD | FLAG_PROC_C1 | FLAG_NO_POWER_KEY | FLAG_NO_SLEEP_KEY |
	                FLAG_NO_RTC_WAKE | FLAG_RESET_REG | FLAG_HEADLESS,
	        4);
	put_gas(t + 116, ACPI_RESET_PORT, 8);
	t[128] = ACPI_RESET_VALUE;
	t[131] = 4;               /* minor version: ACPI 6.4 */
	table_put(t + 132, 0, 8); /* X_FIRMWARE_CTRL: the 32-bit one is used */
	table_put(t + 140, dsdt, 8);
	put_gas(t + 148, ACPI_PM1_EVENT, 32);
	put_gas(t + 172, ACPI_PM1_CONTROL, 16);
	finish(t, "FACP", FADT_LEN, 6);
	return addr;
}

static uint64_t
write_madt(struct writer *w, uint32_t cpus)
{
	size_t len = HEADER + 8 + 8 * (size_t)cpus + 12 + 10 + 6, at = HEADER + 8;
	uint64_t addr;
	uint8_t *t = take(w, len, &addr);

	if (!t)
		return 0;
	table_put(t + 36, LAPIC, 4);
	table_put(t + 40, 1, 4); /* there are two 8259s as well */
	for (uint32_t n = 0; n < cpus; n++, at += 8) {
		t[at + 1] = 8;
		t[at + 2] = t[at + 3] = (uint8_t)n; /* UID, APIC ID */
		table_put(t + at + 4, 1, 4);        /* enabled */
	}
	t[at] = 1; /* I/O APIC, from GSI 0 */
	t[at + 1] = 12;
	table_put(t + at + 4, IOAPIC, 4);
	at += 12;
	t[at] = 2; /* the SCI is active high, level triggered */
	t[at + 1] = 10;
	t[at + 3] = SCI_IRQ;
	table_put(t + at + 4, SCI_IRQ, 4);
	table_put(t + at + 8, 0x000d, 2);
	at += 10;
	t[at] = 4; /* NMI on LINT1 of every CPU */
	t[at + 1] = 6;
	t[at + 2] = 0xff;
	t[at + 5] = 1;
	finish(t, "APIC", len, 5);
	return addr;
}

/* PCI Firmware 3.3, 4.1.2: one bus of segment 0. */
static uint64_t
write_mcfg(struct writer *w, const struct layout *layout)
{
	uint64_t addr;
	uint8_t *t = take(w, MCFG_LEN, &addr);

	if (!t)
		return 0;
	table_put(t + 44, layout->ecam, 8); /* segment, first and last bus are 0 */
	finish(t, "MCFG", MCFG_LEN, 1);
	return addr;
}

static size_t
xsdt_len(bool has_mcfg)
{
	return HEADER + (has_mcfg ? 24 : 16);
}

/* `mcfg` is 0 if there is none. */
static uint64_t
write_xsdt(struct writer *w, uint64_t fadt, uint64_t madt, uint64_t mcfg)
{
	size_t len = xsdt_len(mcfg);
	uint64_t addr;
	uint8_t *t = take(w, len, &addr);

	if (!t)
		return 0;
	table_put(t + HEADER, fadt, 8);
	table_put(t + HEADER + 8, madt, 8);
	if (mcfg)
		table_put(t + HEADER + 16, mcfg, 8);
	finish(t, "XSDT", len, 1);
	return addr;
}

static bool
write_rsdp(const struct memory *mem, uint64_t addr, uint64_t xsdt)
{
	uint8_t *t = memory_at(mem, addr, RSDP_LEN);

	if (!t)
		return false;
	memset(t, 0, RSDP_LEN);
	table_text(t, "RSD PTR ");
	table_text(t + 9, "KSHIM ");
	t[15] = 2;
	table_put(t + 20, RSDP_LEN, 4);
	table_put(t + 24, xsdt, 8);
	t[8] = table_checksum(t, 20);
	t[32] = table_checksum(t, RSDP_LEN);
	return true;
}

bool
acpi_write(const struct memory *mem, const struct layout *layout, uint32_t cpus)
{
	struct writer w = {mem, layout->tables, layout->tables + layout->tables_len};
	uint64_t facs = write_facs(&w);
	uint64_t madt = write_madt(&w, cpus);
	uint64_t mcfg = layout->ecam ? write_mcfg(&w, layout) : 0;
	uint64_t fadt_room = w.next, dsdt, fadt, xsdt;

	/* The DSDT takes what it needs of the rest; FADT and XSDT have theirs before it. */
	w.next += FADT_LEN + xsdt_len(mcfg) + 3 * TABLE_ALIGN;
	if (!facs || !madt || (layout->ecam && !mcfg) || w.next + HEADER + TABLE_ALIGN > w.end)
		return false;
	dsdt = write_dsdt(&w, layout, cpus);
	w.next = fadt_room;
	fadt = write_fadt(&w, facs, dsdt);
	xsdt = write_xsdt(&w, fadt, madt, mcfg);
	return dsdt && fadt && xsdt && write_rsdp(mem, layout->rsdp, xsdt);
}
