# SPDX-License-Identifier: BSD-2-Clause
"""The table in README.md that shows what bench.py measures: which cells are old, and writing them anew.

Such a table begins with the line HEADER; a row's first cell names the firmware, the others hold
"instructions, port I/O". A cell of what was not measured stays.
"""
from kshimtest import files

READMES = ('tests/bench/README.md',)
COLUMNS = [(machine, kernel) for machine in ('microvm', 'pc', 'q35') for kernel in ('pvh', 'bzimage')]
SHOWN = {'pvh': 'PVH', 'bzimage': 'bzImage'}
HEADER = '| firmware | ' + ' | '.join(f'{m}, {SHOWN[k]}' for m, k in COLUMNS) + ' |'


def row(line, measured):
    """The line with what was measured in its cells."""
    name, *cells = [cell.strip() for cell in line.strip('|\n').split('|')]
    firmware = name.strip('`').lower()
    found = [measured.get((firmware, *column)) for column in COLUMNS]
    if not any(found):
        return line
    cells = [f'{new[0]:,}, {new[1]:,}' if new else cell for new, cell in zip(found, cells)]
    return '| ' + ' | '.join([name, *cells]) + ' |\n'


def renewed(text, measured):
    lines, inside = [], 0
    for line in text.splitlines(keepends=True):
        inside = 1 if line.strip() == HEADER else inside + 1 if inside and line.startswith('|') else 0
        lines.append(row(line, measured) if inside > 2 else line)
    return ''.join(lines)


def old(results, write):
    """READMEs whose figures differ from these results; they are written anew if asked to."""
    measured = {(r['firmware'], r['machine'], r['kernel']): (r['instructions'], r['port_io'])
                for r in results}
    changed = []
    for name in READMES:
        path = f'{files.TOP}/{name}'
        text = files.read(path).decode()
        assert HEADER in text, f'{name} has no table of figures'
        new = renewed(text, measured)
        if new != text:
            changed.append(name)
            if write:
                with open(path, 'w', encoding='utf-8') as f:
                    f.write(new)
    return changed
