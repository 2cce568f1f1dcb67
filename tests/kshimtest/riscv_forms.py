# SPDX-License-Identifier: BSD-2-Clause
"""Other forms of a RISC-V Image: what a build leaves beside it, or makes of it."""
import struct

from kshimtest import images

LINK = 0xffffffff80000000
PAGE = 4096
LOAD, EXEC, RISCV = 1, 2, 243


def _segment(offset, virtual, physical, size, memory):
    return struct.pack('<IIQQQQQQ', LOAD, 7, offset, virtual, physical, size, memory, PAGE)


def elf(image, before=0, link=LINK, physical=0):
    """The vmlinux that objcopy would make this Image from, in two segments. The first begins `before` bytes
    before the kernel: a linker may put the ELF's own headers there."""
    memory, = struct.unpack_from('<Q', image, 16)
    border = len(image) // 2 & -PAGE
    segments = (_segment(PAGE - before, link - before, physical, border + before, border + before) +
                _segment(PAGE + border, link + border, physical + border + before, len(image) - border, memory - border))
    head = struct.pack('<16sHHIQQQIHHHHHH', b'\177ELF\2\1\1', EXEC, RISCV, 1, link, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    return (head + segments).ljust(PAGE, b'\0') + image


def old(image):
    """Header version 0.1, which has the older magic alone."""
    return image[:0x20] + struct.pack('<I', 1) + image[0x24:0x38] + bytes(4) + image[0x3c:]


def uki(image, line=b'', initrd=b''):
    """A unified kernel image for riscv64."""
    parts = (('.linux', image), ('.cmdline', line), ('.initrd', initrd))
    return images.pe(machine=0x5064, sections=[(name, data, 0x40000040) for name, data in parts if data])


FORMS = {'elf': elf, 'elf-headers': lambda image: elf(image, PAGE), 'old': old, 'uki': uki,
         'elf-fixed': lambda image: elf(image, link=0x80200000, physical=0x80200000)}
