# SPDX-License-Identifier: BSD-2-Clause
"""Images whose bytes never change, for golden outputs: every protocol version, every sort of ELF, and
what is no kernel. The containers are those of tests/probes/pack.py, around a plain pattern."""
import gzip
import struct

from probes import pack

CODE = pack.pattern(8192)
MIB = 1 << 20
XEN_ENTRY = 16 * MIB + 0x80
VBASE = 0xffffffff80000000


# ---------------------------------------------------------------- bzImages

def bzimage(version, **fields):
    """A bzImage of that version with all that the version has, 64-bit from 2.12 on."""
    known = {
        'setup_sects': 3, 'syssize': len(CODE) // 16, 'boot_flag': 0xaa55,
        'header': 0x53726448, 'version': version, 'kernel_version': 0x300, 'loadflags': 1,
        'code32_start': MIB, 'initrd_addr_max': 0x37ffffff, 'kernel_alignment': 2 * MIB,
        'relocatable_kernel': 1, 'min_alignment': 16, 'cmdline_size': 2047,
        'pref_address': 16 * MIB, 'init_size': 32 * MIB, 'xloadflags': 3,
        'kernel_info_offset': 0x1000,
    }
    known.update(fields)
    header = pack.setup_header(version, {
        name: value for name, value in known.items() if pack.SETUP[name][2] <= version})
    setup = bytearray(4 * 512)
    setup[pack.HEADER:pack.HEADER + len(header)] = header
    at = 0x202 + header[0x201 - pack.HEADER]    # where the jump at 0x200 leads
    setup[at:at + 4] = b'\xf4\xeb\xfd\x90'
    setup[0x500:0x500 + 12] = b'6.1.0-golden'
    code = bytearray(CODE)
    if version >= 0x20f:
        code[0x1000:0x1010] = struct.pack('<4sIII', b'LToP', 16, 16, 0x80000009)
    return bytes(setup) + bytes(code)


# ---------------------------------------------------------------- ELFs

def elf(bits=64, notes=None, section_notes=(), *, paddr=16 * MIB, vaddr=None, mem=3 * MIB,
        align=2 * MIB, flags=5, entry=None, more=(), note_align=4):
    """An ELF with one PT_LOAD, one PT_NOTE for each of `notes`, and more (type, data, paddr)."""
    out = pack.Elf(bits)
    notes = [pack.GUEST_LINUX + pack.note('Xen', 18, struct.pack('<Q', XEN_ENTRY))] \
        if notes is None else notes
    out.add(pack.PT_LOAD, CODE, paddr=paddr,
            vaddr=paddr + (VBASE if bits == 64 else 0) & (1 << 64) - 1 if vaddr is None else vaddr, mem=mem,
            align=align, flags=flags)
    for data in notes:
        data, unit = data if isinstance(data, tuple) else (data, note_align)
        out.add(pack.PT_NOTE, data, paddr=paddr + 0x100, align=unit, flags=4)
    for kind, data, at in more:
        out.add(kind, data, paddr=at, align=4096)
    out.notes += section_notes
    return out.bytes(paddr if entry is None else entry)


def pvh(value=XEN_ENTRY, size=4):
    return pack.note('Xen', 18, value.to_bytes(size, 'little'))


def patched(data, at, new):
    return data[:at] + new + data[at + len(new):]


def multiboot():
    magic, flags = 0x1badb002, 3
    return bytes(64) + struct.pack('<III', magic, flags, -(magic + flags) & 0xffffffff) + CODE


def pe(machine=0x8664, sections=(('.text', b'\xf4' * 512, 0x60000020),), nx=True, bits=64,
       version=0, signature=(0, 0)):
    """A PE32+, or PE32, with these sections (name, bytes, flags)."""
    dos = bytearray(0x80)
    dos[:2] = b'MZ'
    dos[0x3c:0x40] = struct.pack('<I', 0x80)
    word, base, magic = ('Q', 'Q', 0x20b) if bits == 64 else ('I', 'II', 0x10b)
    optional = struct.pack(f'<HBBIIIII{base}IIHHHHHHIIIIHH{4 * word}II', magic, 0, 0, 512, 0, 0, 0x1000,
                           0x1000, *[0] * len(base), 0x1000, 512, 0, 0, version, 0, 0, 0, 0, 0x10000,
                           512, 0, 10, 0x100 if nx else 0, 0, 0, 0, 0, 0, 16)
    optional += bytes(4 * 8) + struct.pack('<II', *signature) + bytes(11 * 8)
    coff = struct.pack('<4sHHIIIHH', b'PE\0\0', machine, len(sections), 0, 0, 0, len(optional), 0x22e)
    table, body, at, addr = b'', b'', 1024, 0x1000
    for name, data, flags in sections:
        table += struct.pack('<8sIIIIIIHHI', name.encode(), len(data), addr, len(data), at, 0, 0, 0,
                             0, flags)
        body += data + bytes(-len(data) % 512)
        at, addr = at + len(data) + -len(data) % 512, addr + (len(data) + 0xfff & ~0xfff)
    return (bytes(dos) + coff + optional + table).ljust(1024, b'\0') + body


