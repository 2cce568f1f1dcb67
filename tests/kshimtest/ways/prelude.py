# SPDX-License-Identifier: BSD-2-Clause
"""Arguments for QEMU that put kshim.elf, modules and a start_info of ours into memory; or kshim.bzimage and
a zero page.

tests/probes/prelude.asm is the program that QEMU boots; it reads the script made here. The
structures lie where the row says; what a row puts below 1 MiB is copied there by the
prelude, for until then QEMU's firmware uses that memory.
"""
import os
import struct

from kshimtest import files

SCRIPT = 0x7001000
CARRIED = 0x7080000     # what belongs below 1 MiB, until the prelude copies it
MIB = 1 << 20
GIB = 1 << 30
LOADER_MIN = MIB

# A machine of type pc without fw_cfg: the prelude puts a PCI card's port window (BAR 1, 64 ports)
# over fw_cfg's, and QEMU lets the card answer. Ports 0xcf8 and 0xcfc, PCI 3.0, 3.2.2.3.2.
HIDING_CARD = ('-device', 'e1000,romfile=,addr=0x10')
CARD = 1 << 31 | 0x10 << 11
HIDE_FW_CFG = ((0xcf8, CARD | 0x14), (0xcfc, 0x501), (0xcf8, CARD | 0x04), (0xcfc, 1))


def pc_map(memory):
    """A plain map of a machine of type pc with so many bytes."""
    low = memory if memory < 0xe0000000 else 3 * GIB
    ranges = [(0, 0x9fc00, 1), (0x9fc00, 0x60400, 2), (MIB, low - MIB - MIB // 4, 1),
              (low - MIB // 4, MIB // 4, 2)]
    if memory > low:
        ranges.append((4 * GIB, memory - low, 1))
    return tuple(ranges)


def rsdp(addr_of_tables=0):
    body = b'RSD PTR ' + b'\0' + b'KSHIM ' + b'\0' + struct.pack('<I', addr_of_tables)
    return body[:8] + bytes([-sum(body) & 255]) + body[9:]


def pvh_entry(elf):
    """The entry that kshim.elf's PVH note names; an ELF64 with one in a PT_NOTE."""
    data = files.read(elf)
    phoff, = struct.unpack_from('<Q', data, 32)
    phnum, = struct.unpack_from('<H', data, 56)
    for i in range(phnum):
        kind, _, off, _, _, size = struct.unpack_from('<IIQQQQ', data, phoff + 56 * i)
        end = off + size
        while kind == 4 and off + 12 <= end:
            namesz, descsz, note = struct.unpack_from('<III', data, off)
            desc = off + 12 + (namesz + 3 & ~3)
            if data[off + 12:off + 16] == b'Xen\0' and note == 18:
                return int.from_bytes(data[desc:desc + descsz], 'little')
            off = desc + (descsz + 3 & ~3)
    raise ValueError(f'{elf} has no PVH note')


class Loader:
    """Collects -device loader arguments and the prelude's copies."""

    def __init__(self, directory):
        self.directory = directory
        self.args = []
        self.copies = []
        self.carried = CARRIED
        self.files = 0

    def put_file(self, path, addr):
        size = os.path.getsize(path)
        if addr < LOADER_MIN:
            self.copies.append((addr, self.carried, size))
            addr, self.carried = self.carried, self.carried + (size + 0xfff & ~0xfff)
        if size:
            self.args += ['-device', f'loader,file={path},addr={addr:#x},force-raw=on']

    def put(self, data, addr):
        path = f'{self.directory}/part{self.files}'
        self.files += 1
        with open(path, 'wb') as f:
            f.write(data)
        self.put_file(path, addr)


def structures(p, line, modules, ranges):
    """start_info and what it points to, as bytes for p.handoff_at."""
    modlist = p.handoff_at + 0x40
    memmap = modlist + 32 * len(modules)
    text = memmap + 24 * len(ranges)
    out = struct.pack('<IIIIQQQ', p.magic, p.version, 0, len(modules),
                      modlist if modules else 0, text, p.rsdp_at)
    out += struct.pack('<QII', memmap, len(ranges), 0) if p.version else b'\xcc' * 16
    out = out.ljust(0x40, b'\0')
    for addr, size in modules:
        out += struct.pack('<QQQQ', addr, size, 0, 0)
    for addr, size, kind in ranges:
        out += struct.pack('<QQII', addr, size, kind, 0)
    return out + line.encode() + b'\0'


def start(loader, entry, handoff, ports=()):
    """The script, and QEMU's arguments for it."""
    script = struct.pack('<4sIIII', b'PREL', entry, handoff, len(loader.copies), len(ports))
    script += b''.join(struct.pack('<III', *copy) for copy in loader.copies)
    script += b''.join(struct.pack('<II', *port) for port in ports)
    loader.put(script, SCRIPT)
    loader.args += ['-kernel', f'{files.BUILD}/probes/prelude']


def zero_page(p, bzimage, line, modules, ranges):
    """A zero page and, behind it, the command line, as bytes for p.handoff_at (Linux
    Documentation/arch/x86/zero-page.rst)."""
    out = bytearray(4096)
    out[0x1f1:0x268] = bzimage[0x1f1:0x268]
    out[0x202:0x206] = p.hdrs
    out[0x210] = 0xff
    out[0x1e8] = len(ranges) if p.e820_entries is None else p.e820_entries
    struct.pack_into('<I', out, 0x228, p.handoff_at + len(out))
    if modules:
        struct.pack_into('<II', out, 0x218, *modules[0])
    for i, entry in enumerate(ranges):
        struct.pack_into('<QQI', out, 0x2d0 + 20 * i, *entry)
    return bytes(out) + line.encode() + b'\0'


def linux_stub(loader, p):
    """Put kshim.bzimage's protected-mode code to its place; the whole file."""
    data = files.read(f'{files.BUILD}/kshim.bzimage')
    loader.put(data[(data[0x1f1] + 1) * 512:], p.bzimage_at)
    return data


def arguments(row, directory, line):
    """QEMU's arguments for a row by prelude."""
    p = row.prelude
    kshim = f'{files.BUILD}/kshim.elf'
    loader = Loader(directory)
    names = [row.kernel, *row.initrds] if p.kernel_at is not None else []
    places = [p.kernel_at, *p.initrds_at] if names else []
    modules = []
    assert len(names) == len(places), row.name
    for name, addr in zip(names, places):
        path = files.path(name)
        modules.append((addr, os.path.getsize(path)))
        loader.put_file(path, addr)
    for addr, size in p.poison:
        loader.put(b'\xcc' * size, addr)
    if p.rsdp_at:
        loader.put(rsdp(), p.rsdp_at)
    ranges = pc_map(row.memory * MIB) if p.map is None else p.map
    if p.bzimage_at is None:
        entry, handoff = pvh_entry(kshim), structures(p, line, modules + list(p.stray), ranges)
        loader.args += ['-device', f'loader,file={kshim}']
    else:
        entry, handoff = p.bzimage_at, zero_page(p, linux_stub(loader, p), line, modules, ranges)
    loader.put(handoff, p.handoff_at)
    ports = HIDE_FW_CFG if p.hide_fw_cfg else ()
    start(loader, entry, p.handoff_at, ports)
    return [*loader.args, *(HIDING_CARD if p.hide_fw_cfg else ())]
