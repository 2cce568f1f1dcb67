# SPDX-License-Identifier: BSD-2-Clause
"""What many rows share is booted once, for those rows only that the selected tests judge."""
import pytest


def pytest_configure(config):
    config.addinivalue_line('markers', 'judges(name, ...): the rows that the test looks at')


@pytest.fixture(scope='session')
def wanted(request):
    return frozenset(name for item in request.session.items for mark in item.iter_markers('judges')
                     for name in mark.args)