def riscv():
    return struct.pack('<IIQQQIIQQ4sI', 0x5a4d, 0, 0x200000, 0x100000, 0, 2, 0, 0, 0x5643534952,
                       b'RSC\5', 0) + CODE


def arm64(flags=0xa):
    return struct.pack('<IIQQQQQQ4sI', 0x91005a4d, 0, 0, 0x100000, flags, 0, 0, 0, b'ARM\x64',
                       0) + CODE


def arm_zimage():
    words = [0xe1a00000] * 8 + [0xea000002, 0x016f2818, 0, 52 + len(CODE), 0x04030201]
    return struct.pack('<13I', *words) + CODE


def arm_elf(bits=64, paddr=0x40080000, vaddr=None, interpreter=False):
    """An ELF for arm64 or arm, as bare programs are; Linux's vmlinux has virtual addresses as physical ones."""
    out = pack.Elf(bits, 183 if bits == 64 else 40)
    out.add(pack.PT_LOAD, CODE, paddr=paddr, vaddr=paddr if vaddr is None else vaddr, mem=MIB, align=4096)
    if interpreter:
        out.add(3, b'/lib/ld.so\0', paddr=paddr)
    return out.bytes(paddr if vaddr is None else vaddr)


def zboot(payload, kind=b'gzip'):
    head = struct.pack('<4s4sIIII32s', b'MZ\0\0', b'zimg', 512, len(payload), 0, 0, kind)
    return head.ljust(512, b'\0') + payload


GZIP_ELF = gzip.compress(elf(), 1, mtime=0)

BZIMAGES = {f'2.{minor:02}': bzimage(0x200 + minor) for minor in range(16)}
BZIMAGES.update({
    '2.15, not relocatable': bzimage(0x20f, relocatable_kernel=0),
    '2.15, without 64-bit entry': bzimage(0x20f, xloadflags=0),
    '2.15, without kernel_info': bzimage(0x20f, kernel_info_offset=0),
    '2.13, setup_sects 0': bzimage(0x20d, setup_sects=0),
    '2.13, pref_address not aligned': bzimage(0x20d, pref_address=17 * MIB),
    '2.13, short command line': bzimage(0x20d, cmdline_size=255),
    '2.13, cut': bzimage(0x20d)[:4000],
    '2.13, zImage': bzimage(0x20d, loadflags=0),
    '2.13, no real mode': bzimage(0x20d, code32_start=0, xloadflags=0),
    'for a BIOS, as memdisk': bzimage(0x203, syssize=0),
    'for a BIOS, setup alone': bzimage(0x203, syssize=0)[:2048],
    'no syssize, with init_size': bzimage(0x20f, syssize=0),
    '2.13, bad alignment': bzimage(0x20d, kernel_alignment=3),
})

