# SPDX-License-Identifier: BSD-2-Clause
"""What Linux makes of a machine's devices under kshim.rom, beside what it makes of them under the
firmware that QEMU takes by itself (SeaBIOS, on microvm qboot)."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass

from kshimtest import files
from kshimtest import row
from kshimtest.patience import HANG

ROM = os.path.join(files.BUILD, 'kshim.rom')
KERNEL = 'amd64'        # the plain kernel: the cloud one has no e1000
MARKER = b'KSHIM-DISK-0042\n'
QEMU_ENDED = 'qemu: ended by itself\n'
TRIES = 3
MODULES = ['virtio_pci', 'virtio_mmio', 'virtio_blk', 'virtio_net', 'virtio-rng', 'nvme', 'e1000',
           'sd_mod', 'ata_piix', 'ahci']

# What of Linux's log sounds like a complaint; lines that differ between two boots anyway, and
# "mtrr:", which TCG causes under SeaBIOS too: an INIT makes its CPUs forget their MTRRs.
COMPLAINT = re.compile(
    r"firmware|bug|bios|can't|cannot|unable|fail|invalid|conflict|error|warn|"
    r'\bnot |\bno |broken|disabl|mismatch|inconsistent|corrected', re.I)
CHANCE = re.compile(r'BIOS-e820|BIOS-provided|DMI: |tsc|TSC|clocksource|random: |PID: |lpj|'
                    r'Memory: |calibrat|mtrr: |No NUMA|hrtimer|perf|refined|bootconfig|Command line|udhcp')


@dataclass(frozen=True)
class Machine:
    name: str
    words: str                  # for QEMU; DISK is a disk's options, without its id
    expect: tuple = ()          # lines that must be there, as regular expressions
    append: str = ''
    compare: bool = True        # with the other firmware
    full: bool = False          # for `make test-all`, or by name


DISK = 'if=none,format=raw,file={disk},snapshot=on'
# Nothing on a microvm can tell Linux how fast the clock is, but the PIT, under load badly.
CLOCK = f'tsc_early_khz={row.tsc_khz()}'
MACHINES = (
    Machine('pc-bridges',
            '-M pc -m 512 -smp 4 -device pci-bridge,id=a,chassis_nr=1,addr=5 '
            '-device pci-bridge,id=b,chassis_nr=2,bus=a,addr=4 '
            f'-drive {DISK},id=d -device virtio-blk-pci,drive=d,bus=b,addr=3 '
            '-netdev user,id=n -device e1000,netdev=n,bus=a,addr=7 '
            '-device virtio-rng-pci,bus=b,addr=9 -device VGA,bus=a,addr=2 '
            '-smbios type=1,manufacturer=kshim,serial=42',
            (r'disk: vda KSHIM-DISK-0042', r'pci: 02:03\.0 0x1af4 .* driver virtio-pci',
             r'pci: 01:07\.0 0x8086 0x100e .* driver e1000', r'dhcp: 10\.0\.2\.15',
             r'rng: virtio_rng\.0 8', r'rtc: rtc_cmos \d+', r'cpus: 4', r'dmi: kshim 42', r'bios: kshim \d+\.\d+\.\d+')),
    Machine('q35-ports',
            '-M q35 -m 1G -smp 2 -device pcie-root-port,id=a,chassis=1,addr=4 '
            '-device pcie-root-port,id=b,chassis=2,addr=5 '
            '-device pcie-root-port,id=e,chassis=3,addr=6,io-reserve=4k,pref64-reserve=64M '
            '-device x3130-upstream,id=u,bus=b '
            '-device xio3130-downstream,id=c,bus=u,chassis=4 '
            f'-drive {DISK},id=d -device nvme,drive=d,serial=1,bus=a '
            '-netdev user,id=n -device virtio-net-pci,netdev=n,bus=c '
            '-device pcie-pci-bridge,id=p,addr=8 -device virtio-rng-pci,bus=p,addr=1',
            (r'disk: nvme0n1 KSHIM-DISK-0042', r'dhcp: 10\.0\.2\.15', r'rng: virtio_rng\.0 8',
             r'rtc: rtc_cmos \d+', r'cpus: 2')),
    Machine('pc-plain',
            f'-M pc -m 3500 -drive {DISK},id=d -device ide-hd,drive=d,bus=ide.1 '
            '-device virtio-net-pci -vga std -device virtio-scsi-pci -device qemu-xhci',
            (r'disk: sda KSHIM-DISK-0042', r'pci: 00:01\.1 .* driver ata_piix', r'cpus: 1'), full=True),
    Machine('q35-6g',
            f'-M q35 -m 6G -smp 8 -drive {DISK},id=d -device ide-hd,drive=d,bus=ide.2 '
            '-object memory-backend-ram,id=s,share=on,size=4G '
            '-device ivshmem-plain,memdev=s -device e1000 -vga std',
            (r'disk: sda KSHIM-DISK-0042', r'pci: 00:1f\.2 .* driver ahci', r'cpus: 8',
             r'bar: \S+ 2 size 4294967296 .* placed yes')),
    Machine('q35-extra-roots',
            '-M q35 -m 512 -device pxb-pcie,id=x,bus_nr=100 '
            '-device pcie-root-port,id=a,bus=x,chassis=1 '
            f'-drive {DISK},id=d -device virtio-blk-pci,drive=d,bus=a',
            (r'disk: vda KSHIM-DISK-0042', r'pci: 65:00\.0 .* driver virtio-pci'), full=True),
    Machine('pc-no-acpi',
            f'-M pc,acpi=off -m 512 -smp 2 -drive {DISK},id=d '
            '-device pci-bridge,id=a,chassis_nr=1,addr=5 -device virtio-blk-pci,drive=d,bus=a,addr=3 '
            '-netdev user,id=n -device e1000,netdev=n,addr=6',
            (r'disk: vda KSHIM-DISK-0042', r'dhcp: 10\.0\.2\.15', r'cpus: 2'), full=True),
    Machine('microvm',
            f'-M microvm,rtc=on -m 512 -smp 2 -drive {DISK},id=d -device virtio-blk-device,drive=d '
            '-netdev user,id=n -device virtio-net-device,netdev=n -device virtio-rng-device',
            (r'disk: vda KSHIM-DISK-0042', r'dhcp: 10\.0\.2\.15', r'rng: virtio_rng\.0 8',
             r'rtc: rtc_cmos \d+', r'cpus: 2', r'mtrr: 1'), CLOCK),
    Machine('microvm-pcie',
            f'-M microvm,pcie=on,rtc=on -m 512 -drive {DISK},id=d '
            '-device virtio-blk-pci,drive=d -device virtio-rng-pci',
            (r'disk: vda KSHIM-DISK-0042', r'rng: virtio_rng\.0 8'), CLOCK, full=True),
    # Debian's kernels lack VIRTIO_MMIO_CMDLINE_DEVICES: the words arrive, and the magic is there.
    Machine('microvm-no-acpi',
            f'-M microvm,acpi=off,rtc=on -m 512 -drive {DISK},id=d '
            '-device virtio-blk-device,drive=d',
            (r'line: .*virtio_mmio\.device=\S+', r'mmio: \S+ 0x74726976', r'cpus: 1'), CLOCK),
)


# ---------------------------------------------------------------- the initramfs

def modinfo(path, key):
    m = re.search(rb'\0' + key + rb'=([^\0]*)\0', b'\0' + files.read(path))
    return m[1].decode() if m else ''


def with_needs(names, found):
    """Modules in an order in which each finds what it needs."""
    order = []

    def add(name):
        name = name.replace('-', '_')
        if name in order or name not in found:
            return
        for need in modinfo(found[name], b'depends').split(','):
            if need:
                add(need)
        order.append(name)
    for name in names:
        add(name)
    return order


def initramfs(init='devices-init'):
    """Debian's modules, busybox and that /init."""
    init = f'{files.TOP}/tests/boot/{init}'
    package = files.package_dir(KERNEL)
    files.packaged(KERNEL)
    found = {p.stem.replace('-', '_'): p for p in pathlib.Path(package).rglob('*.ko')}

    def make():
        order = with_needs(MODULES, found)
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            for name in ('bin', 'modules'):
                (root / name).mkdir()
            shutil.copy('/bin/busybox', root / 'bin')
            shutil.copy(init, root / 'init')
            for name in order:
                shutil.copy(found[name], root / 'modules' / f'{name}.ko')
            (root / 'modules' / 'order').write_text(''.join(f'{n}.ko\n' for n in order))
            names = '\n'.join(str(p.relative_to(root)) for p in sorted(root.rglob('*')))
            return subprocess.run(['cpio', '-o', '-H', 'newc', '-R', '0:0', '--quiet'], cwd=root,
                                  input=names.encode(), stdout=subprocess.PIPE, check=True).stdout
    return files.made(f'{os.path.basename(init)}.cpio', make, init)


