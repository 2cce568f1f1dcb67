# SPDX-License-Identifier: BSD-2-Clause
"""What tests of the program share."""
import pathlib
import subprocess

import pytest


@pytest.fixture(scope='session', name='fault')
def fixture_fault(tmp_path_factory):
    """The library that has a file fail or change (fault.c)."""
    out = tmp_path_factory.mktemp('fault') / 'fault.so'
    subprocess.run(['cc', '-shared', '-fPIC', '-o', out, pathlib.Path(__file__).with_name('fault.c')], check=True)
    return out
