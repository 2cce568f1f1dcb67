# SPDX-License-Identifier: BSD-2-Clause
"""`make fetch`: gets the kernels that the rows boot, the one step that needs a network."""
import subprocess
import sys

from kshimtest import files


def main():
    missing = []
    for name, (package, suite, arch, _) in files.PACKAGES.items():
        command = [f'{files.TOP}/tools/fetch-deb', '-s', suite, '-a', arch, package]
        result = subprocess.run([*command, files.package_dir(name)], check=False)
        if result.returncode:
            missing.append(f'{package} of {suite} ({arch})')
    if missing:
        sys.exit('fetch: could not be had: ' + ', '.join(missing))


if __name__ == '__main__':
    main()
