# SPDX-License-Identifier: BSD-2-Clause
"""systemd's own tools in the guest: bootctl and systemd-analyze read what kshim.efi has set as a boot manager,
systemd-bless-boot ends the counting of boots, and what bootctl chooses for one boot is booted."""
import pytest
from kshimtest import efi_vm as vm, systemd_guest
from kshimtest.media import PARTITION, TOP

LINE = b'console=ttyS0 panic=-1 loglevel=4 no_timer_check'
UNITS = {'default.target': b'[Unit]\nWants=look.service\n',
         'look.service': b'[Unit]\nDefaultDependencies=no\n[Service]\nType=exec\nExecStart=/init\nStandardOutput=tty\n'
                         b'StandardError=tty\nTTYPath=/dev/ttyS0\n'}
MODULES = ('fat', 'vfat', 'nls_cp437', 'nls_iso8859-1', 'nls_ascii')


def entry(title, version, more=b''):
    return (f'title {title}\nsort-key a\nversion {version}\nlinux /vmlinuz\ninitrd /initrd.img\n'.encode() +
            b'options ' + LINE + more + b'\n')


@pytest.mark.takes(90)
def test_tools():
    if systemd_guest.why_not():
        pytest.skip(systemd_guest.why_not())
    units = [(f'usr/lib/systemd/system/{name}', 0o100644, text) for name, text in UNITS.items()]
    initrd = systemd_guest.initrd(f'{TOP}/tests/efi/init-bootctl', systemd_guest.MANAGE_BOOT, MODULES, units)
    disk = {'EFI/BOOT/BOOTX64.EFI': 'kshim.efi', 'vmlinuz': 'debian:cloud', 'initrd.img': initrd,
            'loader/entries/one+3.conf': entry('First', 2), 'loader/entries/two.conf': entry('Second', 1, b' second=1')}
    row = vm.Row('bootctl', disk, xbootldr={'nothing': b'nothing'}, memory=768, reboots=True, left=('/loader/entries/one.conf',),
                 expect=('kshim: userspace reached', 'ANALYZE Startup finished in', '(firmware) + ', '(loader) + ',
                         'Product: kshim', PARTITION, 'one+2-1.conf', 'First', 'kshim: blessed', 'kshim: next is two.conf',
                         'kshim: userspace reached', 'Product: kshim', 'kshim: powering off'))
    text, status, left, _ = vm.run(row)
    print(text)
    wrong = vm.judge(row, text, status, left)
    assert not wrong, f'{row.name}: {wrong}'
