# SPDX-License-Identifier: BSD-2-Clause
"""QEMU 7.2's OpenSBI 1.1 with a change, for paths that the firmware as it is takes seldom or never.

slow    lets a hart go long before it has written where to: a gap that is there anyway, widened
mute    has no legacy console, and as it has no DBCN either, kshim is left with the UART
"""
import os
import struct

OPENSBI = '/usr/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin'

# sbi_hsm_hart_start(): what it stores (arg1, addr, mode) after it has let the hart go, and 8 bytes
# before these the call of sbi_init_count(), whose answer `virt` makes no use of.
LATE_STORES = bytes.fromhex('23385901 233c4901 23303903')
DELAY = bytes.fromhex('37058000 1305f5ff e31e05fe 67800000')    # count 8 Mi down, return 0
# struct sbi_ecall_extension of HSM (first and last number), and 48 bytes on that of the legacy calls.
HSM = struct.pack('<QQ', 0x48534d, 0x48534d)
LEGACY = struct.pack('<QQ', 0, 8)
SHUTDOWN_ONLY = struct.pack('<QQ', 8, 8)


class Missing(Exception):
    """Something that a row needs and that is not there."""


def slow(data):
    call = data.find(LATE_STORES) - 8
    if call < 0 or data.count(LATE_STORES) != 1 or data[call] != 0xef:
        raise Missing('this QEMU\'s OpenSBI is not the 1.1 whose start of a hart is to be slowed down')
    jal = int.from_bytes(data[call:call + 4], 'little', signed=True)
    off = (jal >> 31 << 20) | (jal >> 12 & 0xff) << 12 | (jal >> 20 & 1) << 11
    off |= (jal >> 21 & 0x3ff) << 1
    data[call + off:call + off + len(DELAY)] = DELAY


def mute(data):
    at = data.find(HSM) + 48
    if data.count(HSM) != 1 or data[at:at + 16] != LEGACY:
        raise Missing('this QEMU\'s OpenSBI is not the 1.1 whose legacy calls are to be taken away')
    data[at:at + 16] = SHUTDOWN_ONLY


def changed(how, directory):
    """The path of the changed firmware."""
    with open(OPENSBI, 'rb') as f:
        data = bytearray(f.read())
    {'slow': slow, 'mute': mute}[how](data)
    path = os.path.join(directory, 'firmware')
    with open(path, 'wb') as f:
        f.write(data)
    return path
