# SPDX-License-Identifier: BSD-2-Clause
"""Faults of kshim itself, made from outside: QEMU's gdbstub stops it at a function of its own, changes
registers and lets it run on. Each must end with the sentence, the code and, in time, the machine."""
import os
import socket
import subprocess
import tempfile

from elftools.elf.elffile import ELFFile
from kshimtest import files, machine
import pytest

RDX, RSI, RDI, RSP, RIP = 3, 4, 5, 7, 16        # gdb's numbers of amd64's registers
PATIENCE = 60
ENDED = machine.CODES['cpu.fault'] << 1 | 1     # isa-debug-exit

# Image, the ELF with its symbols, how QEMU starts it, the function that it is stopped at.
IMAGES = {
    'elf': ('kshim.elf', 'kshim.elf', '-kernel', 'boot_own_memory'),
    'bzimage': ('kshim.bzimage', 'x86/kshim-bzimage.elf', '-kernel', 'boot_own_memory'),
    'rom': ('kshim.rom', 'x86/kshim-rom.elf', '-bios', 'rom_main')}


class Gdb:
    """As much of gdb's remote protocol as is needed here."""

    def __init__(self, listening):
        self.socket, _ = listening.accept()
        self.socket.settimeout(PATIENCE)
        self.left = b''
        self.ask('qXfer:features:read:target.xml:0,fff')    # before that QEMU takes no single register

    def ask(self, text, answer=True):
        data = text.encode('ascii')
        self.socket.sendall(b'+$%s#%02x' % (data, sum(data) & 0xff))
        while answer:
            start, end = self.left.find(b'$'), self.left.find(b'#')
            if 0 <= start < end <= len(self.left) - 3:
                found, self.left = self.left[start + 1:end], self.left[end + 3:]
                return found.decode('ascii')
            more = self.socket.recv(4096)
            assert more, 'QEMU closed the connection'
            self.left += more
        return ''

    def run_to(self, address):
        assert self.ask(f'Z1,{address:x},1') == 'OK'
        assert self.ask('c')[0] in 'ST'
        assert self.ask(f'z1,{address:x},1') == 'OK'

    def set(self, register, value):
        assert self.ask(f'P{register:x}={value.to_bytes(8, "little").hex()}') == 'OK'


def symbols(name):
    with open(os.path.join(files.BUILD, name), 'rb') as f:
        return {s.name: s['st_value'] for s in ELFFile(f).get_section_by_name('.symtab').iter_symbols()}


def run(image, plant, cpu='qemu64'):
    """What the machine said and its status, after plant(gdb, symbols) at the function."""
    name, elf, option, function = IMAGES[image]
    known = symbols(elf)
    with tempfile.TemporaryDirectory(prefix='kshim-fault-') as directory, \
            socket.socket(socket.AF_UNIX) as listening:
        listening.settimeout(PATIENCE)
        listening.bind(f'{directory}/gdb')
        listening.listen()
        with subprocess.Popen(
                ['qemu-system-x86_64', '-accel', 'tcg', '-M', 'pc', '-cpu', cpu, '-m', '64', '-nodefaults',
                 '-no-reboot', '-display', 'none', '-serial', f'file:{directory}/serial',
                 '-device', 'isa-debug-exit,iobase=0xf4,iosize=4', '-S',
                 '-chardev', f'socket,path={directory}/gdb,id=gdb', '-gdb', 'chardev:gdb',
                 option, os.path.join(files.BUILD, name)],
                stdin=subprocess.DEVNULL) as qemu:
            try:
                gdb = Gdb(listening)
                gdb.run_to(known[function])
                wanted = plant(gdb, known)
                gdb.ask('c', answer=False)
                status = qemu.wait(PATIENCE)
            finally:
                qemu.kill()
        return files.read(f'{directory}/serial').decode(errors='replace'), status, wanted


def overflow(gdb, known):
    """A stack that is used up: in the ROM it is followed by page 0, and that by what is not mapped."""
    end = known['stack_guard'] + 4096 if 'stack_guard' in known else 0
    gdb.set(RSP, end)
    return 'exception 0xe', f'CR2 {(end - 8) % (1 << 64):#x}'


def jump_to_data(gdb, known):
    target = known['boot_page_bits']
    gdb.set(RIP, target)
    return f'exception 0xe at address {target:#x} in outside of its code', f'error code 0x11, CR2 {target:#x}'


def copy(to, source):
    """memcpy (which memmove is, too) of 8 bytes; a `source` of None is address 0, and then that fails."""
    def plant(gdb, known):
        gdb.set(RIP, known['memcpy'])
        gdb.set(RDI, known[to])
        gdb.set(RSI, known[source] if source else 0)
        gdb.set(RDX, 8)
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
