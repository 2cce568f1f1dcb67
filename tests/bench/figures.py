# SPDX-License-Identifier: BSD-2-Clause
"""The tables in README.md that show what bench.py measures: which cells are old, and writing them anew.

Such a table begins with a line of header(); a row's first cell names the firmware, the others hold
"instructions, port I/O" and, of boots from a disk, "requests, KiB". A cell of what was not measured stays.
"""
from kshimtest import files

READMES = ('tests/bench/README.md',)
TABLES = ([(machine, kernel) for machine in ('microvm', 'pc', 'q35') for kernel in ('pvh', 'bzimage')],
          [(machine, 'disk') for machine in ('pc', 'q35')])
SHOWN = {'pvh': 'PVH', 'bzimage': 'bzImage', 'disk': 'disk'}


def header(columns):
    return '| firmware | ' + ' | '.join(f'{m}, {SHOWN[k]}' for m, k in columns) + ' |'


def millions(n):
    return f'{n:,}' if n < 1e6 else f'{n / 1e6:,.{2 if n < 1e8 else 0}f} M'


def cell(result):
    if not result['requests']:
        return f'{result["instructions"]:,}, {result["port_io"]:,}'
    return (f'{millions(result["instructions"])}, {millions(result["port_io"])}, {result["requests"]:,}, '
            f'{result["bytes"] // 1024:,}')


def row(line, columns, measured):
    """The line with what was measured in its cells."""
    name, *cells = [cell.strip() for cell in line.strip('|\n').split('|')]
    firmware = name.strip('`').lower().removesuffix(' + grub')
    found = [measured.get((firmware, *column)) for column in columns]
    if not any(found):
        return line
    cells = [new or old_cell for new, old_cell in zip(found, cells)]
    return '| ' + ' | '.join([name, *cells]) + ' |\n'


def renewed(text, columns, measured):
    lines, inside = [], 0
    for line in text.splitlines(keepends=True):
        inside = 1 if line.strip() == header(columns) else inside + 1 if inside and line.startswith('|') else 0
        lines.append(row(line, columns, measured) if inside > 2 else line)
    return ''.join(lines)


def old(results, write):
    """READMEs whose figures differ from these results; they are written anew if asked to."""
    measured = {(r['firmware'], r['machine'], r['kernel']): cell(r) for r in results}
    changed = []
    for name in READMES:
        path = f'{files.TOP}/{name}'
        text = files.read(path).decode()
        new = text
        for columns in TABLES:
            assert header(columns) in text, f'{name} has no table of figures for {columns}'
            new = renewed(new, columns, measured)
        if new != text:
            changed.append(name)
            if write:
                with open(path, 'w', encoding='utf-8') as f:
                    f.write(new)
    return changed
