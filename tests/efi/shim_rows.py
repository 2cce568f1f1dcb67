# SPDX-License-Identifier: BSD-2-Clause
"""The UEFI table's rows with Debian's shim before kshim.efi: the firmware knows Microsoft's keys only, the owner's key (MOK) has
signed kshim.efi, and shim verifies what kshim.efi lets be started."""
from kshimtest.efi_vm import Row
from kshimtest.media import UKI_LINE
from efi.efi_rows import BOOTED

LOCKED = 'Kernel is locked down from EFI Secure Boot'
LINE = f'{UKI_LINE} loglevel=7'
NO_KEY = "no key of the firmware's or of shim's verifies it"


def behind_shim(name, kshim, disk=(), **more):
    """shim is the volume's boot loader, which starts grubx64.efi beside it."""
    return Row(f'shim-{name}', {'EFI/BOOT/BOOTX64.EFI': 'debian:shim', 'EFI/BOOT/grubx64.efi': kshim, **dict(disk)},
               firmware='mok', **more)


def entry(kernel, **more):
    """The disk of a text entry with that kernel."""
    return {'kernel': kernel, 'initrd.img': 'initramfs', **more,
            'loader/entries/a.conf': f'linux /kernel\ninitrd /initrd.img\noptions {LINE}\n'.encode()}


ROWS = [
    # By Debian's key, which is in shim; by the owner's; by none.
    behind_shim('bzimage', 'signed:kshim.efi', entry('debian:cloud'), line=LINE,
                expect=('verifies and starts the kernel', LOCKED, *BOOTED)),
    behind_shim('mok-bzimage', 'signed:kshim.efi', entry('signed:unsigned:debian:cloud'), line=LINE,
                expect=(LOCKED, *BOOTED), full=True),
    behind_shim('unsigned-bzimage', 'signed:kshim.efi', entry('unsigned:debian:cloud'), refusal='efi.start-image',
                expect=(f'/kernel: it was not started: {NO_KEY}: status 0x', 'start_image() returned')),
    # What kshim.efi's own signature covers is not shown to shim.
    behind_shim('pinned', 'signed:pinned:vmlinux:cloud', entry('vmlinux:cloud'), by='linux64', line=LINE,
                expect=(LOCKED, *BOOTED)),
    # Addons are verified by shim as well, each for itself.
    behind_shim('addons', 'signed:uki:objcopy:vmlinux:cloud', {
        'loader/addons/good.addon.efi': 'signed:addon:good=1', 'loader/addons/bad.addon.efi': 'addon:bad=1'},
                by='linux64', line=f'{UKI_LINE} good=1', allowed='efi.addon',
                expect=(f'bad.addon.efi: it is not added: {NO_KEY}', *BOOTED)),
    behind_shim('elf', 'signed:kshim.efi', entry('vmlinux:cloud'), refusal='efi.not-allowed', expect=('for kernel',), full=True),
    behind_shim('unsigned-kshim', 'kshim.efi', entry('debian:cloud'), expect=('Verification failed',), absent=('kshim:',), full=True),
]