ELFS = {
    'ELF64 with PVH': elf(),
    'ELF32 with PVH': elf(32),
    'ELF64, note of 4 bytes': elf(notes=[pvh()]),
    'ELF64, Linux without PVH': elf(notes=[pack.LINUX_NOTE]),
    'ELF64, by its link map': elf(notes=[]),
    'ELF64, of nobody': elf(notes=[], vaddr=16 * MIB),
    'ELF32 without PVH': elf(32, notes=[]),
    'note in a section only': elf(notes=[], section_notes=[pvh()], vaddr=16 * MIB),
    'gnu.property before the note': elf(notes=[(pack.GNU_PROPERTY, 8), pvh()]),
    'another note after it': elf(notes=[pvh(), pack.LINUX_NOTE]),
    'two PVH notes': elf(notes=[pvh(), pvh(XEN_ENTRY + 4)]),
    'another owner of type 18': elf(notes=[pack.note('GNU', 18, bytes(4)), pvh()]),
    'only another owner of type 18': elf(notes=[pack.note('GNU', 18, b'\x80\0\0\1')],
                                         vaddr=16 * MIB),
    'note of 6 bytes': elf(notes=[pack.note('Xen', 18, bytes(6))], vaddr=16 * MIB),
    'note above 4 GiB': elf(notes=[pvh(5 << 32, 8)], vaddr=16 * MIB),
    'PHYS32_RELOC': elf(notes=[pvh() + pack.reloc(2 * MIB, 16 * MIB, 0x3fffffff)]),
    'PHYS32_RELOC with a bad alignment': elf(notes=[pvh() + pack.reloc(3)]),
    'PVH entry outside': elf(notes=[pvh(8 * MIB)]),
    'PVH entry not executable': elf(flags=6),
    'virtual e_entry': elf(entry=VBASE + 16 * MIB),
    'e_entry not the load base': elf(entry=16 * MIB + 0x40),
    'e_entry outside': elf(entry=4 * MIB),
    'below 1 MiB': elf(notes=[pvh(0x10080)], paddr=0x10000, mem=0x20000),
    'above 4 GiB': elf(notes=[pack.LINUX_NOTE], paddr=5 << 30, vaddr=(5 << 30) + 0xffff800000000000),
    'writable and executable': elf(flags=7),
    'aligned to 4 KiB': elf(align=4096),
    'segments overlap': elf(more=[(pack.PT_LOAD, CODE, 17 * MIB)]),
    'cut': elf()[:4000],
    'relocatable object': patched(elf(), 16, b'\1\0'),
    'for aarch64': patched(elf(), 18, b'\xb7\0'),
    'user-mode Linux': elf(notes=[pack.LINUX_NOTE], vaddr=16 * MIB,
                           more=[(pack.PT_INTERP, b'/lib/ld.so\0', 0)]),
    'vDSO': elf(notes=[pack.LINUX_NOTE], vaddr=16 * MIB, more=[(pack.PT_DYNAMIC, bytes(16), 0)]),
    'program': elf(notes=[], vaddr=16 * MIB, more=[(pack.PT_INTERP, b'/lib/ld.so\0', 0)]),
    'library': elf(32, notes=[], more=[(pack.PT_DYNAMIC, bytes(8), 0)]),
    'PVH and an interpreter': elf(more=[(pack.PT_INTERP, b'/red/herring\0', 0),
                                        (pack.PT_DYNAMIC, bytes(16), 0)]),
    'multiboot in an ELF64': elf(notes=[pvh(), multiboot()[64:76]]),
}

OTHERS = {
    'Image for riscv64': riscv(),
    'Image for arm64': arm64(),
    'zImage for arm': arm_zimage(),
    'vmlinux for arm64': arm_elf(paddr=0xffff800008000000),
    'EFI zboot': zboot(gzip.compress(arm64(), 1, mtime=0)),
    'EFI zboot, damaged': zboot(gzip.compress(arm64(), 1, mtime=0)[:-700]),
    'vmlinux.gz': GZIP_ELF,
    'vmlinux.gz, cut': GZIP_ELF[:-20],
    'gzip of a text': gzip.compress(b'no kernel\n' * 9, 1, mtime=0),
    'unified kernel image': pe(sections=(('.linux', bzimage(0x20f), 0x40000040),
                                         ('.cmdline', b'console=ttyS0\n', 0x40000040),
                                         ('.initrd', b'070701' * 3 + b'x', 0x40000040))),
    'unified kernel image of nothing': pe(sections=(('.linux', b'nothing', 0x40000040),)),
    'UEFI application': pe(nx=False, sections=(('.text', b'\xf4' * 512, 0xe0000020),)),
    'UEFI application for arm64': pe(machine=0xaa64),
    'initramfs': b'070701' + b'0' * 104 + CODE,
    'script': b'#!/bin/sh\nexit 0\n',
    'web page': b'<!DOCTYPE html>\n<html><title>404</title></html>\n',
    'text': b'nothing but words\n',
    'multiboot': multiboot(),
    'UEFI firmware': (bytes(0x28) + b'_FVH').ljust(65536, b'\xff'),
    'BIOS': b'\xff' * 65520 + b'\xea\x5b\xe0\0\xf0' + b'\xff' * 11,
    'option ROM': b'\x55\xaa\2\xcb'.ljust(1024, b'\0'),
    'disk with GPT': bytes(512) + b'EFI PART' + bytes(4096),
    'qcow2': b'QFI\xfb' + bytes(4096),
    'ext4': bytes(0x438) + b'\x53\xef' + bytes(4096),
    'deb': b'!<arch>\ndebian-binary   ' + bytes(100),
    'zeros': bytes(4096),
    'noise': CODE[4:],
    'empty': b'',
}
