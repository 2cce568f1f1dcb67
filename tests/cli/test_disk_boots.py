# SPDX-License-Identifier: BSD-2-Clause
"""kshim check of disk images as a gate: does an entry boot, by whom, and if not, why."""
import gzip
import hashlib
import json
import struct
import subprocess

import pytest

from cli.test_cli import kshim, read, KERNELS
from cli.test_disk import MIB, check, empty, run
from kshimtest import images
from kshimtest import media
from kshimtest.newc import archive
from kshimtest.ways.disk import gpt_of_4096

UUID = '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9'
PARTUUID = '6b736869-6d00-4000-8000-000000000003'
SECTOR = 512
CORE, ESP, ROOT = 2048, 4096, 45056    # sectors: BIOS boot, EFI system, Linux
TABLE = f'''label: gpt
start={CORE},size=2048,type=21686148-6449-6E6F-744E-656564454649
start={ESP},size=40960,type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
start={ROOT},size=65536,type=0FC63DAF-8483-4772-8E79-3D69D8477DE4,uuid={PARTUUID}
'''
INITRD = gzip.compress(archive([('init', 0o100755, b'#!/bin/sh\n')]), mtime=0)
LINE = f'root=UUID={UUID} ro quiet'


def menu(*entries):
    return ''.join(f"menuentry '{title}' --id '{title}' {{\n linux {kernel} {line}\n initrd {initrd}\n}}\n"
                   for title, kernel, line, initrd in entries)


def boot_sector(sector=CORE):
    """What GRUB puts into the first sector, as far as it is looked at: where its core starts."""
    code = bytearray(440)
    code[0x5a:0x64] = struct.pack('<HQ', 0x8000, sector)
    code[0x180:0x1a4] = b'GRUB \0Geom\0Hard Disk\0Read\0 Error\r\n\0'
    return bytes(code)


def core(sector=CORE, count=20):
    """The first sector of GRUB's core, with the list of what follows, and that."""
    first = bytearray(SECTOR)
    first[0x11b:0x136] = b'loading\0.\0\r\n\0Geom\0Read\0 Err'
    first[SECTOR - 12:] = struct.pack('<QHH', sector + 1, count, 0x820)
    return bytes(first) + b'G' * SECTOR * count


@pytest.fixture(name='disk')
def fixture_disk(tmp_path):
    """A disk image made of files of its Linux file system, files of its ESP, and a menu."""
    def disk(*entries, esp=(), tree=(), code=b'', core_img=b''):
        files = {'boot/vmlinuz-6.1': read(f'{KERNELS}/bz64'), 'boot/initrd.img-6.1': INITRD, **dict(tree)}
        if entries:
            files['boot/grub/grub.cfg'] = menu(*entries).encode()
        for name, data in files.items():
            path = tmp_path / 'tree' / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        run('mke2fs', '-q', '-t', 'ext4', '-U', UUID, '-d', tmp_path / 'tree', tmp_path / 'root', '32M')
        image = empty(tmp_path / 'disk.img', 64 * MIB)
        run('sfdisk', '-q', image, input=TABLE.encode())
        run('mkfs.fat', '-F', '16', '-s', 4, '--offset', ESP, image, 20 * 1024)
        for name, data in dict(esp).items():
            (tmp_path / 'file').write_bytes(data)
            for folder in ('::EFI', '::EFI/BOOT', '::loader', '::loader/entries'):
                subprocess.run(['mmd', '-D', 's', '-i', f'{image}@@{ESP * SECTOR}', folder], check=False, capture_output=True)
            run('mcopy', '-i', f'{image}@@{ESP * SECTOR}', tmp_path / 'file', f'::{name}')
        with open(image, 'r+b') as f:
            for sector, data in ((0, code), (CORE, core_img), (ROOT, read(tmp_path / 'root'))):
                f.seek(sector * SECTOR)
                f.write(data)
        return image
    return disk


