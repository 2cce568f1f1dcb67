# SPDX-License-Identifier: BSD-2-Clause
"""The table of runs under real KVM, which is the rig's where the machine has none.

Pairwise over kernel and protocol, way, CPUs, memory and ACPI. A row that has `like` left a dump, which
must agree with that of the row it names.
"""
from dataclasses import dataclass
from typing import Optional

WAYS = {'stub': (), 'direct': ('--direct',), 'firecracker': ('--as', 'firecracker'),
        'cloud-hypervisor': ('--as', 'cloud-hypervisor')}


@dataclass(frozen=True)
class Run:
    name: str
    kernel: str                     # a file by name: see tests/kshimtest/files.py
    way: str = 'stub'
    memory: str = '256M'
    cpus: int = 1
    sees: int = 0                   # CPUs that Linux finds, if not all
    console: str = 'console=ttyS0 '
    append: str = ''
    options: tuple = ()
    initrds: tuple = ('initramfs', 'checks')
    status: int = 0
    expect: tuple = ('kshim: userspace reached',)   # texts, in this order
    absent: tuple = ()                              # texts that must not come
    disk: Optional[str] = None      # what follows the file of --disk
    dump: bool = False
    like: Optional[str] = None
    typed: str = ''
    before: str = ''
    timeout: int = 60               # of ONE: seconds of instructions
    may_fail: str = ''                              # why it is skipped when it does not boot
    full: bool = False                              # for `make test-all`, or by name

    @property
    def reaches_userspace(self):
        return 'kshim: userspace reached' in self.expect


VMLINUX = 'vmlinux:cloud'
PLAIN = 'debian:amd64'
FAR = 'vmlinux:sid'                 # its ELF entry is not its load base

DEVICES = {'initrds': ('devices',), 'kernel': 'debian:cloud'}
FUNCTIONS = ('0000:00:00.0 0x1b36 0x0008 0x060000', '0000:00:01.0 0x1af4 0x1044 0xff0000',
             '0000:00:02.0 0x1af4 0x1042 0x010000', 'devices: random 16384')
CONSOLE = (*FUNCTIONS[:3], '0000:00:03.0 0x1af4 0x1043 0x078000', FUNCTIONS[3], 'hvc0 asks', 'hvc0 says a line')
WRITTEN = ('vda 98304 ro 0', 'data: OK', 'vda is gone', 'new: OK', 'devices: end')

