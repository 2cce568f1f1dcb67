# SPDX-License-Identifier: BSD-2-Clause
"""Daemons for `kshim run` on this machine: trixie's virtiofsd in a folder for $PATH, QEMU's daemon that serves a disk."""
import contextlib
import functools
import os
import shlex
import shutil
import subprocess
import tempfile

from kshimtest import files
from kshimtest.patience import HANG, until


@functools.lru_cache(maxsize=None)
def folder():
    """Holds `virtiofsd`, which runs on trixie's C library."""
    out = os.path.join(files.MADE, 'daemons')
    libraries = os.path.dirname(files.packaged('trixie-libc'))
    words = [f'{libraries}/ld-linux-x86-64.so.2', '--library-path', libraries, files.packaged('virtiofsd')]
    os.makedirs(out, exist_ok=True)
    script = files.write('virtiofsd', f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n'.encode())
    os.chmod(script, 0o755)
    os.replace(script, os.path.join(out, 'virtiofsd'))
    return out


def why_no_virtiofsd():
    try:
        folder()
    except files.Missing as missing:
        return str(missing)
    return ''


def why_no_storage_daemon():
    return '' if shutil.which('qemu-storage-daemon') else 'qemu-storage-daemon is not installed'


@contextlib.contextmanager
def disk():
    """The socket of a daemon that serves an empty disk by vhost-user-blk, one client after the other."""
    with tempfile.TemporaryDirectory(prefix='kshim-daemon-') as where:
        path, socket = os.path.join(where, 'disk'), os.path.join(where, 'socket')
        with open(path, 'wb') as f:
            f.truncate(65536)
        with subprocess.Popen([
                'qemu-storage-daemon', '--blockdev', f'driver=file,node-name=disk,filename={path}', '--export',
                f'type=vhost-user-blk,id=disk,node-name=disk,writable=on,addr.type=unix,addr.path={socket}']) as daemon:
            until(lambda: os.path.exists(socket) or daemon.poll() is not None)
            try:
                yield socket
            finally:
                daemon.terminate()
                daemon.wait(timeout=HANG)
