# SPDX-License-Identifier: BSD-2-Clause
"""A disk image that kshim.rom, SeaBIOS with GRUB and OVMF with GRUB boot, laid out as Debian's cloud images are.

GPT; 1: ext4 with the system's folders, /boot and GRUB's modules; 14: GRUB's core image; 15: ESP with GRUB for UEFI.
What grub-install does needs a block device, so that it is done here by hand: GRUB's boot.img has at byte 0x5c the
sector of core.img, which has in the last 12 bytes of its own first sector where its other sectors are.
"""
import glob
import hashlib
import os
import struct
import subprocess

from kshimtest import files, media
from kshimtest.ways.disk import FS_UUID, LINUX, ext

GRUB = '/usr/lib/grub'
BIOS_BOOT = '21686148-6449-6e6f-744e-656564454649'
MIB = 1 << 20
SECTOR = 512
FOLDERS = ('bin dev etc home lib lib64 media mnt opt proc root run sbin srv sys tmp usr usr/bin usr/lib usr/share var '
           'var/lib var/log').split()
VERSION = '6.1.0-50-cloud-amd64'
OLD = '6.1.0-49-cloud-amd64'

HEADER = """\
if [ -s $prefix/grubenv ]; then
  set have_grubenv=true
  load_env
fi
if [ "${next_entry}" ] ; then
   set default="${next_entry}"
   set next_entry=
   save_env next_entry
   set boot_once=true
else
   set default="0"
fi
if [ x"${feature_menuentry_id}" = xy ]; then
  menuentry_id_option="--id"
else
  menuentry_id_option=""
fi
export menuentry_id_option
function load_video {
  if [ x$feature_all_video_module = xy ]; then
    insmod all_video
  fi
}
terminal_input console
terminal_output console
set timeout_style=hidden
set timeout=0
"""

ENTRY = """\
menuentry '{title}' --class debian --class gnu-linux --class os $menuentry_id_option '{id}' {{
        load_video
        insmod gzio
        insmod part_gpt
        insmod ext2
        search --no-floppy --fs-uuid --set=root {uuid}
        linux   /boot/vmlinuz-{version} root=UUID={uuid} ro{more} quiet
        initrd  /boot/initrd.img-{version}
}}
"""


def entry(title, kind, version, more=''):
    return ENTRY.format(title=title, id=f'gnulinux-{kind}-{FS_UUID}', uuid=FS_UUID, version=version, more=more)


def grub_cfg():
    """A menu with two kernels, each also in recovery mode, as grub-mkconfig makes one."""
    inner = [entry(f'Debian GNU/Linux, with Linux {v}{shown}', f'{v}-{kind}', v, more) for v in (VERSION, OLD)
             for shown, kind, more in (('', 'advanced', ''), (' (recovery mode)', 'recovery', ' single'))]
    return (HEADER + entry('Debian GNU/Linux', 'simple', VERSION)
            + f"submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option 'gnulinux-advanced-{FS_UUID}' {{\n"
            + ''.join(inner) + '}\n')


def modules(target):
    """GRUB's modules and lists, as grub-install copies them to the system."""
    return {f'boot/grub/{target}/{name}': files.read(f'{GRUB}/{target}/{name}')
            for name in sorted(os.listdir(f'{GRUB}/{target}')) if name.endswith(('.mod', '.lst'))}


def root_tree(kernel, initrd):
    old = {f'boot/vmlinuz-{OLD}': b'old kernel', f'boot/initrd.img-{OLD}': b'old initrd'}
    return {**{f'{folder}/.keep': b'' for folder in FOLDERS}, **old, **modules('i386-pc'), **modules('x86_64-efi'),
            f'boot/vmlinuz-{VERSION}': files.read(kernel), f'boot/initrd.img-{VERSION}': files.read(initrd),
            'boot/grub/grub.cfg': grub_cfg().encode(), 'boot/grub/grubenv': b'# GRUB Environment Block\n'.ljust(1024, b'#'),
            'etc/fstab': f'UUID={FS_UUID} / ext4 errors=remount-ro 0 1\n'.encode()}


def core_image(target, names, out, prefix, config=''):
    early = ['-c', files.write('bench early.cfg', config.encode())] if config else []
    subprocess.run(['grub-mkimage', '-O', target, '-o', out, '-p', prefix, *early, *names], check=True)
    return files.read(out)


def bios_core(out, start):
    """core.img for the sector `start`, with its list of one run of sectors."""
    core = bytearray(core_image('i386-pc', ['biosdisk', 'part_gpt', 'ext2'], out, '(,gpt1)/boot/grub'))
    core += bytes(-len(core) % SECTOR)
    struct.pack_into('<QH', core, SECTOR - 12, start + 1, len(core) // SECTOR - 1)
    return bytes(core)


def efi_core(out):
    config = f'search.fs_uuid {FS_UUID} root\nset prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n'
    names = ['part_gpt', 'fat', 'ext2', 'search_fs_uuid', 'normal', 'configfile', 'linux', 'test', 'loadenv', 'search', 'gzio', 'all_video']
    return core_image('x86_64-efi', names, out, '/EFI/debian', config)


def write_image(out, root, esp, core):
    """The three parts behind a GPT, and boot.img in front of it."""
    at, table = {'core': MIB, 'esp': 2 * MIB}, 'label: gpt\n'
    at['root'] = at['esp'] + len(esp)
    for number, name, kind, size in ((14, 'core', BIOS_BOOT, MIB), (15, 'esp', media.ESP, len(esp)),
                                     (1, 'root', LINUX, len(root))):
        table += f'{number} : start={at[name] // SECTOR}, size={size // SECTOR}, type={kind}\n'
    with open(out, 'wb') as f:
        f.truncate(at['root'] + len(root) + MIB)
        for name, data in (('core', core), ('esp', esp), ('root', root)):
            f.seek(at[name])
            f.write(data)
    subprocess.run(['/sbin/sfdisk', '-q', '--no-reread', '--no-tell-kernel', out], check=True, input=table.encode(),
                   stderr=subprocess.DEVNULL)
    with open(out, 'r+b') as f:
        boot = bytearray(files.read(f'{GRUB}/i386-pc/boot.img')[:440])
        struct.pack_into('<Q', boot, 0x5c, MIB // SECTOR)
        f.write(boot)


def make(kernel, initrd):
    """The image, made if there is none of this kernel, this initrd and this recipe."""
    digest = hashlib.sha256()
    for source in (kernel, initrd, __file__):
        digest.update(hashlib.sha256(files.read(source)).digest())
    out = os.path.join(files.MADE, f'bench-disk-{digest.hexdigest()[:12]}')
    if os.path.exists(out):
        return out
    os.makedirs(files.MADE, exist_ok=True)
    for old in glob.glob(f'{files.MADE}/bench-disk-????????????'):
        os.remove(old)
    parts = {name: f'{out}.{name}.{os.getpid()}' for name in ('root', 'esp', 'core', 'whole')}
    ext(parts['root'], root_tree(kernel, initrd), ('ext4',))
    media.fat_image(parts['esp'], {'EFI/BOOT/BOOTX64.EFI': efi_core(parts['core'])})
    write_image(parts['whole'], files.read(parts['root']), files.read(parts['esp']),
                bios_core(parts['core'], MIB // SECTOR))
    for name in ('root', 'esp', 'core'):
        os.remove(parts[name])
    os.replace(parts['whole'], out)
    return out
