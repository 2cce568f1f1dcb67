# SPDX-License-Identifier: BSD-2-Clause
"""count: guest instructions and port I/O from reset to a kernel's first instruction, under QEMU.

    tests/bench/count --firmware build/kshim.rom --machine microvm --kernel FILE --profile

FILE (and --initrd) may also be a name of tests/kshimtest/files.py: debian:cloud, vmlinux:cloud,
probe:pvh32. --profile lists the functions (of the ELF that --elf names, found by the low 16 bits of
the address where it lies elsewhere), ranges of addresses and device accesses that cost most.
"""
import argparse
import bisect
import collections
import os
import subprocess
import sys

from bench import counting
from bench import disk_image
from kshimtest import files

TOP_LINES = 30


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    p.add_argument('--firmware', default='seabios', help='seabios, qboot, ovmf or a file for -bios')
    p.add_argument('--machine', default='microvm')
    p.add_argument('--kernel', default='vmlinux:cloud')
    p.add_argument('--initrd', default='initramfs', help="a file, or '' for none")
    p.add_argument('--stub', default='', help='kshim.elf or kshim.bzimage: count from its entry')
    p.add_argument('--disk', default='', help='an image that holds the kernel; `bench` for that of make bench')
    p.add_argument('--append', default='quiet')
    p.add_argument('--memory', default='512')
    p.add_argument('--cpu', default='')
    p.add_argument('--timeout', type=int, default=counting.TIMEOUT)
    p.add_argument('--no-icount', dest='icount', action='store_false')
    p.add_argument('--profile', action='store_true')
    p.add_argument('--elf', default='', help='whose symbols (default: FIRMWARE or STUB, .elf)')
    p.add_argument('qemu', nargs='*', help='more words for QEMU, after --')
    return p.parse_args()


def named(name):
    if not name:
        return ''
    return os.path.abspath(name) if os.path.exists(name) else files.path(name)


def disk(a):
    return disk_image.make(named(a.kernel), named(a.initrd)) if a.disk == 'bench' else named(a.disk)


# ---------------------------------------------------------------- profile

class Symbols:
    """Functions by address; code that runs elsewhere is found by the low 16 bits."""

    def __init__(self, elf):
        listed = subprocess.run(['nm', '-n', '--defined-only', elf], check=True, text=True,
                                capture_output=True).stdout if elf else ''
        found = [(int(a, 16), name) for a, kind, name in map(str.split, listed.splitlines())
                 if kind in 'tTwW']
        self.exact = sorted(found)
        self.folded = sorted((a & 0xffff, name) for a, name in found)

    @staticmethod
    def lookup(table, address, reach):
        i = bisect.bisect_right(table, (address, '\x7f')) - 1
        return table[i][1] if i >= 0 and address - table[i][0] < reach else ''

    def name(self, address):
        found = self.lookup(self.exact, address, 0x4000)
        if not found and self.folded and (address < 1 << 20 or address >= 0xfffe0000):
            found = self.lookup(self.folded, address & 0xffff, 0x4000)
        return found or f'{address & ~0xff:#x}..'


def elf_of(image):
    """The linked ELF behind kshim.rom and kshim.bzimage, or the image if it is one itself."""
    linked = os.path.basename(image).replace('.', '-') + '.elf'
    for name in (image, f'{files.BUILD}/x86/{linked}'):
        if os.path.exists(name) and files.read(name)[:4] == b'\x7fELF':
            return name
    return ''


def table(title, counter, total):
    print(f'\n{title}')
    for what, n in counter.most_common(TOP_LINES):
        print(f'{n:10} {100 * n / max(total, 1):5.1f} %  {what}')


def profile(count, elf):
    symbols = Symbols(elf)
    instructions, ports = collections.Counter(), collections.Counter()
    hot = collections.Counter()
    for address, executed, io, code in count.sites:
        name = symbols.name(address)
        instructions[name] += executed
        hot[f'{address:#x} {code} in {name}'] += executed
        if io:
            ports[f'{address:#x} {code} in {name}'] += io
    total = sum(instructions.values())
    table('instructions by function or range', instructions, total)
    table('instructions by address', hot, total)
    table('port I/O by address', ports, sum(ports.values()))
    devices = collections.Counter(f'{kind:5} {address:#x} {name}' for kind, address, name in count.trace)
    table('accesses to devices, memory-mapped ones too', devices, len(count.trace))


def main():
    a = arguments()
    firmware = named(a.firmware) if os.path.exists(a.firmware) else a.firmware
    setup = counting.Setup(firmware=firmware, machine=a.machine, kernel=named(a.kernel),
                           initrd=named(a.initrd), stub=named(a.stub), disk=disk(a), append=a.append,
                           memory=a.memory, cpu=a.cpu, qemu=tuple(a.qemu), profile=a.profile,
                           icount=a.icount, timeout=a.timeout)
    try:
        count = counting.run(setup)
    except (counting.NotReached, counting.entries.Unknown, files.Missing) as e:
        sys.exit(f'count: {e}')
    for name, (address, instructions, ports, waited) in count.marks.items():
        print(f'{name:12} at {address:#10x}: {instructions:12} instructions {ports:8} port I/O, {waited} waiting')
    if a.disk:
        print(f'{len(count.requests)} requests for {sum(count.requests) // 1024} KiB of the disk')
    if a.stub:
        print('from the stub to the kernel: {:12} instructions {:8} port I/O'.format(*count.since))
    if a.profile:
        profile(count, a.elf or elf_of(a.stub or firmware))


main()
