# SPDX-License-Identifier: BSD-2-Clause
"""Runs a row under QEMU and judges what came out of the serial port."""
import os
import re
import signal
import subprocess
import tempfile
import time
import zlib
from dataclasses import dataclass

from kshimtest import files
from kshimtest import ways
from kshimtest.patience import LOOK, cpu_seconds
from kshimtest.row import MIB

TRIES = 3
PASSED = 33     # isa-debug-exit: (0x10 << 1) | 1, by tests/probes/say.c
CODES = {m[2]: int(m[1]) for m in re.finditer(
    r'^REFUSAL\((\d+), \w+, "([^"]+)"',
    files.read(f'{files.TOP}/stub/base/refusal.def').decode(), re.M)}
# What is said of a disk's entries is not how the boot ends.
REFUSED = re.compile(r'kshim: (?!disk \d+: ).*\[([a-z0-9.-]+)\]')
ENTERED = re.compile(r'kshim: entering the kernel at 0x[0-9a-f]+ by (\w+)')


@dataclass
class Outcome:
    serial: str
    status: int         # of QEMU; None: it was stopped
    seconds: float

    @property
    def refusal(self):
        m = REFUSED.search(self.serial)
        return m[1] if m else ''

    @property
    def verdict(self):
        """Did the guest say how it ended, rather than just stop?"""
        return bool(self.refusal or re.search(r'probe \S+: (PASS|FAIL)', self.serial)
                    or 'kshim: powering off' in self.serial)


def missing(row, serial):
    """The first text that the serial port should have carried and did not, or ''."""
    at = 0
    for text in row.expect:
        found = serial.find(text, at)
        if found < 0:
            return text
        at = found + len(text)
    return ''


# ---------------------------------------------------------------- command lines

def joined(blobs):
    """The initrds as Linux gets them: four zeros end what was before, then a multiple of four."""
    out = b''
    for i, b in enumerate(blobs):
        out += b + (bytes(4 + -len(b) % 4) if i + 1 < len(blobs) and b else b'')
    return out


def file_words(row):
    blobs = [files.read(files.path(n)) for n in row.initrds]
    if row.kernel == 'probe:hypervisor':
        words = {'files': f'{len(blobs):x}'}
        words.update({f'file{i:x}': f'{len(b):x}:{zlib.crc32(b):x}'
                      for i, b in enumerate(blobs)})
        return words
    whole = joined(blobs)
    return {'initrd': f'{len(whole):x}:{zlib.crc32(whole):x}'} if whole else {}


def total_ram(row):
    if row.prelude and row.prelude.map is not None:
        return sum(size for _, size, kind in row.prelude.map if kind == 1)
    return row.memory * MIB


def probe_words(row):
    words = {'ram': f'{total_ram(row):x}', **file_words(row)}
    if row.by:
        words['entry'] = row.by
    words.update(row.probe)
    return ' '.join(f'probe.{k}={v}' for k, v in words.items())


def lines(row):
    """(the launcher's line, the line that the kernel must find)."""
    mine = [f'kshim.protocol={row.word}'] if row.word else []
    given = ' '.join(['console=ttyS0', *mine, *row.append.split()])
    if not row.is_probe:
        given += ' panic=-1 loglevel=5'
    else:
        given += f' {probe_words(row)} probe.line=00000000'

    def seen(line):
        return ' '.join(w for w in f'{row.own_line} {ways.of(row).seen(line)}'.split()
                        if not w.startswith('kshim.'))
    if row.pad_line:
        pad = ' pad=' + 'x' * (row.pad_line - len(seen(given)) - len(' pad='))
        given = given.replace('console=ttyS0', 'console=ttyS0' + pad)
    digits = f'probe.line={zlib.crc32(seen(given).encode()):08x}'
    given = given.replace('probe.line=00000000', digits)
    return given, seen(given)


# ---------------------------------------------------------------- QEMU

def with_files(words):
    """The words with {a file's name} replaced by where it is."""
    return [re.sub(r'\{([^}]+)\}', lambda m: files.path(m[1]), word) for word in words]


def command(row, directory):
    line, _ = lines(row)
    return ['qemu-system-x86_64', '-accel', row.accel, '-M', row.machine, '-cpu', row.cpu,
            '-m', str(row.memory), '-smp', str(row.cpus), '-nodefaults', '-display', 'none',
            '-no-reboot', '-serial', f'file:{directory}/serial',
            '-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04', *with_files(row.qemu),
            *ways.of(row).arguments(row, directory, line)]


