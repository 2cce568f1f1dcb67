# SPDX-License-Identifier: BSD-2-Clause
"""Networks and sockets of `kshim run` in the rig: a server there, whose file the guest's Linux downloads and sends back;
bytes by vsock that come back, from either side."""
import functools
import pathlib
import re
import shutil

import pytest

from kshimtest import files, rig
from kshimtest.patience import HANG
from kvm.test_rig import DEVICE_MODULES, devices_initrd

pytestmark = [pytest.mark.xdist_group('rig-net'), pytest.mark.takes(500)]
GUEST = (*DEVICE_MODULES[:6], 'failover', 'net_failover', 'virtio_net', 'vsock', 'vmw_vsock_virtio_transport_common',
         'vmw_vsock_virtio_transport')
HOST = ('dummy', 'tun', 'tap', *rig.VSOCK_MODULES, 'vhost_net')
VSOCK = pathlib.Path(files.BUILD) / 'rig' / 'vsock'
# The same for all rows of a rig.
SERVER = rf"""chmod 666 /dev/kvm /dev/net/tun
chmod 1777 . /tmp
{rig.WEB_SERVER}
if [ ! -e /www/data ]; then
    mkdir /www/cgi-bin
    base64 -w 0 /dev/urandom | head -c 3000000 >/www/data # wget sends texts only
    printf '#!/bin/sh\necho\nhead -c "$CONTENT_LENGTH" | sha256sum\n' >/www/cgi-bin/sum
    chmod 755 /www/cgi-bin/sum
fi
sha256sum </www/data >wanted
"""
FUNCTIONS = ('0000:00:00.0 0x1b36 0x0008 0x060000', '0000:00:01.0 0x1af4 0x1044 0xff0000')
NET, SOCKETS = '0x1af4 0x1041 0x020000', '0x1af4 0x1053 0xff0000'
AGAIN = {'typed': 'expect net: end\nexpect net: end\ntype \\x01x\n'}


def row(name, *options, append='', before='', programs=(), **more):
    initrd = pathlib.Path(files.write('net.cpio', devices_initrd('net-init', GUEST, (VSOCK,))))
    return rig.Row(name, ['kshim', 'run', '-m', '256M', '-a', f'console=ttyS0 quiet {append}', '-i', initrd,
                          '--timeout', HANG, *options, pathlib.Path(files.path('debian:cloud'))],
                   timeout=HANG + 40, before=SERVER + before, modules=HOST, programs=(shutil.which('ip'), VSOCK, *programs), **more)


# Debian 12's passt hangs when a guest repeats its request for a connection before passt has read the first, as happens on a
# loaded machine (mended in its version 2023_09_08): rows that make connections have a later one.
PASST = {'daemons': ('passt-trixie',)}
OLDER_PASST = {'carried': ('/usr/bin/passt',), 'before': 'mkdir -p /older; ln -sf /files/*-passt /older/passt; PATH=/older:$PATH\n'}
TAP = r"""
if [ ! -e /sys/class/net/tap0 ]; then # busybox has an `ip` that cannot do it
    /bin/ip tuntap add tap0 mode tap user nobody
    ip address add 203.0.113.1/24 dev tap0
    ip link set tap0 up
fi
(while [ ! -s stdout ]; do sleep 0.1; done; echo "$(ls -l /proc/[0-9]*/fd | grep -o /dev/vhost-net)" >engine) &
"""
URL = 'net.url=http://198.51.100.1:8000'
BY_TAP = f'{URL} net.address=203.0.113.2/24 net.router=203.0.113.1'
# The host's end of either connection; a guest that resets comes back for another.
ECHO = r"""
host() {
    vsock echo 5000 >/dev/null
    while [ "$(grep -c 'vsock: listens at 5001' stdout)" -lt "$1" ]; do sleep 0.1; done
    vsock send 42 5001 1000000 >>from-host
}
"""
NO_VHOST_NET = {'before': TAP + 'mv /dev/vhost-net /dev/away\n', 'after': 'mv /dev/away /dev/vhost-net'}

