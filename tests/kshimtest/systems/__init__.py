# SPDX-License-Identifier: BSD-2-Clause
"""Disk images of whole Debian systems, made when a test asks for them and kept in build/systems/.

    suite --tree.py, mmdebstrap--> root tree --within.py: table, file systems; loaders.py: Debian's own tools--> image

recipe.py lists suites and layouts of disks. Images need root and loop devices; `why_not()` of image.py
says what is missing.
"""
