# SPDX-License-Identifier: BSD-2-Clause
"""The table of `kshim run KERNEL -- COMMAND`, run in the rig by test_command.py."""
from dataclasses import dataclass, field

from kshimtest.rig import VSOCK_MODULES, WEB_SERVER


@dataclass(frozen=True)
class Run:
    name: str
    command: tuple                  # behind `--`
    kernel: str = 'trixie'          # of files.PACKAGES, with its modules
    options: tuple = ()
    status: int = 0
    out: str = ''                   # the whole of standard output; of a terminal: a part
    err: str = ''                   # the whole of standard error
    says: tuple = ()                # parts of standard error instead, in this order
    files: dict = field(default_factory=dict)       # what is in the row's folder afterwards
    shell: str = '"$@"'             # runs it: "$@" is kshim run ...
    before: str = ''                # shell commands, as root
    after: str = ''
    typed: str = ''                 # a script of tests/rig/typist.c: it gets a terminal
    user: str = 'nobody'
    programs: tuple = ()            # paths of this system, or names of files.PACKAGES, for both sides
    daemons: tuple = ()             # of files.PACKAGES, beside virtiofsd
    carried: tuple = ()             # of files.PACKAGES: their folders are /files/*-NAME
    limit: int = 250                # --timeout
    modules: tuple = ()             # of the rig's kernel
    guests: int = 1                 # at once, each of which costs what another row does
    full: bool = False              # for `make test-all`, or by name

    def __hash__(self):
        return hash(self.name)


def sh(script):
    return ('sh', '-c', script)


TREE = """mkdir -p /tmp/tree/a/b
cp /bin/busybox /tmp/tree/a/program
seq 20000 >/tmp/tree/a/b/numbers
: >/tmp/tree/empty
ln -s a/b/numbers /tmp/tree/link
cp -a /tmp/tree /tmp/same
"""
ROOT = """mkdir -p /tmp/root/bin /tmp/root/proc /tmp/root/sys /tmp/root/dev
cp /bin/busybox /tmp/root/bin/sh
echo other >/tmp/root/marker
"""
# A program of two files and a header, with a C library from a folder of its own.
SOURCES = r"""mkdir -p /tmp/source
cd /tmp/source
cat >prime.h <<'END'
int is_prime(unsigned n);
END
cat >prime.c <<'END'
#include "prime.h"
int is_prime(unsigned n)
{
    for (unsigned i = 2; i * i <= n; i++)
        if (n % i == 0)
            return 0;
    return n > 1;
}
END
cat >main.c <<'END'
#include <stdio.h>
#include "prime.h"
int main(void)
{
    int primes = 0;
    for (unsigned n = 0; n < 10000; n++)
        primes += is_prime(n);
    return printf("%d primes\n", primes) < 0;
}
END
cat >build <<'END'
musl=$(echo /files/*-musl-dev/usr)
lib=$musl/lib/x86_64-linux-musl
for unit in prime main; do
    tcc -nostdinc -I "$musl/include/x86_64-linux-musl" -c -o $unit.o $unit.c || exit
done
tcc -static -nostdlib -o primes $lib/crt1.o $lib/crti.o main.o prime.o $lib/libc.a $lib/crtn.o || exit
END
chmod -R a+rwX .
"""
FOUR = sh('nproc; for i in 0 1 2 3; do taskset $((1 << i)) sh -c "cut -d \\  -f 39 /proc/self/stat"; done | tr -d "\\n"; '
          'echo')
# Two disks, of which one has a file system; a kernel that serves sockets.
DEVICES = """mkdir -p /mnt
chmod 666 /dev/vhost-vsock
for disk in first second; do dd if=/dev/zero of=/tmp/$disk bs=1M count=4 2>/dev/null; done
mke2fs -F /tmp/first >/dev/null 2>&1
"""
LOOK = '''mount -t ext2 /dev/vda /mnt && echo "written by the guest" >/mnt/new && cat /mnt/new && umount /mnt
echo "$(cat /sys/block/vda/ro /sys/block/vdb/ro /sys/block/vdb/serial)"
echo x >/dev/vdb || cat /sys/class/misc/hw_random/rng_current
test -c /dev/vsock && echo sockets
modprobe squashfs && grep -o squashfs /proc/filesystems
'''


def devices(name, **more):
    return Run(name, sh(LOOK), before=DEVICES, modules=VSOCK_MODULES, user='', options=(
        '--disk', '/tmp/first', '--disk', '/tmp/second,ro,id=the second', '--rng', '--vsock', '42'),
        out='written by the guest\n0\n1\nthe second\nvirtio_rng.0\nsockets\nsquashfs\n1\n',
        err='sh: write error: Operation not permitted\n', after='grep -c "written by the guest" /tmp/first', **more)