ONE = [
    Run('bz-stub', 'debian:cloud', dump=True),
    Run('bz-direct', 'debian:cloud', 'direct', dump=True, like='bz-stub'),
    Run('bz-linux32-stub', 'debian:cloud', memory='128M', options=('--protocol', 'linux32'),
        dump=True, full=True),
    Run('bz-linux32-direct', 'debian:cloud', 'direct', memory='128M', dump=True,
        options=('--protocol', 'linux32'), like='bz-linux32-stub', full=True),
    Run('pvh-stub', VMLINUX, memory='5G', dump=True),
    Run('pvh-direct', VMLINUX, 'direct', memory='5G', dump=True, like='pvh-stub'),
    Run('linux64-stub', VMLINUX, options=('--protocol', 'linux64'), memory='1G', dump=True, full=True),
    Run('linux64-direct', VMLINUX, 'direct', options=('--protocol', 'linux64'), memory='1G',
        dump=True, like='linux64-stub', full=True),
    # Linux sees the end of the first by the zeros behind it; /second goes on to /init of the other.
    *(Run(f'two-lz4-{way}', 'debian:cloud', way, memory='512M', append='rdinit=/second',
          initrds=('lz4:initramfs', 'lz4:second-archive'), expect=('kshim: second archive', 'kshim: userspace reached'),
          full=way != 'direct')
      for way in WAYS if way != 'cloud-hypervisor'),
    Run('bz-firecracker', 'debian:cloud', 'firecracker', memory='128M'),
    Run('pvh-cloud-hypervisor', VMLINUX, 'cloud-hypervisor', memory='6G'),
    Run('bundle-stub', 'bundle', initrds=()),
    Run('bundle-direct', 'bundle', 'direct', initrds=(), full=True),
    Run('bzimage-direct-linux64', 'built:kshim.bzimage', 'direct', initrds=('bundle',),
        options=('--protocol', 'linux64')),
    Run('bzimage-direct-linux32', 'built:kshim.bzimage', 'direct', initrds=('bundle',),
        options=('--protocol', 'linux32'), full=True),
    Run('bzimage-stub', 'built:kshim.bzimage', initrds=('bundle',)),
    Run('halt-without-acpi', 'debian:cloud', append='acpi=off', expect=(
        'kshim: userspace reached', 'System halted')),
    Run('reset-without-acpi', VMLINUX, 'direct', append='acpi=off checks.end=reset', status=7,
        expect=('kshim: userspace reached', 'Restarting', 'keyboard controller')),
    Run('reset', 'debian:cloud', append='checks.end=reset', status=7,
        expect=('kshim: userspace reached', 'Restarting', 'reset register')),
    Run('reset-again', 'debian:cloud', 'direct', append='checks.end=reset', options=('--reboot', 'again'),
        typed='expect kshim: userspace reached\nexpect kshim: userspace reached\ntype \\x01x\n',
        expect=('kshim: userspace reached', 'kshim: userspace reached'), absent=('no end after',)),
    Run('disk-direct', way='direct', disk=',id=root', expect=(*FUNCTIONS, 'ro 0 id root', *WRITTEN[1:]), **DEVICES),
    Run('disk-own-kernel', kernel='', disk='', initrds=(), expect=(*FUNCTIONS, *WRITTEN)),
    Run('disk-read-only', disk=',ro', expect=(*FUNCTIONS, 'ro 1', 'data: OK', 'devices: end'), full=True, **DEVICES),
    Run('disk-without-acpi', disk='', append='acpi=off', full=True,
        expect=(*FUNCTIONS, *WRITTEN, 'System halted'), **DEVICES),
    Run('disk-reset-again', way='direct', disk='', append='checks.end=reset', options=('--reboot', 'again'),
        typed='expect devices: end\nexpect devices: end\ntype \\x01x\n', full=True,
        expect=('new: OK', 'new: OK'), absent=('no end after',), **DEVICES),
    Run('disk-firecracker', way='firecracker', disk='', expect=(*FUNCTIONS, *WRITTEN), full=True, **DEVICES),
    Run('disk-cloud-hypervisor', way='cloud-hypervisor', disk='', expect=(*FUNCTIONS, *WRITTEN), full=True,
        **DEVICES),
    # What is typed goes to the serial port, and to hvc0 once that is there.
    Run('console', way='direct', disk='', options=('--console',), expect=(*CONSOLE, *WRITTEN),
        typed='expect hvc0 asks\ntype a line\\r\nexpect devices: end\n', **DEVICES),
    Run('expected', 'debian:cloud', 'direct', options=('--expect', 'checks: clock kvm-clock'),
        absent=('checks: end',)),
    Run('ended-before', 'debian:cloud', options=('--expect', 'never printed'), status=6,
        expect=('kshim: userspace reached', 'powered off before it printed')),
    Run('silent', 'debian:cloud', console='', append='checks.end=stay', status=5,
        expect=('no end after', 'printed nothing', 'add console=ttyS0')),
    Run('triple-fault', 'debian:cloud', 'direct', append='reboot=t checks.end=reset', status=4,
        expect=('kshim: userspace reached', 'triple fault', '64-bit mode', 'the state is that of',
                'cr3 ', 'bytes at rip: ', 'Hint: ')),
    Run('panic-stays', 'debian:cloud', initrds=(), status=8, expect=(
        'Unable to mount root', "the guest's kernel panicked: Kernel panic - not syncing: VFS",
        'The lines before the panic:', "Can't open blockdev", 'The last lines:', '---[ end Kernel panic')),
    Run('panic-waits-and-resets', 'debian:cloud', 'direct', initrds=(), append='panic=3600', status=8,
        expect=("the guest's kernel panicked", 'Rebooting in 3600 seconds')),
    Run('panic-resets', 'debian:cloud', initrds=(), append='panic=-1', status=8,
        expect=('Unable to mount root', "the guest's kernel panicked"), full=True),
    Run('initrd-as-kernel', 'initramfs', initrds=(), status=1, expect=('kernel.other-kind',)),
    Run('shell', 'debian:cloud', append='kshim_shell', initrds=('initramfs',),
        typed='expect kshim# \ntype echo $((6*7))-$((1+1))\\r\nexpect 42-2\ntype stty -a\\r\n'
              'expect icanon\nexpect kshim# \ntype exit\\r\nexpect powering off\n',
        expect=('42-2', 'kshim: powering off')),
    Run('keys', 'debian:cloud', 'direct', append='kshim_shell', initrds=('initramfs',),
        typed='expect kshim# \ntype \\x01h\nexpect leave: the virtual machine ends\n'
              'type \\x01\\x01\ntype echo still\\r\nexpect still\ntype \\x01x\n',
        absent=('powering off',)),
    Run('kvm-absent', 'debian:cloud', before='mv /dev/kvm /dev/kvm.away', status=3,
        expect=('/dev/kvm is missing', 'kvm_intel or kvm_amd')),
    Run('kvm-forbidden', 'debian:cloud', before='chmod 600 /dev/kvm', status=3,
        expect=('/dev/kvm is forbidden', 'usermod -aG kvm')),
    Run('kvm-is-null', 'debian:cloud', status=3, expect=('/dev/kvm is no KVM',),
        before='mv /dev/kvm /dev/kvm.away; ln -s null /dev/kvm'),
    Run('kvm-is-a-file', 'debian:cloud', status=3, expect=('/dev/kvm is no KVM',),
        before='mv /dev/kvm /dev/kvm.away; echo no >/dev/kvm'),
    Run('686-pae', 'debian:686-pae', initrds=('initramfs-i386',), timeout=40,
        may_fail='the rig emulates SVM too poorly for 686-pae, whoever is the inner launcher', full=True),
]

