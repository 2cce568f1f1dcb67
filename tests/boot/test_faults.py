# SPDX-License-Identifier: BSD-2-Clause
"""Faults of kshim itself, made from outside: QEMU's gdbstub stops it at a function of its own, changes
registers and lets it run on. Each must end with the sentence, the code and, in time, the machine."""
import os

from kshimtest import files, gdb, machine
import pytest

RDX, RSI, RDI, RSP, RIP = 3, 4, 5, 7, 16        # gdb's numbers of amd64's registers
ENDED = machine.CODES['cpu.fault'] << 1 | 1     # isa-debug-exit

# Image, the ELF with its symbols, how QEMU starts it, the function that it is stopped at.
IMAGES = {
    'elf': ('kshim.elf', 'kshim.elf', '-kernel', 'boot_own_memory'),
    'bzimage': ('kshim.bzimage', 'x86/kshim-bzimage.elf', '-kernel', 'boot_own_memory'),
    'rom': ('kshim.rom', 'x86/kshim-rom.elf', '-bios', 'rom_main')}


def run(image, plant, cpu='qemu64'):
    """What the machine said and its status, after plant(gdb, symbols) at the function."""
    name, elf, option, function = IMAGES[image]
    return gdb.run(gdb.symbols(elf), function, plant,
                   ['qemu-system-x86_64', '-accel', 'tcg', '-M', 'pc', '-cpu', cpu, '-m', '64',
                    '-device', 'isa-debug-exit,iobase=0xf4,iosize=4', option, os.path.join(files.BUILD, name)])


def overflow(stub, known):
    """A stack that is used up: in the ROM it is followed by page 0, and that by what is not mapped."""
    end = known['stack_guard'] + 4096 if 'stack_guard' in known else 0
    stub.set(RSP, end)
    return 'exception 0xe', f'CR2 {(end - 8) % (1 << 64):#x}'


def jump_to_data(stub, known):
    target = known['boot_page_bits']
    stub.set(RIP, target)
    return f'exception 0xe at address {target:#x} in outside of its code', f'error code 0x11, CR2 {target:#x}'


def copy(to, source):
    """memcpy (which memmove is, too) of 8 bytes; a `source` of None is address 0, and then that fails."""
    def plant(stub, known):
        stub.set(RIP, known['memcpy'])
        stub.set(RDI, known[to])
        stub.set(RSI, known[source] if source else 0)
        stub.set(RDX, 8)
        wrong, error = (known[to], 3) if source else (0, 0)
        return 'exception 0xe', 'in memmove+', f'error code {error:#x}, CR2 {wrong:#x}'
    return plant


FAULTS = {'stack': overflow, 'jump-to-data': jump_to_data, 'write-to-code': copy('memset', 'memcpy'),
          'write-to-constants': copy('symbols', 'memcpy'), 'read-page-0': copy('boot_page_bits', None)}


def check(image, fault, cpu='qemu64'):
    said, status, wanted = run(image, FAULTS[fault], cpu)
    print(said)
    line = [x for x in said.splitlines() if x.startswith('kshim: ') and x.endswith('[cpu.fault]')]
    assert len(line) == 1
    for text in wanted:
        assert text in line[0]
    assert status == ENDED


# kshim.rom has page 0 mapped (x86/rom/README.md).
@pytest.mark.parametrize('image, fault', [(image, fault) for image in IMAGES for fault in FAULTS
                                          if (image, fault) != ('rom', 'read-page-0')])
def test_fault(image, fault):
    check(image, fault)


@pytest.mark.parametrize('image', IMAGES)
def test_fault_without_nx(image):
    """A CPU that cannot keep data from being executed still keeps code from being written."""
    check(image, 'write-to-code', cpu='qemu64,nx=off')