# What runs have left when they have ended, and the daemons that they killed with them; other rows' files are there.
LEFT = """for look in $(seq 60); do
    pidof kshim ld-linux-x86-64.so.2 >/dev/null || break
    sleep 1
done
pidof kshim ld-linux-x86-64.so.2
ls -A /tmp | diff there -
grep kshim /proc/net/unix
"""


def side_by_side(count, **more):
    """Runs that meet: each has a seat in a folder that all share, and goes on when all seats are taken.

    Of so many nested guests one may crash by chance: it is run again, at its seat, while the others wait for it."""
    meet = sh(f'read word; touch /tmp/table/$0; until [ "$(ls /tmp/table | wc -l)" = {count} ]; do sleep 1; done; '
              'echo "$0 has $word"; echo "$0 to err" >&2; exit $((10 + $0))')
    begin = f"""guest() {{
    for try in 1 2 3; do
        echo "word $n" | "$@" $n >out-$n 2>err-$n
        s=$?
        [ $s = 123 ] || break
        cp err-$n crashed-$n-$try
    done
    return $s
}}
for n in $(seq 0 {count - 1}); do
    guest "$@" &
    all="$all $!"
done
for one in $all; do
    wait $one
    s=$?
    ends="$ends $s"
    case $s in 123|124) by_chance=$s ;; esac
done
echo $ends
exit ${{by_chance:-0}}
"""
    return Run(f'side-by-side-{count}', meet, options=('-m', '128M', '--rw', '/tmp/table'), shell=begin,
               before='ls -A /tmp >there; mkdir /tmp/table; chmod 777 /tmp/table', after='rm -r /tmp/table\n' + LEFT, guests=count,
               out=' '.join(str(10 + n) for n in range(count)) + '\n',
               files={f'{name}-{n}': text.format(n).encode() for n in range(count)
                      for name, text in (('out', '{0} has word {0}\n'), ('err', '{0} to err\n'))}, **more)


# Pages of 2 MiB that the rig's kernel has made of files in memory, which the guest's memory is: most of what Linux touches.
PAGES = '''made() { sed -n "s/thp_file_alloc //p" /proc/vmstat; }
before=$(made)
"$@"
s=$?
echo $(($(made) - before >= 30))
exit $s
'''


def by_default(name, self_tests, **more):
    return Run(name, ('cat', '/sys/module/cryptomgr/parameters/notests'), shell=PAGES, out=f'{self_tests}\n1\n', **more)


# The host's clock is another once the kernel has read the guest's.
STEPPED = '''step() { date -s @$(($(date +%s) + $1)) >/dev/null; }
is_read() { grep -q "setting system clock" kernel; }
"$@" 2>kernel &
until is_read || ! kill -0 $!; do sleep 0.1; done
step 1000
wait $!
s=$?
step -1000
is_read || echo "the kernel has not read its clock"
exit $s
'''

# A file of a server that passt connects to.
NETWORK = {'before': WEB_SERVER + 'echo over the network >/www/word\n', 'daemons': ('passt-trixie',), 'modules': ('dummy',)}

WAIT = 'until grep -q ready out || ! kill -0 $!; do sleep 0.1; done\n'