# Under -icount Linux 7.2 gets nowhere nested, so its rows are here, too.
MANY = [
    Run('far-pvh-stub', FAR, memory='512M', dump=True),
    Run('far-pvh-direct', FAR, 'direct', memory='512M', dump=True, like='far-pvh-stub'),
    Run('far-linux64-direct', FAR, 'direct', memory='6G', options=('--protocol', 'linux64'), full=True),
    Run('bz-stub-4', 'debian:cloud', cpus=4, memory='6G'),
    # Without MSI-X the interrupts come by the I/O APIC.
    Run('disk-stub-4', cpus=4, disk='', append='pci=nomsi', expect=(*FUNCTIONS, *WRITTEN), **DEVICES),
    Run('pvh-direct-4', VMLINUX, 'direct', cpus=4, memory='128M', full=True),
    Run('far-stub-4', FAR, cpus=4, memory='1G', full=True),
    Run('linux64-firecracker-4', VMLINUX, 'firecracker', cpus=4, memory='5G',
        options=('--protocol', 'linux64')),
    Run('bz-cloud-hypervisor-4', 'debian:cloud', 'cloud-hypervisor', cpus=4, full=True),
    # Debian's cloud kernels read no MP table (CONFIG_X86_MPPARSE), the plain one does.
    Run('mptable-4', PLAIN, cpus=4, memory='512M', append='acpi=off', expect=(
        'kshim: userspace reached', 'checks: cpus 4', 'System halted')),
    Run('mptable-firecracker-4', PLAIN, 'firecracker', cpus=4, memory='512M', status=7,
        append='acpi=off checks.end=reset',
        expect=('kshim: userspace reached', 'checks: cpus 4', 'keyboard controller'), full=True),
    Run('acpi-off-4', VMLINUX, 'direct', cpus=4, append='acpi=off checks.end=reset', status=7,
        expect=('kshim: userspace reached', 'keyboard controller'), sees=1),
    Run('reset-4', 'debian:cloud', 'direct', cpus=4, append='checks.end=reset', status=7, full=True),
    Run('halt-4', 'debian:cloud', 'direct', cpus=4, append='checks.end=halt',
        expect=('kshim: userspace reached', 'System halted')),
]
