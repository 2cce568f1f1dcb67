# SPDX-License-Identifier: BSD-2-Clause
"""Boots every row of the table: `make test-boot`, or pytest tests/boot -k NAME for some."""
from kshimtest import files
from kshimtest import machine
from kshimtest.selection import picked
import pytest
from boot.rows import ROWS


@pytest.mark.parametrize('row', picked(ROWS))
def test_boot(row, record_property):
    if row.skip:
        pytest.skip(row.skip)
    try:
        outcome, tries = machine.run(row)
    except files.Missing as why:
        pytest.fail(str(why), pytrace=False)
    record_property('tries', tries)
    print(outcome.serial)
    wrong = machine.judge(row, outcome)
    if wrong:
        pytest.fail(f'{row.name}: {wrong} (after {outcome.seconds:.0f} s)', pytrace=False)


def test_rows_have_names_of_their_own():
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)


def test_all_codes_of_the_rows_exist():
    assert {row.refusal for row in ROWS if row.refusal} <= set(machine.CODES)
