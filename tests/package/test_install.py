# SPDX-License-Identifier: BSD-2-Clause
"""`make install` and `make uninstall`: what lies where, that it works from there, that nothing is left."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import jsonschema
import pytest

from package import installed

from kshimtest import files
from kshimtest.patience import HANG

BUILD = installed.TOP / 'build'
PLACES = {'.elf': 'share/kshim', '.bzimage': 'share/kshim', '.bin': 'share/kshim', '.efi': 'lib/kshim',
          '.json': 'share/kshim', '.rom': 'share/qemu', '.a': 'lib', '.h': 'include', '.pc': 'lib/pkgconfig'}


def version():
    return re.search(r'^VERSION := (\S+)$', (installed.TOP / 'Makefile').read_text(), re.M)[1]


def listed(folder):
    """Path and mode of every file below a folder."""
    return {str(p.relative_to(folder)): oct(p.stat().st_mode & 0o777)
            for p in sorted(folder.rglob('*')) if not p.is_dir()}


def test_everything_has_its_place():
    found = listed(installed.tree())
    assert found.pop('usr/bin/kshim') == '0o755'
    assert set(found.values()) == {'0o644'}
    for name in found:
        suffix = pathlib.Path(name).suffix
        if suffix in ('.1', '.3', '.7'):
            assert name.startswith(f'usr/share/man/man{suffix[1]}/')
        elif suffix:
            assert os.path.dirname(name) == f'usr/{PLACES[suffix]}', name
    assert {'usr/share/kshim/kshim.elf', 'usr/share/kshim/kshim-riscv64.bin', 'usr/lib/kshim/kshim.efi', 'usr/lib/kshim/kshim-init',
            'usr/share/qemu/kshim.rom', 'usr/share/kshim/plan.schema.json', 'usr/share/kshim/check.schema.json',
            'usr/include/kshim.h', 'usr/lib/libkshim.a', 'usr/lib/pkgconfig/kshim.pc',
            'usr/share/bash-completion/completions/kshim', 'usr/share/zsh/site-functions/_kshim',
            'usr/share/man/man1/kshim.1', 'usr/share/man/man7/kshim.elf.7'} <= set(found)


def test_images_are_those_that_were_built():
    for name in listed(installed.tree()):
        built = BUILD / os.path.basename(name)
        if built.suffix in ('.efi', '.bin', '.rom', '.bzimage'):
            assert (installed.tree() / name).read_bytes() == built.read_bytes()


@pytest.mark.parametrize('command', ['check', 'plan'])
def test_json_is_by_the_schema_that_is_installed(command):
    there = installed.tree() / 'usr'
    schema = json.loads((there / f'share/kshim/{command}.schema.json').read_text())
    done = subprocess.run([there / 'bin/kshim', command, '--json', there / 'share/kshim/kshim.elf'], check=False,
                          capture_output=True, text=True, timeout=HANG)
    assert done.returncode in (0, 1), done.stderr
    told = json.loads(done.stdout)
    jsonschema.validate(told, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({}, schema)


def test_umask_does_not_matter(tmp_path):
    before = os.umask(0o077)
    try:
        installed.make('install', tmp_path / 'to', PREFIX='/usr')
    finally:
        os.umask(before)
    assert listed(tmp_path / 'to') == listed(installed.tree())
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / 'to').rglob('*') if p.is_dir()} == {0o755}


def test_folders_can_be_chosen_and_uninstalled(tmp_path):
    chosen = {'PREFIX': '/opt/k', 'BINDIR': '/opt/k/sbin', 'LIBDIR': '/opt/k/lib64',
              'MANDIR': '/opt/man', 'QEMUDIR': '/opt/qemu'}
    installed.make('install', tmp_path, **chosen)
    found = set(listed(tmp_path))
    assert {'opt/k/sbin/kshim', 'opt/k/lib64/libkshim.a', 'opt/k/lib64/pkgconfig/kshim.pc',
            'opt/man/man1/kshim.1', 'opt/k/share/kshim/kshim.elf'} <= found
    (tmp_path / 'opt' / 'k' / 'lib64' / 'others').touch()
    text = (tmp_path / 'opt/k/lib64/pkgconfig/kshim.pc').read_text()
    assert 'prefix=/opt/k\n' in text and 'libdir=${prefix}/lib64\n' in text
    assert f'Version: {version()}\n' in text
    installed.make('uninstall', tmp_path, **chosen)
    assert set(listed(tmp_path)) == {'opt/k/lib64/others'}
    assert not (tmp_path / 'opt/k/share/kshim').exists()


@pytest.fixture(name='moved')
def fixture_moved(tmp_path):
    """The installed tree somewhere else, with a prefix of its own."""
    shutil.copytree(installed.tree() / 'usr', tmp_path / 'prefix')
    return tmp_path / 'prefix'


def test_program_finds_its_images_where_it_is(moved):
    kernel = f'{BUILD}/probes/kernels/bz64'
    done = subprocess.run([moved / 'bin' / 'kshim', 'run', '--dry-run', kernel], capture_output=True,
                          text=True, check=False, timeout=HANG)
    assert done.returncode == 0, done.stderr
    image = (moved / 'share/kshim/kshim.elf')
    image.rename(moved / 'share/kshim/away')
    done = subprocess.run([moved / 'bin' / 'kshim', 'run', '--dry-run', kernel], capture_output=True,
                          text=True, check=False, timeout=HANG)
    if not os.path.exists('/usr/share/kshim') and not os.path.exists('/usr/local/share/kshim'):
        assert done.returncode == 1 and 'kshim.elf' in done.stderr


def test_qemu_finds_the_installed_rom(moved):
    """By -L, as `make install` says for prefixes other than /usr."""
    said = installed.make('install', moved / 'other', PREFIX='/opt/k')
    assert '-L /opt/k/share/qemu -bios kshim.rom' in said
    done = subprocess.run(
        ['qemu-system-x86_64', '-accel', 'tcg', '-M', 'pc', '-m', '128M', '-nodefaults', '-display',
         'none', '-serial', 'stdio', '-no-reboot', '-L', moved / 'other/opt/k/share/qemu', '-L',
         '/usr/share/qemu', '-bios', 'kshim.rom', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4',
         '-fw_cfg', f'name=opt/org.kshim/kernel,file={files.path("probe:bz64")}'],
        capture_output=True, text=True, check=False, timeout=HANG, stdin=subprocess.DEVNULL)
    assert 'kshim: entering the kernel at' in done.stdout, done.stdout + done.stderr


def test_installed_image_boots(moved):
    """kshim.elf has lost its debug information on the way: it still reads a bundle and jumps."""
    image = moved / 'share/kshim/kshim.elf'
    assert image.stat().st_size < (BUILD / 'kshim.elf').stat().st_size // 2
    subprocess.run([moved / 'bin/kshim', 'bundle', '-o', moved / 'bundle', files.path('probe:bz64')],
                   check=True, timeout=HANG)
    done = subprocess.run(
        ['qemu-system-x86_64', '-accel', 'tcg', '-M', 'microvm', '-m', '128M', '-nodefaults',
         '-display', 'none', '-serial', 'stdio', '-no-reboot', '-kernel', image, '-initrd',
         moved / 'bundle', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4'], capture_output=True,
        text=True, check=False, timeout=HANG, stdin=subprocess.DEVNULL)
    assert 'kshim: entering the kernel at' in done.stdout, done.stdout + done.stderr
    assert 'probe bz64' in done.stdout, done.stdout
