# SPDX-License-Identifier: BSD-2-Clause
"""One run of QEMU under the plugin: instructions and port I/O until a kernel's first instruction.

Under -icount, so that what waits for a timer counts the same every time; where nothing waits the
figures are the same without. The serial port is there, as users have it; its output is dropped.
"""
import re
import subprocess
import tempfile
from dataclasses import dataclass, field


from bench import entries
from kshimtest import files

PLUGIN = f'{files.BUILD}/bench/count.so'
SEABIOS_MICROVM = '/usr/share/seabios/bios-microvm.bin'
OVMF = '/usr/share/OVMF/OVMF_CODE_4M.fd'
OVMF_VARS = '/usr/share/OVMF/OVMF_VARS_4M.fd'
TIMEOUT = 120
ICOUNT = ['-icount', 'shift=0,sleep=off']


@dataclass
class Setup:
    firmware: str               # seabios, qboot, ovmf, or a file for -bios
    machine: str
    kernel: str
    initrd: str = ''
    stub: str = ''              # kshim.elf or kshim.bzimage, which then takes a bundle of the two
    disk: str = ''              # an image with the kernel on it: nothing is handed over then
    append: str = 'quiet'
    memory: str = '512'
    cpu: str = ''
    qemu: tuple = ()
    profile: bool = False
    icount: bool = True
    timeout: int = TIMEOUT


@dataclass
class Count:
    marks: dict = field(default_factory=dict)   # name -> (address, instructions, ports, waited)
    sites: list = field(default_factory=list)   # (address, executed, ports, bytes)
    trace: list = field(default_factory=list)   # (r or w, address, device)
    requests: list = field(default_factory=list)    # bytes of each read from the disk
    reached: str = ''
    said: str = ''

    @property
    def since(self):
        """(instructions, ports) at the kernel's entry, from the stub's entry where there is one."""
        _, instructions, ports, _ = self.marks[self.reached]
        start = min((m[1:3] for name, m in self.marks.items() if name.startswith('stub.')),
                    default=(0, 0))
        return instructions - start[0], ports - start[1]

    @property
    def spent(self):
        """The instructions of `since`, without those that waited for the disk."""
        return self.since[0] - self.marks[self.reached][3]


class NotReached(Exception):
    """The kernel's first instruction was not executed."""


def firmware_arguments(setup, directory):
    if setup.firmware == 'seabios':     # Debian's microvm has qboot by default
        return ['-bios', SEABIOS_MICROVM] if setup.machine.startswith('microvm') else []
    if setup.firmware == 'qboot':
        return ['-bios', 'qboot.rom']
    if setup.firmware != 'ovmf':
        return ['-bios', setup.firmware]
    flash = 'if=pflash,format=raw,file='
    variables = f'{directory}/vars'
    with open(variables, 'wb') as f:
        f.write(files.read(OVMF_VARS))
    return ['-drive', f'{flash}{OVMF},unit=0,readonly=on', '-drive', f'{flash}{variables},unit=1']


def kernel_arguments(setup, directory):
    if setup.disk:
        return ['-drive', f'file={setup.disk},format=raw,if=none,id=disk,snapshot=on',
                '-device', 'virtio-blk-pci,drive=disk,bootindex=0']
    args = ['-append', setup.append]
    if not setup.stub:
        return args + ['-kernel', setup.kernel, *(['-initrd', setup.initrd] if setup.initrd else [])]
    bundle = f'{directory}/bundle'
    subprocess.run([files.KSHIM, 'bundle', '-o', bundle, setup.kernel,
                    *([setup.initrd] if setup.initrd else [])], check=True)
    return args + ['-kernel', setup.stub, '-initrd', bundle]


def plugin_argument(setup, out):
    words = [PLUGIN, f'out={out}']
    if setup.profile:
        words.append('profile=on')
    if setup.stub:
        words += [e.word('mark', 'stub.') for e in entries.entries(setup.stub)]
    for entry in entries.entries(setup.kernel):
        words.append(entry.word('mark' if entry.name == 'setup' else 'stop'))
    return ','.join(words)


def trace_arguments(setup, directory):
    events = ['memory_region_ops_*'] * setup.profile + ['virtio_blk_handle_read'] * bool(setup.disk)
    return [*(word for event in events for word in ('-trace', event)), '-D', f'{directory}/trace'] if events else []


def command(setup, directory):
    return ['qemu-system-x86_64', '-accel', 'tcg', '-M', setup.machine,
            *(['-cpu', setup.cpu] if setup.cpu else []), '-m', setup.memory, '-nodefaults',
            '-display', 'none', '-no-reboot', '-serial', f'file:{directory}/serial',
            *(ICOUNT if setup.icount else []),
            *trace_arguments(setup, directory),
            *firmware_arguments(setup, directory), *kernel_arguments(setup, directory),
            '-plugin', plugin_argument(setup, f'{directory}/out'), *setup.qemu]


def parse(setup, text):
    count = Count()
    for line in text.splitlines():
        kind, *words = line.split()
        if kind == 'mark':
            name, address, *counts = words
            count.marks[name] = (int(address, 16), *map(int, counts))
            if not name.startswith('stub.') and name != 'setup':
                count.reached = name
        elif kind == 'site':
            address, executed, ports, code = words
            count.sites.append((int(address, 16), int(executed), int(ports), code))
    return count


READ = re.compile(r'virtio_blk_handle_read .*nsectors (\d+)')
ACCESS = re.compile(r"memory_region_ops_(read|write) .*?addr (0x[0-9a-f]+).* name '(.*)'")


def parse_trace(text):
    return [(m[1], int(m[2], 16), m[3]) for m in ACCESS.finditer(text)]


def parse_requests(text):
    return [512 * int(m[1]) for m in READ.finditer(text)]


def text_of(path):
    try:
        return files.read(path).decode(errors='replace')
    except FileNotFoundError:
        return ''


def run(setup):
    with tempfile.TemporaryDirectory(prefix='kshim-bench-') as directory:
        args = command(setup, directory)
        try:
            done = subprocess.run(args, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                                  timeout=setup.timeout)
            ended = f'QEMU ended with {done.returncode}: {done.stderr.decode(errors="replace")}'
        except subprocess.TimeoutExpired:
            ended = f'nothing after {setup.timeout} seconds'
        count = parse(setup, text_of(f'{directory}/out'))
        count.said = text_of(f'{directory}/serial')
        trace = text_of(f'{directory}/trace')
        count.trace, count.requests = parse_trace(trace), parse_requests(trace)
    if not count.reached:
        raise NotReached(f'{ended.strip()}; reached {", ".join(count.marks) or "no mark"}\n'
                         + count.said[-2000:])
    return count
