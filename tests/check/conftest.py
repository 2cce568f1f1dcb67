# SPDX-License-Identifier: BSD-2-Clause
"""Lets these tests use the rows and builders of the others."""
import os
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [f'{TESTS}/{part}' for part in ('boot', 'probes', 'efi', 'riscv', 'kvm')]