GOOD = ('Debian', '/boot/vmlinuz-6.1', LINE, '/boot/initrd.img-6.1')


def launchers(found):
    return {row['name']: (row['boots'], row['rule']) for row in found['launchers']}


def test_an_image_that_boots(disk):
    image = disk(GOOD)
    found = check(image, 0)
    assert found['bootable'] and found['facts']['disk.default']['value'] == 'Debian'
    assert [row['boots'] for row in found['tables']['entries']] == [True]
    assert launchers(found)['kshim.rom'] == (True, 'disk-entry')
    assert found['inside']['kind'] == 'bzimage'
    assert kshim('check', '--require', 'bootable,kshim.rom,bzimage', '--strict', image).returncode == 0
    assert kshim('check', '--require', 'qemu.pc.seabios', image).returncode == 1
    said = kshim('check', image).stdout
    assert 'kshim boots it: kshim.rom takes the entry "Debian" of partition 3, of a disk on virtio-blk, virtio-scsi or NVMe, and' \
        in ' '.join(said.split())
    assert 'next: qemu-system-x86_64' in said


def cut(data, size):
    return data[:size]


BAD_ENTRIES = {
    'no kernel': (('/boot/vmlinuz-6.2', LINE, '/boot/initrd.img-6.1'), 'disk.no-file', '/boot/vmlinuz-6.2: '),
    'no initrd': (('/boot/vmlinuz-6.1', LINE, '/boot/initrd.img-6.2'), 'disk.no-file', '/boot/initrd.img-6.2: '),
    'a folder': (('/boot', LINE, '/boot/initrd.img-6.1'), 'disk.path', '/boot: '),
    'a text': (('/boot/text', LINE, '/boot/initrd.img-6.1'), 'kernel.other-kind', '/boot/text: the file is a text'),
    'cut kernel': (('/boot/cut', LINE, '/boot/initrd.img-6.1'), None, '/boot/cut: '),
    'other machine': (('/boot/riscv', LINE, '/boot/initrd.img-6.1'), 'kernel.other-machine', '/boot/riscv: '),
    'packed kernel': (('/boot/packed', LINE, '/boot/initrd.img-6.1'), 'kernel.compressed', '/boot/packed: '),
    'no archive': (('/boot/vmlinuz-6.1', LINE, '/boot/text'), 'initrd.no-archive', '/boot/text: at byte 0'),
    'cut initrd': (('/boot/vmlinuz-6.1', LINE, '/boot/half'), 'initrd.unpack', '/boot/half'),
    'long line': (('/boot/vmlinuz-6.1', f'{LINE} {"x" * 2048}', '/boot/initrd.img-6.1'), 'cmdline.too-long', 'command line: '),
}


