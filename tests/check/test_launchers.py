# SPDX-License-Identifier: BSD-2-Clause
"""The table "who can boot it", proven for QEMU: what check says of its -kernel is booted here.

That a machine has not booted a file shows when QEMU ends, when OVMF goes to its shell, or when a machine
that runs wild has had some ten times the CPU time of one that boots.
"""
import dataclasses
import functools
import subprocess
import tempfile

import pytest
from check import report

from kshimtest import files
from kshimtest import machine
from kshimtest import riscv_forms
from kshimtest import riscv_rig
from kshimtest.patience import HANG
from kshimtest.row import Row
from probes import pack

# Debian's /usr/share/qemu/bios-microvm.bin is qboot.
SEABIOS = {'microvm': '/usr/share/seabios/bios-microvm.bin'}
OVMF = ('-drive', 'if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd')
LAX = {'lax': 'gdt'}
GIVES_UP = {'ovmf': 'startup.nsh'}       # it counts down to its shell's script
WILD = 5                                # seconds of CPU time
ELVES = ('pvh32', 'pvh64', 'pvh-over', 'pvh-over-bss', 'pvh-section', 'pvh-reloc',
         'pvh-reloc-bare', 'hypervisor', 'elf64', 'elf64-map', 'elf64-unknown')


@functools.lru_cache(maxsize=None)
def said_of(name):
    return report.check(files.path(name))


def bios(machine_name, firmware):
    if firmware == 'ovmf':
        return OVMF
    image = 'qboot.rom' if firmware == 'qboot' else SEABIOS.get(machine_name, 'bios-256k.bin')
    return ('-bios', image)


def probe_row(name, where, firmware):
    return Row(f'{name}-{where}-{firmware}', f'probe:{name}', way='qemu', machine=where,
               probe=LAX, qemu=bios(where, firmware), gives_up=GIVES_UP.get(firmware, ''))


def kernel_row(name, where, firmware, seen, **more):
    more.setdefault('memory', 512)
    more.setdefault('append', 'earlyprintk=serial,ttyS0 loglevel=8')
    return Row(f'{name}-{where}-{firmware}', name, way='qemu', machine=where,
               expect=(seen,), endless=True, gives_up=GIVES_UP.get(firmware, ''), **{
                   'qemu': (*bios(where, firmware), *more.pop('qemu', ())), **more})


# Every ELF probe on one machine, some on all; bzImages that have a real-mode part on all.
QEMU = [probe_row(name, 'q35', 'seabios') for name in ELVES]
QEMU += [probe_row(name, where, firmware)
         for name in ('pvh32', 'pvh64', 'elf64', 'pvh-section')
         for where, firmware in (('pc', 'seabios'), ('microvm', 'seabios'), ('pc', 'qboot'),
                                 ('q35', 'qboot'), ('microvm', 'qboot'))]
# int3 at the 16-bit entry, where a BIOS goes
QEMU += [probe_row('bz64', 'pc', 'seabios'), probe_row('bz32', 'microvm', 'qboot'),
         probe_row('zimage', 'pc', 'seabios')]
QEMU += [probe_row('pvh32', 'q35', 'ovmf')]
LINUX = 'Linux version'
QEMU += [kernel_row(name, where, firmware, LINUX)
         for name in ('debian:cloud', 'vmlinux:cloud')
         for where, firmware in (('pc', 'seabios'), ('q35', 'seabios'), ('microvm', 'seabios'),
                                 ('pc', 'qboot'), ('q35', 'qboot'), ('microvm', 'qboot'),
                                 ('pc', 'ovmf'), ('q35', 'ovmf'))]
QEMU += [
    kernel_row('debian:686-pae', 'pc', 'seabios', LINUX),
    kernel_row('debian:686-pae', 'q35', 'ovmf', LINUX),
    kernel_row('vmlinux:686-pae', 'microvm', 'qboot', LINUX),
    kernel_row('vmlinux:sid', 'q35', 'seabios', LINUX),
    kernel_row('debian:sid', 'q35', 'ovmf', LINUX),
    kernel_row('debian:memtest-x64', 'pc', 'seabios', 'Memtest86+'),
    kernel_row('debian:memtest-x64', 'q35', 'ovmf', 'Memtest86+', memory=256),
    kernel_row('xen', 'pc', 'seabios', 'Xen version', append='com1=115200,8n1 console=com1'),
    kernel_row('gzip:vmlinux:cloud', 'pc', 'seabios', LINUX),
]


def name_of(row):
    firmware = row.name.rsplit('-', 1)[1]
    return f'qemu.{row.machine}.{firmware}'


def has_booted(row, outcome):
    # What qboot hands over is not to the probes' liking, but it boots them.
    if row.is_probe:
        return f'probe {row.kernel[6:]}: runs at' in outcome.serial
    return not machine.missing(row, outcome.serial)


