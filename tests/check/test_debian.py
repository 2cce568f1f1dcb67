# SPDX-License-Identifier: BSD-2-Clause
"""Debian's kernels, with facts about them that are known from elsewhere: package, file(1), readelf."""
import re
import subprocess

import pytest
from check import report

from kshimtest import files

KERNELS = ['cloud', 'amd64', '686-pae', 'trixie', 'sid', 'rt', 'backports']
SAID = {}


def said_of(name):
    if name not in SAID:
        SAID[name] = report.check(files.path(f'debian:{name}'))
    return SAID[name]


@pytest.mark.parametrize('name', KERNELS)
def test_bzimages(name):
    said = said_of(name)
    path = files.path(f'debian:{name}')
    version = re.search(r'version (\S+) ', subprocess.run(
        ['file', '-b', path], capture_output=True, text=True, check=True).stdout)[1]
    assert said['kind'] == 'bzimage' and said['bootable']
    assert report.fact(said, 'linux.version').split()[0] == version
    assert report.fact(said, 'boot.version') == '2.15'
    assert report.fact(said, 'boot.relocatable') is True
    assert report.fact(said, 'boot.cmdline-max') == 2047
    assert report.fact(said, 'boot.pref-address') == 16 << 20
    assert report.boots(said, 'firecracker') == (name != '686-pae')
    assert report.verdict(said, 'bzimage.64-bit-entry') == ('note' if name == '686-pae'
                                                            else 'ok')
    assert report.fact(said, 'memory.least') <= 128 << 20


@pytest.mark.parametrize('name', KERNELS)
def test_the_kernel_inside(name):
    said = said_of(name)
    elf = files.path(f'vmlinux:{name}')
    inside = said['inside']
    assert inside['kind'] == 'elf' and said['facts']['payload.unpacked']['value'] == len(
        files.read(elf))
    notes = subprocess.run(['readelf', '-nW', elf], capture_output=True, text=True,
                           check=True).stdout
    assert inside['facts']['linux.build-id']['value'] == re.search(r'Build ID: (\w+)', notes)[1]
    listed = [(n['owner'], n['number']) for n in inside['tables']['notes']]
    assert len(listed) == len(re.findall(r'^  (?:Xen|GNU|Linux) ', notes, re.M))
    assert ('Xen', 18) in listed
    header = subprocess.run(['readelf', '-hlW', elf], capture_output=True, text=True,
                            check=True).stdout
    entry = int(re.search(r'Entry point address:\s+(0x\w+)', header)[1], 16)
    assert inside['facts']['elf.entry']['value'] == entry
    loads = re.findall(r'^  LOAD +(0x\w+) (0x\w+) (0x\w+) (0x\w+) (0x\w+) (.{3})', header, re.M)
    rows = [s for s in inside['tables']['segments'] if s['type'] == 'LOAD']
    assert [[int(n, 16) for n in load[:5]] for load in loads] == [
        [s['offset'], s['virtual'], s['address'], s['in-file'], s['in-memory']] for s in rows]
    assert [load[5].replace(' ', '') for load in loads] == [
        s['perm'].replace('r', 'R').replace('w', 'W').replace('x', 'E').replace('-', '')
        for s in rows]


def test_linux_6_17_and_later_have_another_entry():
    assert report.verdict(said_of('sid'), 'elf.entry-is-base') == 'note'
    assert report.verdict(said_of('cloud'), 'elf.entry-is-base') == 'ok'
    assert report.verdict(said_of('sid'), 'pvh.relocatable') == 'ok'
    assert report.verdict(said_of('cloud'), 'pvh.relocatable') == 'note'


@pytest.mark.parametrize('name', ['cloud', 'amd64', 'rt', '686-pae', 'backports'])
def test_secure_boot_signatures(name):
    if name == '686-pae':       # a PE32, for 32-bit firmware
        assert not report.boots(said_of(name), 'qemu.q35.ovmf')
        return
    assert report.verdict(said_of(name), 'pe.signature') == 'ok'
    assert report.boots(said_of(name), 'systemd-boot')


def test_arm64():
    said = said_of('arm64')
    assert said['kind'] == 'arm64-image' and not said['bootable'] and said['status'] == 1
    assert said['refusal']['name'] == 'kernel.other-machine'
    assert re.match(r'6\.1\.0-\d+-cloud-arm64', report.fact(said, 'linux.version'))
    assert report.fact(said, 'image.flags.PAGE_SIZE') == '4 KiB'
    assert report.boots(said, 'qemu.virt.aarch64') and not report.boots(said, 'qemu.q35.seabios')


def test_riscv64():
    folder = f'{files.BUILD}/debs/linux-riscv64/boot'
    path = subprocess.run(f'ls {folder}/vmlinux-*', shell=True, capture_output=True, text=True,
                          check=True).stdout.split()[0]
    said = report.check(path)
    assert said['kind'] == 'riscv-image' and said['bootable']
    assert report.fact(said, 'image.text-offset') == 2 << 20
    assert path.endswith(report.fact(said, 'linux.version'))
    assert report.boots(said, 'kshim.riscv') and report.boots(said, 'qemu.virt.riscv64')
    assert not report.boots(said, 'kshim.stub')


def test_compare_of_two_kernels():
    out = report.run('--compare', files.path('vmlinux:cloud'), files.path('vmlinux:sid'))
    assert out.returncode == 0
    assert 'changed pvh.relocatable: no -> 0x1000000-0x3fffffff by 0x200000' in out.stdout
