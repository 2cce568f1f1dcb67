# SPDX-License-Identifier: BSD-2-Clause
"""Boots kshim-riscv64.bin under QEMU: the files it needs, the command line, what came out.

Two QEMUs: this system's 7.2 with its own OpenSBI (SBI 1.0, htinst 0), and 10.0 of
bookworm-backports with OpenSBI 1.5, unpacked below build/debs/qemu10 by `make fetch-riscv`. The latter
runs in a mount namespace of its own, because it loads modules from a fixed path.
"""
import glob
import lzma
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field

from kshimtest import riscv_firmware as firmware
from kshimtest import riscv_forms as forms
from kshimtest import riscv_trees as trees
from kshimtest.patience import HANG
from kshimtest.riscv_firmware import Missing

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, 'build')
DEBS = os.path.join(BUILD, 'debs')
IMAGE = os.path.join(BUILD, 'kshim-riscv64.bin')
PROBE = os.path.join(BUILD, 'riscv', 'probe.bin')
KSHIM = os.path.join(BUILD, 'kshim')
QEMU10 = os.path.join(DEBS, 'qemu10')
MODULES = '/usr/lib/x86_64-linux-gnu/qemu'


def found(pattern):
    names = sorted(glob.glob(os.path.join(DEBS, pattern), recursive=True))
    if not names:
        raise Missing(f'build/debs/{pattern} is not fetched: run make fetch-riscv')
    return names[-1]


def kernel():
    return found('linux-riscv64/boot/vmlinux-*')


def newest_kernel():
    return found('linux-riscv64-sid/usr/lib/modules/*/vmlinuz')


KERNELS = {'debian': kernel, 'sid': newest_kernel}     # those that our initramfs goes with


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def member(name, data, mode):
    """One newc member."""
    name = name.encode() + b'\0'
    head = '070701' + ''.join(f'{v:08x}' for v in (
        0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0))
    out = head.encode() + name
    out += bytes(-len(out) % 4) + data
    return out + bytes(-len(out) % 4)


def initramfs(directory):
    """Ours, with /riscv-init and the modules for a virtio disk behind it."""
    busybox = found('busybox-riscv64/usr/bin/busybox')
    first = os.path.join(directory, 'first.cpio')
    subprocess.run([f'{TOP}/tools/make-initramfs', '-b', busybox, first], check=True)
    more = member('riscv-init', read(f'{TOP}/tests/riscv/riscv-init'), 0o100755)
    more += member('modules', b'', 0o40755)
    for name in ('virtio/virtio_mmio', 'block/virtio_blk'):
        packed = read(found(f'linux-riscv64/usr/lib/modules/*/kernel/drivers/{name}.ko.xz'))
        more += member(f'modules/{os.path.basename(name)}.ko', lzma.decompress(packed), 0o100644)
    more += member('TRAILER!!!', b'', 0)
    data = read(first)
    out = os.path.join(directory, 'initramfs')
    with open(out, 'wb') as f:
        f.write(data + bytes(-len(data) % 4) + more)
    return out


@dataclass
class Row:
    name: str
    way: str = 'bundle'         # bundle, initrd (the kernel alone), fwcfg, none, FILE
    kernel: str = 'debian'      # debian, sid, probe, or a path
    form: str = ''              # instead of an Image (riscv_forms.py); uki: with initrd and own line
    initrd: bool = True
    qemu: int = 7
    cpu: str = 'rv64'
    cpus: int = 1
    harts: int = 0              # that the kernel gets; 0: all
    memory: int = 512           # MiB
    append: str = ''
    own_line: str = ''          # the bundle's, or fw_cfg's
    mode: str = ''              # fw_cfg's item
    disk: bool = False
    typed: str = ''             # sent when the shell is there
    reset: bool = False         # the last word is reboot, not poweroff
    expect: tuple = ()          # in this order
    absent: tuple = ()
    refusal: str = ''
    timeout: int = HANG
    arguments: tuple = ()
    firmware: str = ''          # slow, mute: QEMU 7.2's, changed (riscv_firmware.py)
    tree: str = ''              # the device tree, changed (riscv_trees.py)
    machine: str = 'virt'


