/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tests/bench/count.c uses of QEMU's interface for TCG plugins, version 1 of it (QEMU 6.0
 * to 8.2; docs/devel/tcg-plugins.rst). Debian 12 ships no header, so the few names are declared
 * here as facts of the interface; QEMU compares qemu_plugin_version with what it offers and
 * refuses the plugin with a sentence when it offers no such version.
 */
#ifndef TESTS_BENCH_QEMU_PLUGIN_H
#define TESTS_BENCH_QEMU_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define PLUGIN_API     __attribute__((visibility("default")))
#define PLUGIN_VERSION 1

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

typedef struct {
	const char *target_name;
	struct {
		int min, cur;
	} version;
	_Bool system_emulation;
	struct {
		int smp_vcpus, max_vcpus;
	} system;
} qemu_info_t;

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

typedef void (*qemu_plugin_translated)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*qemu_plugin_executed)(unsigned int vcpu, void *data);
typedef void (*qemu_plugin_ended)(qemu_plugin_id_t id, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(
        qemu_plugin_id_t id, qemu_plugin_translated callback);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
        qemu_plugin_executed callback, enum qemu_plugin_cb_flags flags, void *data);
void qemu_plugin_register_atexit_cb(
        qemu_plugin_id_t id, qemu_plugin_ended callback, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

/* What QEMU looks up in the plugin. */
PLUGIN_API extern const int qemu_plugin_version;
PLUGIN_API int qemu_plugin_install(
        qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv);

#endif
