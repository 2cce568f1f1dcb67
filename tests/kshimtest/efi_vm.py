# SPDX-License-Identifier: BSD-2-Clause
"""A row of the UEFI table, and how it is run: a FAT image, OVMF, QEMU under TCG."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from typing import Optional

from kshimtest import efi_vars, measured
from kshimtest.media import (EFI, SNAKEOIL, clusters, content, files, fat_image, gpt_image, listing,
                             mbr_image, resolve, signed, write_protect)
from kshimtest.patience import HANG, LOOK

OVMF = '/usr/share/OVMF'
# name -> code, variables, secure flash; "trixie" ones are of that release
FIRMWARE = {
    'plain': ('OVMF_CODE_4M.fd', 'OVMF_VARS_4M.fd', False),
    'snakeoil': ('OVMF_CODE_4M.secboot.fd', 'OVMF_VARS_4M.snakeoil.fd', True),
    # Microsoft's keys, which have signed Debian's shim, and the snakeoil key as the owner's (MOK)
    'mok': ('OVMF_CODE_4M.secboot.fd', 'OVMF_VARS_4M.ms.fd', True),
    'trixie': ('OVMF_CODE_4M.fd', 'OVMF_VARS_4M.fd', False),
    'trixie-strictnx': ('OVMF_CODE_4M.secboot.strictnx.fd', 'OVMF_VARS_4M.fd', True),
}
# What Linux says of its loader (boot.rst, type_of_loader), by kshim's protocol: none assigned, its
# own PVH entry; '': its EFI stub, started by the firmware.
LOADER = {'linux64': '255', 'linux32': '255', 'pvh': '176', '': '33'}
TRIES = 3
PASSED = 33     # isa-debug-exit, by tests/probes/say.c
REFUSED = re.compile(r'kshim: .*\[([a-z0-9.-]+)\]')
ENTERED = re.compile(r'kshim: entering the kernel at 0x[0-9a-f]+ by (\w+)')
ESCAPES = re.compile(r'\x1b\[[0-9;=?]*[A-Za-z]')


@dataclass(frozen=True)
class Row:
    name: str
    disk: dict = field(default_factory=dict)    # path on the FAT volume -> file by name, or bytes
    second: dict = field(default_factory=dict)  # the same of a second volume
    xbootldr: dict = field(default_factory=dict)  # the disk has a GPT, and this partition too
    mbr: bool = False                           # that disk has an MBR instead
    left: tuple = ()                            # files that must be on the disk afterwards
    show: tuple = ()                            # files of the first volume, shown afterwards: bytes, and if still in place
    protected: tuple = ()                       # files of it that cannot be written
    append: Optional[str] = None                # start by -kernel kshim.efi, signed as the disk's are, with these options
    initrd: str = ''                            # -initrd, by name
    firmware: str = 'plain'                     # of FIRMWARE
    variables: tuple = ()                       # (vendor, name, bytes) that boot services have
    memory: int = 384                           # MiB
    cpu: str = 'qemu64'
    tpm: bool = False
    qemu: tuple = ()
    reboots: bool = False                       # the machine goes on after a reset
    found: str = ''                             # "the kernel is from ..." as kshim says it
    by: str = ''                                # how kshim says that it enters
    loader: str = ''                            # by what Linux says that it was loaded, if not so
    line: Optional[str] = None                  # what Linux must have as its line
    probe: bool = False                         # a probe kernel's verdict decides
    expect: tuple = ()                          # texts in this order
    absent: tuple = ()
    measured: tuple = ()                        # (PCR, text) of each event of ours
    started: int = 0                            # images that the firmware measured, 0: any
    foretold: bool = True                       # with a TPM: is what `kshim measure` says compared?
    untold: tuple = ()                          # PCRs that it does not say for this way to start
    refusal: str = ''
    allowed: str = ''                           # codes that may be said though it goes on
    timeout: int = HANG
    full: bool = False                          # for `make test-all`, or by name

    @property
    def stop(self):
        """Does nothing end the machine when the row has shown what it is to show?"""
        return bool(self.refusal or self.absent)


def firmware_arguments(row, directory):
    code, store, secure = FIRMWARE[row.firmware]
    own = f'{directory}/vars.fd'
    shutil.copy(firmware_file(row, store), own)
    for vendor, name, data in row.variables:
        efi_vars.add(own, vendor, name, data)
    if row.firmware == 'mok':
        efi_vars.enrol_mok(own, f'{SNAKEOIL}.pem')
    smm = ['-global', 'driver=cfi.pflash01,property=secure,value=on'] if secure else []
    return ['-M', 'q35,smm=on' if secure else 'q35', *smm,
            '-drive', f'if=pflash,format=raw,unit=0,readonly=on,file={firmware_file(row, code)}',
            '-drive', f'if=pflash,format=raw,unit=1,file={own}']


def firmware_file(row, name):
    if row.firmware.startswith('trixie'):
        return os.path.join(os.path.dirname(files.packaged('ovmf')), name)
    return f'{OVMF}/{name}'


def make_disks(row, directory):
    """The images, and (image, byte) of each volume on them."""
    volumes = []
    for n, disk in enumerate((row.disk, row.second)):
        image = f'{directory}/disk{n}.img'
        if n == 0 and row.xbootldr:
            make = mbr_image if row.mbr else gpt_image
            volumes += [(image, start) for start in make(image, disk, row.xbootldr)]
        elif disk:
            fat_image(image, disk)
            volumes.append((image, 0))
    return volumes


def disk_arguments(volumes):
    out = []
    for n, image in enumerate(dict(volumes)):
        out += ['-drive', f'if=none,id=d{n},format=raw,file={image}',
                '-device', f'virtio-blk-pci,drive=d{n},bootindex={n + 1}']
    return out


def command(row, directory, volumes):
    args = ['qemu-system-x86_64', '-accel', 'tcg', '-cpu', row.cpu, '-m', str(row.memory),
            '-nodefaults', '-display', 'none', *([] if row.reboots else ['-no-reboot']),
            '-serial', f'file:{directory}/serial',
            '-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04',
            *firmware_arguments(row, directory), *disk_arguments(volumes), *row.qemu]
    if row.append is not None:
        args += ['-kernel', signed(EFI) if row.firmware == 'snakeoil' else EFI, '-append', row.append]
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
    volumes = make_disks(row, directory)
    places = {name: clusters(*volumes[0], name) for name in row.show}
    for name in row.protected:
        write_protect(volumes[0][0], name)
    tpm = start_tpm(directory) if row.tpm else None
    end = time.monotonic() + row.timeout
    with subprocess.Popen(command(row, directory, volumes), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          start_new_session=True) as qemu:
        while qemu.poll() is None and time.monotonic() < end:
            if finished(row, serial_text(directory)):
                break
            time.sleep(LOOK)
        status = qemu.returncode
        if status is None:
            os.killpg(qemu.pid, signal.SIGKILL)
        said = qemu.communicate()[0].decode(errors='replace')
    if tpm:
        tpm.kill()
        tpm.wait()
    left = [name for image, start in volumes for name in listing(image, start)] if row.left else []
    if row.tpm and row.foretold and not row.refusal:
        wrong = measured.foretold(row, volumes[0][0], serial_text(directory), directory)
        said += f'FORETOLD {wrong or "as it is"}\n'
    shown = ''.join(f'FILE {name} {content(volumes[0][0], name, volumes[0][1]).hex()}\n'
                    f'PLACE {name} {"kept" if clusters(*volumes[0], name) == before else "moved"}\n'
                    for name, before in places.items())
    return said + serial_text(directory) + shown, status, left


def ended(row, text):
    """Did it end in a verdict, rather than just stop?"""
    return bool(row.refusal and REFUSED.search(text) or 'kshim: powering off' in text
                or 'caller: done' in text
                or re.search(r'probe \S+: (PASS|FAIL)', text) or finished(row, text))


def run(row):
    """(text, status, files left, tries): only what ended in nothing at all is tried again."""
    for tries in range(1, TRIES + 1):
        with tempfile.TemporaryDirectory(prefix='kshim-efi-') as directory:
            text, status, left = run_once(row, directory)
        if ended(row, text):
            break
    return text, status, left, tries


def judge_tpm(row, text):
    """The guest's event log by tpm2_eventlog: the events wanted, and that it adds up to the PCRs."""
    shown = measured.log_of(text)
    if shown is None:
        return 'the guest shows no event log'
    with tempfile.NamedTemporaryFile() as log:
        log.write(shown)
        log.flush()
        parsed = subprocess.run(['tpm2_eventlog', log.name], check=True, stdout=subprocess.PIPE,
                                text=True).stdout
    events = tuple((int(pcr), text.replace('\\0', '').replace('\\\\', '\\')) for pcr, text in
                   re.findall(r'PCRIndex: (\d+)\n  EventType: EV_IPL\n(?:(?!EventNum).*\n)*?'
                              r'    String: \|-\n      "(.*)"', parsed))
    if events != row.measured:
        return f'measured {events}, wanted {row.measured}'
    started = parsed.count('EventType: EV_EFI_BOOT_SERVICES_APPLICATION')
    if row.started and started != row.started:
        return f'the firmware measured {started} images, wanted {row.started}'
    sums = parsed.split('\n  sha256:\n')[-1].split('\n  sha384:')[0]
    for pcr, value in re.findall(r'^PCR (\d+) ([0-9A-F]+)$', text, re.M):
        logged = re.search(rf'^\s+{pcr}\s*: 0x([0-9a-f]+)', sums, re.M)
        if int(logged[1] if logged else '0', 16) != int(value, 16):
            return f'PCR {pcr} is {value}, the log says {logged and logged[1]}'
    return ''


def judge(row, text, status, left):
    """'' if the row passed, else what is wrong."""
    refusal = next((m for m in REFUSED.finditer(text) if m[1] not in row.allowed.split()), None)
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
        loader = re.findall(r'^kshim: loader type (\d+)$', text, re.M)
        wanted = LOADER[row.loader or row.by or (entered[1] if entered else '')]
        if loader != [wanted]:
            return f'Linux was loaded by type {loader}, wanted {wanted}'
    if lacking(row, text):
        return f'"{lacking(row, text)}" is missing'
    for unwanted in row.absent:
        if unwanted in text:
            return f'"{unwanted}" is there'
    for name in row.left:
        if name not in left:
            return f'{name} is not on the disk, which has {left}'
    foretelling = re.search(r'^FORETOLD (.*)$', text, re.M)
    if foretelling and foretelling[1] != 'as it is':
        return f'kshim measure does not say what was measured: {foretelling[1]}'
    return judge_tpm(row, text) if row.measured else ''
