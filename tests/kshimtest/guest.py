# SPDX-License-Identifier: BSD-2-Clause
"""A guest that runs on while the test speaks with QEMU (QMP) and reads the serial port: Debian's plain
kernel with one of this folder's /init, a disk `d` with devices.MARKER."""
import json
import os
import socket
import subprocess

from kshimtest import devices
from kshimtest import files
from kshimtest.patience import HANG, until

MIB = 1 << 20


class Guest:
    """with Guest(directory, words for QEMU, name of the init) as g: the guest runs; ended at the end."""

    def __init__(self, directory, words, init, firmware=devices.ROM, kernel=f'debian:{devices.KERNEL}'):
        self.serial = f'{directory}/serial'
        disk, qmp = f'{directory}/disk', f'{directory}/qmp'
        with open(disk, 'wb') as f:
            f.write(devices.MARKER)
            f.truncate(MIB)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(qmp)
        self.listener.listen()
        self.qemu = subprocess.Popen(
            ['qemu-system-x86_64', '-accel', 'tcg,thread=single', '-nodefaults', '-display', 'none',
             '-no-reboot',
             *words.split(), '-drive', devices.DISK.format(disk=disk) + ',id=d',
             '-serial', f'file:{self.serial}', '-qmp', f'unix:{qmp}',
             *(['-bios', firmware] if firmware else []),
             '-kernel', files.path(kernel), '-initrd', devices.initramfs(init),
             '-append', 'console=ttyS0 quiet panic=-1'], stdin=subprocess.DEVNULL)

    def __enter__(self):
        self.listener.settimeout(HANG)
        self.stream = self.listener.accept()[0].makefile('rw')
        json.loads(self.stream.readline())
        self.command('qmp_capabilities')
        return self

    def __exit__(self, *_):
        self.qemu.kill()
        self.qemu.wait()
        self.listener.close()

    def text(self):
        if not os.path.exists(self.serial):
            return ''
        return files.read(self.serial).decode(errors='replace').replace('\r', '')

    def wait_for(self, word, times=1):
        """Until the guest has said the word so many times."""
        def said():
            ended = self.qemu.poll() is not None
            found = self.text().count(word) >= times
            assert found or not ended, f'QEMU ended: {self.text()[-2000:]}'
            return found
        until(said, lambda: f'no "{word}": {self.text()[-2000:]}')

    def command(self, name, **arguments):
        """Have QEMU do it; what it answers. Events before the answer are passed over."""
        words = {k.replace('_', '-'): v for k, v in arguments.items()}
        self.stream.write(json.dumps({'execute': name, 'arguments': words}) + '\n')
        self.stream.flush()
        answer = {'event': ''}
        while 'event' in answer:
            answer = json.loads(self.stream.readline())
        assert 'return' in answer, f'{name}: {answer}'
        return answer['return']

    def wait_for_state(self, state):
        until(lambda: self.command('query-status')['status'] == state,
              lambda: f'not {state}: {self.text()[-2000:]}')

    def status(self):
        """QEMU's, when it ends by itself."""
        return self.qemu.wait(HANG)
