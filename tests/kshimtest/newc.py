# SPDX-License-Identifier: BSD-2-Clause
"""What initrds consist of: newc archives, and the only format of lz4 that Linux reads.

By hand, because Python's library has neither, and rows want archives that no tool writes."""
import struct

LZ4_CHUNK = 8 << 20     # bytes unpacked: all chunks but the last of a legacy stream have that many


def archive(members):
    """A newc archive of (name, mode, bytes)."""
    out = b''
    for n, (name, mode, data) in enumerate((*members, ('TRAILER!!!', 0, b''))):
        fields = (n + 1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        out += b'070701' + b''.join(b'%08x' % f for f in fields) + name.encode() + b'\0'
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return out


def lz4(data):
    """A legacy lz4 stream, of literals only. It has no mark at its end."""
    out = b'\x02\x21\x4c\x18'
    for at in range(0, len(data), LZ4_CHUNK):
        part = data[at:at + LZ4_CHUNK]
        more = len(part) - 15
        block = bytes([0xf0]) + b'\xff' * (more // 255) + bytes([more % 255]) + part
        out += struct.pack('<I', len(block)) + block
    return out
