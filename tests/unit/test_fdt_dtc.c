/* SPDX-License-Identifier: BSD-2-Clause */
/* Device trees against dtc: it reads what we write, checks the trees for kernels, and we read
 * its. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stub/riscv/fdt_boot.h"
#include "tests/unit/put_file.h"

#define ROOM 65536

/* A machine as dtc's source: two harts, a PLIC, a UART, one of them on a bus. */
static const char source[] =
        "/dts-v1/;\n"
        "/memreserve/ 0x0000000080000000 0x0000000000010000;\n"
        "/ {\n"
        "\t#address-cells = <0x02>;\n\t#size-cells = <0x02>;\n"
        "\tcompatible = \"a,b\", \"c\";\n"
        "\tchosen { bootargs = \"console=ttyS0\"; rng-seed = [01 02 03 04]; };\n"
        "\tmemory@80000000 { device_type = \"memory\"; reg = <0x00 0x80000000 0x00 0x20000000>; };\n"
        "\tcpus {\n"
        "\t\t#address-cells = <0x01>;\n\t\t#size-cells = <0x00>;\n"
        "\t\ttimebase-frequency = <10000000>;\n"
        "\t\tcpu@0 { device_type = \"cpu\"; reg = <0x00>; riscv,isa = \"rv64imah_sstc\";\n"
        "\t\t\tmmu-type = \"riscv,sv48\"; compatible = \"riscv\";\n"
        "\t\t\tinterrupt-controller { #interrupt-cells = <0x01>; #address-cells = <0x00>;\n"
        "\t\t\t\tinterrupt-controller; phandle = <0x02>; }; };\n"
        "\t\tcpu@1 { device_type = \"cpu\"; reg = <0x01>; riscv,isa = \"rv64ima\";\n"
        "\t\t\tmmu-type = \"riscv,sv39\"; compatible = \"riscv\"; }; };\n"
        "\tsoc {\n"
        "\t\t#address-cells = <0x02>;\n\t\t#size-cells = <0x02>;\n"
        "\t\tcompatible = \"simple-bus\"; ranges;\n"
        "\t\tserial@10000000 { compatible = \"ns16550a\"; clock-frequency = <3686400>;\n"
        "\t\t\treg = <0x00 0x10000000 0x00 0x100>; }; }; };\n";

static uint8_t blob[ROOM], out[ROOM];
static char text[ROOM];

/* What `dtc OPTIONS FILE` prints, by a file with these bytes; a complaint of dtc fails. */
static size_t
dtc(const char *options, const void *bytes, size_t len, void *to, size_t room)
{
	char path[] = "/tmp/kshim-unit-XXXXXX", command[256];
	int fd = mkstemp(path);
	FILE *f;
	size_t n;

	assert_true(fd >= 0);
	close(fd);
	put_file(path, bytes, len);
	snprintf(command, sizeof(command), "dtc %s %s 2>&1", options, path);
	f = popen(command, "r");
	assert_non_null(f);
	n = fread(to, 1, room - 1, f);
	((char *)to)[n] = '\0';
	if (pclose(f) != 0)
		fail_msg("%s: %s", command, (char *)to);
	unlink(path);
	return n;
}

