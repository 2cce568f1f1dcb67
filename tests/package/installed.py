# SPDX-License-Identifier: BSD-2-Clause
"""`make install` into folders below build/, once a run for each set of variables."""
import functools
import os
import pathlib
import shutil
import subprocess

from kshimtest.patience import BUILD

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
# Of this worker, if there are several.
FOLDER = TOP / 'build' / f'installed{os.environ.get("PYTEST_XDIST_WORKER", "")}'


def make(target, folder, **variables):
    """`make TARGET` with DESTDIR=folder; what it said."""
    words = [f'{name}={value}' for name, value in variables.items()]
    done = subprocess.run(['make', '-s', '--no-print-directory', target, f'DESTDIR={folder}', *words],
                          cwd=TOP, capture_output=True, text=True, check=False, timeout=BUILD)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@functools.lru_cache(maxsize=None)
def tree():
    """The folder in which kshim is installed with PREFIX=/usr."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    make('install', FOLDER, PREFIX='/usr')
    return FOLDER
