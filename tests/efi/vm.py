# SPDX-License-Identifier: BSD-2-Clause
"""A row of the UEFI table, and how it is run: a FAT image, OVMF, QEMU under TCG."""
import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from typing import Optional

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, 'tests', 'boot'))
import files  # noqa: E402 pylint: disable=wrong-import-position

EFI = os.path.join(files.BUILD, 'kshim.efi')
OVMF = '/usr/share/OVMF'
SNAKEOIL = '/usr/share/ovmf/PkKek-1-snakeoil'
TRIES = 3
UKI_LINE = 'console=ttyS0 panic=-1 loglevel=5'
PASSED = 33     # isa-debug-exit, by tests/probes/say.c
REFUSED = re.compile(r'kshim: .*\[([a-z0-9.-]+)\]')
ENTERED = re.compile(r'kshim: entering the kernel at 0x[0-9a-f]+ by (\w+)')
ESCAPES = re.compile(r'\x1b\[[0-9;=?]*[A-Za-z]')


@dataclass(frozen=True)
class Row:
    name: str
    disk: dict = field(default_factory=dict)    # path on the FAT volume -> file by name, or bytes
    second: dict = field(default_factory=dict)  # the same of a second volume
    append: Optional[str] = None                # start by -kernel kshim.efi with these options
    initrd: str = ''                            # -initrd, by name
    firmware: str = 'plain'                     # plain, secboot, snakeoil (that with keys)
    memory: int = 384                           # MiB
    cpu: str = 'qemu64'
    tpm: bool = False
    qemu: tuple = ()
    found: str = ''                             # "the kernel is from ..." as kshim says it
    by: str = ''                                # how kshim says that it enters
    line: Optional[str] = None                  # what Linux must have as its line
    probe: bool = False                         # a probe kernel's verdict decides
    expect: tuple = ()                          # texts in this order
    absent: tuple = ()
    measured: tuple = ()                        # (PCR, text) of each event of ours
    refusal: str = ''
    allowed: str = ''                           # a code that may be said though it goes on
    timeout: int = 150

    @property
    def stop(self):
        """Does nothing end the machine when the row has shown what it is to show?"""
        return bool(self.refusal or self.absent)


