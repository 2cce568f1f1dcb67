# SPDX-License-Identifier: BSD-2-Clause
"""What build/kshim says of itself: its commands and their options."""
import pathlib
import re
import subprocess

from kshimtest.patience import HANG

KSHIM = pathlib.Path(__file__).resolve().parent.parent.parent / 'build' / 'kshim'


def kshim(*args):
    return subprocess.run([KSHIM, *args], capture_output=True, text=True, check=True,
                          timeout=HANG).stdout


def commands():
    return re.findall(r'^  kshim ([a-z][a-z-]*) ', kshim('--help'), re.M)


def options(command):
    """Every option that the command's help has: in its usage line, and at the start of a line."""
    text = kshim(command, '--help')
    places = re.findall(r'^[Uu]sage: .*', text, re.M)
    places += re.findall(r'^ +(?:-[a-zA-Z], )?--?[a-z][a-z-]*', text, re.M)
    return sorted(o for p in places for o in re.findall(r'(?<![\w-])--?[a-z][a-z-]*', p))
