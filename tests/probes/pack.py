#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Puts the probes' one image into ELFs and bzImages: pack.py CORE OUTDIR.

The image is position-independent, so a probe is a container, a place and a label that
says what to expect (struct label in probe.h). PROBES, at the end, lists them all.
"""
import os
import re
import struct
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
AT = {m[1]: int(m[2], 16) for m in
      re.finditer(r'LAYOUT\((\w+), (0x[0-9a-f]+)\)', open(f'{HERE}/layout.def').read())}

LINUX, BZIMAGE, ZEROED, OLD_LINE, RNG, HIGH_INITRD, PVH_MOVES = (1 << i for i in range(7))
LABEL = struct.Struct('<8s32s8Q144s')
MIB = 1 << 20
GIB = 1 << 30


def pattern(length):
    """Bytes that differ everywhere, so that a wrong offset of a copy shows."""
    words = b''.join(struct.pack('<I', i * 2654435761 & 0xffffffff) for i in range(length // 4 + 1))
    return words[:length]


def image(core, name, *, entry, linked, mem, align=0, flags=0, header=b'', extra=0, tail=b''):
    """The core with `extra` bytes and `tail` behind it and the label filled in."""
    body = bytearray(core) + pattern(extra) + tail

    def put(crc):
        LABEL.pack_into(body, AT['LABEL'], b'KSPROBE', name.encode(), AT[entry], linked,
                        len(body), mem, align, flags, len(header), crc, header)
    put(0)
    put(zlib.crc32(body[AT['STACK']:], zlib.crc32(body[:AT['SCRATCH']])))
    return bytes(body)


# ---------------------------------------------------------------- ELF

def note(owner, kind, desc, align=4):
    def pad(b):
        return b + bytes(-len(b) % align)
    owner = owner.encode() + b'\0'
    return struct.pack('<III', len(owner), len(desc), kind) + pad(owner) + pad(desc)


def pvh(linked, size=4):
    return note('Xen', 18, (linked + AT['PVH']).to_bytes(size, 'little'))


def reloc(*values):
    return note('Xen', 19, struct.pack(f'<{len(values)}I', *values))


GUEST_LINUX = note('Xen', 6, b'linux\0')
GUEST_OTHER = note('Xen', 6, b'probe\0')
LINUX_NOTE = note('Linux', 0x101, struct.pack('<I', 0))
GNU_PROPERTY = note('GNU', 5, struct.pack('<IIQ', 0xc0000002, 4, 3), align=8)

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE = 1, 2, 3, 4


class Elf:
    """Writes an ELF of either class: program headers first, then the parts, then sections."""

    def __init__(self, bits, machine=None):
        self.bits = bits
        self.machine = machine or (62 if bits == 64 else 3)
        self.headers = []   # (type, flags, data, vaddr, paddr, memsz, align)
        self.notes = []     # sections of type SHT_NOTE

    def add(self, kind, data, *, paddr=0, vaddr=None, mem=None, align=4, flags=7):
        self.headers.append((kind, flags, data, paddr if vaddr is None else vaddr, paddr,
                             len(data) if mem is None else mem, align))

    def header(self, entry, shoff, sections):
        n = len(self.headers)
        ident = b'\x7fELF' + bytes([2 if self.bits == 64 else 1, 1, 1]) + bytes(9)
        sizes = (64, 56, 64) if self.bits == 64 else (52, 32, 40)
        form = '<HHIQQQIHHHHHH' if self.bits == 64 else '<HHIIIIIHHHHHH'
        return ident + struct.pack(form, 2, self.machine, 1, entry, sizes[0], shoff, 0, sizes[0],
                                   sizes[1], n, sizes[2], sections, 0)

    def program_header(self, off, h):
        kind, flags, data, vaddr, paddr, mem, align = h
        if self.bits == 64:
            return struct.pack('<IIQQQQQQ', kind, flags, off, vaddr, paddr, len(data), mem, align)
        return struct.pack('<IIIIIIII', kind, off, vaddr, paddr, len(data), mem, flags, align)

    def section_header(self, kind, off, size):
        form = '<IIQQQQIIQQ' if self.bits == 64 else '<IIIIIIIIII'
        return struct.pack(form, 0, kind, 0, 0, off, size, 0, 0, 4, 0)

    def bytes(self, entry):
        start = (64 + 56 * len(self.headers)) if self.bits == 64 else (52 + 32 * len(self.headers))
        table, body, sections = b'', b'', b''
        for h in self.headers:
            align = 4096 if h[0] == PT_LOAD else 8
            body += bytes(-(start + len(body)) % align)
            table += self.program_header(start + len(body), h)
            body += h[2]
        for data in self.notes:
            body += bytes(-(start + len(body)) % 8)
            sections += self.section_header(7, start + len(body), len(data))
            body += data
        shoff, count = 0, 0
        if sections:
            body += bytes(-(start + len(body)) % 8)
            shoff, count = start + len(body), 1 + len(self.notes)
            body += self.section_header(0, 0, 0) + sections
        return self.header(entry, shoff, count) + table + body


def elf(core, name, *, bits, linked, notes=(), section_notes=(), entry='PVH', flags=0, extra=0,
        bss=0x23456, align=0, vbase=0, split=True, p_align=4096, tail=b'', headers=()):
    """An ELF kernel. `notes` are (data, alignment), a PT_NOTE each; `split` makes two segments."""
    mem = AT['IMAGE'] + extra + len(tail) + bss
    body = image(core, name, entry=entry, linked=linked, mem=mem, align=align,
                 flags=flags | ZEROED, extra=extra, tail=tail)
    out = Elf(bits)
    cut = AT['CORE64'] if split else 0
    for data, unit in notes:
        out.add(PT_NOTE, data, align=unit, flags=4)
    if split:
        # Highest first: the order in the file is not the order in memory.
        out.add(PT_LOAD, body[cut:], paddr=linked + cut, vaddr=vbase + linked + cut,
                mem=mem - cut, align=p_align, flags=6)
        out.add(PT_LOAD, body[:cut], paddr=linked, vaddr=vbase + linked, align=4096, flags=5)
    else:
        out.add(PT_LOAD, body, paddr=linked, vaddr=vbase + linked, mem=mem, align=4096)
    for kind, data in headers:
        out.add(kind, data, flags=4)
    out.add(0x6474e551, b'', flags=6)       # PT_GNU_STACK: must not be loaded
    out.notes += section_notes
    return out.bytes(linked + AT['LINUX64' if bits == 64 else 'PVH'])


def pvh_elf(core, name, *, bits, linked, kind=GUEST_LINUX, more=b'', size=4, **rest):
    flags = (LINUX if kind == GUEST_LINUX else 0) | (PVH_MOVES if more else 0)
    notes = [(kind + more + pvh(linked, size), 4)]
    return elf(core, name, bits=bits, linked=linked, notes=notes, flags=flags, **rest)


def pvh64_elf(core, name, linked=16 * MIB):
    """The order that misled others: an 8-byte-aligned note first, one without Xen notes last."""
    notes = [(GNU_PROPERTY, 8), (LINUX_NOTE + GUEST_LINUX + pvh(linked, 8), 4), (LINUX_NOTE, 4)]
    return elf(core, name, bits=64, linked=linked, notes=notes, flags=LINUX, align=2 * MIB)


def pvh_section_elf(core, name, linked=32 * MIB):
    return elf(core, name, bits=64, linked=linked, section_notes=[GUEST_LINUX, pvh(linked)],
               flags=LINUX)


def linux_elf(core, name, *, linked, notes=((LINUX_NOTE, 4),), vbase=0xffff800000000000, **rest):
    return elf(core, name, bits=64, linked=linked, notes=notes, entry='LINUX64', vbase=vbase,
               flags=LINUX | HIGH_INITRD, align=2 * MIB, **rest)


# ---------------------------------------------------------------- bzImage

# The setup header, boot.rst: name -> (offset, bytes, version that introduced it).
SETUP = {
    'setup_sects': (0x1f1, 1, 0), 'root_flags': (0x1f2, 2, 0), 'syssize': (0x1f4, 4, 0),
    'ram_size': (0x1f8, 2, 0), 'vid_mode': (0x1fa, 2, 0), 'root_dev': (0x1fc, 2, 0),
    'boot_flag': (0x1fe, 2, 0), 'jump': (0x200, 2, 0x200), 'header': (0x202, 4, 0x200),
    'version': (0x206, 2, 0x200), 'realmode_swtch': (0x208, 4, 0x200),
    'start_sys_seg': (0x20c, 2, 0x200), 'kernel_version': (0x20e, 2, 0x200),
    'type_of_loader': (0x210, 1, 0x200), 'loadflags': (0x211, 1, 0x200),
    'setup_move_size': (0x212, 2, 0x200), 'code32_start': (0x214, 4, 0x200),
    'ramdisk_image': (0x218, 4, 0x200), 'ramdisk_size': (0x21c, 4, 0x200),
    'bootsect_kludge': (0x220, 4, 0x200), 'heap_end_ptr': (0x224, 2, 0x201),
    'ext_loader_ver': (0x226, 1, 0x202), 'ext_loader_type': (0x227, 1, 0x202),
    'cmd_line_ptr': (0x228, 4, 0x202), 'initrd_addr_max': (0x22c, 4, 0x203),
    'kernel_alignment': (0x230, 4, 0x205), 'relocatable_kernel': (0x234, 1, 0x205),
    'min_alignment': (0x235, 1, 0x20a), 'xloadflags': (0x236, 2, 0x20c),
    'cmdline_size': (0x238, 4, 0x206), 'hardware_subarch': (0x23c, 4, 0x207),
    'hardware_subarch_data': (0x240, 8, 0x207), 'payload_offset': (0x248, 4, 0x208),
    'payload_length': (0x24c, 4, 0x208), 'setup_data': (0x250, 8, 0x209),
    'pref_address': (0x258, 8, 0x20a), 'init_size': (0x260, 4, 0x20a),
    'handover_offset': (0x264, 4, 0x20b), 'kernel_info_offset': (0x268, 4, 0x20f),
}
HEADER = 0x1f1
KERNEL_64, ABOVE_4G = 1, 2
VERSION_TEXT = 0x100    # kernel_version: 0x200 less than the offset in the file
KERNEL_INFO = 0x800     # where the image has room for it: behind the label


def setup_header(version, fields):
    """The bytes from 0x1f1 on, as long as `version` has them."""
    end = max(off + size for off, size, since in SETUP.values() if since <= version)
    out = bytearray(end - HEADER)
    for name, value in fields.items():
        off, size, since = SETUP[name]
        assert since <= version, f'{name} is newer than {version:#x}'
        out[off - HEADER:off - HEADER + size] = value.to_bytes(size, 'little')
    out[0x200 - HEADER:0x202 - HEADER] = bytes([0xeb, end - 0x202])
    return bytes(out)


def bzimage(core, name, *, version, sects=4, loadflags=1, linked=MIB, mem=512 * 1024,
            align=0, flags=LINUX, rng=False, extra=0x1234, entry='LINUX32', **fields):
    """A bzImage whose real-mode part is int3: no loader may enter it there."""
    if rng:
        info = struct.pack('<4sIII', b'LToP', 16, 16, 0x80000009)
        core = core[:KERNEL_INFO] + info + core[KERNEL_INFO + len(info):]
        fields['kernel_info_offset'] = KERNEL_INFO
        flags |= RNG
    if version >= 0x20a:
        fields.setdefault('pref_address', linked)
        fields['init_size'] = mem
    else:
        mem = len(core) + extra     # what it needs beyond the file is said nowhere
    if version < 0x202:
        flags |= OLD_LINE
    size = len(core) + extra
    fields = dict(setup_sects=sects, syssize=(size + 15) // 16, boot_flag=0xaa55,
                  header=0x53726448, version=version, kernel_version=VERSION_TEXT,
                  loadflags=loadflags, code32_start=MIB, **fields)
    header = setup_header(version, fields)
    body = image(core, name, entry=entry, linked=linked, mem=mem, align=align,
                 flags=flags | BZIMAGE, header=header, extra=extra)
    setup = bytearray(b'\xcc' * ((sects or 4) + 1) * 512)
    setup[HEADER - 2] = 0xff        # the sentinel: a loader that copies too much shows
    setup[HEADER:HEADER + len(header)] = header
    text = f'0.0.0-probe {name}\0'.encode()
    setup[VERSION_TEXT + 0x200:VERSION_TEXT + 0x200 + len(text)] = text
    return bytes(setup) + body


# ---------------------------------------------------------------- the probes

PROBES = {
    'pvh32': lambda c, n: pvh_elf(c, n, bits=32, linked=4 * MIB),
    'pvh64': pvh64_elf,
    'pvh-section': pvh_section_elf,
    # As Linux has them, its notes are in memory, too.
    'pvh-notes-loaded': lambda c, n: pvh_elf(c, n, bits=64, linked=16 * MIB, extra=0x1230,
                                             tail=LINUX_NOTE + GUEST_LINUX),
    'pvh-low': lambda c, n: pvh_elf(c, n, bits=32, linked=0x10000, bss=0x5000),
    'pvh-over': lambda c, n: pvh_elf(c, n, bits=32, linked=MIB, extra=3 * MIB + 123),
    'pvh-over-bss': lambda c, n: pvh_elf(c, n, bits=64, linked=MIB, bss=8 * MIB),
    # Linked over the PCI hole of any PC, but it may be moved.
    'pvh-reloc': lambda c, n: pvh_elf(c, n, bits=32, linked=0xf0000000, size=8, split=False,
                                      more=reloc(2 * MIB, 16 * MIB, 0x3fffffff),
                                      align=2 * MIB),
    'pvh-reloc-bare': lambda c, n: pvh_elf(c, n, bits=64, linked=0xf0000000, more=reloc(),
                                           align=0x4000, p_align=0x4000),
    'pvh-huge': lambda c, n: pvh_elf(c, n, bits=32, linked=2 * MIB, bss=GIB),
    'pvh-notes-loaded-huge': lambda c, n: pvh_elf(c, n, bits=64, linked=2 * MIB, bss=GIB,
                                                  tail=LINUX_NOTE),
    'hypervisor': lambda c, n: pvh_elf(c, n, bits=32, linked=2 * MIB, kind=GUEST_OTHER,
                                       extra=0x9000),
    'elf64': lambda c, n: linux_elf(c, n, linked=16 * MIB),
    'elf64-map': lambda c, n: linux_elf(c, n, linked=16 * MIB, notes=(),
                                        vbase=0xffffffff80000000),
    # Nothing says that it is Linux, so it must be asked for, and may not be moved.
    'elf64-unknown': lambda c, n: elf(c, n, bits=64, linked=8 * MIB, entry='LINUX64',
                                      flags=LINUX | HIGH_INITRD),
    # Started on top of Linux, as any program there.
    'elf64-user': lambda c, n: elf(c, n, bits=64, linked=8 * MIB, entry='LINUX64',
                                   notes=((LINUX_NOTE, 4),), headers=((PT_INTERP, b'/lib/ld.so\0'),)),
    # As FreeBSD's kernels, and as position-independent ones.
    'pvh-interpreter': lambda c, n: pvh_elf(c, n, bits=64, linked=4 * MIB, headers=(
        (PT_INTERP, b'/red/herring\0'), (PT_DYNAMIC, bytes(16)))),
    'elf64-big': lambda c, n: linux_elf(c, n, linked=16 * MIB, extra=2 * MIB - 0x50000),
    'elf64-low': lambda c, n: linux_elf(c, n, linked=0x10000, bss=0x5000),
    'elf64-over': lambda c, n: linux_elf(c, n, linked=MIB, extra=5 * MIB + 77),
    'elf64-high': lambda c, n: linux_elf(c, n, linked=5 * GIB),
    'bz64': lambda c, n: bzimage(
        c, n, version=0x20f, entry='LINUX64', linked=16 * MIB, mem=9 * MIB, align=2 * MIB,
        flags=LINUX | HIGH_INITRD, rng=True, sects=15, xloadflags=KERNEL_64 | ABOVE_4G,
        relocatable_kernel=1, kernel_alignment=2 * MIB, min_alignment=21, cmdline_size=2047,
        initrd_addr_max=0x7fffffff),
    # Its place is above 4 GiB where the machine has memory there.
    'bz64-high': lambda c, n: bzimage(
        c, n, version=0x20c, entry='LINUX64', linked=5 * GIB, mem=9 * MIB, align=2 * MIB,
        flags=LINUX | HIGH_INITRD, xloadflags=KERNEL_64 | ABOVE_4G, relocatable_kernel=1,
        kernel_alignment=2 * MIB, min_alignment=21, cmdline_size=65535,
        initrd_addr_max=0x7fffffff),
    'bz64-fixed': lambda c, n: bzimage(
        c, n, version=0x20d, entry='LINUX64', linked=MIB, mem=6 * MIB, extra=3 * MIB,
        xloadflags=KERNEL_64, kernel_alignment=2 * MIB, cmdline_size=2047,
        initrd_addr_max=0x7fffffff),
    # A setup of 88 KiB: longer than 16 bits can say.
    'bz64-setup': lambda c, n: bzimage(
        c, n, version=0x20d, entry='LINUX64', linked=16 * MIB, mem=6 * MIB, sects=175,
        xloadflags=KERNEL_64, kernel_alignment=2 * MIB, cmdline_size=2047,
        initrd_addr_max=0x7fffffff),
    'bz32': lambda c, n: bzimage(
        c, n, version=0x20d, linked=16 * MIB, mem=7 * MIB, align=0x2000, relocatable_kernel=1,
        kernel_alignment=16 * MIB, min_alignment=13, cmdline_size=2047,
        initrd_addr_max=0x37ffffff),
    'bz32-fixed': lambda c, n: bzimage(
        c, n, version=0x20a, linked=MIB, mem=5 * MIB, kernel_alignment=MIB, extra=2 * MIB,
        cmdline_size=1023, initrd_addr_max=0x37ffffff),
    # A weaker alignment than its own will do.
    'bz32-min-align': lambda c, n: bzimage(
        c, n, version=0x20b, linked=16 * MIB, mem=20 * MIB, align=0x4000, relocatable_kernel=1,
        kernel_alignment=16 * MIB, min_alignment=14, cmdline_size=2047,
        initrd_addr_max=0x7fffffff),
    'bz-2.05': lambda c, n: bzimage(
        c, n, version=0x205, sects=0, align=0x100000, relocatable_kernel=1,
        kernel_alignment=MIB, initrd_addr_max=0x37ffffff),
    'bz-2.03': lambda c, n: bzimage(c, n, version=0x203, initrd_addr_max=0x3ffffff),
    'bz-2.02': lambda c, n: bzimage(c, n, version=0x202),
    'bz-2.01': lambda c, n: bzimage(c, n, version=0x201),
    'bz-2.00': lambda c, n: bzimage(c, n, version=0x200),
    'zimage': lambda c, n: bzimage(c, n, version=0x203, loadflags=0),
}


def main(core_path, out_dir):
    core = open(core_path, 'rb').read()
    assert len(core) == AT['IMAGE'], f'{core_path} has {len(core):#x} bytes'
    os.makedirs(out_dir, exist_ok=True)
    for name, make in PROBES.items():
        with open(f'{out_dir}/{name}', 'wb') as f:
            f.write(make(core, name))


if __name__ == '__main__':
    main(*sys.argv[1:])
