# SPDX-License-Identifier: BSD-2-Clause
"""kshim.efi hands a kernel what kshim.elf hands it, field by field, but for what must differ."""
import dataclasses
import os
import re
import subprocess

import pytest
from kshimtest import efi_vm as vm
from efi.efi_rows import probe, probe_line
from kshimtest.media import files, resolve
from kshimtest.patience import HANG

KERNELS = [('pvh32', 'pvh'), ('bz32', 'linux32'), ('bz64', 'linux64'), ('elf64', 'linux64')]
INITRD = 'bytes:70001'

# Offset and end in what is dumped. What follows from the memory map differs with it.
OF_THE_MAP = {
    'registers': {'rbx': (0x08, 0x10), 'rsi': (0x20, 0x28), 'rsp': (0x38, 0x40)},
    'start_info': {'modlist_paddr': (16, 24), 'cmdline_paddr': (24, 32), 'rsdp_paddr': (32, 40),
                   'memmap_paddr': (40, 48), 'memmap_entries': (48, 52)},
    'module': {'paddr': (0, 8)},
    'boot_params': {'ext_mem_k': (0x02, 0x04), 'acpi_rsdp_addr': (0x70, 0x78),
                    'alt_mem_k': (0x1e0, 0x1e4), 'e820_entries': (0x1e8, 0x1e9),
                    'e820_table': (0x2d0, 0xcd0), 'code32_start': (0x214, 0x218),
                    'ramdisk_image': (0x218, 0x21c), 'cmd_line_ptr': (0x228, 0x22c)},
    'gdt': {'TSS base': (0x22, 0x28)},
}
# What only UEFI fills, and what must be there then.
UEFI = {'boot_params': {'screen_info': (4, 0x40), 'efi_info': (0x1c0, 0x1e0),
                        'secure_boot': (0x1ec, 0x1ed)}}


def dumped(text):
    out = {}
    for name, off, data in re.findall(r'^dump (\w+) (0x[0-9a-f]+) ([0-9a-f]+)$', text, re.M):
        for n, byte in enumerate(bytes.fromhex(data)):
            out[name, int(off, 16) + n] = byte
    return out


def by_elf(kernel, by):
    """What kshim.elf hands the same kernel over on the same machine."""
    run = subprocess.run(
        ['qemu-system-x86_64', '-accel', 'tcg', '-M', 'q35', '-cpu', 'qemu64', '-m', '384',
         '-nodefaults', '-display', 'none', '-no-reboot', '-serial', 'stdio',
         '-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04',
         '-kernel', os.path.join(files.BUILD, 'kshim.elf'),
         '-fw_cfg', f'name=opt/org.kshim/kernel,file={resolve("probe:" + kernel)}',
         '-fw_cfg', f'name=opt/org.kshim/initrd,file={resolve(INITRD)}',
         '-append', probe_line(by, INITRD, ' probe.dump=1')],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=HANG, check=False)
    assert f'probe {kernel}: PASS' in run.stdout, run.stdout
    return dumped(run.stdout.replace('\r', ''))


def field_of(table, name, off):
    return next((field for field, (start, end) in table.get(name, {}).items()
                 if start <= off < end), None)


@pytest.mark.parametrize('kernel,by', KERNELS)
def test_same_handoff(kernel, by):
    row = probe(kernel, kernel, by, INITRD, dump=True)
    text, status, left, _ = vm.run(dataclasses.replace(row, qemu=('-device', 'VGA')))
    assert not vm.judge(row, text, status, left), text
    ours, other = dumped(text), by_elf(kernel, by)
    assert {name for name, _ in ours} == {name for name, _ in other} and len(other) > 100
    differ = {key for key in ours.keys() | other.keys() if ours.get(key, 0) != other.get(key, 0)}
    unexplained = sorted((name, hex(off), ours.get((name, off), 0), other.get((name, off), 0))
                         for name, off in differ if not field_of(OF_THE_MAP, name, off)
                         and not field_of(UEFI, name, off))
    assert not unexplained
    filled = {field_of(UEFI, name, off) for (name, off), byte in ours.items() if byte} - {None}
    assert filled == (set() if by == 'pvh' else set(UEFI['boot_params']))
    assert not [key for key, byte in other.items() if byte and field_of(UEFI, *key)]
