# SPDX-License-Identifier: BSD-2-Clause
"""A kernel of Debian's as it lies on a system: /boot, and the modules that a command needs with modules.dep.

depmod(8) makes modules.dep where the package is installed; here it is written from what the modules say
of themselves, as `depends=` in their section .modinfo.
"""
import lzma
import os
import pathlib
import re
import shutil
import tempfile

from kshimtest import files

WANTED = ('virtio_pci', 'virtio_console', 'fuse', 'virtiofs', 'overlay', 'virtio_blk', 'virtio_net', 'virtio_rng',
          'vmw_vsock_virtio_transport', 'squashfs')


def needed_by(module):
    data = module.read_bytes()
    data = lzma.decompress(data) if module.suffix == '.xz' else data
    found = re.search(rb'\0depends=([^\0]*)\0', data)
    return [n for n in found[1].decode().split(',') if n]


def name_of(module):
    return module.name.split('.')[0].replace('-', '_')


def close(all_modules, name, found):
    """`name` and what it needs, each behind those that need it, as a line of modules.dep has them."""
    if name in found:
        found.remove(name)
    found.append(name)
    for needed in needed_by(all_modules[name]):
        close(all_modules, needed, found)
    return found


def write_modules(source, out):
    everything = {name_of(p): p for p in source.rglob('*.ko*')}
    lines = {}
    for wanted in WANTED:
        for name in close(everything, wanted, []) if wanted in everything else []:
            lines[name] = close(everything, name, [])
    for name in lines:
        place = out / everything[name].relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(everything[name], place)
    path = {n: everything[n].relative_to(source) for n in lines}
    (out / 'modules.dep').write_text(''.join(
        f'{path[n]}: {" ".join(str(path[m]) for m in needed[1:])}'.rstrip() + '\n' for n, needed in lines.items()))
    shutil.copy(source / 'modules.builtin', out)


def copy_kernel(kernel, tree):
    """The kernel with its configuration, in /boot or, as in sid, in the folder of its modules; its place in the tree."""
    version = re.sub('^vmlinuz-', '', kernel.name)
    in_boot = kernel.parent.name == 'boot'
    place = tree / ('boot' if in_boot else f'usr/lib/modules/{kernel.parent.name}')
    place.mkdir(parents=True)
    for beside in (f'vmlinuz-{version}', f'config-{version}') if in_boot else ('vmlinuz', 'config'):
        shutil.copy(kernel.with_name(beside), place)
    return place / kernel.name


def kernel_tree(name):
    """The kernel's file in a tree build/boot/tree-NAME, made anew."""
    kernel = pathlib.Path(files.path(f'debian:{name}'))
    version = re.sub('^vmlinuz-', '', kernel.name) if kernel.parent.name == 'boot' else kernel.parent.name
    source = next(p for p in pathlib.Path(files.package_dir(name)).rglob(f'modules/{version}') if p.is_dir())
    out = pathlib.Path(files.MADE) / f'tree-{name}'
    os.makedirs(files.MADE, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=files.MADE) as made:
        tree = pathlib.Path(made) / 'tree'
        place = copy_kernel(kernel, tree)
        folder = tree / source.relative_to(files.package_dir(name))
        folder.mkdir(parents=True, exist_ok=True)
        write_modules(source, folder)
        shutil.rmtree(out, ignore_errors=True)
        tree.rename(out)
    return out / place.relative_to(tree)
