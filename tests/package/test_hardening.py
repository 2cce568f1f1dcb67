# SPDX-License-Identifier: BSD-2-Clause
"""The program is built so that a fault in it is hard to use, without a packager's flags."""
import subprocess

from kshimtest import files
from kshimtest.patience import HANG


def readelf(*words):
    return subprocess.run(['readelf', '-W', *words, files.KSHIM], capture_output=True, text=True,
                          check=True, timeout=HANG).stdout


def test_addresses_are_random():
    assert 'DYN (Position-Independent Executable' in readelf('-h')


def test_relocations_are_read_only():
    assert 'GNU_RELRO' in readelf('-l')
    assert 'BIND_NOW' in readelf('-d') or 'NOW' in readelf('-d').partition('FLAGS_1')[2].splitlines()[0]


def test_nothing_is_writable_and_executable():
    rows = [line for line in readelf('-l').splitlines() if line.split()[:1] in (['LOAD'], ['GNU_STACK'])]
    assert rows
    for row in rows:
        assert not ('W' in row[60:] and 'E' in row[60:]), row


def test_stack_and_buffers_are_guarded():
    symbols = readelf('--dyn-syms')
    assert '__stack_chk_fail' in symbols
    assert '_chk@' in symbols, 'not fortified'
