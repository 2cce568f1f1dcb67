# SPDX-License-Identifier: BSD-2-Clause
"""Boots every row of the UEFI table: `make test-efi`, or pytest tests/efi -k NAME for some."""
import pytest
from kshimtest import efi_vm as vm
from kshimtest.selection import picked
from efi import efi_rows, shim_rows


ROWS = efi_rows.ROWS + shim_rows.ROWS


@pytest.mark.parametrize('row', picked(ROWS))
def test_efi(row, record_property):
    try:
        text, status, left, tries = vm.run(row)
    except vm.files.Missing as why:
        pytest.fail(str(why), pytrace=False)
    record_property('tries', tries)
    print(text)
    wrong = vm.judge(row, text, status, left)
    if wrong:
        pytest.fail(f'{row.name}: {wrong}', pytrace=False)


def test_rows_have_names_of_their_own():
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)
