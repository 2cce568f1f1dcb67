# SPDX-License-Identifier: BSD-2-Clause
"""What the Python tests share: files, machines, ways to boot, judgements."""
