# SPDX-License-Identifier: BSD-2-Clause
"""bench.disk_speed, without its boots: what is slow, and what is no comparison."""
import pytest

from bench import disk_speed

SAID = """disk: first
disk: random 4096 x 1000 by 1: 9 us
disk: second
disk: random 4096 x 1000 by 1: {} us
disk: sequential 65536 x 100 by 1: {} us
disk: end
"""
QEMU = disk_speed.figures(SAID.format(100, 100))


@pytest.mark.parametrize('random, sequential, slow', [
    (100, 105, []), (101, 105, ['random 4096 x 1000 by 1']), (1, 106, ['sequential 65536 x 100 by 1'])])
def test_bounds_are_held(random, sequential, slow):
    found = {'kshim': disk_speed.figures(SAID.format(random, sequential)), 'QEMU': QEMU, 'another': {w: 999 for w in QEMU}}
    assert disk_speed.is_comparable(found)
    assert disk_speed.compare(found) == slow


@pytest.mark.parametrize('found', [
    {}, {'kshim': QEMU}, {'QEMU': QEMU}, {'kshim': {}, 'QEMU': QEMU}, {'kshim': QEMU, 'QEMU': {}},
    {'kshim': {'random 4096 x 1000 by 1': 1}, 'QEMU': QEMU}, {'kshim': QEMU, 'QEMU': {**QEMU, 'random 1 x 1 by 1': 1}}])
def test_nothing_is_no_comparison(found):
    assert not disk_speed.is_comparable(found)
