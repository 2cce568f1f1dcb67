# SPDX-License-Identifier: BSD-2-Clause
"""The rig: a QEMU TCG machine with emulated SVM, in it a Linux with KVM, in it rows of `kshim`.

For machines without KVM. One boot serves many rows: a row is an argument list in which files are
pathlib.Paths; they, the program and its libraries travel in the rig's initramfs, and what rows print
and write comes back as a tar archive on a disk.
"""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import dataclass, field

from kshimtest import files
from kshimtest.patience import HANG, LOOK, cpu_seconds

HERE = pathlib.Path(__file__).resolve().parent
KSHIM = pathlib.Path(files.BUILD) / 'kshim'
BESIDE = [pathlib.Path(files.BUILD) / n for n in ('kshim.elf', 'kshim-init')]    # what `kshim run` looks for
# With -cpu max a quarter of the nested boots hang on a loaded machine.
CPU = 'qemu64,+svm,+npt,+nrip-save,+pdpe1gb,+rdrand,+rdseed'
MODULES = ['virtio_ring', 'virtio', 'virtio_pci_legacy_dev', 'virtio_pci_modern_dev', 'virtio_pci',
           'virtio_blk', 'irqbypass', 'kvm', 'kvm-amd']
DISK = 64 << 20
ROW_CPU = 100                           # seconds of each CPU; a row of Linux needs some 30
KILLED = 128 + 9                        # the status of a row whose time was over
TRIES = 3                               # of a row that ended by chance
VSOCK_MODULES = ('vhost_iotlb', 'vhost', 'vsock', 'vmw_vsock_virtio_transport_common', 'vhost_vsock')
# For `before`: the files of /www from a server that is no neighbour of a guest's. Wants the module dummy; made once a boot.
WEB_SERVER = """if [ ! -e /sys/class/net/out ]; then
    ip link set lo up
    ip link add out type dummy
    ip address add 192.0.2.1/24 dev out
    ip link set out up
    ip route add default via 192.0.2.2
    ip address add 198.51.100.1/32 dev lo
    mkdir -p /www
    httpd -p 198.51.100.1:8000 -h /www
fi
"""


@dataclass
class Inside:
    """An argument that begins with a file."""
    path: pathlib.Path
    words: str


@dataclass
class Row:
    name: str
    args: list                          # of `kshim`; files are Paths
    timeout: int = 120                  # seconds inside the rig, which are instructions under -icount
    typed: str = ''                     # a script for build/rig/typist: the row gets a terminal
    before: str = ''                    # shell commands to run first
    after: str = ''
    user: str = ''                      # run the command as that user instead of root
    daemons: tuple = ()                 # packages of trixie whose program it needs
    programs: tuple = ()                # paths of programs that it needs
    carried: tuple = ()                 # files that `before` finds as /files/*-NAME
    modules: tuple = ()                 # of the rig's kernel, behind MODULES, in their order
    guests: int = 1                     # that it runs at once: it may need as many times as long


@dataclass
class Outcome:
    row: Row
    status: int = None                  # None: the rig did not get there
    stdout: str = ''
    stderr: str = ''
    files: dict = field(default_factory=dict)   # what the row wrote, by name
    rig: str = ''                       # the rig's own console


def copy(path, out):
    if path.is_dir():
        shutil.copytree(path, out)
        return
    try:
        os.link(path, out)
    except OSError:
        shutil.copy(path, out)