def serial_text(directory):
    try:
        return files.read(f'{directory}/serial').decode(errors='replace').replace('\r', '')
    except FileNotFoundError:
        return ''


def is_enough(qemu, row, directory):
    """Has a machine that does not end shown what the row is about?"""
    text = serial_text(directory) if row.endless or row.gives_up else ''
    return bool(row.endless and not missing(row, text) or row.gives_up and row.gives_up in text
                or row.cpu_seconds and cpu_seconds(qemu.pid) > row.cpu_seconds)


def wait(qemu, row, directory):
    """QEMU's status, or None if it was stopped: when it is enough, or because it hangs."""
    end = time.monotonic() + row.timeout
    while time.monotonic() < end:
        try:
            return qemu.wait(LOOK)
        except subprocess.TimeoutExpired:
            if is_enough(qemu, row, directory):
                break
    os.killpg(qemu.pid, signal.SIGKILL)
    qemu.wait()
    return None


def run_once(row, directory):
    args = command(row, directory)
    started = time.monotonic()
    with open(f'{directory}/said', 'wb') as said:
        qemu = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                start_new_session=True)
    status = wait(qemu, row, directory)
    said = files.read(f'{directory}/said').decode(errors='replace')
    return Outcome(said + serial_text(directory), status, time.monotonic() - started)


def run(row):
    """(outcome, tries): only what ended in nothing at all is tried again."""
    for tries in range(1, TRIES + 1):
        with tempfile.TemporaryDirectory(prefix='kshim-boot-') as directory:
            outcome = run_once(row, directory)
        if outcome.verdict or (row.expect and not missing(row, outcome.serial)):
            break
    return outcome, tries


# ---------------------------------------------------------------- verdicts

def judge_linux(row, outcome):
    """What tools/guest-init says of line, processors and memory, against what the row gave."""
    said = dict(re.findall(r'^kshim: (command line|cpus|memory) (.*?)$', outcome.serial, re.M))
    _, line = lines(row)
    if said.get('command line') != line:
        return f'the kernel has the line "{said.get("command line")}", wanted "{line}"'
    if said.get('cpus') != str(row.cpus):
        return f'{said.get("cpus")} processors, wanted {row.cpus}'
    memory = int(said.get('memory', '0').split()[0])
    # Linux keeps its image, page structs (1.6 %) and so on to itself.
    if memory < (row.memory - 72) * 1024 * 0.96:
        return f'{memory} kB of memory out of {row.memory} MiB'
    return ''


def judge_refusal(row, outcome):
    status = CODES[row.refusal] << 1 | 1
    if outcome.refusal != row.refusal:
        return f'refused by {outcome.refusal or "nobody"}, wanted [{row.refusal}]'
    if outcome.status != status:
        return f'QEMU ended with {outcome.status}, wanted {status}'
    return judge_texts(row, outcome)


def judge_texts(row, outcome):
    """What must be said, and what must not."""
    text = missing(row, outcome.serial)
    if text:
        return f'"{text}" is missing'
    for text in row.absent:
        if text in outcome.serial:
            return f'"{text}" should not have been said'
    return ''


def judge(row, outcome):
    """'' if the row passed, else what is wrong."""
    if row.refusal:
        return judge_refusal(row, outcome)
    if outcome.refusal:
        return f'kshim refused: [{outcome.refusal}]'
    entered = ENTERED.search(outcome.serial)
    if row.by and ways.of(row).says_entry and (not entered or entered[1] != row.by):
        return f'kshim entered by {entered[1] if entered else "nothing"}, wanted {row.by}'
    if row.is_probe:
        wanted = f'probe {row.kernel[6:]}: PASS\n'
        if wanted not in outcome.serial or outcome.status != PASSED:
            return f'no "{wanted.strip()}" with status {PASSED}, but status {outcome.status}'
    wrong = judge_texts(row, outcome)
    if wrong:
        return wrong
    if 'initramfs' in ' '.join(row.initrds):
        wrong = judge_linux(row, outcome)
        if wrong:
            return wrong
    if row.status is not None and outcome.status != row.status:
        return f'QEMU ended with {outcome.status}, wanted {row.status}'
    return ''
