# SPDX-License-Identifier: BSD-2-Clause
"""Makes a disk: partition table, file systems, the tree of a suite, and what a boot loader reads (loaders.py).

within.py SUITE LAYOUT IMAGE WORK, in a mount namespace of its own; WORK is an empty folder that the
caller removes, outside of the namespace. What the system's own tools look for is there under the
names that the guest will have: /dev/vda for the disk, /dev/vda2 and so on, /dev/disk/by-uuid.
"""
import os
import stat
import subprocess
import sys

from kshimtest import files
from kshimtest.systems import loaders, recipe, tree
from kshimtest.systems.recipe import MIB

def run(*args):
    subprocess.run(args, check=True, stdout=subprocess.DEVNULL)


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)
    os.chmod(path, mode)


class Disk:
    """The image, its partitions as devices, and its root, mounted."""

    def __init__(self, suite, layout, image, work):
        self.name, self.layout = recipe.name(suite, layout), recipe.LAYOUTS[layout]
        self.tree, self.image = tree.path(suite), image
        self.version = tree.kernel(self.tree)
        self.root, self.dev, self.loop, self.mounted = f'{work}/root', f'{work}/dev', '', []
        os.mkdir(self.root)
        os.mkdir(self.dev)

    def mount(self, to, *what):
        run('mount', *what, to)
        self.mounted.append(to)

    def node(self, name, number):
        os.mknod(f'{self.dev}/{name}', 0o600 | stat.S_IFBLK, number)

    def uuid(self, at):
        return next(part.uuid(self.name) for part in self.layout.parts if part.at == at)

    def partition(self):
        """The table, by sfdisk on a device that has the layout's sectors."""
        lines = [f'label: {self.layout.table}']
        at = 1
        for part in self.layout.parts:
            lines.append(f'start={at * MIB // self.layout.sector}, size={part.size * MIB // self.layout.sector}, type={part.kind}')
            at += part.size
        subprocess.run(['sfdisk', '-q', '--no-reread', '--no-tell-kernel', f'{self.dev}/vda'], check=True,
                       input='\n'.join(lines).encode(), stdout=subprocess.DEVNULL)

    def mkfs(self, part, device):
        if part.fs == 'vfat':
            run('mkfs.fat', '-F', '32', '-S', str(self.layout.sector), '-i', part.uuid(self.name).replace('-', ''), device)
        elif part.fs:
            run('mke2fs', '-q', '-t', part.fs, '-U', part.uuid(self.name), device)

    def devices(self):
        """The image as a loop device, with partitions that the kernel is told of: it need not know such tables."""
        self.mount(self.dev, '-t', 'tmpfs', 'none')
        os.mknod(f'{self.dev}/null', 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        os.makedirs(f'{self.dev}/disk/by-uuid')
        self.loop = subprocess.run(['losetup', '-P', '-f', '--show', '-b', str(self.layout.sector), self.image],
                                   check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        self.node('vda', os.stat(self.loop).st_rdev)
        self.partition()
        at = 1
        for n, part in enumerate(self.layout.parts, 1):
            run('addpart', self.loop, str(n), str(at * MIB // 512), str(part.size * MIB // 512))
            name = os.path.basename(self.loop)
            number = files.read(f'/sys/block/{name}/{name}p{n}/dev').decode().split(':')
            self.node(f'vda{n}', os.makedev(*map(int, number)))
            self.mkfs(part, f'{self.dev}/vda{n}')
            if part.fs:
                os.symlink(f'../../vda{n}', f'{self.dev}/disk/by-uuid/{part.uuid(self.name)}')
            at += part.size

    def fill(self):
        self.mount('/dev', '--bind', self.dev)
        for at, n, fs in sorted((part.at, n, part.fs) for n, part in enumerate(self.layout.parts, 1) if part.fs):
            os.makedirs(self.root + at, exist_ok=True)
            self.mount(self.root + at, *(('-t', 'tmpfs', 'none') if fs == 'vfat' else (f'/dev/vda{n}',)))
        run('cp', '-a', f'{self.tree}/.', self.root)
        self.mount(f'{self.root}/dev', '--bind', self.dev)
        self.mount(f'{self.root}/proc', '-t', 'proc', 'proc')
        self.mount(f'{self.root}/sys', '-t', 'sysfs', 'sys')

    def fill_fat(self):
        """What was written where a FAT would be mounted goes to it by mtools: this kernel need not know that either."""
        for n, part in enumerate(self.layout.parts, 1):
            if part.fs == 'vfat':
                names = sorted(os.listdir(self.root + part.at))
                subprocess.run(['mcopy', '-s', '-i', f'/dev/vda{n}', *names, '::'], check=True, cwd=self.root + part.at,
                               env=dict(os.environ, MTOOLS_SKIP_CHECK='1'))

    def release(self):
        for at in reversed(self.mounted):
            # /dev/null is in use.
            run('umount', *(['-l'] if at in ('/dev', self.dev) else []), at)
        if self.loop:
            run('losetup', '-d', self.loop)

    def chroot(self, *args):
        run('chroot', self.root, *args)

    def write(self, path, text, mode=0o644):
        write(self.root + path, text, mode)

    def kernel(self):
        """Its kernel and initrd, and the words of its own line."""
        return (f'/boot/vmlinuz-{self.version}', f'/boot/initrd.img-{self.version}',
                f'root=UUID={self.uuid("/")} ro {loaders.LINE}')


def system(disk):
    """What is on each, besides the packages' own."""
    disk.write('/etc/machine-id', f'{loaders.ID}\n')
    disk.write('/etc/hostname', 'kshim\n')
    disk.write('/etc/fstab', ''.join(f'UUID={part.uuid(disk.name)} {part.at} {part.fs} defaults 0 0\n'
                                     for part in disk.layout.parts if part.fs))
    disk.write('/var/boots', '0\n')
    disk.write('/sbin/kshim-marker', files.read(f'{recipe.HERE}/marker').decode(), 0o755)


def main(suite, layout, image, work):
    disk = Disk(suite, layout, image, work)
    try:
        disk.devices()
        disk.fill()
        system(disk)
        loaders.BOOTS[disk.layout.boot](disk)
        disk.fill_fat()
    finally:
        disk.release()


if __name__ == '__main__':
    main(*sys.argv[1:])
