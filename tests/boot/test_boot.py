# SPDX-License-Identifier: BSD-2-Clause
"""Boots every row of the table: `make test-boot`, or pytest tests/boot -k NAME for some."""
from kshimtest import machine
from kshimtest.selection import picked
import pytest
from boot.booted import booted
from boot.rows import ROWS


@pytest.mark.parametrize('row', picked(ROWS))
def test_boot(row, record_property):
    if row.skip:
        pytest.skip(row.skip)
    booted(row, record_property)


def test_rows_have_names_of_their_own():
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)


def test_all_codes_of_the_rows_exist():
    assert {row.refusal for row in ROWS if row.refusal} <= set(machine.CODES)
