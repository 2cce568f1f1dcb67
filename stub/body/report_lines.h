/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines that every body prints before the jump; where they go is the body's.
 */
#ifndef KSHIM_REPORT_LINES_H
#define KSHIM_REPORT_LINES_H

#include "kernel_file.h"
#include "stub/plan/plan.h"

/* Print one line, given without its end. */
typedef void report_say(const char *line);

/*
 * "kernel from FROM: bzImage, protocol 2.15, 7654321 bytes"; `in` in parentheses behind FROM if
 * it is not NULL ("a bundle", a file's name).
 */
void report_kernel_line(
        report_say *say, const char *from, const char *in, const struct facts *facts);

/* The line `version`, then the kernel's, which names the file it is in and that file's form. */
void report_kernel_file(report_say *say, const char *version, const struct kernel_file *f,
        const struct facts *facts);

/*
 * Where kernel and initrd go, and the kernel's entry: "by PROTOCOL", or as `way` says if it is
 * not NULL ("as a guest"), with the device tree if the plan has one.
 */
void report_plan_lines(report_say *say, const struct plan *plan, const char *way);

#endif
