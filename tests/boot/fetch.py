#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Fetches the packages with the kernels that the rows boot: `make fetch`, the one step with a network."""
import subprocess
import sys

import files


def main():
    for name, (package, suite, arch, _) in files.PACKAGES.items():
        result = subprocess.run([f'{files.TOP}/tools/fetch-deb', '-s', suite, '-a', arch, package,
                                 files.package_dir(name)], check=False)
        if result.returncode:
            sys.exit(f'fetch: {package} of {suite} ({arch}) could not be had')
        files.packaged(name)


if __name__ == '__main__':
    main()