class Initramfs:
    """A folder that becomes the rig's initramfs."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.carried = {}
        for name in ('bin', 'lib', 'modules', 'rows', 'files'):
            (self.root / name).mkdir()
        shutil.copy('/bin/busybox', self.root / 'bin' / 'busybox')
        shutil.copy(HERE.parent / 'rig' / 'init', self.root / 'init')
        (self.root / 'etc').mkdir()
        (self.root / 'etc' / 'passwd').write_text('root:x:0:0:::/bin/sh\nnobody:x:99:99:::/bin/sh\n')

    def add_modules(self, kernel_dir, names):
        found = {p.stem: p for p in pathlib.Path(kernel_dir).rglob('*.ko')}
        for name in names:
            shutil.copy(found[name], self.root / 'modules' / f'{name}.ko')
        (self.root / 'modules' / 'order').write_text(''.join(f'{m}.ko\n' for m in names))

    def add_program(self, path):
        """A program and the libraries that ldd names, the loader at its own place."""
        shutil.copy(path, self.root / 'bin')
        listed = subprocess.run(['ldd', path], capture_output=True, text=True, check=False)
        for library in re.findall(r'(/\S+) \(0x', listed.stdout):
            if 'ld-linux' in library:
                (self.root / 'lib64').mkdir(exist_ok=True)
                shutil.copy(library, self.root / 'lib64')
            else:
                shutil.copy(library, self.root / 'lib')

    def add_daemon(self, name):
        """A program of trixie, with trixie's C library, in /bin by its own name."""
        place = self.root / 'opt' / name
        if place.exists():
            return
        place.mkdir(parents=True)
        program = pathlib.Path(files.packaged(name))
        library = pathlib.Path(files.packaged('trixie-libc')).parent
        listed = subprocess.run(['ldd', program], capture_output=True, text=True, check=False)
        for path in {library / 'ld-linux-x86-64.so.2', *library.glob('lib[cm].so.6'),
                     *map(pathlib.Path, re.findall(r'(/\S+) \(0x', listed.stdout))}:
            if not (place / path.name).exists():
                newer = library / path.name
                shutil.copy(newer if newer.exists() else path, place)
        shutil.copy(program, place / name)
        wrapper = self.root / 'bin' / program.name
        wrapper.write_text(f'#!/bin/sh\nexec /opt/{name}/ld-linux-x86-64.so.2 --library-path /opt/{name}'
                           f' /opt/{name}/{name} "$@"\n')
        wrapper.chmod(0o755)

    def carry(self, path):
        """The name of a host's file or folder inside the rig. Big files are linked, not copied."""
        path = pathlib.Path(path).resolve()
        if path not in self.carried:
            inside = f'/files/{len(self.carried)}-{path.name}'
            copy(path, f'{self.root}{inside}')
            self.carried[path] = inside
        return self.carried[path]

    def argument(self, given):
        if isinstance(given, Inside):
            return self.carry(given.path) + given.words
        return self.carry(given) if isinstance(given, pathlib.Path) else str(given)

    def add_row(self, number, row):
        args = [self.argument(a) for a in row.args]
        command = ' '.join(shlex.quote(a) for a in args)
        if row.typed:
            script = self.root / 'files' / f'typed-{number}'
            script.write_text(row.typed)
            command = f'typist /files/typed-{number} {command}'
        command = f'timeout -s KILL {row.timeout} {command}'
        if row.user:
            command = f'su -s /bin/sh -c {shlex.quote(command)} {row.user}'
        lines = [row.before, command, 'status=$?', row.after, 'exit $status']
        (self.root / 'rows' / f'{number:03}').write_text('\n'.join(lines) + '\n')

    def pack(self, out):
        with open(out, 'wb') as f:
            names = subprocess.run(['find', '.', '-print0'], cwd=self.root, check=True,
                                   stdout=subprocess.PIPE).stdout
            subprocess.run(['cpio', '-0', '-o', '-H', 'newc', '--quiet'], cwd=self.root, check=True,
                           input=names, stdout=f)


def prepare(directory, rows, live=False):
    """Write the rig's initramfs for `rows` into `directory`; returns its name."""
    root = pathlib.Path(directory) / 'root'
    root.mkdir()
    fs = Initramfs(root)
    wanted = dict.fromkeys(m for names in (MODULES, *(r.modules for r in rows)) for m in names)
    fs.add_modules(files.package_dir('cloud'), wanted)
    fs.add_program(KSHIM)
    fs.add_program(pathlib.Path(files.BUILD) / 'rig' / 'typist')
    for path in BESIDE:
        shutil.copy(path, root / 'bin')
    if live:
        (root / 'live').touch()
    for number, row in enumerate(rows):
        fs.add_row(number, row)
        for name in row.daemons:
            fs.add_daemon(name)
        for program in row.programs:
            fs.add_program(program)
        for path in row.carried:
            fs.carry(path)
    out = pathlib.Path(directory) / 'initramfs'
    fs.pack(out)
    shutil.rmtree(root)
    return out


def command(directory, initramfs, cpus, icount, memory, live=False):
    args = ['qemu-system-x86_64', '-accel', 'tcg' if icount else 'tcg,thread=multi', '-M', 'pc',
            '-cpu', CPU, '-m', memory, '-smp', str(cpus), '-nodefaults', '-display', 'none',
            '-no-reboot', '-kernel', files.packaged('cloud'), '-initrd', str(initramfs),
            '-append', 'console=ttyS0 quiet panic=-1',
            '-drive', f'file={directory}/disk,format=raw,if=virtio']
    args += ['-serial', 'stdio' if live else f'file:{directory}/serial']
    return args + (['-icount', 'shift=1,sleep=off'] if icount else [])


