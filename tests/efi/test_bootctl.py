# SPDX-License-Identifier: BSD-2-Clause
"""systemd's own tools in the guest: bootctl and systemd-analyze read what kshim.efi has set as a boot manager and as the stub of
an image that the firmware verifies, systemd-bless-boot ends the counting of boots, and what bootctl chooses for one boot is booted."""
import os

import pytest
from kshimtest import efi_vm as vm, systemd_guest
from kshimtest.media import EFI, PARTITION, TOP, files, resolve, signed, ukify

LINE = 'console=ttyS0 panic=-1 loglevel=4 no_timer_check'
TIMES = ('kshim: userspace reached', 'ANALYZE Startup finished in', '(firmware) + ', '(loader) + ')
UNITS = {'default.target': b'[Unit]\nWants=look.service\n',
         'look.service': b'[Unit]\nDefaultDependencies=no\n[Service]\nType=exec\nExecStart=/init\nStandardOutput=tty\n'
                         b'StandardError=tty\nTTYPath=/dev/ttyS0\n'}


def entry(title, version, more=''):
    return (f'title {title}\nsort-key a\nversion {version}\nlinux /vmlinuz\ninitrd /initrd.img\noptions {LINE}{more}\n').encode()


def image(initrd):
    """A unified kernel image that sorts behind the entry that is counted."""
    out = os.path.join(files.MADE, f'bootctl-{os.getpid()}.efi')
    ukify(EFI, f'--linux={resolve("debian:cloud")}', f'--initrd={initrd}', f'--cmdline={LINE} second=1', '--uname=6.1',
          '--os-release=ID=debian\nPRETTY_NAME=Second\nIMAGE_VERSION=1\n', f'--output={out}')
    return out


def boots(disk, second, status, **more):
    """Boot the first entry, which chooses the second one for the next boot; status: what bootctl says in each."""
    row = vm.Row('bootctl', disk, xbootldr={'nothing': b'nothing'}, memory=768, reboots=True, foretold=False,
                 left=('/loader/entries/one.conf',), **more,
                 expect=(*TIMES, *status[0], PARTITION, 'one+2-1.conf', 'First', 'kshim: blessed',
                         f'kshim: next is {second}', *TIMES, *status[1], second, 'kshim: powering off'))
    text, status, left, _ = vm.run(row)
    print(text)
    wrong = vm.judge(row, text, status, left)
    assert not wrong, f'{row.name}: {wrong}'


def initrd():
    if systemd_guest.why_not():
        pytest.skip(systemd_guest.why_not())
    units = [(f'usr/lib/systemd/system/{name}', 0o100644, text) for name, text in UNITS.items()]
    return systemd_guest.initrd(f'{TOP}/tests/efi/init-bootctl', systemd_guest.MANAGE_BOOT, systemd_guest.FAT, units)


@pytest.mark.takes(90)
def test_entries():
    boots({'EFI/BOOT/BOOTX64.EFI': 'kshim.efi', 'vmlinuz': 'debian:cloud', 'initrd.img': initrd(),
           'loader/entries/one+3.conf': entry('First', 2), 'loader/entries/two.conf': entry('Second', 1, ' second=1')}, 'two.conf',
          [('Secure Boot: disabled', 'TPM2 Support: no', 'Measured UKI: no', 'Product: kshim')] * 2)


@pytest.mark.takes(90)
@pytest.mark.full
def test_secure():
    """With a TPM: the entry's kernel and the image are verified by the firmware, and kshim.efi is the image's stub."""
    made = initrd()
    secure = ('Secure Boot: enabled (user)', 'TPM2 Support: yes')
    boots({'EFI/BOOT/BOOTX64.EFI': signed(EFI), 'vmlinuz': signed('debian:cloud'), 'initrd.img': made,
           'loader/entries/one+3.conf': entry('First', 2), 'EFI/Linux/two.efi': signed(image(made))}, 'two.efi',
          ((*secure, 'Measured UKI: no', 'Product: kshim'),
           (*secure, 'Measured UKI: yes', 'Product: kshim', 'Current Stub:', 'Product: kshim', PARTITION, '/EFI/Linux/two.efi')),
          firmware='snakeoil', tpm=True)
