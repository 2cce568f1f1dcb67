# SPDX-License-Identifier: BSD-2-Clause
"""A row of the boot table: one machine, one kernel, one way to it, one expected end."""
from dataclasses import dataclass, field
from typing import Optional

MIB = 1 << 20
GIB = 1 << 30


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


@dataclass(frozen=True)
class Row:
    name: str
    kernel: str                             # a file by name: see files.py
    machine: str = 'q35'                    # q35, pc, microvm
    way: str = 'fwcfg'                      # fwcfg, bundle, module, prelude, qemu: its own;
                                            # or one of loaders.py's, to kshim.bzimage
    stub: str = ''                          # a file by name, instead of kshim.bzimage
    rom: bool = False                       # by kshim.rom as firmware; ways: fwcfg, bundle, qemu
    memory: int = 256                       # MiB
    cpus: int = 1
    cpu: str = 'qemu64'
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
    status: Optional[int] = None            # of QEMU, if it matters
    refusal: str = ''                       # code by which kshim must refuse
    prelude: Optional[Prelude] = None
    qemu: tuple = ()                        # more arguments
    timeout: int = 120                      # seconds, on a loaded machine
    skip: str = ''                          # the reason, if the row cannot run

    @property
    def is_probe(self):
        return self.kernel.startswith('probe:') and not self.refusal
