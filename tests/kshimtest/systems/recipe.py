# SPDX-License-Identifier: BSD-2-Clause
"""What there is to build: suites of Debian, and how a disk is laid out."""
import itertools
import os
import uuid
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
SUITES = ('bookworm', 'trixie', 'sid')
# A system that boots to a login prompt, and whose tools write what boot loaders read.
PACKAGES = ('linux-image-cloud-amd64', 'initramfs-tools', 'systemd-sysv', 'udev', 'login', 'mount', 'grub-common')

MIB = 1 << 20
ESP = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b'
XBOOTLDR = 'bc13c2ff-59e6-4262-a352-b275fd6f7172'
LINUX = '0fc63daf-8483-4772-8e79-3d69d8477de4'
BIOS_BOOT = '21686148-6449-6e6f-744e-656564454649'
MBR_LINUX = '83'


@dataclass(frozen=True)
class Partition:
    size: int           # MiB
    kind: str           # as sfdisk has it
    fs: str = ''        # of mkfs; '': none
    at: str = ''        # where it is mounted

    def uuid(self, system):
        """Of the file system, as Linux writes it: the same at each building."""
        whole = str(uuid.uuid5(uuid.NAMESPACE_DNS, f'{system} {self.at}.kshim'))
        return whole if self.fs != 'vfat' else f'{whole[:4]}-{whole[4:8]}'.upper()


@dataclass(frozen=True)
class Layout:
    """A disk, and by what it is booted: the name in BOOTS of loaders.py."""
    boot: str
    parts: tuple
    table: str = 'gpt'          # or dos
    sector: int = 512           # bytes
    damaged: bool = False       # the first GPT


def root(fs='ext4', kind=LINUX):
    return Partition(560, kind, fs, '/')


def with_esp(size=128):
    return (Partition(size, ESP, 'vfat', '/efi'), root())

LAYOUTS = {
    'grub': Layout('grub', (Partition(1, BIOS_BOOT), root())),
    'grub-damaged': Layout('grub', (Partition(1, BIOS_BOOT), root()), damaged=True),
    'grub-mbr-ext3': Layout('grub', (root('ext3', MBR_LINUX),), table='dos'),
    'kernel-install': Layout('kernel_install', with_esp()),
    'kernel-install-4096': Layout('kernel_install', with_esp(320), sector=4096),
    'ukify': Layout('ukify', with_esp()),
    # /boot is an ext4 of its own, where the entries are; grub.cfg leaves the menu to them.
    'fedora': Layout('fedora', (Partition(64, ESP, 'vfat', '/boot/efi'), Partition(160, XBOOTLDR, 'ext4', '/boot'), root())),
}


def name(suite, layout):
    return f'{suite}-{layout}'


ALL = tuple(itertools.product(SUITES, LAYOUTS))
