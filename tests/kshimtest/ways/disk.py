# SPDX-License-Identifier: BSD-2-Clause
"""Ways by which kshim finds kernel, initrds and line on a disk: the row's Disk says how it is laid out."""
import os
import shutil
import struct
import subprocess
import uuid
import zlib

from kshimtest import files, media
from kshimtest.ways.bzimage import image as bzimage
from kshimtest.ways.way import Way, cmdline_item, uki

MIB = 1 << 20
LINUX = '0fc63daf-8483-4772-8e79-3d69d8477de4'
PARTUUID = '6b736869-6d00-4000-8000-000000000001'


def entry(row, version, kernel='/debian/linux'):
    """A type 1 entry of the row's initrds and own line."""
    return '\n'.join([f'title Debian {version}', f'version {version}', f'linux {kernel}',
                      *(f'initrd /debian/initrd{i}' for i in range(len(row.initrds))),
                      f'options {row.own_line}', '']).encode()


def row_files(row, kernel='debian/linux', initrd='debian/initrd{}'):
    return {kernel: files.read(files.path(row.kernel)),
            **{initrd.format(i): files.read(files.path(name)) for i, name in enumerate(row.initrds)}}


def with_entries(row, _):
    """Three entries: the middle one is the row's; the newest is damaged, the oldest has no kernel."""
    return {**row_files(row), 'loader/entries/b.conf': entry(row, '6.1'),
            'loader/entries/a.conf': entry(row, '5.10', '/none'),
            'loader/entries/c.conf': b'linux /a\nlinux /b\nversion 7\n'}


def with_default(row, _):
    """loader.conf names the older of two entries."""
    return {**row_files(row), 'loader/entries/b.conf': entry(row, '6.1'), 'loader/loader.conf': b'default b*\n',
            'loader/entries/new.conf': entry(row, '6.12', '/none')}


def counted(row, _):
    """The entry has two boots left, of which none is done; `+2-0` would be as long as what follows."""
    return {**row_files(row), 'loader/entries/abcdef+2.conf': entry(row, '6.1'),
            'loader/entries/zz.conf': entry(row, '5.10', '/none')}


def below_boot(row, _):
    """As Fedora has it without a /boot of its own: paths start at /boot."""
    inner = row_files(row)
    return {**{f'boot/{name}': data for name, data in inner.items()},
            'boot/loader/entries/a.conf': entry(row, '6.1')}


def kernels(row, _):
    """No entries: two versions side by side, each with an initrd."""
    return {**row_files(row, 'boot/vmlinuz-6.1.0-10-amd64', 'boot/initrd.img-6.1.0-10-amd64'),
            'boot/vmlinuz-6.1.0-9-amd64': b'old', 'boot/initrd.img-6.1.0-9-amd64': b'old', 'etc/fstab': b''}


GRUB_CFG = """\
if [ -s $prefix/grubenv ]; then
  load_env
fi
if [ "${{next_entry}}" ] ; then
   set default="${{next_entry}}"
else
   set default="0"
fi
function load_video {{
  insmod all_video
}}
menuentry 'Debian GNU/Linux' --class debian $menuentry_id_option 'gnulinux-simple-{uuid}' {{
        load_video
        insmod ext2
        search --no-floppy --fs-uuid --set=root {uuid}
        echo    'Loading Linux ...'
        linux   /boot/linux {line}
        initrd  {initrds}
}}
submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option 'gnulinux-advanced-{uuid}' {{
        menuentry 'Debian GNU/Linux, with Linux 5.10' {{
                search --no-floppy --fs-uuid --set=root {uuid}
                linux   /boot/old {line}
        }}
}}
"""
FS_UUID = '6b736869-6d00-4000-8000-000000000002'


