# SPDX-License-Identifier: BSD-2-Clause
"""Runs the tables of rig_rows.py, each in one boot of the rig, and judges what came out.

Only the rows that the selected tests judge are run.

A row that ended in nothing (a nested boot may hang or oops by chance) is tried again with the
others like it, twice at most; what kshim itself says or refuses is never retried.
"""
import base64
import functools
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
from kshimtest import files
from kshimtest import kvm_probes as probes
from kshimtest import newc
from kshimtest import rig
from kshimtest.patience import HANG
from kvm import rig_rows


def initrd_of(name):
    """An initrd with our own /init, to go behind the ordinary one."""
    init = files.read(HERE.parent / 'rig' / name)
    head = '070701' + ''.join(f'{v:08x}' for v in (1, 0o100755, 0, 0, 1, 0, len(init), 0, 0, 0, 0, 5,
                                                   0))
    data = (head.encode() + b'init\0').ljust(116, b'\0') + init
    data += b'\0' * (-len(data) % 4)
    tail = '070701' + ''.join(f'{v:08x}' for v in (0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 11, 0))
    return data + (tail.encode() + b'TRAILER!!!\0').ljust(124, b'\0')


DEVICE_MODULES = ('virtio_ring', 'virtio', 'virtio_pci_legacy_dev', 'virtio_pci_modern_dev', 'virtio_pci',
                  'virtio-rng', 'virtio_blk', 'virtio_console')


def devices_initrd(init='devices-init', modules=DEVICE_MODULES, programs=()):
    """An initrd with busybox and other static programs, modules for devices in their order, and an /init that uses these."""
    found = {p.stem: p for p in pathlib.Path(files.package_dir('cloud')).rglob('*.ko')}
    members = [(d, 0o40755, b'') for d in ('bin', 'modules')]
    members += [(f'bin/{p.name}', 0o100755, p.read_bytes()) for p in (pathlib.Path('/bin/busybox'), *programs)]
    members += [(f'modules/{m}.ko', 0o100644, found[m].read_bytes()) for m in modules]
    members.append(('modules/order', 0o100644, ''.join(f'{m}.ko\n' for m in modules).encode()))
    return newc.archive([*members, ('init', 0o100755, files.read(HERE.parent / 'rig' / init))])


def disk_image():
    """A file system by mke2fs with a file and its hash, and a kernel with its initrd."""
    out = pathlib.Path(files.MADE) / f'rig-disk.{os.getpid()}'  # another worker makes its own
    data = b''.join(hashlib.sha512(b'%d' % n).digest() for n in range(32768))
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, 'data').write_bytes(data)
        pathlib.Path(folder, 'data.md5').write_text(f'{hashlib.md5(data).hexdigest()}  data\n')
        pathlib.Path(folder, 'boot').mkdir()
        shutil.copy(path('debian:cloud'), pathlib.Path(folder, 'boot', 'vmlinuz-6.1'))
        shutil.copy(path('devices'), pathlib.Path(folder, 'boot', 'initrd.img-6.1'))
        out.write_bytes(b'')
        os.truncate(out, 48 << 20)
        subprocess.run(['/sbin/mke2fs', '-q', '-F', '-t', 'ext4', '-d', folder, out], check=True)
    return out


def path(name):
    if name == 'devices':
        return pathlib.Path(files.write('devices.cpio', devices_initrd()))
    if name == 'disk':
        return disk_image()
    if name == 'checks':
        return pathlib.Path(files.write('checks.cpio', initrd_of('checks-init')))
    if name == 'bundle':
        out = pathlib.Path(files.MADE) / 'rig-bundle'
        subprocess.run([rig.KSHIM, 'bundle', '-o', out, path('debian:cloud'), path('initramfs'),
                        path('checks')], check=True)
        return out
    return pathlib.Path(files.path(name))


def row_of(run):
    initrds = [a for n in run.initrds for a in ('-i', path(n))]
    seconds = HANG if run in rig_rows.MANY else run.timeout
    limit = [] if '--timeout' in run.options else ['--timeout', seconds]
    dump = ['--dump-handoff', 'dump'] if run.dump else []
    args = ['kshim', 'run', '--times', *rig_rows.WAYS[run.way], '-m', run.memory, '-c', run.cpus,
            '-a', f'{run.console}quiet {run.append}'.strip(), *initrds, *limit, *dump,
            *run.options, *([path(run.kernel)] if run.kernel else [])]
    before, after = run.before, ''
    if run.disk is not None:
        args[2:2] = ['--disk', rig.Inside(path('disk'), run.disk)]
    if 'kvm.away' in before:
        after = 'rm /dev/kvm; mv /dev/kvm.away /dev/kvm'
    if run.name == 'kvm-forbidden':
        before, after = 'chmod 600 /dev/kvm', 'chmod 666 /dev/kvm'
    return rig.Row(run.name, args, timeout=seconds + 40, typed=run.typed, before=before,
                   after=after, user='nobody' if run.name == 'kvm-forbidden' else '')


def probe_name(row):
    return f'probe-{row[0]}-{row[1]}-{row[3]}'


def probe_row(row):
    return rig.Row(probe_name(row), ['kshim', 'run', '--timeout', '60',
                                     *probes.arguments(row, path)])


def by_chance(run, outcome):
    """Did it end in nothing, where Linux was to reach userspace?"""
    if run.may_fail:
        return False
    return outcome.status is None or (run.reaches_userspace and run.status != outcome.status and rig.ended_by_chance(outcome))