@dataclass
class Outcome:
    text: str = ''
    status: int = None          # None: it was stopped
    at: dict = field(default_factory=dict)      # "row: ..." -> seconds

    @property
    def refusal(self):
        m = re.search(r'^kshim: .*\[([a-z0-9.-]+)\]$', self.text, re.M)
        return m[1] if m else ''


def qemu_command(row):
    if row.qemu == 7:
        return ['qemu-system-riscv64']
    binary = f'{QEMU10}/usr/bin/qemu-system-riscv64'
    if not os.path.exists(binary):
        raise Missing('QEMU 10 is not fetched: run make fetch-riscv')
    script = f'mount --bind {QEMU10}{MODULES} {MODULES} && exec "$0" "$@"'
    return ['unshare', '-r', '-m', 'sh', '-c', script, binary, '-L', f'{QEMU10}/usr/share/qemu',
            '-bios', f'{QEMU10}/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin']


def line(row):
    """The launcher's command line."""
    if row.kernel not in KERNELS or not row.initrd:
        return row.append
    words = ['console=ttyS0', 'panic=-1', 'rdinit=/riscv-init', row.append,
             f'last={"reboot" if row.reset else "poweroff"}']
    if row.disk:
        words.append('disk=1')
    if row.typed:
        words.append('shell=1')
    return ' '.join(w for w in words if w)


def kernels_line(row):
    """What the kernel must find."""
    return ' '.join(w for w in f'{row.own_line} {line(row)}'.split()
                    if not w.startswith('kshim.'))


def fw_cfg(name, path):
    return ['-fw_cfg', f'name=opt/org.kshim/{name},file={path}']


def written(directory, name, text):
    path = os.path.join(directory, name)
    with open(path, 'wb') as f:
        f.write(text if isinstance(text, bytes) else text.encode('ascii'))
    return path


def sources(row, directory):
    if row.way == 'none':
        return []
    image = {**KERNELS, 'probe': lambda: PROBE}.get(row.kernel, lambda: row.kernel)()
    initrds = [initramfs(directory)] if row.initrd and row.kernel in KERNELS else []
    if row.form == 'uki':   # all in one
        data = forms.uki(read(image), row.own_line.encode(), *map(read, initrds))
        image, initrds = written(directory, 'kernel', data), []
    elif row.form:
        image = written(directory, 'kernel', forms.FORMS[row.form](read(image)))
    args = fw_cfg('mode', written(directory, 'mode', row.mode)) if row.mode else []
    if row.way == 'bundle':
        out = os.path.join(directory, 'bundle')
        subprocess.run([KSHIM, 'bundle', '-o', out, image, *initrds,
                        *(['-a', row.own_line] if row.own_line and row.form != 'uki' else [])], check=True)
        return args + ['-initrd', out]
    if row.way == 'initrd':
        return args + ['-initrd', image]
    assert row.way == 'fwcfg', row.way
    args += fw_cfg('kernel', image)
    for i, name in enumerate(initrds):
        args += fw_cfg(f'initrd{i or ""}', name)
    if row.own_line and row.form != 'uki':
        args += fw_cfg('cmdline', written(directory, 'cmdline', row.own_line + '\n'))
    return args


def command(row, directory):
    args = [*qemu_command(row), '-M', row.machine, '-cpu', row.cpu, '-smp', str(row.cpus),
            '-m', str(row.memory), '-nodefaults', '-display', 'none', '-no-reboot',
            '-serial', 'stdio', '-kernel', IMAGE, *sources(row, directory), *row.arguments]
    if line(row):
        args += ['-append', line(row)]
    if row.firmware:
        args += ['-bios', firmware.changed(row.firmware, directory)]
    if row.tree:
        args += ['-dtb', trees.changed(row, qemu_command(row), directory)]
    if row.disk:
        path = os.path.join(directory, 'disk')
        with open(path, 'wb') as f:
            f.write(bytes(i * 7 % 251 for i in range(1 << 16)))
        args += ['-drive', f'if=none,id=d,format=raw,file={path}',
                 '-device', 'virtio-blk-device,drive=d']
    return args


