# SPDX-License-Identifier: BSD-2-Clause
"""`make bench`: what each firmware needs from reset to the kernel, as a table, checked by `ceilings`.

    PYTHONPATH=tests python3 -m bench.bench [--all] [--write] [WORD...]
        only the rows that hold all WORDs; --all: also OVMF, some minutes;
        --write: what was measured into the README file's tables (figures.py)

Rows whose kernel is `disk` are handed none: it lies on a disk image (disk_image.py).
The figures of tests/bench/README.md are this table; where they are old it says so. build/results/bench.json holds the same for programs, and
build/results/bench the counts for tests/summary.
"""
import json
import os
import sys

from bench import counting
from bench import disk_image
from bench import figures
from kshimtest import files

KERNELS = {'pvh': 'vmlinux:cloud', 'bzimage': 'debian:cloud', 'disk': 'debian:cloud'}
HANDED = ('pvh', 'bzimage')
MACHINES = ('microvm', 'pc', 'q35')
CEILINGS = f'{files.TOP}/tests/bench/ceilings'
RESULTS = f'{files.BUILD}/results'
TIMES = {'seabios': 20, 'ovmf': 50}     # so much more do others need, with GRUB, to boot the same disk
READ_AT_ONCE = 128 << 10                # bytes of a disk for each request, at least
PATIENCE = 600                          # seconds for OVMF and GRUB


def rows(everything):
    """(name, machine, kernel): NAME is a firmware, or FIRMWARE+STUB."""
    for firmware in ('kshim.rom', 'qboot', 'seabios'):
        for machine in MACHINES:
            yield from ((firmware, machine, kernel) for kernel in HANDED)
    for machine in ('microvm', 'pc'):
        for stub in ('kshim.elf', 'kshim.bzimage'):
            yield from ((f'qboot+{stub}', machine, kernel) for kernel in HANDED)
    yield from ((firmware, machine, 'disk') for firmware, machine in
                (('kshim.rom', 'pc'), ('kshim.rom', 'q35'), ('seabios', 'q35')))
    if everything:
        yield 'seabios', 'pc', 'disk'
        yield from (('ovmf', 'q35', kernel) for kernel in ('bzimage', 'disk'))


def built(name):
    """Is what this row measures there? What others made always is."""
    return all(os.path.exists(f'{files.BUILD}/{part}') for part in name.split('+')
               if part.startswith('kshim.'))


def ceilings():
    found = {}
    for line in files.read(CEILINGS).decode().splitlines():
        words = line.partition('#')[0].split()
        if words:
            found[tuple(words[:3])] = tuple(map(int, words[3:]))
    return found


def measure(name, machine, kernel):
    firmware, _, stub = name.partition('+')
    initrd = files.path('initramfs')
    return counting.run(counting.Setup(
        timeout=PATIENCE if firmware == 'ovmf' else counting.TIMEOUT,
        disk=disk_image.make(files.path(KERNELS[kernel]), initrd) if kernel == 'disk' else '',
        firmware=f'{files.BUILD}/{firmware}' if firmware.startswith('kshim.') else firmware,
        machine=machine, kernel=files.path(KERNELS[kernel]), initrd=initrd,
        stub=f'{files.BUILD}/{stub}' if stub else ''))


def judge(row, result, allowed):
    """'' if the row is within what it may cost."""
    if 'kshim.' not in row[0]:
        return ''
    if row not in allowed:
        return 'tests/bench/ceilings has no line for it'
    over = [f'{result[what]} {what}, allowed {limit}' for limit, what in
            zip(allowed[row], ('instructions', 'port_io')) if result[what] > limit]
    if result['requests'] * READ_AT_ONCE > result['bytes']:
        over.append(f'{result["requests"]} requests are more than one for each {READ_AT_ONCE} bytes')
    return '; '.join(over)


def beaten(results):
    """Sentences: where kshim boots a disk by more than its part of what another firmware needs."""
    of = {(r['firmware'], r['machine']): r['instructions'] for r in results if r['kernel'] == 'disk'}
    for (firmware, machine), n in of.items():
        for other, times in TIMES.items():
            if 'kshim.' in firmware and times * n > of.get((other, machine), times * n):
                yield f'{firmware} {machine} disk: {n} instructions are more than 1/{times} of those of {other}'


def line(row, count, result, wrong):
    setup = count.marks.get('setup')
    before = f'{setup[1]:>13,} {setup[2]:>9,}' if setup and '+' not in row[0] else ' ' * 23
    disk = f' {result["requests"]} requests, {result["bytes"] // 1024:,} KiB' if result['requests'] else ''
    return (f'{row[0]:20} {row[1]:8} {row[2]:8} {result["instructions"]:>13,} {result["port_io"]:>10,} {before}  '
            f'{count.reached}{disk} {f"TOO MUCH: {wrong}" if wrong else ""}').rstrip()


def run_row(row, allowed, results):
    """Did it pass? None: there is nothing to measure."""
    if not built(row[0]):
        return None
    try:
        count = measure(*row)
    except (counting.NotReached, files.Missing) as e:
        print(f'{" ".join(row)}: FAILED: {e}', flush=True)
        return False
    results.append({'firmware': row[0], 'machine': row[1], 'kernel': row[2], 'entry': count.reached,
                    'instructions': count.spent if row[2] == 'disk' else count.since[0], 'port_io': count.since[1],
                    'requests': len(count.requests), 'bytes': sum(count.requests),
                    'marks': {name: m[1:] for name, m in count.marks.items()}})
    wrong = judge(row, results[-1], allowed)
    print(line(row, count, results[-1], wrong), flush=True)
    return not wrong


def main():
    words = [w for w in sys.argv[1:] if not w.startswith('--')]
    chosen = [r for r in rows('--all' in sys.argv) if all(w in ' '.join(r) for w in words)]
    print(f'{"firmware":20} {"machine":8} {"kernel":8} {"instructions":>13} {"port I/O":>10} '
          f'{"16-bit setup":>13} {"port I/O":>9}  entry')
    results, allowed = [], ceilings()
    passed = [run_row(row, allowed, results) for row in chosen]
    for sentence in beaten(results):
        print(f'FAILED: {sentence}')
        passed.append(False)
    for name in figures.old(results, '--write' in sys.argv):
        print(f'{name}: figures written' if '--write' in sys.argv else
              f'{name}: its figures are old; BENCH=--write writes them')
    os.makedirs(RESULTS, exist_ok=True)
    with open(f'{RESULTS}/bench.json', 'w', encoding='ascii') as f:
        json.dump(results, f, indent=1)
    with open(f'{RESULTS}/bench', 'w', encoding='ascii') as f:
        print(passed.count(True), passed.count(False), 0, file=f)
    sys.exit(0 if passed.count(True) and not passed.count(False) else 1)


main()
