# SPDX-License-Identifier: BSD-2-Clause
"""Which rows of a table `make test` runs, and which only `make test-all` (tests/conftest.py)."""
import pytest


def picked(rows):
    """The rows as pytest's parameters, by their names; those with `full` set are marked."""
    return [pytest.param(row, id=row.name, marks=[pytest.mark.full] if row.full else []) for row in rows]