def grub(row, _):
    """As Debian's grub-mkconfig writes it, on an ext file system of that UUID."""
    initrds = ' '.join(f'/boot/initrd{i}' for i in range(len(row.initrds)))
    text = GRUB_CFG.format(uuid=FS_UUID, line=row.own_line, initrds=initrds)
    return {**row_files(row, 'boot/linux', 'boot/initrd{}'), 'boot/grub/grub.cfg': text.encode()}


BLS_CFG = """\
if [ -f ${config_directory}/grubenv ]; then
  load_env -f ${config_directory}/grubenv
elif [ -s $prefix/grubenv ]; then
  load_env
fi
if [ "${next_entry}" ] ; then
   set default="${next_entry}"
   set next_entry=
   save_env next_entry
else
   set default="${saved_entry}"
fi
insmod blscfg
blscfg
"""


def bls(row, _):
    """As RHEL has it on a /boot of its own: grubenv names an entry, and has the options of all of them."""
    text = 'title RHEL {0}\nversion {0}\nlinux {1}\ninitrd {2} $tuned_initrd\noptions $kernelopts $tuned_params\n'
    initrds = [f'/initrd{i}' for i in range(len(row.initrds))]
    env = f'# GRUB Environment Block\nsaved_entry=m-5.14\nkernelopts={row.own_line}\ntuned_initrd={initrds[1]}\n'
    return {**row_files(row, 'vmlinuz', 'initrd{}'), 'grub2/grub.cfg': BLS_CFG.encode(),
            'grub2/grubenv': env.encode().ljust(1024, b'#'),
            'loader/entries/m-5.14.conf': text.format('5.14', '/vmlinuz', initrds[0]).encode(),
            'loader/entries/m-6.1.conf': text.format('6.1', '/none', initrds[0]).encode()}


def type2(row, directory):
    return {'EFI/Linux/image.efi': files.read(uki(row, directory))}


def fallback(row, directory):
    return {'EFI/BOOT/BOOTX64.EFI': files.read(uki(row, directory))}


TREES = {'entries': with_entries, 'default': with_default, 'counted': counted, 'below-boot': below_boot, 'kernels': kernels,
         'grub': grub, 'bls': bls, 'type2': type2, 'fallback': fallback, 'empty': lambda row, directory: {'nothing': b''}}