def follow(qemu, row, outcome, began):
    """Take the serial port's bytes as they come; type when the shell is there."""
    typed = False
    data = b''
    while True:
        part = os.read(qemu.stdout.fileno(), 4096)
        if not part:
            break
        start = max(data.rfind(b'\n') + 1, 0)
        data += part
        for m in re.finditer(rb'^row: ([^\r\n]*)\r?\n', data[start:], re.M):
            outcome.at.setdefault(m[1].decode(errors='replace'), time.monotonic() - began)
        if row.typed and not typed and b'shell# ' in data[start:]:
            typed = True
            qemu.stdin.write(row.typed.encode())
            qemu.stdin.flush()
    outcome.text = data.decode(errors='replace').replace('\r', '')


def run(row):
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix='kshim-riscv-') as directory:
        args = command(row, directory)
        began = time.monotonic()
        with subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, start_new_session=True) as qemu:
            reader = threading.Thread(target=follow, args=(qemu, row, outcome, began))
            reader.start()
            try:
                outcome.status = qemu.wait(timeout=row.timeout)
            except subprocess.TimeoutExpired:
                os.killpg(qemu.pid, signal.SIGKILL)
            reader.join()
        if row.disk and os.path.exists(os.path.join(directory, 'disk')):
            outcome.text += read(os.path.join(directory, 'disk'))[512:544].decode(errors='replace')
    return outcome


# ---------------------------------------------------------------- verdicts

def in_order(outcome, texts):
    at = 0
    for text in texts:
        at = outcome.text.find(text, at)
        if at < 0:
            return f'"{text}" is missing'
        at += len(text)
    return ''


def judge_userspace(row, outcome):
    said = dict(re.findall(r'^row: (\w+) (.*)$', outcome.text, re.M))
    if said.get('line') != kernels_line(row):
        return f'the kernel has the line "{said.get("line")}", wanted "{kernels_line(row)}"'
    harts = row.harts or row.cpus
    if said.get('cpus') != str(harts):
        return f'{said.get("cpus")} harts, wanted {harts}'
    for i in range(harts):
        if f'row: hart {i} ran' not in outcome.text:
            return f'nothing ran on hart {i}'
    if int(said.get('memory', 0)) < (row.memory - 72) * 1024 * 0.96:
        return f'{said.get("memory")} kB of memory out of {row.memory} MiB'
    return judge_clock(outcome)


def judge_clock(outcome):
    """2 seconds are 2 seconds, in the guest and outside: never less, and in one try of three not nearly twice that.

    A busy host may let the guest, or us who read its lines, wait some time in each try, and longer in the other two.
    """
    tries = []
    for number, before, after in re.findall(r'^row: slept (\d) (\S+) (\S+)$', outcome.text, re.M):
        inside = float(after) - float(before)
        outside = outcome.at.get(f'sleep {number} ends', 0) - outcome.at.get(
            f'sleep {number} begins', 0)
        tries.append((inside, outside))
        if inside < 1.95:
            return f'sleep 2 took {inside:.2f} s inside, {outside:.2f} s outside'
    if not any(inside <= 3.5 and abs(inside - outside) <= 1 for inside, outside in tries):
        return f'sleep 2 took (inside, outside) {tries}'
    return ''


def judge(row, outcome):
    """'' if the row passed, else what is wrong."""
    if outcome.status is None:
        return f'no end after {row.timeout} s'
    if outcome.refusal != row.refusal:
        return f'refused by [{outcome.refusal}], wanted [{row.refusal}]'
    wrong = in_order(outcome, row.expect)
    for text in row.absent:
        if text in outcome.text:
            wrong = wrong or f'"{text}" should not be there'
    if not wrong and row.kernel in KERNELS and row.initrd and not row.refusal:
        wrong = judge_userspace(row, outcome)
        end = 'reboot: Restarting system' if row.reset else 'reboot: Power down'
        if not wrong and end not in outcome.text:
            wrong = f'"{end}" is missing'
    return wrong
