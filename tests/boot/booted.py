# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of rows do with one: boot it, show what it said, judge it."""
import pytest

from kshimtest import files
from kshimtest import machine


def booted(row, record_property):
    """The outcome of a row that ended as it should; the test fails if it did not, or a file is missing."""
    try:
        outcome, tries = machine.run(row)
    except files.Missing as why:
        pytest.fail(str(why), pytrace=False)
    record_property('tries', tries)
    print(outcome.serial)
    wrong = machine.judge(row, outcome)
    if wrong:
        pytest.fail(f'{row.name}: {wrong} (after {outcome.seconds:.0f} s)', pytrace=False)
    return outcome
