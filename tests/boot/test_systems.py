# SPDX-License-Identifier: BSD-2-Clause
"""Whole systems boot from their disks; the rows are in system_rows.py."""
from dataclasses import replace

from kshimtest.selection import picked
import pytest
from boot.booted import booted
from boot.system_rows import EVERY, PAIRWISE
from kshimtest.systems import image

NAMES = {row.name for row in PAIRWISE}


@pytest.mark.takes(60)
@pytest.mark.parametrize('row', picked(PAIRWISE + [replace(row, full=True) for row in EVERY if row.name not in NAMES]))
def test_boots(row, record_property):
    if image.why_not():
        pytest.skip(image.why_not())
    booted(row, record_property)


def test_pairwise_rows_are_of_the_product():
    assert NAMES <= {row.name for row in EVERY}
