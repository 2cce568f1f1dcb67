# SPDX-License-Identifier: BSD-2-Clause
"""Disk images: partitions as sfdisk lists them, files as mtools reads them, what the commands say."""
import json
import os
import random
import struct
import subprocess

import jsonschema
import pytest

from cli.test_cli import kshim, read, KERNELS, TOP

ESP, LINUX = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B', '0FC63DAF-8483-4772-8E79-3D69D8477DE4'
MIB = 1 << 20
with open(f'{TOP}/tools/check/check.schema.json', encoding='ascii') as schema:
    SCHEMA = json.load(schema)
GPT = f'''label: gpt
start=2048,size=65536,type={ESP},name="EFI system Ünïcode"
start=69632,size=2048,type={LINUX}
start=71680,size=2048,type=21686148-6449-6E6F-744E-656564454649,name="{"n" * 36}"
'''
MBR = '''label: dos
label-id: 0xdeadbeef
start=2048,size=2048,type=83,bootable
start=8192,size=40000,type=5
start=60000,size=1000,type=ef
start=10240,size=2048,type=83
start=14336,size=2048,type=82
start=20480,size=4096,type=8e
'''


def run(*args, **more):
    return subprocess.run([str(a) for a in args], check=True, capture_output=True, timeout=60,
                          env=os.environ | {'PATH': '/usr/sbin:/sbin:' + os.environ['PATH'],
                                            'MTOOLS_SKIP_CHECK': '1', 'LC_ALL': 'C.UTF-8'}, **more).stdout


def empty(path, size):
    with open(path, 'wb') as f:
        f.truncate(size)
    return path


def check(path, status=1):
    """What kshim check says of an image."""
    done = kshim('check', '--json', path)
    assert (done.returncode, done.stderr) == (status, '')
    said = json.loads(done.stdout)
    jsonschema.validate(said, SCHEMA)
    return said['files'][0]


def partitions(path):
    return check(path)['tables']['partitions']


def same_as_sfdisk(image):
    table = json.loads(run('sfdisk', '--json', image))['partitiontable']
    wanted = [(int(p['node'][len(str(image)):]), p['start'] * 512, p['size'] * 512, p['type'].lower())
              for p in table['partitions'] if p['type'] not in ('5', 'f')]
    found = partitions(image)
    assert [(p['number'], p['start'], p['size'], p['code']) for p in found] == wanted
    return table, found


def test_gpt_as_sfdisk_writes_it(tmp_path):
    image = empty(tmp_path / 'gpt', 64 * MIB)
    run('sfdisk', '-q', image, input=GPT.encode())
    table, found = same_as_sfdisk(image)
    assert [p['partuuid'].upper() for p in found] == [p['uuid'] for p in table['partitions']]
    assert found[0]['name'].startswith('EFI system ') and found[2]['name'] == 'n' * 36
    assert [p['type'] for p in found] == ['EFI system', 'Linux file system', 'BIOS boot']
    assert check(image)['facts']['disk.id']['value'].upper() == table['id']


def test_mbr_with_logical_partitions(tmp_path):
    image = empty(tmp_path / 'mbr', 64 * MIB)
    run('sfdisk', '-q', image, input=MBR.encode())
    _, found = same_as_sfdisk(image)
    assert [p['partuuid'] for p in found] == [f'deadbeef-{n:02x}' for n in (1, 3, 5, 6, 7)]


@pytest.mark.parametrize('where', [512, 512 + 100, 1024, 1024 + 70])
def test_gpt_with_its_first_copy_damaged(tmp_path, where):
    image = empty(tmp_path / 'gpt', 64 * MIB)
    run('sfdisk', '-q', image, input=GPT.encode())
    whole = partitions(image)
    with open(image, 'r+b') as f:
        f.seek(where)
        f.write(b'damage')
    if where == 512 + 100:      # behind the header: nothing is damaged
        assert check(image)['verdicts'] == []
    else:
        assert [v['name'] for v in check(image)['verdicts']] == ['disk.partition-table']
    assert partitions(image) == whole


def random_name(source):
    letters = 'abcXYZ0189 .-_+ÄéЖ漢'
    name = ''.join(source.choice(letters) for _ in range(source.choice((1, 7, 8, 13, 26, 27, 90))))
    return name.strip(' .') or 'x'


