# SPDX-License-Identifier: BSD-2-Clause
"""A row of the boot table: one machine, one kernel, one way to it, one expected end."""
import re
from dataclasses import dataclass, field
from typing import Optional

from kshimtest.patience import HANG

MIB = 1 << 20
GIB = 1 << 30
RDRAND = 'qemu64,+rdrand,+rdseed'
PDPE1GB = 'qemu64,+pdpe1gb'
I386 = {'initrds': ('initramfs-i386',)}


@dataclass(frozen=True)
class Prelude:
    """What the prelude hands to kshim.elf; addresses are the guest's physical ones."""
    kernel_at: Optional[int] = None         # None: no module at all
    initrds_at: tuple = ()
    version: int = 1                        # of start_info
    map: Optional[tuple] = None             # (addr, bytes, type) each; None: a plain PC's
    rsdp_at: int = 0                        # put an RSDP of our own there; 0: give none
    poison: tuple = ()                      # (addr, bytes): filled with 0xcc
    stray: tuple = ()                       # (addr, bytes) of modules that are not there
    handoff_at: int = 0x7010000             # start_info and what it points to
    hide_fw_cfg: bool = False               # as on a machine without (type pc only)
    magic: int = 0x336ec578
    bzimage_at: Optional[int] = None        # kshim.bzimage is there, entered by its 32-bit entry
    hdrs: bytes = b'HdrS'                   # of the zero page, which stands for start_info then
    e820_entries: Optional[int] = None      # how many the zero page says it has


@dataclass(frozen=True)
class Disk:
    """The disk of a row whose way is one of ways/disk.py."""
    tree: str = 'entries'                   # a name in TREES there
    fs: tuple = ('fat',)                    # or what mke2fs -t is told
    table: str = 'gpt'                      # gpt, gpt-damaged, mbr, logical, none
    bus: str = 'virtio-blk-pci'             # a device with options, or scsi-pci, scsi-mmio, nvme-ns
    sector: int = 512                       # bytes
    start: int = 2 * MIB                    # where the file system begins, if there is a table
    in_use: bool = False                    # ext3, ext4: its journal says so
    read_only: bool = False                 # the device is
    lun: int = 0                            # SCSI
    second: bool = False                    # behind an empty disk, and before it by bootindex
    first: str = ''                         # the bus of that empty disk, if it is another one


@dataclass(frozen=True)
class Row:
    name: str
    kernel: str                             # a file by name: see files.py
    machine: str = 'q35'                    # q35, pc, microvm
    way: str = 'fwcfg'                      # a name in ways/
    stub: str = ''                          # ways of bzimage: a file, instead of kshim.bzimage
    other: str = ''                         # way rom-item: QEMU's -kernel, which is not to boot
    memory: int = 256                       # MiB
    cpus: int = 1
    cpu: str = 'qemu64'
    accel: str = 'tcg'                      # of QEMU
    word: str = ''                          # kshim.protocol=
    by: str = ''                            # the protocol by which kshim must say it enters
    append: str = ''                        # more words for the kernel
    own_line: str = ''                      # command line inside the bundle, or by fw_cfg
    initrds: tuple = ()                     # files by name
    probe: dict = field(default_factory=dict)   # more words probe.NAME=VALUE
    pad_line: int = 0                       # bytes that the kernel's line must have
    expect: tuple = ()                      # texts on the serial port, in this order
    absent: tuple = ()                      # texts that may not appear
    endless: bool = False                   # the guest never ends: stop when all is seen
    gives_up: str = ''                      # what the firmware says when it goes on without the kernel: stop
    cpu_seconds: float = 0                  # a kernel that is not seen by then has not been booted: stop
    status: Optional[int] = None            # of QEMU, if it matters
    refusal: str = ''                       # code by which kshim must refuse
    prelude: Optional[Prelude] = None
    disk: Optional[Disk] = None
    qemu: tuple = ()                        # more arguments; {a file by name} in them is its path
    timeout: int = HANG                     # seconds
    skip: str = ''                          # the reason, if the row cannot run
    full: bool = False                      # for `make test-all`, or by name

    @property
    def is_probe(self):
        return self.kernel.startswith('probe:') and not self.refusal


def tsc_khz():
    """What TCG without -icount shows as the TSC's rate: the host's own."""
    mhz = re.search(r'^cpu MHz\s*: ([0-9.]+)', open('/proc/cpuinfo').read(), re.M)
    return int(float(mhz[1]) * 1000) if mhz else 2000000


def clock(machine, cpus):
    """(words for QEMU, words for Linux) that keep a busy host from upsetting a guest's time.

    It upsets Linux's calibration of the TSC, and some kernels under TCG. So time is what the guest
    executes (-icount, for one processor only), or, on a microvm without another timer to fall
    back to, Linux is told the rate.
    """
    if cpus == 1:
        return ('-icount', 'shift=1,sleep=off'), ''
    return (), f'tsc_early_khz={tsc_khz()}' if machine.startswith('microvm') else ''


def linux(name, kernel, by, *, initrds=('initramfs',), **rest):
    """A real kernel to userspace; its init powers the machine off."""
    words, more = clock(rest.get('machine', ''), rest.get('cpus', 1))
    rest['qemu'] = (*words, *rest.get('qemu', ()))
    rest['append'] = f'{rest.get("append", "")} {more}'.strip()
    return Row(name, kernel, by=by, initrds=initrds, status=0, expect=(
        *rest.pop('expect', ()), 'kshim: userspace reached', 'kshim: powering off'), **rest)


def refused(name, code, kernel, **rest):
    return Row('refused-' + name, kernel, refusal=code, **rest)
