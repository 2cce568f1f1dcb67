# SPDX-License-Identifier: BSD-2-Clause
# The UEFI body, and what it shares with x86/.

EFI_SRCS := \
	efi/addons.c \
	efi/cc.c \
	efi/console.c \
	efi/entries.c \
	efi/entry_files.c \
	efi/entry_variables.c \
	efi/execute.c \
	efi/extras.c \
	efi/file.c \
	efi/firmware.c \
	efi/initrds.c \
	efi/kept_text.c \
	efi/machine.c \
	efi/main.c \
	efi/measure.c \
	efi/report.c \
	efi/say.c \
	efi/secret.c \
	efi/secure.c \
	efi/seed.c \
	efi/sources.c \
	efi/start.c \
	efi/system.c \
	efi/tpm.c \
	efi/unpack.c \
	efi/variables.c \
	x86/cpu/jump.c \
	x86/cpu/rng.c \
	x86/cpu/serial.c \

EFI_ASMS := \
	efi/sbat.asm \
	x86/cpu/mem.asm \
	x86/cpu/trampoline.asm \
