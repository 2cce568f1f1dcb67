# SPDX-License-Identifier: BSD-2-Clause
"""`kshim plan` against what `kshim run` does on this machine's /dev/kvm, by either path, and against
its own --dry-run."""
import fcntl
import re
import struct

import pytest
from kvm import test_host
from kshimtest import files
from kshimtest import where
from kvm.test_host import needs_kvm

# kernel, initrds, options of both commands
ROWS = [('bz64', 1, []), ('bz64', 0, ['--protocol', 'linux32']), ('bz32', 1, []),
        ('bz-2.00', 1, []), ('pvh32', 1, []), ('pvh64', 0, []), ('pvh-low', 1, []),
        ('elf64', 2, []), ('hypervisor', 2, []), ('bz64', 1, ['-m', '5G'])]


KVM_GET_SUPPORTED_CPUID = 0xc008ae05
ENTRY = struct.Struct('<10I')   # function, index, flags, eax, ebx, ecx, edx, padding


def cpu_words():
    """What a guest has of this machine's CPU; KVM may leave out large pages."""
    room = bytearray(struct.pack('<II', 256, 0) + bytes(256 * ENTRY.size))
    with open('/dev/kvm', 'rb+', buffering=0) as kvm:
        fcntl.ioctl(kvm, KVM_GET_SUPPORTED_CPUID, room)
    count = struct.unpack_from('<I', room)[0]
    leaves = {e[0]: e for e in (ENTRY.unpack_from(room, 8 + n * ENTRY.size) for n in range(count))}
    with open('/proc/cpuinfo', encoding='ascii', errors='replace') as f:
        words = ['rdrand'] if re.search(r'^flags\s*:.* rdrand\b', f.read(), re.M) else []
    return words + (['pdpe1gb'] if 0x80000001 in leaves and leaves[0x80000001][6] >> 26 & 1 else [])


def options(name, initrds, more):
    files_of = [a for n in range(initrds) for a in ('-i', files.path(f'bytes:{5000 + 3000 * n}'))]
    return ['-m', '128M', *more, *files_of, '-a', 'console=ttyS0 probe.where=1', files.path(f'probe:{name}')]


@needs_kvm
@pytest.mark.parametrize('row', ROWS, ids=lambda r: '-'.join([r[0], *r[2]]))
@pytest.mark.parametrize('path', ['direct', 'stub'])
def test_planned_as_run(row, path):
    """The probe's verdict does not count here: it is not told what initrd to expect."""
    given = options(*row)
    body = ['--body', 'direct'] if path == 'direct' else ['--body', 'elf', '--machine', 'kshim']
    words = set(cpu_words()) | ({'rdrand'} if path == 'direct' else set())   # run has its own seed
    told = where.plan(*body, '--cpu', ','.join(sorted(words)) or 'none', *given)
    done = test_host.run(*test_host.PATHS[path], *test_host.LIMIT, *given)
    print(done.stdout, done.stderr)
    found = where.differences_of_things(told, done.stdout)
    if path == 'stub':
        found += where.differences_of_lines(told, done.stdout)
    assert not found, '\n'.join(found)


TABLE = re.compile(r'^([0-9a-f]{8,16})-([0-9a-f]{8,16}) \S.{8}\S\s+[\d.]+ \w+  (.*)$', re.M)


@pytest.mark.parametrize('row', ROWS, ids=lambda r: '-'.join([r[0], *r[2]]))
def test_planned_as_dry_run(row):
    given = options(*row)
    told = where.plan('--body', 'direct', *given)
    done = test_host.run('--direct', '--dry-run', *given)
    assert done.returncode == 0, done.stderr
    table = [(int(a, 16), int(b, 16), name) for a, b, name in TABLE.findall(done.stdout)]
    assert table == [(int(r['first'], 16), int(r['last'], 16), r['name']) for r in told['regions']]
    assert f'rip {told["entry"]["address"]},' in done.stdout