def collect(directory, rows):
    serial = pathlib.Path(directory, 'serial')
    console = serial.read_text(errors='replace') if serial.exists() else ''
    out = [Outcome(row, rig=console) for row in rows]
    try:
        with tarfile.open(f'{directory}/disk') as tar:
            members = {m.name.lstrip('./'): m for m in tar.getmembers() if m.isfile()}
            for name, member in members.items():
                number, _, rest = name.partition('/')
                out[int(number)].files[rest] = tar.extractfile(member).read()
    except tarfile.TarError:
        return out
    for o in out:
        o.stdout = o.files.pop('stdout', b'').decode(errors='replace').replace('\r', '')
        o.stderr = o.files.pop('stderr', b'').decode(errors='replace').replace('\r', '')
        if 'status' in o.files:
            o.status = int(o.files.pop('status'))
    return out


def rows_begun(directory):
    serial = pathlib.Path(directory, 'serial')
    return serial.read_bytes().count(b'rig: row ') if serial.exists() else 0


def wait_while_it_moves(qemu, directory, rows, cpus, most, hang):
    """Wait for the rig's end. Nested machines may hang, so it is ended when no further row begins although
    it had `most` seconds of each CPU for each guest of that row, or `hang` seconds went by for each."""
    begun, since, had = 0, time.monotonic(), 0
    while qemu.poll() is None:
        time.sleep(LOOK)
        now = rows_begun(directory)
        if now != begun:
            begun, since, had = now, time.monotonic(), cpu_seconds(qemu.pid)
            continue
        guests = rows[begun - 1].guests if begun else 1
        if cpu_seconds(qemu.pid) - had > most * cpus * guests or time.monotonic() - since > hang * guests:
            qemu.kill()
            qemu.wait()


def boot(rows, cpus, icount, memory, most, hang):
    """One boot of the rig; an Outcome for each row, without a status where it did not get to."""
    with tempfile.TemporaryDirectory(prefix='kshim-rig-', dir=files.BUILD) as directory:
        initramfs = prepare(directory, rows)
        with open(f'{directory}/disk', 'wb') as disk:
            disk.truncate(DISK)
        args = command(directory, initramfs, cpus, icount, memory)
        with subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as qemu:
            try:
                wait_while_it_moves(qemu, directory, rows, cpus, most, hang)
            finally:
                qemu.kill()
        return collect(directory, rows)


def run(rows, cpus=1, icount=True, memory='4G', most=ROW_CPU, hang=HANG):
    """Boot the rig for all rows, again for those left when it hung; an Outcome for each row."""
    found, pending, hung = {}, list(rows), set()
    while pending:
        outcomes = boot(pending, cpus, icount, memory, most, hang)
        found.update((o.row.name, o) for o in outcomes)
        left = [o.row for o in outcomes if o.status is None]
        # What hung in the rig, and where the rig itself hung, which is the first of those left: these
        # get a second try, after the others.
        again = [r for r in [*(o.row for o in outcomes if o.status == KILLED), *left[:1]] if r.name not in hung]
        hung.update(r.name for r in again)
        pending = left[1:] + again
    return [found[r.name] for r in rows]


def ended_by_chance(outcome):
    """Of a row that was to end well: did it hang, or did its kernel crash or reset? A nested Linux may, by whatever launcher."""
    return outcome.status in (None, 4, 5, 7) and 'refused' not in outcome.stderr


def run_again(rows, by_chance=ended_by_chance, **how):
    """{name: (Outcome, tries)}: like run(), and rows that ended by chance are tried again, twice at most."""
    found, tries = {}, 0
    while rows and tries < TRIES:
        tries += 1
        found.update((o.row.name, (o, tries)) for o in run(rows, **how))
        rows = [r for r in rows if by_chance(found[r.name][0])]
    return found


def run_live(args, cpus, timeout):
    """One row on this terminal; returns its exit status."""
    with tempfile.TemporaryDirectory(prefix='kshim-rig-', dir=files.BUILD) as directory:
        paths = [pathlib.Path(a) if os.path.isfile(a) else a for a in args]
        rows = [Row('live', paths, timeout=timeout)]
        initramfs = prepare(directory, rows, live=True)
        with open(f'{directory}/disk', 'wb') as disk:
            disk.truncate(DISK)
        try:
            subprocess.run(command(directory, initramfs, cpus, False, '4G', live=True),
                           timeout=timeout, check=False, stderr=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return 5
        status = collect(directory, rows)[0].status
        return 3 if status is None else status


def main():
    """rig.py [-c CPUS] [-t SECONDS] COMMAND...: run one command in the rig, `kshim run ...`."""
    args, cpus, limit = sys.argv[1:], 1, 300
    while args and args[0] in ('-c', '-t'):
        cpus, limit = (int(args[1]), limit) if args[0] == '-c' else (cpus, int(args[1]))
        args = args[2:]
    if not args:
        sys.exit(main.__doc__)
    began = time.monotonic()
    status = run_live(args, cpus, limit)
    print(f'rig: status {status} after {time.monotonic() - began:.1f} s, all told')
    sys.exit(status)


if __name__ == '__main__':
    main()
