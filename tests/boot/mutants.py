# SPDX-License-Identifier: BSD-2-Clause
"""Damaged disks: bits flipped and blocks overwritten where a disk's own structures lie, and not in its files' data."""
import random
import re
from dataclasses import dataclass

SECTOR = 512
# What lies near a structure: names in directories, extents, GRUB's menu, entries, a setup header, .osrel.
NEAR = re.compile(rb'loader|LOADER|entries|ENTRIES|debian|DEBIAN|grub|vmlinuz|BOOTX64|\x0a\xf3[\x01-\x04]\x00|menuentry |search '
                  rb'|title Debian|options |HdrS|\.osrel|PE\x00\x00')
AROUND = 160                    # bytes before and behind that may be hit


@dataclass(frozen=True)
class Mutant:
    """Bytes of an image that are others; `what` says how they came to be."""
    at: int
    data: bytes
    what: str


def places(image, part, sector):
    """(start, length) of the ranges of a disk that hold structures; the file system begins at byte `part`."""
    tables = [(0, 6 * sector), (len(image) - 5 * sector, 5 * sector)]
    volume = [(part, 3 * SECTOR), (part + 2048, 2 * SECTOR), (part + 4096, 2 * SECTOR), (part + 32 * SECTOR, SECTOR)]
    near = [(max(m.start() - AROUND, 0), 2 * AROUND) for m in NEAR.finditer(image)]
    return [place for place in tables + volume if place[0] + place[1] <= len(image)], near


def flip(rng, image, at, length):
    """One to four bits of a few bytes."""
    start = at + rng.randrange(length)
    data = bytearray(image[start:start + 8])
    bits = [rng.randrange(8 * len(data)) for _ in range(rng.randint(1, 4))]
    for bit in bits:
        data[bit // 8] ^= 1 << bit % 8
    return Mutant(start, bytes(data), f'bits {bits} from {start:#x} on flipped')


def overwrite(rng, image, at, length):
    """A sector's worth by one value, by noise, or by another sector."""
    start = at + rng.randrange(max(length - SECTOR, 1))
    size = min(rng.choice((4, 32, SECTOR)), len(image) - start)
    kind = rng.choice(('zeros', 'ones', 'noise', 'another'))
    other = rng.randrange(len(image) // SECTOR) * SECTOR
    data = {'zeros': bytes(size), 'ones': b'\xff' * size, 'noise': rng.randbytes(size), 'another': image[other:other + size]}[kind]
    return Mutant(start, data, f'{size} bytes from {start:#x} on overwritten by {kind}')


def mutants(image, part, sector, seed, count):
    """So many of an image, the same for the same seed; table and superblock have half of them."""
    rng = random.Random(seed)
    fixed, near = places(image, part, sector)
    made = []
    for _ in range(count):
        at, length = rng.choice(fixed if not near or rng.random() < 0.5 else near)
        make = rng.choice((flip, overwrite))
        made.append(make(rng, image, at, min(length, len(image) - at)))
    return made
