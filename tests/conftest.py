# SPDX-License-Identifier: BSD-2-Clause
"""For all parts: the order of the tests, and which rows were tried again (some kernels oops under TCG)."""


def pytest_configure(config):
    config.addinivalue_line('markers', 'takes(seconds): about how long, if that is long')


def pytest_collection_modifyitems(items):
    """The longest first, so that at the end no worker waits for another's long test."""
    items.sort(key=lambda item: -max((mark.args[0] for mark in item.iter_markers('takes')), default=0))


def pytest_terminal_summary(terminalreporter):
    again = []
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, 'when', '') != 'call':
                continue
            tries = dict(report.user_properties).get('tries', 1)
            if tries > 1:
                again.append(f'{report.nodeid.split("[")[-1].rstrip("]")} ({tries})')
    if again:
        terminalreporter.write_line(f'rows tried again: {len(again)}' + ''.join(f'\n  {name}' for name in again))
