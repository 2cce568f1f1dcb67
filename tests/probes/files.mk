# SPDX-License-Identifier: BSD-2-Clause
# The probe kernels' verdict, compiled for 32 and for 64 bits, and the boot manager of tests/efi.

PROBE_SRCS := \
	tests/probes/bytes.c \
	tests/probes/dump.c \
	tests/probes/linux.c \
	tests/probes/memory.c \
	tests/probes/pagewalk.c \
	tests/probes/pvh.c \
	tests/probes/say.c \
	tests/probes/seed.c \
	tests/probes/state.c \
	tests/probes/verdict.c \
	tests/probes/words.c \

# Linked and packed as kshim.efi is.
CALLER_SRCS := tests/efi/caller.c
CALLER_ASMS := tests/efi/levels.asm