# ---------------------------------------------------------------- boots

def boot(machine, firmware):
    """What the machine says under `firmware` ('' is QEMU's own choice), all on the serial port."""
    with tempfile.TemporaryDirectory(prefix='kshim-devices-') as directory:
        disk = os.path.join(directory, 'disk')
        with open(disk, 'wb') as f:
            f.write(MARKER)
            f.truncate(1 << 20)
        args = ['qemu-system-x86_64', '-accel', 'tcg', '-nodefaults', '-display', 'none',
                '-no-reboot', '-serial', 'stdio', *machine.words.format(disk=disk).split(),
                '-kernel', files.path(f'debian:{KERNEL}'), '-initrd', initramfs(), '-append',
                f'console=ttyS0 quiet panic=-1 {machine.append}'.strip()]
        if firmware:
            args += ['-bios', firmware]
        try:
            done = subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=HANG, check=False)
            return done.stdout.decode(errors='replace').replace('\r', '') + QEMU_ENDED
        except subprocess.TimeoutExpired as late:
            return (late.stdout or b'').decode(errors='replace').replace('\r', '')


def boot_to_end(machine, firmware):
    """(text, tries): again if Linux got nowhere (under load its clocks may stall, or it oopses)."""
    for tries in range(1, TRIES + 1):
        text = boot(machine, firmware)
        if 'devices: done' in text or 'kshim: ' in text:
            break
    return text, tries


