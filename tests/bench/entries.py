# SPDX-License-Identifier: BSD-2-Clause
"""Where a kernel file can be entered: address patterns and the bytes that stand there.

The plugin (count.c) knows a kernel's first instruction by both, so that a kernel which a loader
relocated is found, too. Read as the file's own specification says (gABI, boot.rst), not by kshim.
"""
import struct
from dataclasses import dataclass

MIB2 = 2 << 20
FOUR_GIB = 1 << 32
ANYWHERE = 1 << 46
LENGTH = 48


@dataclass
class Entry:
    name: str           # setup, linux32, linux64, pvh, efi, handover
    low: int            # first address at which it can be
    high: int
    step: int           # and every so many bytes above
    code: bytes

    def word(self, kind, prefix=''):
        return (f'{kind}={prefix}{self.name}@{self.low:x}-{self.high:x}/{self.step:x}'
                f'={self.code.hex()}')


class Unknown(Exception):
    """A file without an entry that can be told."""


# ---------------------------------------------------------------- ELF

def segments(data):
    """(type, offset, vaddr, paddr, filesz) of each program header."""
    wide = data[4] == 2
    at, = struct.unpack_from('<Q' if wide else '<I', data, 32 if wide else 28)
    size, count = struct.unpack_from('<HH', data, 54 if wide else 42)
    for i in range(count):
        if wide:
            kind, _, *rest = struct.unpack_from('<IIQQQQ', data, at + i * size)
        else:
            kind, *rest = struct.unpack_from('<IIIII', data, at + i * size)
        yield (kind, *rest)


def notes(data):
    """(name, type, descriptor) of each note in PT_NOTE segments aligned to 4."""
    for kind, offset, _, _, length in segments(data):
        at, end = offset, offset + length
        while kind == 4 and at + 12 <= end:
            namesz, descsz, note = struct.unpack_from('<III', data, at)
            desc = at + 12 + (namesz + 3) // 4 * 4
            yield data[at + 12:at + 12 + namesz], note, data[desc:desc + descsz]
            at = desc + (descsz + 3) // 4 * 4


def elf_code(data, address):
    """The bytes at a physical address, or b''."""
    for kind, offset, _, paddr, length in segments(data):
        if kind == 1 and paddr <= address < paddr + length:
            at = offset + address - paddr
            return data[at:min(at + LENGTH, offset + length)]
    return b''


def elf_entry(data, name, address):
    code = elf_code(data, address)
    if not code:
        return []
    return [Entry(name, address % MIB2, FOUR_GIB - 1, MIB2, code)]


def elf(data):
    start, = struct.unpack_from('<Q' if data[4] == 2 else '<I', data, 24)
    for kind, _, vaddr, paddr, length in segments(data):
        if kind == 1 and vaddr != paddr and vaddr <= start < vaddr + length:
            start += paddr - vaddr
            break
    found = elf_entry(data, 'linux64' if data[4] == 2 else 'linux32', start)
    for name, kind, desc in notes(data):
        if name == b'Xen\0' and kind == 18:
            found += elf_entry(data, 'pvh', int.from_bytes(desc[:8], 'little'))
            break
    return found


# ---------------------------------------------------------------- bzImage

def bzimage(data):
    version, = struct.unpack_from('<H', data, 0x206)
    code = ((data[0x1f1] or 4) + 1) * 512
    flags, = struct.unpack_from('<H', data, 0x236) if version >= 0x20c else (0,)

    def entry(name, low, high, step, at):
        return Entry(name, low, high, step, data[at:at + LENGTH])
    found = [entry('setup', 0x10000, 0x9ffff, 16, 0x200),
             entry('linux32', 0, FOUR_GIB - 1, 4096, code)]
    if flags & 1:
        found.append(entry('linux64', 0x200, ANYWHERE, 4096, code + 0x200))
    if flags & 8:
        at = struct.unpack_from('<I', data, 0x264)[0] + 0x200
        found.append(entry('handover', at % 16, ANYWHERE, 16, code + at))
    pe, = struct.unpack_from('<I', data, 0x3c)
    if data[:2] == b'MZ' and data[pe:pe + 4] == b'PE\0\0':
        at, = struct.unpack_from('<I', data, pe + 24 + 16)
        found.append(entry('efi', at % 16, ANYWHERE, 16, at))
    return found


def entries(path):
    with open(path, 'rb') as f:
        data = f.read()
    if data[:4] == b'\x7fELF':
        found = elf(data)
    elif data[0x202:0x206] == b'HdrS':
        found = bzimage(data)
    else:
        found = []
    if not found:
        raise Unknown(f'{path}: neither an ELF nor a bzImage with an entry')
    return found