@functools.lru_cache(maxsize=None)
def boot_table(many, wanted):
    runs = [r for r in (rig_rows.MANY if many else rig_rows.ONE) if r.name in wanted]
    more = [] if many else [probe_row(r) for r in probes.rows() if probe_name(r) in wanted]
    by_name = {r.name: r for r in runs}
    boot = {'cpus': 2, 'icount': False} if many else {'cpus': 1, 'icount': True}
    return rig.run_again(more + [row_of(r) for r in runs], memory='9G', **boot,
                         by_chance=lambda o: o.row.name in by_name and by_chance(by_name[o.row.name], o))


@pytest.fixture(name='outcomes', scope='session')
def outcomes_fixture(wanted):
    """A function from a table to what became of its rows."""
    return lambda many: boot_table(many, wanted)


def judge(outcomes, run, record_property):
    try:
        outcome, tries = outcomes(run in rig_rows.MANY)[run.name]
    except files.Missing as missing:
        pytest.fail(str(missing))
    record_property('tries', tries)
    said = outcome.stdout + outcome.stderr
    if run.may_fail and 'kshim: userspace reached' not in said:
        pytest.skip(run.may_fail)
    assert outcome.status is not None, 'the rig did not get to it:\n' + outcome.rig[-2000:]
    assert outcome.status == run.status, said
    at = 0
    for text in run.expect:
        assert text in said[at:], f'{text!r} is missing:\n{said}'
        at = said.index(text, at) + len(text)
    for text in run.absent:
        assert text not in said, said
    if 'checks' in run.initrds and run.reaches_userspace and 'checks: end' in said:
        judge_machine(run, said)
    return outcome


MEBI = {'128M': 128, '256M': 256, '512M': 512, '1G': 1024, '5G': 5120, '6G': 6144}


def judge_machine(run, said):
    """Linux found what there is, and waited for nothing that is not."""
    assert f'checks: cpus {run.sees or run.cpus}\n' in said, said
    memory = int(re.search(r'checks: memory (\d+)', said)[1]) >> 10
    assert 0.6 * MEBI[run.memory] < memory <= MEBI[run.memory], said
    assert 'checks: clock kvm-clock' in said, said
    today = re.search(r'checks: today (\S+)', said)[1]
    assert f'checks: rtc {today}' in said, said
    assert re.search(r'checks: dmesg .* ttyS0 at I/O 0x3f8 \(irq = 4, .*16550A', said), said
    for bad in ('not accessible', "Can't read CTR", 'ACPI BIOS Error', 'ACPI Error'):
        assert bad not in said, said


def judge_dump(first, outcome, directory):
    """Two ways to the same kernel hand over the same."""
    for name, o in (('a', first), ('b', outcome)):
        (directory / name).write_bytes(o.files['dump'])
    done = subprocess.run([rig.KSHIM, 'diff-handoff', directory / 'a', directory / 'b'],
                          check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# The rows of a table share a boot, so they are for one worker.
ONE = (pytest.mark.xdist_group('rig-one'), pytest.mark.takes(300))
MANY = (pytest.mark.xdist_group('rig-many'), pytest.mark.takes(150))


def parameter(run, marks):
    more = (pytest.mark.full,) if run.full else ()
    return pytest.param(run, id=run.name, marks=[*marks, *more, pytest.mark.judges(run.name, run.like)])


PAIRWISE = probes.pairwise()


def probe_parameter(row):
    more = (pytest.mark.full,) if row not in PAIRWISE else ()
    return pytest.param(row, id=probe_name(row), marks=[*ONE, *more, pytest.mark.judges(probe_name(row))])


@pytest.mark.parametrize('run', [*(parameter(r, ONE) for r in rig_rows.ONE), *(parameter(r, MANY) for r in rig_rows.MANY)])
def test_run(outcomes, run, record_property, tmp_path):
    outcome = judge(outcomes, run, record_property)
    if run.like:
        judge_dump(outcomes(run in rig_rows.MANY)[run.like][0], outcome, tmp_path)


@pytest.mark.parametrize('row', [probe_parameter(r) for r in probes.rows()])
def test_probe(outcomes, row):
    outcome, _ = outcomes(False)[probe_name(row)]
    assert outcome.status == 0 and ': PASS' in outcome.stdout, outcome.stdout + outcome.stderr


TABLES = {'DSDT', 'FACP', 'APIC', 'FACS'}


@pytest.mark.parametrize('many,name', [
    pytest.param(many, name, marks=[*marks, pytest.mark.judges(name)]) for many, name, marks in (
        (False, 'bz-direct', ONE), (True, 'bz-stub-4', MANY), (True, 'linux64-firecracker-4', MANY))])
def test_tables_please_iasl(outcomes, many, name, tmp_path):
    """What Linux found is taken apart by iasl and put together again, without a complaint."""
    assert shutil.which('iasl'), 'iasl is missing: apt-get install acpica-tools'
    said = outcomes(many)[name][0].stdout
    tables = dict(re.findall(r'checks: table (\S+) (\S+)', said))
    assert TABLES <= set(tables), said
    for table, text in tables.items():
        (tmp_path / f'{table}.dat').write_bytes(base64.b64decode(text))
        taken = subprocess.run(['iasl', '-d', f'{table}.dat'], cwd=tmp_path, check=False,
                               capture_output=True, text=True)
        assert taken.returncode == 0, taken.stdout + taken.stderr
        assert not re.search(r'(?i)error|warning|invalid', taken.stderr), taken.stderr
        made = subprocess.run(['iasl', '-we', f'{table}.dsl'], cwd=tmp_path, check=False,
                              capture_output=True, text=True)
        assert made.returncode == 0, made.stdout + made.stderr
        assert '0 Errors, 0 Warnings' in made.stdout or 'Compilation successful' in made.stdout, \
            made.stdout
