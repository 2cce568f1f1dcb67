# SPDX-License-Identifier: BSD-2-Clause
"""`make fetch-riscv`: gets what the RISC-V rows boot and the newer QEMU, the step that needs a
network."""
import subprocess
import sys

from kshimtest import riscv_rig as rig

PACKAGES = (
    ('linux-riscv64', 'trixie', 'riscv64', ('linux-image-riscv64',)),
    ('linux-riscv64-sid', 'sid', 'riscv64', ('linux-image-riscv64',)),
    ('busybox-riscv64', 'trixie', 'riscv64', ('busybox-static',)),
    ('qemu10', 'bookworm-backports', 'amd64',
     ('qemu-system-misc', 'qemu-system-riscv', 'qemu-system-common', 'qemu-system-data', 'opensbi')),
)
OPTIONAL = 'qemu-system-riscv'      # where it is not part of qemu-system-misc


def main():
    missing = []
    for folder, suite, arch, names in PACKAGES:
        for name in names:
            result = subprocess.run([f'{rig.TOP}/tools/fetch-deb', '-s', suite, '-a', arch, name,
                                     f'{rig.DEBS}/{folder}'], check=False)
            if result.returncode and name != OPTIONAL:
                missing.append(f'{name} of {suite} ({arch})')
    if missing:
        sys.exit('fetch: could not be had: ' + ', '.join(missing))


if __name__ == '__main__':
    main()
