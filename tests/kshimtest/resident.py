# SPDX-License-Identifier: BSD-2-Clause
"""How much memory a program has had at the most.

A process keeps its largest size when it becomes another program, and that can be pytest's. So the program is
started by a small process between.
"""
import subprocess
import sys

BETWEEN = """
import os, sys
told = os.dup(2)
os.dup2(1, 2)
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
os.write(told, f'{usage.ru_maxrss * 1024} {os.waitstatus_to_exitcode(status)}'.encode())
"""


def most_memory(command):
    """The largest resident size in bytes, the status, and what was said on stdout and stderr together."""
    done = subprocess.run([sys.executable, '-I', '-S', '-c', BETWEEN, *map(str, command)], stdin=subprocess.DEVNULL,
                          capture_output=True, check=True)
    size, status = map(int, done.stderr.split())
    return size, status, done.stdout.decode()