static void
dtc_reads_what_we_write(void **state)
{
	static const uint64_t cells[] = {0x80000000, 0x123456789abcdef0};
	static const char wanted[] =
	        "/dts-v1/;\n\n/ {\n\t#address-cells = <0x02>;\n\n\tempty {\n\t};\n\n"
	        "\tnode@80000000 {\n\t\treg = <0x00 0x80000000 0x12345678 0x9abcdef0>;\n"
	        "\t\tflag;\n\t\tname-of-it = \"a text\";\n\t\tbytes = [01 02 03];\n"
	        "\t\tlong = <0xfedcba98 0x76543210>;\n\n"
	        "\t\tinner {\n\t\t\t#address-cells = <0x07>;\n\t\t};\n\t};\n};\n";
	static struct fdt_writer w;
	struct refusal why;
	uint64_t len;

	(void)state;
	fdt_write_start(&w, out, sizeof(out), NULL);
	fdt_write_node(&w, "");
	fdt_write_u32(&w, "#address-cells", 2);
	fdt_write_node(&w, "empty");
	fdt_write_end_node(&w);
	fdt_write_node(&w, "node@80000000");
	fdt_write_numbers(&w, "reg", 2, cells, 2);
	fdt_write_prop(&w, "flag", NULL, 0);
	fdt_write_string(&w, "name-of-it", "a text");
	fdt_write_prop(&w, "bytes", "\1\2\3", 3);
	fdt_write_u64(&w, "long", 0xfedcba9876543210);
	fdt_write_node(&w, "inner");
	fdt_write_u32(&w, "#address-cells", 7);
	fdt_write_end_node(&w);
	fdt_write_end_node(&w);
	fdt_write_end_node(&w);
	assert_int_equal(fdt_write_finish(&w, 0, &len, &why), REFUSAL_NONE);
	dtc("-q -I dtb -O dts", out, len, text, sizeof(text));
	assert_string_equal(text, wanted);
}

static void
open_machine(struct fdt *fdt, struct riscv_machine *m)
{
	struct refusal why;
	size_t len = dtc("-q -I dts -O dtb", source, sizeof(source) - 1, blob, sizeof(blob));

	assert_int_equal(fdt_open((struct span){blob, len}, fdt, &why), REFUSAL_NONE);
	assert_int_equal(riscv_machine_read(fdt, m, &why), REFUSAL_NONE);
}

static void
we_read_what_dtc_writes(void **state)
{
	static struct riscv_machine m;
	struct fdt fdt;
	struct span v;

	(void)state;
	open_machine(&fdt, &m);
	assert_int_equal(m.harts, 2);
	assert_true(m.hart[0].h && m.hart[0].sstc && m.hart[0].mmu_levels == 4);
	assert_true(!m.hart[1].h && m.hart[1].id == 1);
	assert_int_equal(m.timebase, 10000000);
	assert_int_equal(riscv_machine_find(&m, DEVICE_UART)->reg.addr, 0x10000000);
	assert_true(fdt_lists(&fdt, 0, "compatible", "c"));
	assert_true(fdt_prop(&fdt, fdt_child(&fdt, 0, "chosen"), "rng-seed", &v));
	assert_int_equal(v.size, 4);
	assert_memory_equal(v.base, "\1\2\3\4", 4);
	assert_false(memmap_is_ram(&m.map, (struct range){0x80000000, 0x1000}));
	assert_true(memmap_is_ram(&m.map, (struct range){0x80010000, 0x1000}));
}

/* Both trees for kernels pass all of dtc's checks, those that are errors and those that warn.
 */
static void
dtc_finds_no_fault_in_kernels_trees(void **state)
{
	static struct riscv_machine m;
	static struct memmap guest;
	struct range keep = {0x80200000, 0x200000};
	struct fdt_boot boot = {.machine = &m,
	        .bootargs = {(const uint8_t *)"quiet", 5},
	        .initrd = {0x90000000, 0x1000},
	        .keep = keep};
	struct fdt fdt;
	struct refusal why;
	uint64_t len;

	(void)state;
	open_machine(&fdt, &m);
	boot.from = &fdt;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		        fdt_boot_write(&boot, out, sizeof(out), &len, &why), REFUSAL_NONE);
		dtc("-I dtb -O dts -o /dev/null", out, len, text, sizeof(text));
		assert_string_equal(text, "");
		assert_int_equal(riscv_machine_guest_map(&m, keep, &guest, &why), REFUSAL_NONE);
		boot.guest = &guest;
	}
	dtc("-q -I dtb -O dts", out, len, text, sizeof(text));
	assert_non_null(strstr(text, "riscv,isa = \"rv64ima\";"));
	assert_null(strstr(text, "cpu@1"));
	assert_non_null(strstr(text, "linux,initrd-end = <0x00 0x90001000>;"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(dtc_reads_what_we_write),
	        cmocka_unit_test(we_read_what_dtc_writes),
	        cmocka_unit_test(dtc_finds_no_fault_in_kernels_trees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
