# SPDX-License-Identifier: BSD-2-Clause
"""Devices as Linux finds them under kshim.rom and under QEMU's own firmware: pytest -k devices."""
from kshimtest import devices
from kshimtest import files
from kshimtest.selection import picked
import pytest


@pytest.mark.takes(35)
@pytest.mark.parametrize('machine', picked(devices.MACHINES))
def test_devices(machine, record_property):
    try:
        text, tries, wrong = devices.judge(machine)
    except files.Missing as why:
        pytest.fail(str(why), pytrace=False)
    record_property('tries', tries)
    print(text)
    if wrong:
        pytest.fail(f'{machine.name}: {wrong}', pytrace=False)
