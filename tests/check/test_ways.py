# SPDX-License-Identifier: BSD-2-Clause
"""The table "who can boot it", kshim's own ways: what check says is held against what the rows of
tests/boot, efi, kvm and riscv expect of the same files. They boot them; nothing is booted here.
"""
import functools

import pytest
from check import report

from boot import bzimage_rows
from efi import efi_rows
from kshimtest import files
from kshimtest import ways
from kshimtest import media
from kshimtest import kvm_probes as probes
from kshimtest import riscv_forms
from kshimtest import riscv_rig as rig
from kvm import rig_rows
from boot import rom_rows
from boot import rows
from riscv import test_riscv

# Codes that the file alone decides; of others the row's line, map or memory is the reason.
OF_FILE = ('kernel.', 'elf.', 'bzimage.', 'riscv.')
STUB_WAYS = ('fwcfg', 'module', 'bundle', 'prelude')


@functools.lru_cache(maxsize=None)
def said_of(name):
    if name.startswith('made:'):
        return report.check(files.write(name, test_riscv.made(name[5:])))
    if name.startswith('riscv:form:'):
        form = name.removeprefix('riscv:form:')
        return report.check(files.write(name, riscv_forms.FORMS[form](files.read(rig.kernel()))))
    if name.removeprefix('riscv:') in rig.KERNELS:
        return report.check(rig.KERNELS[name.removeprefix('riscv:')]())
    if name == 'riscv:probe':
        return report.check(rig.PROBE)
    return report.check(media.resolve(name))


def launcher_of(row):
    """The name by which check knows the way of a row of tests/boot; None: not kshim's own."""
    if ways.of(row).body == 'rom':
        return 'kshim.rom'
    if row in bzimage_rows.ROWS:
        return 'kshim.bzimage' if row.stub == '' else None
    return 'kshim.stub' if row.way in STUB_WAYS else None


def boot_cases():
    """(launcher, kernel, code, protocol) of each row that says something of its file alone."""
    for row in rows.ROWS:
        name = launcher_of(row)
        if not name or row.kernel == 'none' or row.word or row.own_line == 'x' * 70000:
            continue
        by = row.by if row.way != 'prelude' else ''
        if not row.refusal or (row.refusal.startswith(OF_FILE) and row.refusal != 'kernel.none'):
            yield name, row.kernel, row.refusal, by


def kvm_cases():
    for run in rig_rows.ONE + rig_rows.MANY:
        if run.way == 'direct' and run.reaches_userspace and run.kernel != 'bundle':
            yield 'kshim.direct', run.kernel, '', ''
    for name, by, fields, way in probes.rows():
        if way == 'direct' and 'word' not in fields:
            yield 'kshim.direct', f'probe:{name}', '', by


def kernel_on(row):
    """The one kernel among the files of a row of tests/efi, or None."""
    kinds = ('debian:', 'vmlinux:', 'probe:', 'uki:', 'bundle:', 'cut:')
    disks = [*row.disk.values(), *row.second.values(), *row.xbootldr.values(), row.initrd]
    found = {name for name in disks if isinstance(name, str) and name.startswith(kinds)}
    if len(found) != 1:
        return None
    name = found.pop()
    return name.removeprefix('bundle:').partition('+')[0] if name.startswith('bundle:') else name


def efi_cases():
    for row in efi_rows.ROWS:
        kernel = kernel_on(row)
        secure = row.firmware == 'snakeoil'     # decides by itself what is started, and how
        asked = 'kshim.protocol=' in (row.append or '')
        if kernel and not row.refusal and not secure and ('profiles' not in kernel):
            yield 'kshim.efi', kernel, '', '' if asked else row.by
    refused = next(row for row in efi_rows.ROWS if 'cut' in row.disk)
    assert '[elf.truncated]' in ' '.join(refused.expect)
    yield 'kshim.efi', refused.disk['cut'], 'elf.truncated', ''


def riscv_cases():
    for row in (test_riscv.LINUX + test_riscv.QEMU10 + test_riscv.UNUSUAL + test_riscv.PROBES +
                test_riscv.STARTS + test_riscv.STORMS + test_riscv.REFUSALS):
        kernel = f'riscv:{row.kernel}' if row.kernel in (*rig.KERNELS, 'probe') else row.kernel
        kernel = f'riscv:form:{row.form}' if row.form and row.kernel == 'debian' else kernel
        if row.refusal.startswith(OF_FILE) and row.way != 'none':
            yield 'kshim.riscv', kernel, row.refusal, ''
        elif not row.refusal:
            yield 'kshim.riscv', kernel, '', ''


CASES = sorted({*boot_cases(), *kvm_cases(), *efi_cases(), *riscv_cases()})
LAUNCHERS = ('kshim.stub', 'kshim.rom', 'kshim.bzimage', 'kshim.direct', 'kshim.efi', 'kshim.riscv')


def test_every_way_has_rows():
    for name in LAUNCHERS:
        assert any(case[0] == name and not case[2] for case in CASES), name
    for name in ('kshim.stub', 'kshim.rom', 'kshim.bzimage', 'kshim.efi', 'kshim.riscv'):
        assert any(case[0] == name and case[2] for case in CASES), name


@pytest.mark.parametrize('name, kernel, code, by',
                         [pytest.param(*case, id='-'.join(case)) for case in CASES])
def test_check_says_what_the_rows_see(name, kernel, code, by):
    try:
        said = said_of(kernel)
    except rig.Missing as e:
        pytest.skip(str(e))
    if not code:
        row = report.launcher(said, name)
        assert row['boots'] and said['bootable'], row
        assert not by or f' by {by}' in row['text'], row
    elif code == 'kernel.compressed':   # `kshim bundle` unpacks it
        assert said['refusal']['name'] == code
    else:
        assert not report.boots(said, name)
        row = report.launcher(said, name) if said['launchers'] else None
        assert (row['rule'] if row else said['refusal']['name']) == code, row


@pytest.mark.parametrize('row', [row for row in rom_rows.REFUSALS if row.refusal == 'rom.low-kernel'],
                         ids=lambda row: row.name)
def test_what_the_rom_takes_by_fw_cfg_only(row):
    said = report.launcher(said_of(row.kernel), 'kshim.rom')
    assert said['boots'] and 'not by -kernel: QEMU loads it at 0x10000' in said['text']
    assert '-kernel' not in report.launcher(said_of('probe:pvh32'), 'kshim.rom')['text']


# ---------------------------------------------------------------- the least memory

MEMORY = sorted({(row.kernel, row.memory, row.refusal) for row in rows.ROWS
                 if launcher_of(row) == 'kshim.stub' and row.way != 'prelude' and not row.word
                 and (not row.refusal or row.refusal in ('plan.kernel-place', 'plan.kernel-room'))})


@pytest.mark.parametrize('kernel, memory, code', MEMORY)
def test_the_least_memory(kernel, memory, code):
    """A row that boots has it; one that is refused for its kernel's place has not."""
    least = report.fact(said_of(kernel), 'memory.least') / rows.MIB
    assert (least > memory) == bool(code), least