@pytest.mark.parametrize('name', BAD_ENTRIES)
def test_an_entry_that_does_not_boot(disk, name):
    (kernel, line, initrd), rule, text = BAD_ENTRIES[name]
    tree = {'boot/text': b'to be done\n', 'boot/cut': cut(read(f'{KERNELS}/bz64'), 700),
            'boot/riscv': images.riscv(),
            'boot/packed': gzip.compress(read(f'{KERNELS}/bz64')), 'boot/half': cut(INITRD, len(INITRD) // 2)}
    absent = rule in ('disk.no-file', 'disk.path')      # such an entry is passed over by the images
    image = disk(('bad', kernel, line, initrd), GOOD, tree=tree)
    found = check(image, 0 if absent else 1)
    first, second = found['tables']['entries']
    assert (first['boots'], first['default'], second['boots'], second['default']) == (False, not absent, True, absent)
    assert text in first['meaning'] and found['bootable'] == absent
    assert [v['verdict'] for v in found['verdicts'] if v['name'] == 'disk.boot-entry'] == ['warning' if absent else 'error']
    found = check(disk(('bad', kernel, line, initrd), tree=tree))
    assert text in found['refusal']['sentence'] and rule in (None, found['refusal']['name'])
    assert [v['verdict'] for v in found['verdicts'] if v['name'] == 'disk.boot-entry'] == ['error']
    image = disk(GOOD, ('bad', kernel, line, initrd), tree=tree)    # only a warning where it is not the default
    assert [v['verdict'] for v in check(image, 0)['verdicts']] == ['warning']
    assert kshim('check', '--strict', image).returncode == 1


@pytest.mark.parametrize('line, word', [
    (f'root=UUID={UUID.replace("0a", "0b")} ro', 'root.absent'), ('root=PARTUUID=1-2', 'root.absent'),
    ('root=LABEL=none', 'root.absent'), (f'{LINE} console=ttyS', 'console.typo'), (LINE.upper().replace('ROOT', 'root'), None),
    (f'root=PARTUUID={PARTUUID} ro', None), ('root=/dev/vda3', None), (f'{LINE} console=ttyS1', None)])
def test_a_line_that_may_be_wrong(disk, line, word):
    image = disk((*GOOD[:2], line, GOOD[3]))
    texts = [v['text'] for v in check(image, 0)['verdicts']]
    assert len(texts) == (word is not None) and all(f'[{word}]' in text for text in texts)
    assert kshim('check', '--strict', image).returncode == (word is not None)


@pytest.mark.parametrize('code, core_img, rule', [
    (b'', b'', 'boot-code'), (boot_sector(), core(), None), (boot_sector(), b'', 'boot-code'),
    (boot_sector(1 << 40), core(), 'boot-code'), (boot_sector(), core(1 << 30), 'boot-code'),
    (boot_sector(), core()[:SECTOR], 'boot-code')])
def test_by_a_bios(disk, code, core_img, rule):
    answer = launchers(check(disk(GOOD, code=code, core_img=core_img), 0))
    assert answer['qemu.pc.seabios'] == answer['qemu.q35.seabios'] == (rule is None, rule or 'grub.cfg')


def test_by_a_bios_without_menu_or_by_unknown_code(disk):
    found = check(disk(code=boot_sector(), core_img=core()), 0)     # a kernel in /boot, no grub.cfg
    assert launchers(found)['qemu.pc.seabios'] == (False, 'grub.cfg')
    bad = ('bad', '/boot/none', LINE, '/boot/initrd.img-6.1')
    found = check(disk(bad, GOOD, code=boot_sector(), core_img=core()), 0)     # GRUB passes nothing over
    assert launchers(found)['qemu.pc.seabios'] == (False, 'disk.no-file')
    found = check(disk(GOOD, code=b'SYSLINUX 6.04'), 0)
    assert 'qemu.pc.seabios' not in launchers(found)
    assert any("syslinux'" in v['text'] for v in found['verdicts'])


@pytest.mark.parametrize('kernel, answer', [('/boot/vmlinuz-6.1', (True, 'grub.cfg')), ('/boot/none', (False, 'disk.no-file'))])
def test_by_a_bios_and_blscfg(disk, kernel, answer):
    """Fedora's: the menu has the entries of the Boot Loader Specification."""
    tree = {'boot/grub2/grub.cfg': b'insmod blscfg\nblscfg\n',
            'boot/loader/entries/a.conf': f'title a\nlinux {kernel}\noptions {LINE}\n'.encode()}
    found = check(disk(tree=tree, code=boot_sector(), core_img=core()), 0 if answer[0] else 1)
    assert launchers(found)['qemu.q35.seabios'] == answer and launchers(found)['kshim.rom'][0] == answer[0]


def pe_with(section, data=b'x'):
    """An application for UEFI with a section of that name."""
    return images.pe(sections=(('.text', b'\xf4' * 512, 0x60000020), (section, data, 0x40000040)))


@pytest.mark.parametrize('esp, answer', [
    ({}, (False, 'uefi.boot-program')),
    ({'EFI/BOOT/BOOTX64.EFI': b'x' * 100}, (False, 'uefi.pe')),
    ({'EFI/BOOT/BOOTX64.EFI': 'mods'}, (True, 'grub.cfg')),
    ({'EFI/BOOT/BOOTX64.EFI': '.sdmagic'}, (False, 'uefi.entries')),
    ({'EFI/BOOT/BOOTX64.EFI': 'shim'}, (False, 'uefi.shim')),
    ({'EFI/BOOT/BOOTX64.EFI': 'shim', 'EFI/BOOT/grubx64.efi': b'x'}, (True, 'grub.cfg')),
    ({'EFI/BOOT/BOOTX64.EFI': '.other'}, None)])
def test_by_uefi(disk, esp, answer):
    programs = {'shim': pe_with('.sbat', b'sbat,1,x\nshim,4,x\n')}
    esp = {name: data if isinstance(data, bytes) else programs.get(data) or pe_with(data) for name, data in esp.items()}
    found = launchers(check(disk(GOOD, esp=esp), 0))
    assert found.get('qemu.pc.ovmf') == found.get('qemu.q35.ovmf') == answer


def test_by_systemd_boot(disk):
    esp = {'EFI/BOOT/BOOTX64.EFI': pe_with('.sdmagic'), 'vmlinuz': read(f'{KERNELS}/bz64'),
           'loader/entries/a.conf': b'title a\nlinux /vmlinuz\n'}
    found = launchers(check(disk(esp=esp), 0))
    assert found['kshim.rom'][0]
    assert found['qemu.q35.ovmf'] == (False, 'uefi.pe')     # this kernel is no PE


def test_the_first_screen_is_40_lines(disk):
    entries = [(f'Debian {i}', '/boot/vmlinuz-6.1', f'{LINE} {i} console=ttyS', f'/boot/initrd.img-{6 + i % 2}.1') for i in range(30)]
    image = disk(*entries)
    lines = kshim('check', image).stdout.splitlines()
    assert len(lines) <= 40 and max(map(len, lines[1:])) <= 80
    assert any(line.split()[:2] == ['and', str(30 - sum(line.startswith(('  yes  D', '  no   D')) for line in lines))]
               for line in lines)
    assert len(kshim('check', '-v', image).stdout.splitlines()) > 100


def test_compared(disk, tmp_path):
    old = tmp_path / 'old.img'
    disk(GOOD).rename(old)
    image = disk(('bad', '/boot/none', LINE, '/boot/initrd.img-6.1'))
    done = kshim('check', '--json', '--compare', old, image)
    changes = {c['name']: c['breaks'] for c in json.loads(done.stdout)['files'][0]['changes']}
    assert done.returncode == 1 and changes['launchers.kshim.rom'] and changes['disk.default'] is False


def test_sectors_of_4096_bytes(tmp_path):
    image = empty(tmp_path / 'disk', 16 * MIB)
    gpt_of_4096(image, 8 * MIB, media.ESP)
    assert check(image)['what'] == 'a disk image (GPT, sectors of 4096 bytes), 1 partition, no boot entry'


def test_booted_without_being_written(disk):
    image = disk(GOOD)
    before = hashlib.sha256(read(image)).digest()
    done = kshim('check', '--json', '--boot', image)
    [boot] = json.loads(done.stdout)['files'][0]['boots']
    assert (boot['name'], boot['reached'], boot['good']) == ('kshim.rom', 'console', True)
    assert hashlib.sha256(read(image)).digest() == before


def test_a_file_inside_is_booted(disk):
    image = disk(GOOD)
    done = kshim('check', '--json', '--boot', f'{image}:/boot/vmlinuz-6.1')
    boots = {boot['name']: boot['reached'] for boot in json.loads(done.stdout)['files'][0]['boots']}
    assert (boots['kshim.rom'], boots['kshim.stub']) == ('console', 'console')
