# SPDX-License-Identifier: BSD-2-Clause
"""Guests of a few bytes: machine code in a PVH ELF, to meet each way in which a run can end."""
import struct

BASE = 0x200000     # where the code lies, 4 KiB into the file


def elf(code):
    """An ELF32 with a Xen note whose entry is the first byte of `code`."""
    note = struct.pack('<III4sI', 4, 4, 18, b'Xen\0', BASE)
    headers = struct.pack('<16sHHIIIIIHHHHHH', b'\x7fELF\1\1\1', 2, 3, 1, BASE, 52, 0, 0, 52, 32, 2,
                          0, 0, 0)
    headers += struct.pack('<8I', 1, 0x1000, BASE, BASE, len(code), len(code) + 64, 7, 0x1000)
    headers += struct.pack('<8I', 4, 116, 0, 0, len(note), len(note), 4, 4)
    return (headers + note).ljust(0x1000, b'\0') + code


def say(text):
    """mov dx,0x3f8; then mov al,C; out dx,al for each."""
    return b'\x66\xba\xf8\x03' + b''.join(bytes([0xb0, c, 0xee]) for c in text.encode())


def out8(port, value):
    return b'\x66\xba' + struct.pack('<H', port) + bytes([0xb0, value, 0xee])


def out16(port, value):
    return b'\x66\xba' + struct.pack('<H', port) + b'\x66\xb8' + struct.pack('<H', value) + \
        b'\x66\xef'


# lidt of a limit of 0 (the zeros behind the code), then an invalid instruction.
TRIPLE = b'\x0f\x01\x1d' + struct.pack('<I', BASE + 16) + b'\x0f\x0b' + bytes(32)
SPIN = b'\xeb\xfe'
HALT = b'\xfa\xf4\xeb\xfd'

# Linux's words, as of 6.1; the kernel stays in its panic, or resets.
PANIC = '''[    1.5] BUG: kernel NULL pointer dereference, address: 0000000000000010\r
[    1.5] Oops: 0002 [#1] PREEMPT SMP NOPTI\r
[    1.5] RIP: 0010:first+0x7/0x10\r
[    1.6] Kernel panic - not syncing: Fatal exception \x1b]0;x\x07\r
'''
PANIC_END = '[    1.6] ---[ end Kernel panic - not syncing: Fatal exception ]---\r\n'
REBOOTS = 'Rebooting in 3600 seconds..\r\n'
# A log in a log, and a panic in the middle of a line.
QUOTED = 'log: ' + PANIC.splitlines()[-1] + '\r\n' + PANIC_END + 'over\r\n'

JUMPS = out8(0x80, 0xa5)        # the stub's word that it jumps
START_INFO = 0x336ec578


def hostile_stub(size):
    """A stub that jumps with a start_info of 2^32-1 modules and map entries; the first 2048 modules are
    `size` bytes, all the same."""
    info = BASE + 0x2000
    code = b'\xbb' + struct.pack('<I', info) + JUMPS + b'\xe9' + struct.pack('<I', 0x1000 - 18)
    kernel = SPIN.rjust(2, b'\x90')
    data = struct.pack('<IIIIQQQQII', START_INFO, 1, 0, 0xffffffff, info + 0x1000, 0, 0, info, 0xffffffff, 0)
    modules = struct.pack('<QQQQ', 0x100000, size, 0, 0) * 2048
    return elf(code.ljust(0x1000, b'\x90') + kernel.ljust(0x1000, b'\0') + data.ljust(0x1000, b'\0')
               + modules)


# Prints a line, waits for a typed byte.
READY = say('ready\n') + b'\x66\xba\xfd\x03\xec\xa8\x01\x74\xfb'
# Then prints 5 bytes from the page behind its own, powers off.
LATE = READY + b'\x66\xba\xf8\x03' + b''.join(
    b'\xa0' + struct.pack('<I', BASE + 0x1000 + i) + b'\xee' for i in range(5)) + \
    out16(0x604, 0x3400) + SPIN

GUESTS = {
    # COM1's line goes up: OUT2 in MCR, the transmitter's interrupt in IER.
    'interrupt': out8(0x3fc, 8) + out8(0x3f9, 2) + out16(0x604, 0x3400) + SPIN,
    'ready-reset': READY + out8(0xcf9, 6) + SPIN,
    'late': LATE.ljust(0x1000, b'\0') + b'first',
    'escapes': say('\x1b]0;title\x07\x1b[6n\x1b[1mbold\x1b[0m over\r\n') + out16(0x604, 0x3400) + SPIN,
    'panic': say(PANIC + PANIC_END) + SPIN,
    'panic-reboots': say(PANIC + REBOOTS) + SPIN,
    'panic-reset': say(PANIC) + out8(0xcf9, 6) + SPIN,
    'panic-quoted': say(QUOTED) + out16(0x604, 0x3400) + SPIN,
    'triple': TRIPLE,
    'spin': SPIN,
    'halt': HALT,
    'hello-spin': say('hello\r\n') + SPIN,
    'hello-halt': say('hello\r\n') + HALT,
    'hello-off': say('hello\r\n') + out16(0x604, 0x3400) + SPIN,
    'hello-triple': say('hello\r\n') + b'\xe8\0\0\0\0\x58\x83\xc0\x10\x0f\x01\x18\x0f\x0b' +
    bytes(32),
    'flood': b'\x66\xba\xf8\x03\xb0x\xee\xeb\xfd',
    'off': out16(0x604, 0x3400) + SPIN,
    'reset-cf9': out8(0xcf9, 6) + SPIN,
    'reset-8042': out8(0x64, 0xfe) + SPIN,
    'code-5': out8(0xf4, 5) + SPIN,
    'code-127': out8(0xf4, 127) + SPIN,
}
