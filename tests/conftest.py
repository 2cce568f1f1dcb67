# SPDX-License-Identifier: BSD-2-Clause
"""For all parts: which tests run, in which order, and which rows were tried again (some kernels oops under TCG)."""
from kshimtest.everything import EVERYTHING


def pytest_configure(config):
    config.addinivalue_line('markers', 'takes(seconds): about how long, if that is long')
    config.addinivalue_line('markers', 'full: one more of a kind that `make test` has; for `make test-all`, or by name')


def pytest_collection_modifyitems(config, items):
    """Those that were asked for, the longest first, so that at the end no worker waits for another's long test."""
    if not EVERYTHING and not config.option.keyword:
        more = [item for item in items if item.get_closest_marker('full')]
        config.hook.pytest_deselected(items=more)
        items[:] = [item for item in items if item not in more]
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