def fill(image, folder, source):
    """Files of many sizes and names, some in folders of folders, some in pieces: {path: bytes}."""
    files = {}
    for place in ('', '/EFI', '/EFI/Linux files', '/a/b/c/d/e'):
        for i in range(1, place.count('/') + 1):
            subprocess.run(['mmd', '-D', 's', '-i', image, '::' + '/'.join(place.split('/')[:i + 1])],
                           check=False, capture_output=True, env=os.environ | {'MTOOLS_SKIP_CHECK': '1'})
        for size in (0, 1, 511, 512, 513, 4096, 70001, source.randrange(300000)):
            name = f'{place}/{len(files)}{random_name(source)}'
            files[name] = source.randbytes(size)
            (folder / 'file').write_bytes(files[name])
            run('mcopy', '-i', image, folder / 'file', f'::{name}')
            if size == 513:     # the next one fills this hole, and goes on elsewhere
                run('mdel', '-i', image, '::hole')
            if size == 0:
                (folder / 'file').write_bytes(bytes(3000))
                run('mcopy', '-i', image, folder / 'file', '::hole')
    return files


@pytest.mark.parametrize('kind', [('12', 4), ('16', 20), ('32', 40)])
def test_fat_file_by_file(tmp_path, kind):
    bits, size = kind
    image = empty(tmp_path / 'fat', size * MIB)
    run('mkfs.fat', '-F', bits, '-s', {'12': 8, '16': 4, '32': 1}[bits], '-n', 'THE LABEL', '-i', 'cafe0123', image)
    files = fill(image, tmp_path, random.Random(int(bits)))
    assert len(files) == 32
    [row] = partitions(image)
    assert [row[k] for k in ('number', 'contents', 'label', 'uuid')] == [0, 'FAT' + bits, 'THE LABEL', 'CAFE-0123']
    for name, content in files.items():
        out = tmp_path / 'out'
        done = kshim('unpack', '-o', out, f'{image}:{name}')
        assert (done.returncode, done.stderr, done.stdout) == (0, '', f'{out}\n'), name
        assert read(out) == content, name


@pytest.fixture(name='image')
def fixture_image(tmp_path):
    """A GPT disk whose first partition is a FAT with a kernel in it."""
    image = empty(tmp_path / 'disk.img', 64 * MIB)
    run('sfdisk', '-q', image, input=GPT.encode())
    run('mkfs.fat', '-F', '16', '-s', 4, '--offset', 2048, image, 32 * 1024)
    run('mmd', '-i', f'{image}@@1M', '::EFI')
    run('mcopy', '-i', f'{image}@@1M', f'{KERNELS}/bz64', '::EFI/vmlinuz-6.1')
    return image


def test_a_file_inside_is_judged_as_a_file(image):
    plain = json.loads(kshim('check', '--json', f'{KERNELS}/bz64').stdout)
    for name in (f'{image}:/EFI/vmlinuz-6.1', f'{image}:1:/efi/VMLINUZ-6.1'):
        inside = json.loads(kshim('check', '--json', name).stdout)
        assert inside['status'] == plain['status'] == 0
        assert inside['files'][0].pop('file') == name
        assert inside['files'][0] == {k: v for k, v in plain['files'][0].items() if k != 'file'}
    assert kshim('plan', f'{image}:/EFI/vmlinuz-6.1').returncode == 0


@pytest.mark.parametrize('name, code', [(':/EFI/vmlinux', 'disk.no-file'), (':/EFI', 'disk.path'),
                                        (':/EFI/vmlinuz-6.1/x', 'disk.path'), (':9:/x', 'disk.no-partition'),
                                        (':2:/x', 'disk.no-file-system'), (':EFI', None), (':x:/EFI', None)])
def test_a_file_that_is_not_inside(image, name, code):
    done = kshim('check', f'{image}{name}')
    assert done.returncode == (1 if code else 3)
    assert f'[{code}]' in done.stderr if code else 'No such file or directory' in done.stderr
    assert kshim('unpack', '-o', f'{image}.out', f'{image}{name}').returncode == (1 if code else 3)


def test_an_existing_file_wins(image, tmp_path):
    os.mkdir(f'{image}:')
    with open(f'{image}:/EFI', 'w', encoding='ascii') as f:
        f.write('a text\n')
    assert 'a text file' in kshim('check', f'{image}:/EFI').stdout
    assert kshim('unpack', '-o', tmp_path / 'out', f'{image}:/EFI').stdout == f'{image}:/EFI\n'


def test_partitions_are_on_the_first_screen(image):
    lines = kshim('check', image).stdout.splitlines()
    start = next(i for i, line in enumerate(lines) if line.split()[:2] == ['number', 'size'])
    assert lines[start + 1].split()[:3] == ['1', '33554432', 'FAT16']
    assert 'no file system that is known' in lines[start + 2]
    assert max(map(len, lines[1:])) <= 80


