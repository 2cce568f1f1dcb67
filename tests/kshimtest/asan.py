# SPDX-License-Identifier: BSD-2-Clause
"""The program under sanitizers, whose reports end it with a status that is none of its own."""
import os
import subprocess

from kshimtest import files
from kshimtest.patience import HANG

KSHIM = os.path.join(files.BUILD, 'asan', 'kshim')
REPORTED = 99


def run(*args, **more):
    return subprocess.run([KSHIM, *map(str, args)], capture_output=True, text=True, errors='replace', check=False,
                          timeout=HANG, env={**os.environ, 'ASAN_OPTIONS': f'exitcode={REPORTED}'}, **more)
