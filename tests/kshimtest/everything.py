# SPDX-License-Identifier: BSD-2-Clause
"""Is this `make test-all`, which runs all that `make test` picks a part of, and of which seed is what is made at random?"""
import os
import random

EVERYTHING = bool(os.environ.get('KSHIM_TEST_ALL'))
SEED = int(os.environ.get('KSHIM_SEED') or (random.randrange(1 << 32) if EVERYTHING else 1))
