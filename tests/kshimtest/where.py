# SPDX-License-Identifier: BSD-2-Clause
"""What `kshim plan` says against what a boot shows: kshim's own lines on the serial port, and where a
probe kernel (probe.where=1) found everything."""
import json
import re
import subprocess

from kshimtest import files
from kshimtest.patience import HANG

THING = re.compile(r'^probe \S+: ([A-Za-z_ ]+) is at (0x[0-9a-f]+) \+ (0x[0-9a-f]+)$', re.M)
RESERVED = re.compile(r'BIOS-e820: \[mem (0x[0-9a-f]+)-(0x[0-9a-f]+)\] reserved')

# What a probe calls it -> the kind of region that it must start, or lie in.
STARTS = {'kernel': 'kernel-file', 'zero page': 'zero-page', 'command line': 'cmdline', 'GDT': 'gdt',
          'start_info': 'start-info', 'page table root': 'page-tables', 'file': 'initrd',
          'EFI memory map': 'efi-map'}
INSIDE = {'setup_data': 'setup-data', 'page tables': 'page-tables', 'modlist': 'start-info',
          'memmap': 'start-info'}


def planned(arguments):
    done = subprocess.run([files.KSHIM, 'plan', '--json', *map(str, arguments)], capture_output=True,
                          text=True, timeout=HANG, check=False)
    return json.loads(done.stdout)


def plan(*arguments):
    """The JSON of a plan that must fit."""
    told = planned(arguments)
    assert told['outcome'] == 'fits', told
    return told


def plan_refused(*arguments):
    """Why a plan is refused."""
    told = planned(arguments)
    assert told['outcome'] == 'refused', told
    return told['refusal']


def regions(told, kind):
    return [(int(r['first'], 16), int(r['last'], 16)) for r in told['regions'] if r['kind'] == kind]


def differences_of_things(told, serial):
    """One line for each thing that lies elsewhere than was planned; no thing at all is one, too."""
    found = [(m[1], int(m[2], 16), int(m[3], 16)) for m in THING.finditer(serial.replace('\r', ''))]
    wrong = [] if found else ['the probe said of nothing where it is']
    for name, addr, size in found:
        kind = STARTS.get(name) or INSIDE[name]
        ranges = regions(told, kind)
        if name in STARTS and addr not in [first for first, _ in ranges]:
            wrong.append(f'{name} starts at {addr:#x}, planned {kind} {ranges}')
        if not any(first <= addr and addr + size - 1 <= last for first, last in ranges) \
                and name != 'kernel':
            wrong.append(f'{name} {addr:#x} + {size:#x} is not in {kind} {ranges}')
    return wrong


def differences_of_reserved(told, serial):
    """The same of all memory that the map which Linux got calls reserved."""
    found = [(int(m[1], 16), int(m[2], 16)) for m in RESERVED.finditer(serial)]
    planned = regions(told, 'reserved')
    return [] if found and found == planned else [f'reserved is {found}, planned {planned}']


def differences_of_lines(told, serial):
    """The same of what kshim says itself."""
    entry, wrong = told['entry'], []
    wanted = [f'kshim: kernel at {entry["kernel"]}',
              f'kshim: entering the kernel at {entry["address"]} by {entry["protocol"]}']
    if 'initrd' in entry:
        wanted.append(f'kshim: initrd at {entry["initrd"]["first"]}-{entry["initrd"]["last"]}')
    for line in wanted:
        if not re.search(re.escape(line) + r'\b', serial):
            wrong.append(f'not said: "{line}"')
    return wrong
