# SPDX-License-Identifier: BSD-2-Clause
"""How long a test waits for what should happen: until it happens, on a machine however busy.

HANG only ends what never happens. Where a time-out is what is tested, patient() gives it longer and
longer ones, until the guest came to where the time-out was to find it.
"""
import os
import time

HANG = 600                      # seconds
BUILD = 4 * HANG                # for the whole project: minutes of a CPU that other work may have, too
LOOK = 0.1                      # seconds between looks
LIMITS = (0.5, 2, 8, 32, 128)   # seconds


def until(condition, otherwise=lambda: ''):
    """Wait for what happens; `otherwise` says what there was instead."""
    end = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < end, otherwise()
        time.sleep(LOOK)


def patient(run, came):
    """What run(limit) gives with the first limit with which came() says that it came far enough."""
    for limit in LIMITS:
        began = time.monotonic()
        done = run(limit)
        assert time.monotonic() - began >= limit, f'an end before {limit} s: {done}'
        if came(done):
            break
    return done


def cpu_seconds(pid):
    """What a process has had of the CPUs, with all its threads."""
    with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as f:
        user, system = f.read().rpartition(')')[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf('SC_CLK_TCK')
