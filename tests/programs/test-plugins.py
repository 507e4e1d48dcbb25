#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tern plugins"""

import os

from program import FOLDER, tern, write
from tap import case, contains, equal, run


def rows(text):
  # The columns are two spaces or more apart.
  return [[cell.strip() for cell in line.split('  ') if cell.strip()] for line in text.splitlines()]


@case('/plugins/table')
def table():
  result = tern('plugins')
  equal((result.code, result.err), (0, ''))
  title, *found = rows(result.text)
  equal(title, ['KIND', 'NAMES', 'RANK', 'NAME', 'FILE'])
  by_name = {row[1].split(', ')[0]: row[0] for row in found}
  for name, kind in (('basic', 'auth-scheme'), ('gzip', 'content-coding'),
                     ('deflate', 'content-coding'), ('file', 'cache-store'),
                     ('memory', 'cache-store')):
    equal(by_name.get(name), kind, name)


@case('/plugins/broken')
def broken():
  folder = os.path.join(FOLDER, 'broken')
  os.mkdir(folder)
  write('broken/coding-broken.tern-plugin', b'[Plugin]\nKind=no-such-kind\nNames=broken\n'
        b'Module=libtern-coding-broken\nRank=1\nAbi=1\nMinCore=1.0\nName=Broken\n'
        b'Licence=LGPL-2.1-or-later\n')
  result = tern('plugins', environment={'TERN_PLUGIN_PATH': folder})
  equal(result.code, 16)
  contains(result.err, 'coding-broken')
  # The others are not disturbed.
  contains(result.text, 'gzip')


run()
