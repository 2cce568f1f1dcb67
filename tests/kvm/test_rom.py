# SPDX-License-Identifier: BSD-2-Clause
"""kshim.rom as the firmware of QEMU under real KVM, which is the rig's.

Emulators forgive what a CPU does not: here the ROM is run from a read-only memory slot, behind nested
page tables. One CPU: with two and a bzImage no firmware gets Linux to userspace in the rig.
"""
import pathlib
import shutil

import pytest

HERE = pathlib.Path(__file__).resolve().parent
from rig import bench
from kshimtest import files
from kshimtest import rig
from kshimtest.patience import HANG

REACHED = 'kshim: userspace reached'
# Machine, kernel, memory: marks.
ROWS = {('microvm', 'vmlinux:cloud', '256M'): (), ('pc', 'debian:cloud', '256M'): (),
        ('q35', 'vmlinux:cloud', '512M'): (pytest.mark.full,)}
NO_KERNEL = 'no-kernel'         # unpacks the part of the ROM that has the sentences
ONE_BOOT = pytest.mark.xdist_group('rig-rom')   # of the rig, in one worker: the rows share it


class WithRom(bench.WithQemu):
    def __init__(self, root):
        super().__init__(root)
        shutil.copy(f'{files.BUILD}/kshim.rom', self.root / 'files')


def name(row):
    return '-'.join(row[:2]).replace(':', '-')


def qemu(machine, memory, *words):
    return ['qemu-system-x86_64', '-L', '/files', '-M', machine, '-accel', 'kvm', '-cpu', 'host', '-m',
            memory, '-nodefaults', '-display', 'none', '-no-reboot', '-serial', 'stdio', '-bios',
            '/files/kshim.rom', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4', *words]


def rig_row(row):
    machine, kernel, memory = row
    return rig.Row(name(row), qemu(machine, memory, '-kernel', pathlib.Path(files.path(kernel)), '-initrd',
                                   pathlib.Path(files.path('initramfs')), '-append', bench.APPEND),
                   typed=f'expect {REACHED}\n')


@pytest.fixture(name='outcomes', scope='session')
def outcomes_fixture(wanted):
    return boot([row for row in ROWS if name(row) in wanted])


def boot(rows):
    """By name, each row's outcome and tries."""
    kept, rig.Initramfs = rig.Initramfs, WithRom
    try:
        no_kernel = rig.Row(NO_KERNEL, qemu('pc', '64M'))
        return rig.run_again([*map(rig_row, rows), no_kernel], most=HANG,
                             by_chance=lambda o: o.row.name != NO_KERNEL and REACHED not in o.stdout)
    finally:
        rig.Initramfs = kept


@ONE_BOOT
@pytest.mark.takes(400)
@pytest.mark.parametrize('row', [pytest.param(row, id=name(row), marks=[pytest.mark.judges(name(row)), *marks])
                                 for row, marks in ROWS.items()])
def test_reaches_userspace(outcomes, row, record_property):
    outcome, tries = outcomes[name(row)]
    record_property('tries', tries)
    said = outcome.stdout + outcome.stderr
    assert outcome.status == 0, said + outcome.rig[-2000:]
    assert f'{REACHED}\n' in said.replace('\r', ''), said
    assert 'Power down' in said or 'powering off' in said, said


@ONE_BOOT
@pytest.mark.takes(400)
def test_refuses(outcomes):
    outcome, _ = outcomes[NO_KERNEL]
    assert '[kernel.none]' in outcome.stdout, outcome.stdout + outcome.stderr + outcome.rig[-2000:]
    assert outcome.status == 7 * 2 + 1