ENTRY = 'title Some system\nsort-key some\nversion {0}\nlinux /EFI/vmlinuz-{0}\noptions root=/dev/vda2 quiet\n'


def put(image, name, content):
    path = f'{image}.file'
    with open(path, 'w', encoding='utf-8') as f:
        f.write(content)
    run('mcopy', '-o', '-i', f'{image}@@1M', path, f'::{name}')


def test_boot_entries_of_an_esp(image):
    run('mmd', '-i', f'{image}@@1M', '::loader', '::loader/entries')
    put(image, 'loader/entries/old.conf', ENTRY.format('6.0'))
    put(image, 'loader/entries/new.conf', ENTRY.format('6.1'))
    put(image, 'loader/loader.conf', 'default new*\n')
    found = check(image, 0)
    rows = [(row['id'], row['default'], row['partition'], row['kind'], row['kernel'])
            for row in found['tables']['entries']]
    assert rows == [('new', True, 1, 'text', '/EFI/vmlinuz-6.1'), ('old', False, 1, 'text', '/EFI/vmlinuz-6.0')]
    assert found['tables']['entries'][0]['options'] == 'root=/dev/vda2 quiet'
    [verdict] = found['verdicts']
    assert verdict['name'] == 'disk.boot-entry' and '/loader/entries/old.conf: /EFI/vmlinuz-6.0' in verdict['text']


def test_kernels_of_a_linux_root(tmp_path):
    boot = tmp_path / 'tree/boot'
    boot.mkdir(parents=True)
    for name in ('vmlinuz-6.9.1', 'vmlinuz-6.10.2', 'initrd.img-6.10.2'):
        (boot / name).write_bytes(read(f'{KERNELS}/bz64'))
    (tmp_path / 'tree/vmlinuz').symlink_to('boot/vmlinuz-6.10.2')
    image = empty(tmp_path / 'root', 32 * MIB)
    run('mke2fs', '-q', '-t', 'ext4', '-d', tmp_path / 'tree', image)
    first, second = check(image)['tables']['entries']      # what is in place of an initrd is none
    assert (first['kernel'], first['initrds'], first['kind']) == (
        '/boot/vmlinuz-6.10.2', '/boot/initrd.img-6.10.2', 'guess')
    assert second['kernel'] == '/boot/vmlinuz-6.9.1' and second['initrds'] == ''
    assert kshim('check', f'{image}:/vmlinuz').returncode == 0


def test_entries_below_boot(tmp_path):
    """Fedora without a partition for /boot: the paths of an entry in /boot/loader start there."""
    entries = tmp_path / 'tree/boot/loader/entries'
    entries.mkdir(parents=True)
    (entries / 'a.conf').write_text('version 1\nlinux /vmlinuz\ninitrd \\initrd.img\n', encoding='ascii')
    (entries / 'b.conf').write_text('version 1\nlinux /gone\n', encoding='ascii')
    for name in ('vmlinuz', 'initrd.img'):
        (tmp_path / 'tree/boot' / name).write_bytes(b'x')
    image = empty(tmp_path / 'root', 32 * MIB)
    run('mke2fs', '-q', '-t', 'ext4', '-d', tmp_path / 'tree', image)
    found = check(image)
    assert [row['id'] for row in found['tables']['entries']] == ['b', 'a']
    assert [(v['name'], v['verdict']) for v in found['verdicts']] == [
        ('disk.boot-entry', 'warning'), ('disk.boot-entry', 'error')]
    assert '/boot/loader/entries/b.conf: /boot/gone' in found['verdicts'][0]['text']
    assert '/boot/vmlinuz: ' in found['verdicts'][1]['text']


GRUB_UUID = '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9'
GRUB_ENTRY = """menuentry '{0}' $menuentry_id_option '{0}' {{
\tif [ x$feature_platform_search_hint = xy ]; then
\t  search --no-floppy --fs-uuid --set=root --hint-bios=hd0 {1}
\telse
\t  search --no-floppy --fs-uuid --set=root {1}
\tfi
\tlinux\t/boot/vmlinuz-{2} root=UUID={1} ro quiet
}}
"""