@pytest.mark.parametrize('row', QEMU, ids=lambda row: row.name.replace(':', '-'))
def test_qemu_does_what_check_says(row):
    said = report.launcher(said_of(row.kernel), name_of(row))
    if not said['boots'] and not row.gives_up:
        row = dataclasses.replace(row, cpu_seconds=WILD)
    for _ in range(machine.TRIES):
        with tempfile.TemporaryDirectory(prefix='kshim-check-') as directory:
            outcome = machine.run_once(row, directory)
        if has_booted(row, outcome) == said['boots']:
            return
    pytest.fail(f'check says {said["boots"]} ({said["rule"]}: {said["text"]}), QEMU ended with '
                f'{outcome.status} after:\n{outcome.serial[-3000:]}', pytrace=False)


# Prints K, ends QEMU with 33.
TALKS = bytes.fromhex('66baf803b04bee66baf400b010eef4ebfd')


def small_kernel(addr):
    """A PVH kernel of 256 bytes that needs nothing but to lie there untouched."""
    out = pack.Elf(32)
    out.add(pack.PT_NOTE, pack.note('Xen', 18, addr.to_bytes(4, 'little')))
    out.add(pack.PT_LOAD, TALKS + bytes(256 - len(TALKS)), paddr=addr)
    return out.bytes(addr)


LOW = [(where, firmware, addr, boots) for where, firmware, addrs in (
    ('pc', 'seabios', {0x6b00: 0, 0x7000: 0, 0x10000: 0, 0x8ff00: 0, 0x90000: 1, 0x9fb00: 1, 0x9fc00: 0, 0xd0000: 0}),
    ('q35', 'seabios', {0x10000: 0, 0x90000: 1}),
    ('microvm', 'seabios', {0x10000: 0, 0x8ff00: 0, 0x90000: 1, 0x9fc00: 0}),
    ('pc', 'qboot', {0x7b00: 0, 0x7c00: 1, 0x10000: 1, 0x9fb00: 1, 0x9fc00: 0}),
    ('microvm', 'qboot', {0x7b00: 0, 0x7c00: 1, 0x9fb00: 1, 0x9fc00: 0})) for addr, boots in addrs.items()]


@pytest.mark.parametrize('where, firmware, addr, boots', LOW, ids=lambda v: hex(v) if isinstance(v, int) else v)
def test_a_firmware_overwrites_low_memory(where, firmware, addr, boots, tmp_path):
    path = tmp_path / 'kernel'
    path.write_bytes(small_kernel(addr))
    said = report.launcher(report.check(path), f'qemu.{where}.{firmware}')
    assert said['boots'] == bool(boots), said
    assert said['rule'] == ('qemu.pvh-note' if boots else 'qemu.low-memory')
    row = Row('low', str(path), way='qemu', machine=where, qemu=bios(where, firmware), memory=64,
              cpu_seconds=0 if boots else WILD)
    outcome = machine.run_once(row, tmp_path)
    assert (outcome.status == machine.PASSED) == bool(boots), outcome


@pytest.mark.parametrize('name', ['pvh-low', 'pvh-section', 'pvh-reloc', 'elf64'])
def test_what_kshim_rom_takes_by_fw_cfg_only(name, tmp_path):
    said = report.launcher(said_of(f'probe:{name}'), 'kshim.rom')
    assert said['boots'] and 'by fw_cfg or a bundle, not by -kernel: ' in said['text'], said
    for way, boots in (('rom-qemu', False), ('rom-fwcfg', True)):
        row = Row(f'{name}-{way}', f'probe:{name}', way=way)
        outcome = machine.run_once(row, tmp_path)
        assert (f'probe {name}: PASS' in outcome.serial) == boots, outcome


@pytest.mark.parametrize('link, physical, boots', [
    (0x80200000, 0x80200000, True), (riscv_forms.LINK, 0x80200000, True), (riscv_forms.LINK, 0, False)])
def test_qemu_enters_an_elf_for_riscv64_where_it_lies(link, physical, boots, tmp_path):
    path = tmp_path / 'elf'
    path.write_bytes(riscv_forms.elf(files.read(riscv_rig.PROBE), link=link, physical=physical))
    assert report.boots(report.check(path), 'qemu.virt.riscv64') == boots
    out = subprocess.run(['qemu-system-riscv64', '-M', 'virt', '-m', '128M', '-nographic', '-no-reboot', '-kernel',
                          path, '-append', 'probe=where'], capture_output=True, text=True, check=False,
                         stdin=subprocess.DEVNULL, timeout=HANG)
    assert ('probe: PASS' in out.stdout) == boots, out
