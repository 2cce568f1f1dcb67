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

# ---- a driver of virtio-console (Virtual I/O Device 1.2, 4.1.4.3 and 5.3), which is at 00:02.0 with --console

RINGS = 0x300000        # of queue 0: descriptors, available ring, used ring, in 256 bytes each; then of queue 1
RECEIVED = 0x302000


def store(at, value, size=4):
    """mov of `size` bytes to memory."""
    return {2: b'\x66\xc7\x05', 4: b'\xc7\x05'}[size] + struct.pack('<I', at) + value.to_bytes(size, 'little')


def register(off, value, size):
    """The same to [esi + off], where esi is the device's BAR 0."""
    return {1: b'\xc6\x86', 2: b'\x66\xc7\x86', 4: b'\xc7\x86'}[size] + struct.pack('<I', off) + \
        value.to_bytes(size, 'little')


def find_console():
    """esi = BAR 0 of 00:02.0, by ports."""
    return b'\x66\xba\xf8\x0c\xb8' + struct.pack('<I', 0x80001010) + b'\xef\x66\xba\xfc\x0c\xed\x24\xf0\x89\xc6'


def start_console():
    code = find_console() + b''.join(register(20, status, 1) for status in (0, 1, 3))
    code += register(8, 1, 4) + register(12, 1, 4) + register(20, 0xb, 1)       # VERSION_1, FEATURES_OK
    for queue in (0, 1):
        code += register(22, queue, 2) + register(24, 8, 2)
        for n, off in enumerate((32, 40, 48)):
            code += register(off, RINGS + 0x1000 * queue + 0x100 * n, 4) + register(off + 4, 0, 4)
        code += register(28, 1, 2)
    return code + register(20, 0xf, 1)


def offer(queue, n, address, length, writes=0):
    """The n-th chain of a queue, one buffer, and the notification."""
    rings = RINGS + 0x1000 * queue
    return store(rings + 16 * n, address) + store(rings + 16 * n + 8, length) + \
        store(rings + 16 * n + 12, 2 * writes, 2) + store(rings + 0x104 + 2 * n, n, 2) + \
        store(rings + 0x102, n + 1, 2) + register(0x3000 + 4 * queue, queue, 2)


def wait_used(queue, count):
    """Until so many chains have come back: cmp, jne to it."""
    return b'\x66\x81\x3d' + struct.pack('<IH', RINGS + 0x1000 * queue + 0x202, count) + b'\x75\xf5'


# Prints a line, then what is typed, 5 bytes, and powers off.
ECHO = start_console() + offer(0, 0, RECEIVED, 16, writes=1) + offer(1, 0, BASE + 0x1000, 5) + wait_used(1, 1) + \
    wait_used(0, 1) + offer(1, 1, RECEIVED, 5) + wait_used(1, 2) + out16(0x604, 0x3400) + SPIN

# Asks by ARP who has 192.0.2.1, waits for the answer and powers off; the driver of virtio-net has the same queues.
ASK = b'\xff' * 6 + b'\x52\x54\0ks\1' + b'\x08\x06\0\1\x08\0\6\4\0\1' + b'\x52\x54\0ks\1' + bytes([192, 0, 2, 9]) + \
    bytes(6) + bytes([192, 0, 2, 1])
NET = start_console() + offer(0, 0, RECEIVED, 2048, writes=1) + offer(1, 0, BASE + 0x1000, 12 + len(ASK)) + \
    wait_used(1, 1) + wait_used(0, 1) + out16(0x604, 0x3400) + SPIN

# ---- all CPUs at ports and memory at once

AP_CODE, COUNTERS, ROUNDS = 0x8000, 0x9000, 20000
# In real mode: read the next port, CMOS by its index; count in memory that all share, exchange a word of it.
HAMMER = b'\x31\xc0\x8e\xd8\x31\xd2' + \
    b'\xec\x42\xe6\x70\xe4\x71\xf0\x66\xff\x06\x00\x90\x66\xa1\x00\x90\x66\x87\x06\x04\x90\xeb\xe9'


def hammer():
    """Start the others by INIT and SIPI; read ports as they do until they have gone round so often."""
    code = b''.join(store(AP_CODE + i, int.from_bytes(HAMMER[i:i + 4], 'little')) for i in range(0, len(HAMMER), 4))
    code += store(COUNTERS, 0) + store(0xfee000f0, 0x1ff) + store(0xfee00300, 0xc4500) + store(0xfee00300, 0xc4608)
    again = b'\xec\x42\xf0\xff\x05' + struct.pack('<I', COUNTERS + 8) + b'\x81\x3d' + struct.pack('<II', COUNTERS, ROUNDS)
    return code + again + b'\x72' + bytes([254 - len(again)]) + say('hammered\n') + out16(0x604, 0x3400) + SPIN


GUESTS = {
    'hammer': hammer(),
    'net': NET.ljust(0x1000, b'\0') + bytes(12) + ASK,
    'console': ECHO.ljust(0x1000, b'\0') + b'hvc0\n',
    # A MiB at once, then COM1's status again and again.
    'console-off': (start_console() + offer(1, 0, BASE + 0x1000, 5) + wait_used(1, 1) + out16(0x604, 0x3400) + SPIN)
    .ljust(0x1000, b'\0') + b'hvc0\n',
    'console-flood': start_console() + offer(1, 0, 0x400000, 1 << 20) + b'\x66\xba\xfd\x03\xec\xeb\xfd',
    'console-loop': start_console() + store(RINGS + 0x1000 + 14, 0, 2) + store(RINGS + 0x1000 + 12, 1, 2) +
    store(RINGS + 0x1104, 0, 2) + store(RINGS + 0x1102, 1, 2) + register(0x3004, 1, 2) + SPIN,
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
