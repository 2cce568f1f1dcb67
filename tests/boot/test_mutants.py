# SPDX-License-Identifier: BSD-2-Clause
"""Damaged disks boot or are refused by a code within seconds: all by `kshim check`, some by kshim.rom.

KSHIM_SEED= chooses other mutants; make test-all takes ten times as many, of a seed that it prints.
"""
import resource
import shutil

from kshimtest import asan
from kshimtest import files
from kshimtest.everything import EVERYTHING, SEED
from kshimtest.machine import CODES, ENTERED, run_once
from kshimtest.row import Row
from kshimtest.ways.disk import MIB, disk_image, drive
import pytest
from boot.disk_rows import DISK
from boot.mutants import mutants

CHECKED, BOOTED = (400, 25) if EVERYTHING else (40, 3)       # mutants of a disk
CHECK_SECONDS, BOOT_SECONDS = 20, 60                  # of a CPU's time; what is there takes less than a second
NAMES = ('gpt-fat-entries-pc', 'mbr-fat-scsi-q35', 'gpt-ext4-below-boot-rom-q35', 'logical-ext3-rom-pc', 'whole-ext2-rom-microvm',
         '4096-gpt-ext4-q35', 'grub-rom-q35', 'type2-rom-q35', 'fallback-pc')
ENTERS = ('kshim: entering the kernel at ', '\n')
ROWS = [next(row for row in DISK if row.name == f'disk-{name}') for name in NAMES]


class Image:
    """A row's disk, and copies of it with a mutant's bytes."""

    def __init__(self, row, directory):
        self.row, self.path = row, disk_image(row, str(directory))
        self.data = files.read(self.path)
        part = 0 if row.disk.table == 'none' else 2 * MIB
        self.mutants = lambda kind, count: mutants(self.data, part, row.disk.sector, f'{SEED} {kind} {row.name}', count)

    def put(self, at, data):
        with open(self.path, 'r+b') as f:
            f.seek(at)
            f.write(data)

    def failures(self, kind, count, look):
        """What look(path) says of each mutant in which it finds a fault."""
        found = []
        for mutant in self.mutants(kind, count):
            self.put(mutant.at, mutant.data)
            said = look(self.path)
            self.put(mutant.at, self.data[mutant.at:mutant.at + len(mutant.data)])
            if said:
                found.append(f'{mutant.what}: {said}')
        return found


def check(path):
    """'' if `kshim check` ends as it should."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (CHECK_SECONDS, CHECK_SECONDS))
    done = asan.run('check', '--json', path, preexec_fn=limit)
    return '' if done.returncode in (0, 1) else f'kshim check ended with {done.returncode}: {done.stderr[-2000:]}'


def boot(row, path, directory):
    """'' if kshim.rom enters a kernel or refuses by a code."""
    disk = drive(0, path, 'virtio-blk-pci', row.disk.sector, file_more=',snapshot=on')
    outcome = run_once(Row('damaged', 'none', way='rom-fwcfg', memory=128, append=row.append, endless=True, expect=ENTERS,
                           cpu_seconds=BOOT_SECONDS, qemu=tuple(disk)), directory)
    if ENTERED.search(outcome.serial) or outcome.refusal and outcome.status == CODES[outcome.refusal] << 1 | 1:
        return ''
    return f'QEMU ended with {outcome.status}: {outcome.serial[-2000:]}'


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_checked(row, tmp_path):
    found = Image(row, tmp_path).failures('check', CHECKED, check)
    shutil.rmtree(tmp_path)
    assert not found, f'KSHIM_SEED={SEED}\n' + '\n'.join(found)


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_booted(row, tmp_path):
    found = Image(row, tmp_path).failures('boot', BOOTED, lambda path: boot(row, path, str(tmp_path)))
    shutil.rmtree(tmp_path)
    assert not found, f'KSHIM_SEED={SEED}\n' + '\n'.join(found)
