# SPDX-License-Identifier: BSD-2-Clause
"""Adds to pytest's summary which rows were tried again (some kernels oops under TCG)."""


def pytest_terminal_summary(terminalreporter):
    again = []
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, 'when', '') != 'call':
                continue
            tries = dict(report.user_properties).get('tries', 1)
            if tries > 1:
                again.append(f'{report.nodeid.split("[")[-1].rstrip("]")} ({tries})')
    terminalreporter.write_line(f'rows tried again: {len(again)}' + ''.join(
        f'\n  {name}' for name in again))