def test_a_menu_of_grub(tmp_path):
    """The default first, then the menu's order, though another kernel is newer."""
    grub = tmp_path / 'tree/boot/grub'
    grub.mkdir(parents=True)
    (tmp_path / 'tree/boot/vmlinuz-6.9.1').write_bytes(read(f'{KERNELS}/bz64'))
    (tmp_path / 'tree/boot/vmlinuz-6.10.2').write_bytes(read(f'{KERNELS}/bz64'))
    script = 'menuentry_id_option=--id\nload_env\nset default="${saved_entry}"\n' + ''.join(
        GRUB_ENTRY.format(name, uuid, version) for name, uuid, version in (
            ('first', GRUB_UUID, '6.10.2'), ('second', GRUB_UUID.upper(), '6.9.1'), ('third', '0-0', '6.9.1')))
    (grub / 'grub.cfg').write_text(script)
    (grub / 'grubenv').write_text('# GRUB Environment Block\nsaved_entry=second\n' + '#' * 900)
    image = empty(tmp_path / 'root', 32 * MIB)
    run('mke2fs', '-q', '-t', 'ext4', '-U', GRUB_UUID, '-d', tmp_path / 'tree', image)
    found = check(image, 0)
    rows = [(row['id'], row['default'], row['kind'], row['kernel']) for row in found['tables']['entries']]
    assert rows == [('second', True, 'grub', '/boot/vmlinuz-6.9.1'), ('first', False, 'grub', '/boot/vmlinuz-6.10.2'),
                    ('third', False, 'grub', '/boot/vmlinuz-6.9.1')]
    assert found['tables']['entries'][0]['options'] == f'root=UUID={GRUB_UUID.upper()} ro quiet'
    [verdict] = found['verdicts']
    assert verdict['name'] == 'disk.boot-entry' and 'its file system is not on this disk' in verdict['text']


def test_an_image_that_was_cut(image):
    os.truncate(image, 20 * MIB)
    found = check(image)
    assert [v['name'] for v in found['verdicts']] == ['disk.partition-inside'] * 3
    os.truncate(image, 600)
    assert [v['name'] for v in check(image)['verdicts']] == ['disk.partition-table']


@pytest.mark.parametrize('kind', ['qcow2', 'vmdk', 'vhdx', 'vpc', 'vdi'])
def test_other_forms_are_named(tmp_path, image, kind):
    out = tmp_path / 'other'
    run('qemu-img', 'convert', '-O', kind, image, out)
    found = check(out)
    assert found['kind'] == 'disk' and 'qemu-img convert -O raw' in found['next']
    assert 'partitions' not in found['tables']


def test_a_compressed_image(tmp_path, image):
    run('zstd', '-q', '-o', tmp_path / 'disk.zst', image)
    found = check(tmp_path / 'disk.zst')
    assert found['inside']['tables']['partitions'] == partitions(image)
    assert 'kshim unpack -o' in found['next']


def slow_image(tmp_path):
    """Each partition's root is a cluster of deleted entries that follows itself: a walk through it is one of 65536."""
    size, parts, at = 320 << 10, 100, MIB
    volume = empty(tmp_path / 'volume', size)
    run('mkfs.fat', '-F', '32', '-s', '1', volume)
    data = bytearray(read(volume))
    reserved, fat = struct.unpack_from('<H', data, 14)[0], struct.unpack_from('<I', data, 36)[0]
    root = (reserved + 2 * fat) * 512
    for copy in (0, 1):
        struct.pack_into('<I', data, (reserved + copy * fat) * 512 + 8, 2)
    data[root:root + 512] = (b'\xe5' + b'X' * 10 + b' ' + bytes(20)) * 16
    image = empty(tmp_path / 'slow', 2 * MIB + parts * size)
    with open(image, 'r+b') as f:
        for n in range(parts):
            f.seek(at + n * size)
            f.write(data)
    run('sfdisk', '-q', image, input=('label: gpt\n' + ''.join(
        f'start={(at + n * size) // 512},size={size // 512},type={ESP}\n' for n in range(parts))).encode())
    return image


def test_a_disk_that_would_take_too_long(tmp_path):
    """The bound is that of the images, which refuse the disk by the same code."""
    image = slow_image(tmp_path)
    found = check(image)
    said = [v for v in found['verdicts'] if v['verdict'] == 'error']
    assert len(said) == 1 and 'is not found by 4000000 looks' in said[0]['text'], found['verdicts']
    for launch in found['launchers']:
        if launch['name'] in ('kshim.stub', 'kshim.rom'):
            assert (launch['boots'], launch['rule']) == (False, 'disk.budget'), launch
    for command in ('check', 'plan'):
        done = kshim(command, f'{image}:/kernel')
        assert done.returncode == 1 and '[disk.budget]' in done.stderr + done.stdout, done