ROWS = {
    'user': lambda: row('user', '--net', 'user', append=URL, user='nobody', **PASST),
    'user-older': lambda: row('user-older', '--net', 'user', append=URL, user='nobody', **OLDER_PASST),
    'user-again': lambda: row('user-again', '--net', 'user', '--direct', '-c', '4', '--reboot', 'again',
                              append=f'{URL} checks.end=reset pci=nomsi', **PASST, **AGAIN),
    'tap': lambda: row('tap', '--net', 'tap=tap0', append=BY_TAP, before=TAP + 'chmod 666 /dev/vhost-net\n', user='nobody'),
    'tap-again': lambda: row('tap-again', '--net', 'tap=tap0', '--direct', '-c', '4', '--reboot', 'again', before=TAP,
                             append=f'{BY_TAP} checks.end=reset pci=nomsi', **AGAIN),
    'tap-process': lambda: row('tap-process', '--net', 'tap=tap0', '-c', '4', append=BY_TAP, **NO_VHOST_NET),
    'vsock': lambda: row('vsock', '--vsock', '42', append='net.vsock', before=ECHO + 'chmod 666 /dev/vhost-vsock\nhost 1 &\n',
                         user='nobody'),
    'vsock-again': lambda: row('vsock-again', '--vsock', '42', '--net', 'user', '--direct', '-c', '4', '--reboot', 'again',
                               append=f'{URL} net.vsock checks.end=reset', before=ECHO + '(host 1; host 2) &\n', **PASST,
                               **AGAIN),
}
FULL = ('user-older', 'user-again', 'tap', 'vsock')   # each way is in another row, too
# What a row says that is refused.
REFUSED = {
    'user-missing': (lambda: row('user-missing', '--net', 'user', before='mv /bin/passt /bin/away',
                                 after='mv /bin/away /bin/passt', **PASST),
                     '--net user: passt is missing: install the package passt'),
    'user-no-network': (lambda: row('user-no-network', '--net', 'user', carried=OLDER_PASST['carried'], before=
                                    OLDER_PASST['before'] + 'ip route del default', after='ip route add default via 192.0.2.2'),
                        'kshim: net user: passt has ended, and the run ends with it'),
    'tap-missing': (lambda: row('tap-missing', '--net', 'tap=tap9'),
                    '--net tap=tap9: there is no such interface: make it by `ip tuntap add tap9 mode tap user YOU`'),
    'tap-not-mine': (lambda: row('tap-not-mine', '--net', 'tap=tap8', user='nobody',
                                 before='/bin/ip tuntap add tap8 mode tap user 1'),
                     "--net tap=tap8: it is another user's: run as that one"),
    'vsock-missing': (lambda: row('vsock-missing', '--vsock', '42', before='mv /dev/vhost-vsock /dev/away',
                                  after='mv /dev/away /dev/vhost-vsock'),
                      '--vsock: /dev/vhost-vsock is missing: load the module vhost_vsock (modprobe vhost_vsock, as root)'),
    'vsock-forbidden': (lambda: row('vsock-forbidden', '--vsock', '42', before='chmod 600 /dev/vhost-vsock', user='nobody'),
                        '--vsock: /dev/vhost-vsock is forbidden: join the group that owns it'),
    'tap-none': (lambda: row('tap-none', '--net', 'tap=out'), '--net tap=out: it is no tap device'),
}
# The launcher is killed while the guest still runs; the row ends when passt has.
KILLED = {'before': "(while ! grep -q 'net: down' stdout; do sleep 0.1; done; pidof ld-linux-x86-64.so.2 >was; killall -KILL kshim) &\n",
          'after': 'kill $!; while pidof ld-linux-x86-64.so.2 >/dev/null; do sleep 0.1; done\n'
                   '[ $status != 137 ] || { echo killed >ended; status=0; }'}
ENDED = {'killed': lambda: row('killed', '--net', 'user', append=f'{URL} checks.end=stay', **KILLED, **PASST)}


@functools.lru_cache(maxsize=None)
def outcomes(names):
    rows = [REFUSED[n][0]() if n in REFUSED else {**ROWS, **ENDED}[n]() for n in names]
    return rig.run_again(rows, cpus=2, icount=False, by_chance=lambda o: o.row.name not in REFUSED and (
        rig.ended_by_chance(o) or o.row.name == 'user-older' and 'timed out' in o.stdout))


@pytest.fixture(name='outcome')
def outcome_fixture(name, wanted, record_property):
    """What became of a row; all that are wanted share a boot of the rig."""
    outcome, tries = outcomes(tuple(n for n in [*ROWS, *ENDED, *REFUSED] if n in wanted))[name]
    record_property('tries', tries)
    return outcome


@pytest.mark.parametrize('name', [pytest.param(n, marks=[pytest.mark.judges(n), *([pytest.mark.full] * (n in FULL))])
                                  for n in ROWS])
def test_what_is_sent_comes_unchanged(name, outcome):
    """PCI is as described; each life of the guest downloads, sends back, and echoes, by the engine that the row is about."""
    said, lives = outcome.stdout, 2 if name.endswith('again') else 1
    options = outcome.row.args
    assert outcome.status == 0, said + outcome.stderr + outcome.rig
    kinds = ['--net' in options and NET, '--vsock' in options and SOCKETS]
    functions = [*FUNCTIONS, *(f'0000:00:{n:02x}.0 {kind}' for n, kind in enumerate(filter(None, kinds), 2))]
    assert re.findall('net: (0000:.*)', said) == lives * functions, said
    hashes = re.findall('net: (?:down|up) ([0-9a-f]{64})', said)
    assert hashes == 2 * lives * ('--net' in options) * [outcome.files['wanted'].decode()[:64]], said + outcome.stderr
    if 'tap=tap0' in options:
        assert outcome.files['engine'] == (b'\n' if name == 'tap-process' else b'/dev/vhost-net\n'), said + outcome.stderr
    back = 'vsock: 1000000 bytes came back\n'
    assert said.count(back) == lives * ('--vsock' in options), said + outcome.stderr
    assert outcome.files.get('from-host', b'').decode() == lives * ('--vsock' in options) * back, outcome.stderr


@pytest.mark.parametrize('name', [pytest.param(n, marks=pytest.mark.judges(n)) for n in REFUSED])
def test_the_host_cannot(name, outcome):
    assert outcome.status == 3, outcome.stdout + outcome.stderr + outcome.rig
    assert REFUSED[name][1] in outcome.stderr, outcome.stderr


@pytest.mark.parametrize('name', [pytest.param(n, marks=pytest.mark.judges(n)) for n in ENDED])
def test_passt_ends_when_kshim_is_killed(name, outcome):
    assert outcome.files.get('was', b'').strip(), 'passt is no process of that name' + outcome.stdout + outcome.stderr + outcome.rig
    assert outcome.files.get('ended') == b'killed\n', outcome.stdout + outcome.stderr + outcome.rig