def fat_image(path, disk):
    """A FAT32 volume with these files; directories as needed."""
    sources, size = {}, 40 << 20
    for name, source in disk.items():
        data = source if isinstance(source, bytes) else files.read(resolve(source))
        sources[name] = data
        size += len(data) + 65536
    with open(path, 'wb') as f:
        f.truncate(-(-size // (1 << 20)) << 20)
    env = dict(os.environ, MTOOLS_SKIP_CHECK='1')
    subprocess.run(['mformat', '-i', path, '-F', '-v', 'KSHIM', '::'], check=True, env=env)
    made = set()
    for name, data in sources.items():
        parts = name.strip('/').split('/')
        for n in range(1, len(parts)):
            folder = '/'.join(parts[:n])
            if folder not in made:
                subprocess.run(['mmd', '-i', path, f'::/{folder}'], check=True, env=env)
                made.add(folder)
        with tempfile.NamedTemporaryFile() as f:
            f.write(data)
            f.flush()
            subprocess.run(['mcopy', '-i', path, f.name, f'::/{name.strip("/")}'], check=True,
                           env=env)


def uki_part(name, data):
    return files.write(f'uki {name}', data)


def uki(tool, kernel):
    """kshim.efi with sections, by objcopy or by trixie's ukify on this system's Python."""
    line = uki_part('line', UKI_LINE.encode())
    osrel = uki_part('osrel', b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian"\n')
    out = os.path.join(files.MADE, f'{tool}-{os.getpid()}-{kernel}.efi'.replace(':', '_'))
    os.makedirs(files.MADE, exist_ok=True)
    if tool == 'ukify':
        subprocess.run(['/usr/bin/python3', files.packaged('ukify'), 'build', f'--linux={resolve(kernel)}',
                        f'--initrd={resolve("initramfs")}', f'--cmdline=@{line}',
                        f'--os-release=@{osrel}', f'--stub={EFI}', '--uname=6.1',
                        f'--output={out}'], check=True, stdout=subprocess.DEVNULL)
        return out
    args, addr = [], 0x1000000
    for name, path in (('.osrel', osrel), ('.cmdline', line), ('.initrd', resolve('initramfs')),
                       ('.linux', resolve(kernel))):
        args += ['--add-section', f'{name}={path}', '--change-section-vma', f'{name}={addr:#x}']
        addr += -(-os.path.getsize(path) // 4096) * 4096
    subprocess.run(['objcopy', *args, EFI, out], check=True)
    return out


def archive(members):
    """A newc archive of (name, mode, bytes)."""
    out = b''
    for n, (name, mode, data) in enumerate((*members, ('TRAILER!!!', 0, b''))):
        fields = (n + 1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        out += b'070701' + b''.join(b'%08x' % f for f in fields) + name.encode() + b'\0'
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return out


def own_init(script):
    """An initrd that replaces initramfs's /init by tests/efi/SCRIPT, with efivarfs's module."""
    init = files.read(os.path.join(TOP, 'tests', 'efi', script))
    members = [('init', 0o100755, init)]
    for folder, _, names in os.walk(files.package_dir('cloud')):
        if 'efivarfs.ko' in names:
            members.append(('efivarfs.ko', 0o100644, files.read(f'{folder}/efivarfs.ko')))
    return files.write(f'init {script}', archive(members))


def signed(name):
    """A file, signed by the key that OVMF's snakeoil variable store trusts."""
    key = os.path.join(files.MADE, f'snakeoil-{os.getpid()}.key')
    source = resolve(name)
    out = os.path.join(files.MADE, f'signed-{os.getpid()}-{os.path.basename(source)}')
    subprocess.run(['openssl', 'rsa', '-in', f'{SNAKEOIL}.key', '-passin', 'pass:snakeoil',
                    '-out', key], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(['sbsign', '--key', key, '--cert', f'{SNAKEOIL}.pem', '--output', out, source],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.remove(key)
    return out


def pinned(kernel):
    """kshim.efi with the sums of kernel, initramfs and line in .kshpin."""
    lines = subprocess.run([files.KSHIM, 'pin', '-a', UKI_LINE, resolve(kernel),
                            resolve('initramfs')], check=True, stdout=subprocess.PIPE).stdout
    out = os.path.join(files.MADE, f'pinned-{os.getpid()}-{kernel}.efi'.replace(':', '_'))
    subprocess.run(['objcopy', '--add-section', f'.kshpin={uki_part("pins", lines)}',
                    '--change-section-vma', '.kshpin=0x1000000', EFI, out], check=True)
    return out


def resolve(name):
    """A file by name: tests/boot's names, and kshim.efi itself or made from it."""
    if name == 'kshim.efi':
        return EFI
    if name.startswith('/'):
        return name
    kind, _, rest = name.partition(':')
    if kind == 'uki':
        return uki(*rest.split(':', 1))
    if kind == 'init':
        return own_init(rest)
    if kind == 'signed':
        return signed(rest)
    if kind == 'pinned':
        return pinned(rest)
    if kind == 'bundle':
        out = os.path.join(files.MADE, f'efi {rest}'.replace(':', '_').replace(' ', '_'))
        return files.bundle(out, [rest, 'initramfs'], UKI_LINE)
    return files.path(name)


def firmware_arguments(row, directory):
    code, store = {'plain': ('OVMF_CODE_4M.fd', 'OVMF_VARS_4M.fd'),
                   'secboot': ('OVMF_CODE_4M.secboot.fd', 'OVMF_VARS_4M.fd'),
                   'snakeoil': ('OVMF_CODE_4M.secboot.fd', 'OVMF_VARS_4M.snakeoil.fd')}[row.firmware]
    own = f'{directory}/vars.fd'
    shutil.copy(f'{OVMF}/{store}', own)
    smm = [] if row.firmware == 'plain' else [
        '-global', 'driver=cfi.pflash01,property=secure,value=on']
    return ['-M', 'q35' if row.firmware == 'plain' else 'q35,smm=on', *smm,
            '-drive', f'if=pflash,format=raw,unit=0,readonly=on,file={OVMF}/{code}',
            '-drive', f'if=pflash,format=raw,unit=1,file={own}']


def disk_arguments(row, directory):
    out = []
    for n, disk in enumerate((row.disk, row.second)):
        if disk:
            image = f'{directory}/disk{n}.img'
            fat_image(image, disk)
            out += ['-drive', f'if=none,id=d{n},format=raw,file={image}',
                    '-device', f'virtio-blk-pci,drive=d{n},bootindex={n + 1}']
    return out


def command(row, directory):
    args = ['qemu-system-x86_64', '-accel', 'tcg', '-cpu', row.cpu, '-m', str(row.memory),
            '-nodefaults', '-display', 'none', '-no-reboot', '-serial', f'file:{directory}/serial',
            '-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04',
            *firmware_arguments(row, directory), *disk_arguments(row, directory), *row.qemu]
    if row.append is not None:
        args += ['-kernel', EFI, '-append', row.append]
    if row.initrd:
        args += ['-initrd', resolve(row.initrd)]
    if row.tpm:
        args += ['-chardev', f'socket,id=tpm,path={directory}/tpm.sock',
                 '-tpmdev', 'emulator,id=tpm0,chardev=tpm', '-device', 'tpm-tis,tpmdev=tpm0']
    return args


def start_tpm(directory):
    os.mkdir(f'{directory}/tpm')
    return subprocess.Popen(['swtpm', 'socket', '--tpm2', '--tpmstate', f'dir={directory}/tpm',
                             '--ctrl', f'type=unixio,path={directory}/tpm.sock'],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def serial_text(directory):
    path = f'{directory}/serial'
    raw = files.read(path).decode(errors='replace') if os.path.exists(path) else ''
    return ESCAPES.sub('', raw).replace('\r', '')


def lacking(row, text):
    """The first text of those expected that is not there in its turn, or ''."""
    at = 0
    for wanted in row.expect:
        at = text.find(wanted, at)
        if at < 0:
            return wanted
        at += len(wanted)
    return ''


def finished(row, text):
    """Has a row that ends in no power-off shown all it has to? The firmware goes on by itself."""
    return bool(row.stop and row.expect) and not lacking(row, text)


def run_once(row, directory):
    tpm = start_tpm(directory) if row.tpm else None
    end = time.monotonic() + row.timeout
    with subprocess.Popen(command(row, directory), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          start_new_session=True) as qemu:
        while qemu.poll() is None and time.monotonic() < end:
            if finished(row, serial_text(directory)):
                break
            time.sleep(0.2)
        status = qemu.returncode
        if status is None:
            os.killpg(qemu.pid, signal.SIGKILL)
        said = qemu.communicate()[0].decode(errors='replace')
    if tpm:
        tpm.kill()
        tpm.wait()
    return said + serial_text(directory), status


def ended(row, text):
    """Did it end in a verdict, rather than just stop?"""
    return bool(row.refusal and REFUSED.search(text) or 'kshim: powering off' in text
                or re.search(r'probe \S+: (PASS|FAIL)', text) or finished(row, text))


def run(row):
    """(text, status, tries): only what ended in nothing at all is tried again."""
    for tries in range(1, TRIES + 1):
        with tempfile.TemporaryDirectory(prefix='kshim-efi-') as directory:
            text, status = run_once(row, directory)
        if ended(row, text):
            break
    return text, status, tries


def judge_tpm(row, text):
    """The guest's event log by tpm2_eventlog: the events wanted, and that it adds up to the PCRs."""
    encoded = re.search(r'TPM-LOG\n(.*?)TPM-END', text, re.S)
    if not encoded:
        return 'the guest shows no event log'
    with tempfile.NamedTemporaryFile() as log:
        log.write(base64.b64decode(encoded[1]))
        log.flush()
        parsed = subprocess.run(['tpm2_eventlog', log.name], check=True, stdout=subprocess.PIPE,
                                text=True).stdout
    events = tuple((int(pcr), text.replace('\\0', '').replace('\\\\', '\\')) for pcr, text in
                   re.findall(r'PCRIndex: (\d+)\n  EventType: EV_IPL\n(?:(?!EventNum).*\n)*?'
                              r'    String: \|-\n      "(.*)"', parsed))
    if events != row.measured:
        return f'measured {events}, wanted {row.measured}'
    sums = parsed.split('\n  sha256:\n')[-1].split('\n  sha384:')[0]
    for pcr, value in re.findall(r'^PCR (\d+) ([0-9A-F]+)$', text, re.M):
        logged = re.search(rf'^\s+{pcr}\s*: 0x([0-9a-f]+)', sums, re.M)
        if int(logged[1] if logged else '0', 16) != int(value, 16):
            return f'PCR {pcr} is {value}, the log says {logged and logged[1]}'
    return ''


def judge(row, text, status):
    """'' if the row passed, else what is wrong."""
    refusal = next((m for m in REFUSED.finditer(text) if m[1] != row.allowed), None)
    if row.refusal and (not refusal or refusal[1] != row.refusal):
        return f'refused by {refusal[1] if refusal else "nobody"}, wanted [{row.refusal}]'
    if refusal and not row.refusal:
        return f'kshim refused: {refusal[0]}'
    if row.found and f'kshim: kernel from {row.found}' not in text:
        return f'the kernel is not from {row.found}'
    entered = ENTERED.search(text)
    if row.by and (not entered or entered[1] != row.by):
        return f'kshim entered by {entered[1] if entered else "nothing"}, wanted {row.by}'
    if row.probe and status != PASSED:
        return f'the probe did not pass: status {status}'
    if row.line is not None:
        said = re.findall(r'^kshim: command line (.*)$', text, re.M)
        if said != [row.line]:
            return f'Linux has the line {said}, wanted "{row.line}"'
    if lacking(row, text):
        return f'"{lacking(row, text)}" is missing'
    for unwanted in row.absent:
        if unwanted in text:
            return f'"{unwanted}" is there'
    return judge_tpm(row, text) if row.measured else ''