# ---------------------------------------------------------------- verdicts

FACTS = ('pci', 'bar', 'virtio', 'disk', 'net', 'rng', 'dmi')


def facts(text):
    """The lines on which both firmwares must agree."""
    return {line for line in text.split('log:\n')[0].splitlines()
            if line.partition(': ')[0] in FACTS}


def plain(line):
    """A line of the log without what may differ: times, addresses, numbers."""
    line = re.sub(r'^\[ *[\d.]+\] ', '', line)
    line = re.sub(r'0x[0-9a-f]+|\b[0-9a-f]{8,16}\b', '#', line)
    return re.sub(r'\d+', '#', line)


def complaints(text):
    log = text.partition('log:\n')[2].partition('devices: done')[0]
    return {plain(line) for line in log.splitlines()
            if COMPLAINT.search(line) and not CHANCE.search(line)}


def differences(machine, text, other):
    """'' or what is missing in `text`, or is not as in `other`, the other firmware's."""
    if 'devices: done' not in text:
        return 'Linux did not get to the end'
    if QEMU_ENDED not in text:
        return 'Linux did not power the machine off'
    rsdp = re.search(r'ACPI: RSDP 0x([0-9A-F]+)', text)
    if rsdp and (not 0xe0000 <= int(rsdp[1], 16) < 0x100000 or int(rsdp[1], 16) % 16):
        return f'no scan would find the RSDP at {rsdp[1]}'
    for wanted in machine.expect:
        if not re.search(f'^{wanted}', text, re.M):
            return f'no line "{wanted}"'
    if not other:
        return ''
    missing, more = facts(other) - facts(text), facts(text) - facts(other)
    if missing or more:
        return '\n'.join(['differs from the other firmware:',
                          *(f'  - {line}' for line in sorted(missing)),
                          *(f'  + {line}' for line in sorted(more))])
    return ''


def judge(machine):
    """(text, tries, '' or what is wrong).

    On a busy host Linux misses timer interrupts and then complains of the timer, whatever the
    firmware is; a complaint that is the firmware's comes with every boot.
    """
    other = boot_to_end(machine, '')[0] if machine.compare else ''
    text, tries = boot_to_end(machine, ROM)
    wrong = differences(machine, text, other)
    if wrong or not other:
        return text, tries, wrong
    new = complaints(text) - complaints(other)
    while new and tries < TRIES:
        new &= complaints(boot_to_end(machine, ROM)[0])
        tries += 1
    if new:
        wrong = '\n'.join(['Linux complains, and not of the other firmware:', *sorted(new)])
    return text, tries, wrong
