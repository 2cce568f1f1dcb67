# SPDX-License-Identifier: BSD-2-Clause
"""QEMU 7.2's OpenSBI 1.1 with a change, for paths that the firmware as it is takes seldom or never.

slow    lets a hart go long before it has written where to: a gap that is there anyway, widened
mute    has no legacy console, and as it has no DBCN either, kshim is left with the UART
first-sstc  grants Sstc to hart 0 only: on others its registers trap, as where it does not exist
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
# mstatus_init(): li a5, -1; slli a5, 62; addi a5, 240; or a5, a4; next is csrw menvcfg, a5, and
# a4 is not read after that.
SET_STCE = bytes.fromhex('fd57 fa17 9387070f d98f')
CSRR_A4_MHARTID, BEQZ_A4_12, SLLI_A5_1, SRLI_A5_1 = 0xf1402773, 0x00070663, 0x00179793, 0x0017d793


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


def jump(at, to):
    """jal zero, to"""
    off = to - at & 0x1fffff
    return (off >> 20 << 31 | (off >> 1 & 0x3ff) << 21 | (off >> 11 & 1) << 20
            | (off >> 12 & 0xff) << 12 | 0x6f)


def first_sstc(data):
    """mstatus_init() sets menvcfg with STCE (bit 63) by a5: now less that bit where mhartid is not 0."""
    at, room = data.find(SET_STCE) + len(SET_STCE), data.find(bytes(2048))
    if data.count(SET_STCE) != 1 or room < 0:
        raise Missing('this QEMU\'s OpenSBI is not the 1.1 that sets menvcfg.STCE in a way of its own')
    room = room + 35 & ~3        # the padding behind the code
    csrw, = struct.unpack_from('<I', data, at)
    struct.pack_into('<6I', data, room, CSRR_A4_MHARTID, BEQZ_A4_12, SLLI_A5_1, SRLI_A5_1, csrw,
                     jump(room + 20, at + 4))
    struct.pack_into('<I', data, at, jump(at, room))


def changed(how, directory):
    """The path of the changed firmware."""
    with open(OPENSBI, 'rb') as f:
        data = bytearray(f.read())
    {'slow': slow, 'mute': mute, 'first-sstc': first_sstc}[how](data)
    path = os.path.join(directory, 'firmware')
    with open(path, 'wb') as f:
        f.write(data)
    return path
