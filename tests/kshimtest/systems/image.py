# SPDX-License-Identifier: BSD-2-Clause
"""The image of a suite in a layout: path(SUITE, LAYOUT)."""
import functools
import glob
import os
import shutil
import subprocess
import sys
import tempfile

from kshimtest import files
from kshimtest.systems import recipe, tree
from kshimtest.systems.recipe import MIB


# What making an image does, on a file that holds nothing.
TRIAL = """
mount -t tmpfs none /mnt && loop=$(losetup -P -f --show "$0") || exit 1
addpart "$loop" 1 8 8
status=$?
losetup -d "$loop"
exit $status
"""


@functools.lru_cache
def why_not():
    """Why no image can be made here, or ''."""
    if os.geteuid():
        return 'systems are made by root only'
    for program in ('mmdebstrap', 'losetup', 'addpart', 'sfdisk', 'mke2fs', 'mkfs.fat', 'mcopy'):
        if not shutil.which(program, path=tree.ENV['PATH']):
            return f'{program} is missing: make deps'
    with tempfile.NamedTemporaryFile() as f:
        f.truncate(MIB)
        tried = subprocess.run(['unshare', '-m', '--propagation', 'private', 'sh', '-c', TRIAL, f.name], check=False,
                               capture_output=True, text=True, env=tree.ENV)
    return f'no loop device with partitions in a mount namespace: {tried.stderr.strip()}' if tried.returncode else ''


def damage_first_gpt(path, sector):
    with open(path, 'r+b') as f:
        f.seek(sector + 24)
        f.write(bytes(8))


def make(suite, layout, out):
    wanted = recipe.LAYOUTS[layout]
    with open(out, 'wb') as f:
        f.truncate((sum(part.size for part in wanted.parts) + 2) * MIB)
    with tempfile.TemporaryDirectory(prefix='kshim-system-') as work:
        made = subprocess.run(
            ['unshare', '-m', '--propagation', 'private', sys.executable, '-m', 'kshimtest.systems.within', suite, layout, out, work],
            check=False, cwd=f'{files.TOP}/tests', env=tree.ENV, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode:
        raise AssertionError(f'{recipe.name(suite, layout)} could not be made: {made.stdout[-3000:]}')
    if wanted.damaged:
        damage_first_gpt(out, wanted.sector)


def path(suite, layout):
    """Where the image is; made if it is not there."""
    source = tree.make(suite)
    name = recipe.name(suite, layout)
    recipes = (files.read(os.path.join(recipe.HERE, part)).decode()
               for part in ('recipe.py', 'within.py', 'loaders.py', 'image.py', 'marker'))
    out = os.path.join(tree.MADE, f'{name}-{tree.key(source, *recipes)}.img')
    with tree.Lock(name):
        if not os.path.exists(out):
            for old in glob.glob(f'{tree.MADE}/{name}-????????????.img*'):
                os.remove(old)
            make(suite, layout, f'{out}.new')
            os.rename(f'{out}.new', out)
    return out