def ext(path, tree, options):
    """An ext file system with these files, by mke2fs."""
    folder = f'{path}.tree'
    for name, data in tree.items():
        os.makedirs(os.path.dirname(f'{folder}/{name}'), exist_ok=True)
        with open(f'{folder}/{name}', 'wb') as f:
            f.write(data)
    size = (24 + 2 * sum(len(data) for data in tree.values()) // MIB) * MIB
    subprocess.run(['/sbin/mke2fs', '-q', '-t', options[0], *options[1:], '-U', FS_UUID, '-d', folder, path, f'{size // MIB}M'],
                   check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(folder)


def partition(path, disk, tree):
    """The file system of the row's Disk, as a file."""
    if disk.fs[0] == 'fat':
        media.fat_image(path, tree)
    else:
        ext(path, tree, disk.fs)
    if disk.in_use:
        subprocess.run(['/sbin/debugfs', '-w', '-R', 'feature needs_recovery', path], check=True, capture_output=True)


def gpt_of_4096(path, size, kind, start=2 * MIB):
    """Write both copies of a GPT with one partition: Debian 12's sfdisk knows no sectors but 512."""
    sector = 4096
    last = os.path.getsize(path) // sector - 1
    entries = (uuid.UUID(kind).bytes_le + uuid.UUID(PARTUUID).bytes_le + struct.pack(
        '<QQQ', start // sector, (start + size) // sector - 1, 0)).ljust(128 * 128, b'\0')
    with open(path, 'r+b') as f:
        f.write(bytes(446) + struct.pack('<4s4sII', b'\0\0\x02\0', b'\xee\xff\xff\xff', 1, min(last, 0xffffffff)) + bytes(48) + b'\x55\xaa')
        for mine, other, table in ((1, last, 2), (last, 1, last - 4)):
            head = struct.pack('<8sIIIIQQQQ16sQIII', b'EFI PART', 0x10000, 92, 0, 0, mine, other, 6, last - 5,
                               uuid.UUID(int=1).bytes_le, table, 128, 128, zlib.crc32(entries))
            head = head[:16] + struct.pack('<I', zlib.crc32(head)) + head[20:]
            f.seek(mine * sector)
            f.write(head)
            f.seek(table * sector)
            f.write(entries)


def make_disk(out, disk, tree):
    """The Disk with these files, as a file."""
    partition(f'{out}.part', disk, tree)
    data = files.read(f'{out}.part')
    os.remove(f'{out}.part')
    if disk.table == 'none':
        with open(out, 'wb') as f:
            f.write(data)
        return
    kind = {'mbr': 'ef' if disk.fs[0] == 'fat' else '83',
            'logical': '83'}.get(disk.table, media.ESP if disk.fs[0] == 'fat' else LINUX)
    lines = f'start={disk.start // 512}, size={len(data) // 512}, type={kind}'
    lines += f', uuid={PARTUUID}\n' if disk.table.startswith('gpt') else '\n'
    if disk.table == 'logical':
        lines = f'start={MIB // 512}, type=5\n{lines}'
    with open(out, 'wb') as f:
        f.seek(disk.start)
        f.write(data)
        f.truncate(disk.start + 2 * MIB + len(data))
    if disk.sector == 4096:
        gpt_of_4096(out, len(data), kind, disk.start)
    else:
        label = 'gpt' if disk.table.startswith('gpt') else 'dos'
        media.write_table(out, f'label: {label}\n{lines}')
    if disk.table == 'gpt-damaged':
        with open(out, 'r+b') as f:
            f.seek(disk.sector + 24)
            f.write(bytes(8))


def disk_image(row, directory):
    out = f'{directory}/disk'
    make_disk(out, row.disk, TREES[row.disk.tree](row, directory))
    return out


def drive(number, path, bus, sector, more='', file_more=''):
    args = ['-drive', f'file={path},format=raw,if=none,id=d{number}{file_more}']
    if bus.startswith('scsi'):
        args += ['-device', f'virtio-scsi-{"device" if bus == "scsi-mmio" else "pci"},id=s{number}']
        device = f'scsi-hd,bus=s{number}.0,scsi-id=3'
    elif bus.startswith('nvme-ns'):
        # Both of a row's disks are namespaces of one controller: the second one comes first.
        args += ['-device', 'nvme,id=n,serial=1'] if number == 0 else []
        device = f'{bus},bus=n,nsid={5 - number}'
    else:
        device = bus
    return args + ['-device', f'{device},drive=d{number},logical_block_size={sector},physical_block_size={sector}{more}']


def drives(row, directory):
    """The row's disk, behind an empty one where the row asks for that."""
    disk = row.disk
    more = ',bootindex=1' * disk.second + f',lun={disk.lun}' * bool(disk.lun)
    args = drive(0, disk_image(row, directory), disk.bus, disk.sector, more, ',readonly=on' * disk.read_only)
    if disk.second:
        with open(f'{directory}/first', 'wb') as f:
            f.truncate(MIB)
        args += drive(1, f'{directory}/first', disk.first or disk.bus, 512)
    return args


class Elf(Way):
    body = 'elf'

    def arguments(self, row, directory, line):
        return ['-kernel', f'{files.BUILD}/kshim.elf', '-append', line, *drives(row, directory)]


class Rom(Way):
    body = 'rom'

    def arguments(self, row, directory, line):
        return ['-bios', f'{files.BUILD}/kshim.rom', *cmdline_item(directory, line), *drives(row, directory)]


class BzImage(Way):
    body = 'bzimage'

    def arguments(self, row, directory, line):
        return ['-kernel', bzimage(row), '-append', line, *drives(row, directory)]


WAYS = {'disk': Elf(), 'rom-disk': Rom(), 'bzimage-disk': BzImage()}
