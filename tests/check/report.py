# SPDX-License-Identifier: BSD-2-Clause
"""Runs `kshim check --json` and finds things in what it says."""
import json
import os
import subprocess

from kshimtest.patience import HANG

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KSHIM = f'{TOP}/build/kshim'


def run(*args, kshim=KSHIM, **more):
    return subprocess.run([kshim, 'check', *map(str, args)], capture_output=True, text=True,
                          timeout=HANG, stdin=subprocess.DEVNULL, check=False, **more)


def check(path, *args, **more):
    """The JSON's object of one file."""
    out = run('--json', *args, path, **more)
    return json.loads(out.stdout)['files'][0]


def launcher(said, name):
    return next(row for row in said['launchers'] if row['name'] == name)


def boots(said, name):
    return any(row['boots'] for row in said['launchers'] if row['name'] == name)


def verdict(said, name):
    """The verdict of that name, here or inside; the first there is."""
    while said:
        for v in said['verdicts']:
            if v['name'] == name:
                return v['verdict']
        said = said.get('inside')
    return None


def fact(said, name, part='value'):
    while said:
        if name in said['facts']:
            return said['facts'][name].get(part)
        said = said.get('inside')
    return None