RUNS = [
    Run('streams', sh('echo to out; echo to err >&2; exit 42'), status=42, out='to out\n', err='to err\n'),
    Run('caller', sh('id -u; id -G; pwd; echo "$WORD $HOME $DISPLAY"; uname -n'), shell='export WORD="two words" HOME=/h '
        'DISPLAY=:0; "$@"', before='hostname rig-of-tests; mkdir "/tmp/it is here"; cd "/tmp/it is here"',
        out='99\n99\n/tmp/it is here\ntwo words /h \nrig-of-tests\n', full=True),
    Run('killed', sh('kill -TERM $$'), status=128 + 15, full=True),
    Run('not-found', ('no-such-program',), status=127, full=True,
        err='kshim: cannot run no-such-program: No such file or directory\n'),
    Run('no-program', ('/etc/passwd',), status=126, full=True, err='kshim: cannot run /etc/passwd: Permission denied\n'),
    Run('both-ways', ('cat',), shell='"$@" </tmp/input >/tmp/output; s=$?; cmp /tmp/input /tmp/output && echo same; exit $s',
        before='seq 300000 >/tmp/input', out='same\n'),
    Run('input-ends', ('wc', '-c'), shell='printf 12345 | "$@"', out='5\n', full=True),
    Run('output-closed', sh('yes; echo $? >&2'), shell='("$@"; echo $? >status-of) | head -n 1; exit $(cat status-of)', status=141,
        out='y\n', err='', full=True),
    Run('terminal', sh('test -t 0 && test -t 1 && test -t 2 && stty size && read line && echo "<$line>" && '
        'exec </dev/null >/dev/null 2>&1 && sleep 0.1 && exec </dev/tty >/dev/tty 2>&1 && echo back && '
        'trap "stty size; exit 7" INT && echo waits && while :; do sleep 0.1; done'),
        shell='stty rows 33 cols 111; "$@"', status=7, out='33 111',
        typed='expect 33 111\ntype a line\\r\nexpect <a line>\nexpect back\nexpect waits\ntype \\x03\nexpect 33 111\n'),
    Run('left', sh('echo here; sleep 1000'), status=125, out='here', typed='expect here\ntype \\x01x\n', full=True),
    Run('signal', sh('trap "echo got it; exit 9" TERM; echo ready; while :; do sleep 0.1; done'), status=9,
        shell='"$@" >out &\n' + WAIT + 'kill -TERM $!; wait $!', files={'out': b'ready\ngot it\n'}, full=True,
        err='Terminated\n'),     # of the sleep
    # What CMD wrote is on its way through a pipe, which a panic loses: it waits until it is out.
    Run('panic', sh('echo ready; read line; echo c >/proc/sysrq-trigger'), status=123, user='',
        shell='mkfifo /tmp/keys; "$@" </tmp/keys >out &\nexec 3>/tmp/keys\n' + WAIT + 'echo >&3; wait $!',
        files={'out': b'ready\n'}, says=('Kernel panic - not syncing', 'sysrq')),
    Run('power-off', ('poweroff', '-f'), status=123, user='', full=True, says=('powered off',)),
    # What the stub found stands on its console.
    Run('no-room', ('true',), options=('-m', '64M'), status=125, says=(
        'the stub refused to boot: plan.kernel-room', 'The last lines:', 'no room for the kernel: it needs')),
    Run('timeout', ('sleep', '1000'), status=124, limit=15, full=True, says=('no end after',)),
    Run('kept', sh('echo kept >/tmp/kept/new; echo gone >/tmp/gone; cat /tmp/gone /tmp/kept/old'), out='gone\nold\n',
        options=('--rw', '/tmp/kept'), before='mkdir /tmp/kept; echo old >/tmp/kept/old; chown -R nobody /tmp/kept',
        after='cp /tmp/kept/new new; test ! -e /tmp/gone || echo written', files={'new': b'kept\n'}),
    Run('umask', sh('umask; cd /tmp/mask; touch file; mkdir folder'), options=('--rw', '/tmp/mask'), shell='umask 037; "$@"',
        before='mkdir /tmp/mask; chmod 777 /tmp/mask', after='stat -c "%a %n" /tmp/mask/*', full=True,
        out='0037\n640 /tmp/mask/file\n740 /tmp/mask/folder\n'),
    # A file below --rw has the host's time, which is the command's, too, also if it was another when the kernel read its clock.
    Run('clock', sh('before=$EPOCHREALTIME; : >/tmp/timed/file; after=$EPOCHREALTIME; made=$(stat -c %Y /tmp/timed/file); '
                    'awk "BEGIN { exit !($before - 2 < $made && $made < $after + 2) }" || echo "$before $made $after"'),
        options=('-v', '--rw', '/tmp/timed'), before='mkdir /tmp/timed', user='', full=True, shell=STEPPED),
    # Below /run, which is in memory; and the root's own owner and mode.
    Run('places', sh('stat -c "%u %g %a" /; echo kept >/run/a/kept/new; ls /run /run/a'), options=('--rw', '/run/a/kept'),
        before='mkdir -p /run/a/kept; chown 5:6 /; chmod 1775 /', after='chown 0:0 /; cp /run/a/kept/new new', user='',
        out='5 6 1775\n/run:\na\n\n/run/a:\nkept\n', files={'new': b'kept\n'}, full=True),
    Run('other-root', ('sh', '-c', 'read x </marker; echo $x; pwd; echo /*'), options=('--root', '/tmp/root'), before=ROOT,
        out='other\n/\n/bin /dev /marker /proc /run /sys\n', full=True),
    # A tree without libraries; kshim itself is the program that needs them.
    Run('no-loader', ('kshim',), options=('--root', '/tmp/root'), before=ROOT + 'cp /bin/kshim /tmp/root/bin/kshim\n', status=127,
        err='kshim: cannot run kshim: it is there, but the interpreter or loader that it names is not\n', full=True),
    Run('same-tree', ('diff', '-r', '/tmp/tree', '/tmp/same'), before=TREE, full=True),
    Run('git', sh('cd /tmp/tree && git status --short && echo more >>a/b/numbers && git add new && git status --short'),
        programs=('/usr/bin/git',), before=TREE + 'cd /tmp/tree; export HOME=/tmp GIT_CONFIG_NOSYSTEM=1 '
        'GIT_CONFIG_GLOBAL=/dev/null; git init -q --template=; git add .; git -c user.name=a -c user.email=b commit -qm all; '
        'echo new >new; chown -R nobody .; cd - >/dev/null', full=True,
        out='?? new\n M a/b/numbers\nA  new\n'),
    Run('daemon-ends', sh('echo ready; while :; do cat /bin/busybox >/dev/null; done'), status=125,
        shell='"$@" >out &\n' + WAIT + 'killall ld-linux-x86-64.so.2; wait $!', says=('its daemon has ended',), full=True),
    Run('direct', sh('echo out; exit 5'), options=('--direct',), status=5, out='out\n'),
    by_default('defaults', 'Y'),
    by_default('defaults-root', 'N', user='', options=('-a', 'cryptomgr.notests=0'), full=True),
    side_by_side(4, limit=500),
    side_by_side(10, limit=1000, full=True),
    Run('four', FOUR, options=('-c', '4'), out='4\n0123\n', full=True),
    Run('four-direct', FOUR, options=('-c', '4', '--direct'), out='4\n0123\n', full=True),
    # Only what is made below the shared folder stays.
    Run('compile', sh('sh ./build && ./primes'), options=('--rw', '/tmp/source'), before=SOURCES, programs=('tcc',),
        carried=('musl-dev',), out='1229 primes\n1229 primes\n', after='./primes'),
    # Their drivers are modules; a command that needs no DHCP to reach a server.
    devices('devices'),
    devices('devices-modules', kernel='cloud', full=True),
    Run('network', sh('ip -4 -o address show dev eth0 | grep -o "inet [^ ]*"; wget -q -O - http://198.51.100.1:8000/word'),
        options=('--net', 'user'), out='inet 10.0.2.15/24\nover the network\n', **NETWORK),
    # The cards of --net are the first, wherever their options stand; the daemon of the other one would not connect.
    Run('networks', sh('for card in eth0 eth1 eth2; do echo $card $(ip -4 -o address show dev $card | grep -o "inet [^ ]*"); done; '
                       'wget -q -O - http://198.51.100.1:8000/word'), options=(
            '--vhost-user', 'net=/tmp/card', '--net', 'user', '--net', 'user'),
        shell='passt --quiet --foreground --vhost-user --no-tcp --socket /tmp/card 2>said &\n'
        'until [ -S /tmp/card ] || ! kill -0 $!; do sleep 0.1; done\n"$@"; s=$?; kill $!; exit $s',
        out='eth0 inet 10.0.2.15/24\neth1 inet 10.0.3.15/24\neth2\nover the network\n', full=True, **NETWORK),
    Run('own-disk', sh('echo by its user >/dev/vda; cat /dev/vdb'), options=('--disk', '/tmp/disk', '--disk', '/tmp/read,ro'),
        before='dd if=/dev/zero of=/tmp/disk bs=512 count=1 2>/dev/null; yes | head -c 512 >/tmp/read; chown nobody /tmp/disk', after=
        'head -n 1 /tmp/disk', out=256 * 'y\n' + 'by its user\n', full=True),
    # All drivers and file systems are modules there.
    Run('modules', sh('uname -r | cut -d. -f1,2; id -u; echo x >/tmp/x; exit 4'), 'cloud', status=4, out='6.1\n99\n'),
    # The kernel lies in the folder of its modules there.
    Run('newest', sh('uname -r | cut -d. -f1; echo x >/tmp/x && cat /tmp/x; exit 4'), 'sid', status=4, out='7\nx\n',
        after='test ! -e /tmp/x || echo written', full=True),
    # All that is known of it is that it starts.
    Run('unknown-kernel', ('true',), 'cloud-alone', status=123, full=True,
        says=('the guest powered off before the command ended', 'the port org.kshim.control: No such device',
              "Hint: neither the kernel's configuration nor its modules were found")),
    # Without modules nothing lies above the root.
    Run('read-only', sh('uname -r | cut -d. -f1; echo x >/tmp/x && cat /tmp/x; touch /etc/x'), 'sid-alone', status=1, out='7\nx\n',
        says=('Read-only file system',), full=True),
]
