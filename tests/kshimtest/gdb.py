# SPDX-License-Identifier: BSD-2-Clause
"""Faults are planted in kshim by QEMU's gdbstub: it stops at a function, registers change, it runs on."""
import os
import socket
import subprocess
import tempfile

from elftools.elf.elffile import ELFFile
from kshimtest import files

PATIENCE = 60


class Gdb:
    """As much of gdb's remote protocol as is needed here."""

    def __init__(self, listening):
        self.socket, _ = listening.accept()
        self.socket.settimeout(PATIENCE)
        self.left = b''
        self.ask('qXfer:features:read:target.xml:0,fff')    # before that QEMU takes no single register

    def ask(self, text, answer=True):
        data = text.encode('ascii')
        self.socket.sendall(b'+$%s#%02x' % (data, sum(data) & 0xff))
        while answer:
            start, end = self.left.find(b'$'), self.left.find(b'#')
            if 0 <= start < end <= len(self.left) - 3:
                found, self.left = self.left[start + 1:end], self.left[end + 3:]
                return found.decode('ascii')
            more = self.socket.recv(4096)
            assert more, 'QEMU closed the connection'
            self.left += more
        return ''

    def run_to(self, address):
        assert self.ask(f'Z1,{address:x},1') == 'OK'
        assert self.ask('c')[0] in 'ST'
        assert self.ask(f'z1,{address:x},1') == 'OK'

    def set(self, register, value):
        assert self.ask(f'P{register:x}={value.to_bytes(8, "little").hex()}') == 'OK'


def symbols(name):
    with open(os.path.join(files.BUILD, name), 'rb') as f:
        return {s.name: s['st_value'] for s in ELFFile(f).get_section_by_name('.symtab').iter_symbols()}


def run(known, function, plant, qemu):
    """What a machine said and its status, after plant(gdb, known), whose answer is the third, at `function`.

    `known` are addresses of symbols, `qemu` the words that start it.
    """
    with tempfile.TemporaryDirectory(prefix='kshim-fault-') as directory, \
            socket.socket(socket.AF_UNIX) as listening:
        listening.settimeout(PATIENCE)
        listening.bind(f'{directory}/gdb')
        listening.listen()
        with subprocess.Popen(
                [*qemu, '-nodefaults', '-no-reboot', '-display', 'none', '-serial', f'file:{directory}/serial',
                 '-S', '-chardev', f'socket,path={directory}/gdb,id=gdb', '-gdb', 'chardev:gdb'],
                stdin=subprocess.DEVNULL) as machine:
            try:
                gdb = Gdb(listening)
                gdb.run_to(known[function])
                wanted = plant(gdb, known)
                gdb.ask('c', answer=False)
                status = machine.wait(PATIENCE)
            finally:
                machine.kill()
        return files.read(f'{directory}/serial').decode(errors='replace'), status, wanted
