# SPDX-License-Identifier: BSD-2-Clause
"""What a disk is booted by, a function each: by Debian's own tools where it has them. They get within.py's Disk."""
import os

from kshimtest import media

ID = '6b7368696d0040008000000000000001'        # /etc/machine-id
LINE = 'console=ttyS0'


def grub(disk):
    """grub-mkconfig, as update-grub calls it."""
    disk.write('/etc/default/grub', f'GRUB_DEFAULT=0\nGRUB_TIMEOUT=5\nGRUB_DISTRIBUTOR=Debian\nGRUB_CMDLINE_LINUX="{LINE}"\n')
    disk.write('/boot/grub/device.map', '(hd0) /dev/vda\n')
    disk.chroot('grub-mkconfig', '-o', '/boot/grub/grub.cfg')


def kernel_install(disk):
    """kernel-install, for systemd-boot on the ESP."""
    kernel, initrd, line = disk.kernel()
    disk.write('/etc/kernel/install.conf', 'layout=bls\nBOOT_ROOT=/efi\n')
    disk.write('/etc/kernel/cmdline', f'{line}\n')
    disk.write('/efi/loader/loader.conf', 'timeout 3\n')
    os.makedirs(f'{disk.root}/efi/{ID}')
    disk.chroot('kernel-install', 'add', disk.version, kernel, initrd)


def ukify(disk):
    """A unified kernel image on the ESP, with what systemd reads of it."""
    kernel, initrd, line = disk.kernel()
    os.makedirs(f'{disk.root}/efi/EFI/Linux')
    media.ukify('linuxx64.efi.stub', f'--linux={disk.root}{kernel}', f'--initrd={disk.root}{initrd}', f'--cmdline={line}',
                f'--os-release=@{disk.root}/usr/lib/os-release', f'--uname={disk.version}',
                f'--output={disk.root}/efi/EFI/Linux/{ID}-{disk.version}.efi')


FEDORA_CFG = """\
if [ -s $prefix/grubenv ]; then
  load_env
fi
if [ "${{next_entry}}" ] ; then
   set default="${{next_entry}}"
   set next_entry=
   save_env next_entry
else
   set default="${{saved_entry}}"
fi
insmod part_gpt
insmod ext2
search --no-floppy --fs-uuid --set=root {boot}
search --no-floppy --fs-uuid --set=boot {boot}
insmod blscfg
blscfg
if [ "${{boot_success}}" = "1" ]; then
  set last_boot_ok=1
fi
"""
FEDORA_ENTRY = """\
title Fedora Linux ({version}) 42 (Cloud Edition)
version {version}
linux {kernel}
initrd {initrd} $tuned_initrd
options {line} $tuned_params
grub_users $grub_users
grub_arg --unrestricted
grub_class fedora
"""


def fedora(disk):
    """Entries and grub.cfg as Fedora has them in a /boot of its own, and a stub of it on the ESP."""
    kernel, initrd, line = (name.removeprefix('/boot') for name in disk.kernel())
    boot = disk.uuid('/boot')
    disk.write('/boot/grub2/grub.cfg', FEDORA_CFG.format(boot=boot))
    disk.write('/boot/grub2/grubenv', f'# GRUB Environment Block\nsaved_entry={ID}-{disk.version}\nboot_success=0\n'.ljust(1024, '#'))
    disk.write('/boot/efi/EFI/fedora/grub.cfg', f'search --no-floppy --root-dev-only --fs-uuid --set=dev {boot}\n'
               'set prefix=($dev)/grub2\nexport $prefix\nconfigfile $prefix/grub.cfg\n')
    for version, named in (('5.14.0-1.fc42', '/none'), (disk.version, kernel)):
        disk.write(f'/boot/loader/entries/{ID}-{version}.conf',
                   FEDORA_ENTRY.format(version=version, kernel=named, initrd=initrd, line=line))


BOOTS = {'grub': grub, 'kernel_install': kernel_install, 'ukify': ukify, 'fedora': fedora}
