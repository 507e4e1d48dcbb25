#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tern plugins"""

import json
import os

from program import FOLDER, Raw, tern, write
from tap import Skip, case, contains, equal, lacks, run


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


@case('/plugins/broken-login')
def broken_login():
  # All plugins of the build, but the module of one is no module, and another is of another ABI.
  own, folder = os.environ['TERN_PLUGIN_DIR'], os.path.join(FOLDER, 'login')
  if not os.path.exists(os.path.join(own, 'libtern-auth-basic.so')):
    raise Skip('the plugins are in the library and cannot be damaged')
  os.mkdir(folder)
  for name in os.listdir(own):
    if name.endswith(('.so', '.tern-plugin')):
      os.symlink(os.path.join(own, name), os.path.join(folder, name))
  os.unlink(os.path.join(folder, 'libtern-auth-basic.so'))
  write('login/libtern-auth-basic.so', b'no module')
  with open(os.path.join(own, 'auth-digest.tern-plugin'), encoding='utf-8') as stream:
    other = stream.read().replace('Abi=1', 'Abi=77')
  os.unlink(os.path.join(folder, 'auth-digest.tern-plugin'))
  write('login/auth-digest.tern-plugin', other.encode())
  environment = {'TERN_PLUGIN_DIR': folder}
  basic, digest = b'Basic realm="r"', b'Digest realm="r", nonce="n", qop="auth"'
  for offers, file in (((basic,), 'libtern-auth-basic'), ((digest,), 'auth-digest'),
                       ((b'Unknown x=y', basic), 'libtern-auth-basic')):
    fields = b''.join(b'WWW-Authenticate: ' + offer + b'\r\n' for offer in offers)
    with Raw(b'HTTP/1.1 401 No\r\nContent-Length: 3\r\n' + fields + b'\r\nwho') as server:
      for command in (('get',), ('send', 'GET'), ('download', '-o', 'never'), ('head',)):
        result = tern(*command, server.base, '-u', 'me:SECRET', environment=environment)
        equal((result.code, result.out, result.err.count('\n')), (16, b'', 1), command)
        contains(result.err, file)
        lacks(result.err, 'SECRET')
      told = json.loads(tern('--json', server.base, '-u', 'me:x', environment=environment).text)
      equal((told['exit'], told['error']['domain']), (16, 'tern-plugin-error-quark'))
      # Who has nothing to say needs no plugin.
      equal(tern(server.base, environment=environment).code, 10)
  # Another scheme does.
  with Raw(b'HTTP/1.1 401 No\r\nContent-Length: 0\r\nWWW-Authenticate: ' + basic
           + b', Bearer realm="r"\r\n\r\n') as server:
    write('token', b'to.ken')
    equal(tern(server.base, '--bearer', 'token', environment=environment).code, 10)
    contains(server.requests[-1], b'Authorization: Bearer to.ken\r\n')


run()
