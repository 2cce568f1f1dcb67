# SPDX-License-Identifier: BSD-2-Clause
"""`make deb`: built twice in different folders, looked at by lintian, installed and removed."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from package import installed

from kshimtest.patience import BUILD, HANG

# One worker builds the packages, for all tests here.
pytestmark = [pytest.mark.xdist_group('deb'), pytest.mark.takes(60)]

NAMES = ['kshim', 'kshim-firmware', 'libkshim-dev']
SECOND = installed.TOP / 'build' / 'deb-second'
EPOCH = '1700000000'


def build(top, out, **env):
    done = subprocess.run([top / 'tools/make-deb', version(), out], cwd='/', check=False,
                          env={**os.environ, 'SOURCE_DATE_EPOCH': EPOCH, **env}, timeout=BUILD,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return {p.name.split('_')[0]: p for p in pathlib.Path(out).glob('*.deb')}


def version():
    return re.search(r'^VERSION := (\S+)$', (installed.TOP / 'Makefile').read_text(), re.M)[1]


@pytest.fixture(name='debs', scope='module')
def fixture_debs():
    out = installed.TOP / 'build' / 'deb-first'
    shutil.rmtree(out, ignore_errors=True)
    return build(installed.TOP, out)


def field(deb, name):
    return subprocess.run(['dpkg-deb', '-f', deb, name], check=True, capture_output=True,
                          text=True).stdout.strip()


def test_packages_are_there(debs):
    assert sorted(debs) == NAMES
    assert {field(debs[n], 'Version') for n in NAMES} == {version()}
    assert [field(debs[n], 'Architecture') for n in NAMES] == ['amd64', 'all', 'amd64']
    assert f'kshim-firmware (= {version()})' in field(debs['kshim'], 'Depends')


def test_what_the_build_needs_is_named():
    """Of the group `build` what Debian's build-essential does not bring anyhow."""
    given = {'gcc', 'binutils', 'libc6-dev', 'make', 'python3'}
    rows = [line.split() for line in (installed.TOP / 'tools/packages').read_text().splitlines()]
    needed = {row[1] for row in rows if row and row[0] == 'build'} - given
    control = (installed.TOP / 'tools/debian/control').read_text()
    named = re.search(r'^Build-Depends: (.*?)^\S', control, re.S | re.M)[1]
    assert needed and not [n for n in needed if not re.search(rf'\b{n}\b', named)]


def test_lintian_has_nothing_to_say(debs):
    done = subprocess.run(['lintian', '--allow-root', '--no-cfg', '--pedantic', '-I', '-E',
                           *debs.values()], capture_output=True, text=True, check=False, timeout=HANG)
    assert done.returncode == 0 and not done.stdout + done.stderr, done.stdout + done.stderr


def test_another_folder_and_another_umask_give_the_same_bytes(debs):
    shutil.rmtree(SECOND, ignore_errors=True)
    source = SECOND / 'another' / 'folder'
    source.mkdir(parents=True)
    files = subprocess.run(['git', 'ls-files', '-z', '-co', '--exclude-standard'],
                           cwd=installed.TOP, check=True, capture_output=True).stdout
    for name in filter(None, files.decode().split('\0')):
        if (installed.TOP / name).exists():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(installed.TOP / name, source / name)
    before = os.umask(0o077)
    try:
        again = build(source, SECOND / 'out', TZ='Asia/Tokyo', LC_ALL='C.UTF-8')
    finally:
        os.umask(before)
    for name in NAMES:
        assert debs[name].read_bytes() == again[name].read_bytes(), name
    shutil.rmtree(SECOND)


def dpkg(root, *args):
    done = subprocess.run(['dpkg', f'--root={root}', '--force-not-root', '--force-depends',
                           '--force-script-chrootless', f'--log={root}/log', *map(str, args)],
                          capture_output=True, text=True, check=False, timeout=HANG,
                          env={**os.environ, 'PATH': os.environ['PATH'] + ':/usr/sbin:/sbin'})
    assert done.returncode == 0, done.stdout + done.stderr


def left(root):
    return {str(p.relative_to(root)) for p in root.rglob('*')
            if p.relative_to(root).parts[0] != 'var' and p.name != 'log'}


def test_installing_and_removing_leaves_nothing(debs, tmp_path):
    for folder in ('updates', 'info', 'triggers'):
        (tmp_path / 'var/lib/dpkg' / folder).mkdir(parents=True)
    (tmp_path / 'var/lib/dpkg/status').touch()
    (tmp_path / 'var/lib/dpkg/available').touch()
    dpkg(tmp_path, '-i', *debs.values())
    program = tmp_path / 'usr/bin/kshim'
    done = subprocess.run([program, '--version'], capture_output=True, text=True, check=True)
    assert done.stdout == f'kshim {version()}\n'
    kernel = installed.TOP / 'build/probes/kernels/bz64'
    done = subprocess.run([program, 'run', '--dry-run', kernel], capture_output=True, text=True,
                          check=False, timeout=HANG)
    assert done.returncode == 0, done.stderr
    assert {'usr/share/kshim/kshim.elf', 'usr/lib/kshim/kshim.efi', 'usr/include/kshim.h',
            'usr/share/man/man1/kshim-run.1.gz'} <= left(tmp_path)
    dpkg(tmp_path, '-P', *NAMES)
    assert left(tmp_path) == set()


def test_what_is_packaged_is_what_is_installed(debs):
    packaged = set()
    for deb in debs.values():
        listed = subprocess.run(['dpkg-deb', '-c', deb], check=True, capture_output=True,
                                text=True).stdout
        packaged |= set(re.findall(r'^-.* \./(\S+)$', listed, re.M))
    packaged = {re.sub(r'\.gz$', '', p) for p in packaged if '/doc/' not in p and 'lintian' not in p}
    tree = installed.tree()
    expected = {str(p.relative_to(tree)) for p in tree.rglob('*') if p.is_file()}
    plain = {p.replace('lib/x86_64-linux-gnu', 'lib').replace('vendor-completions', 'site-functions')
             for p in packaged}
    assert plain == expected
