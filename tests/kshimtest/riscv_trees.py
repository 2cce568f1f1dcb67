# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's own device tree with a change; QEMU gives it to the firmware by -dtb.

Each change takes the tree's source, as dtc writes it, and returns another.
"""
import os
import re
import subprocess

from kshimtest.patience import HANG


def nowhere(source):
    """An initrd that lies past the end of memory."""
    words = 'linux,initrd-start = <0x9fff0000>; linux,initrd-end = <0xa0000001>;'
    return source.replace('chosen {', f'chosen {{ {words}')


def no_memory(source):
    return source.replace('device_type = "memory"', 'device_type = "other"')


def no_mmu_type(source):
    """OpenSBI takes harts away that have no mmu-type at all."""
    return re.sub(r'mmu-type = "[^"]*"', 'mmu-type = "riscv,none"', source)


def sstc_claimed(source):
    """It says that all harts have Sstc."""
    return re.sub(r'(riscv,isa = "[^"]*)"', r'\1_sstc"', source)


def sstc_hidden(source):
    """It does not say that the harts have Sstc."""
    return source.replace('_sstc', '').replace('\\0sstc', '')


def sstc_on_first(source):
    """Only hart 0 has Sstc."""
    first, other = source.split('cpu@1 {')
    return first + 'cpu@1 {' + sstc_hidden(other)


def isa_list(source):
    """riscv,isa, which is deprecated, says little; the truth is in riscv,isa-extensions."""
    return re.sub(r'(riscv,isa = "rv64[a-z]*)_[^"]*";', r'\1";', source).replace('dch";', 'dc";')


def mixed(source):
    """Only hart 0 has H, and the firmware boots on it (OpenSBI 1.5)."""
    first, other = source.split('cpu@1 {')
    other = re.sub(r'(riscv,isa = "rv64[a-z]*)h', r'\1', other).replace('\\0h\\0', '\\0')
    handle = re.search(r'cpu@0 {.*?phandle = <(0x[0-9a-f]+)>', first, re.S)[1]
    config = ('opensbi-config { compatible = "opensbi,config"; '
              f'cold-boot-harts = <{handle}>; }};')
    return (first + 'cpu@1 {' + other).replace('chosen {', f'chosen {{ {config}', 1)


def moved_properties_first(source):
    """dtc wants properties before nodes."""
    return re.sub(r'(chosen {)\s*(opensbi-config {.*?};)(.*?)(\n\t};)', r'\1\3 \2\4', source,
                  flags=re.S)


def changed(row, qemu, directory):
    """The path of the changed tree of this row's machine."""
    first, out = os.path.join(directory, 'first.dtb'), os.path.join(directory, 'tree.dtb')
    subprocess.run([*qemu, '-M', f'{row.machine},dumpdtb={first}', '-cpu', row.cpu, '-smp',
                    str(row.cpus), '-m', str(row.memory), '-display', 'none'],
                   check=True, capture_output=True, timeout=HANG)
    source = subprocess.run(['dtc', '-q', '-I', 'dtb', '-O', 'dts', first], check=True,
                            capture_output=True, text=True).stdout
    source = moved_properties_first(globals()[row.tree.replace('-', '_')](source))
    subprocess.run(['dtc', '-q', '-I', 'dts', '-O', 'dtb', '-o', out], input=source.encode(),
                   check=True)
    return out
