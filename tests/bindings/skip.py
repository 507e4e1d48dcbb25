#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Stands in for a test whose language is not installed: skip.py REASON."""

import sys

print(f'1..0 # SKIP {sys.argv[1]}')
