# SPDX-License-Identifier: LGPL-2.1-or-later
"""Libraries with a cache: where each one keeps it, and what takes turns with one store."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from .drivers import Failed
from .machine import environment

# Every store of libtern is a library of its own in the tables.
STORES = ('tern-memory', 'tern-file', 'tern-gdbm', 'tern-memcache')
LIBRARIES = ('soup', 'httplib2') + STORES
# Large enough for a hundred thousand entries.
OPTIONS = {'tern-memory': 'memory:?max-size=1G', 'tern-file': 'file://{}?max-size=4G',
           'tern-gdbm': 'gdbm://{}/cache.gdbm?max-size=4G'}
# A store that is full as it is opened, so that for every new entry an old one has to go.
FULL = {'tern-file': 'file://{}?max-size=4G&max-entries={}'}
# What has a file for each entry: the kernel's part of a hit is measured beside it.
FLOORS = ('tern-file',)
FEW = 100
# SoupCache takes minutes to fill with more.
MOST = {'soup': 20000}


def python_with_httplib2():
  for python in (sys.executable, '/usr/bin/python3'):
    try:
      done = subprocess.run([python, '-c', 'import httplib2'], capture_output=True, check=False)
    except OSError:
      continue
    if done.returncode == 0:
      return python
  return None


class Caches:
  """The folders of the stores, and a memcached for as long as they are there."""

  def __init__(self, build_dir):
    # Where the build is, for a folder for temporary files may be no disk.
    self.folder = tempfile.TemporaryDirectory(prefix='caches-', dir=build_dir)
    self.python = python_with_httplib2()
    self.memcached, self.port = None, None

  def missing(self, library):
    if library == 'httplib2' and self.python is None:
      return 'httplib2 is not installed'
    if library == 'tern-memcache' and shutil.which('memcached') is None:
      return 'memcached is not installed'
    return None

  def start_memcached(self):
    with socket.socket() as probe:
      probe.bind(('127.0.0.1', 0))
      self.port = probe.getsockname()[1]
    user = ['-u', 'nobody'] if os.geteuid() == 0 else []
    self.memcached = subprocess.Popen(
      ['memcached', '-l', '127.0.0.1', '-p', str(self.port), '-m', '256', '-t', '1'] + user,
      env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
      stderr=subprocess.DEVNULL)
    for _ in range(200):
      try:
        socket.create_connection(('127.0.0.1', self.port), 1).close()
        return
      except OSError:
        time.sleep(0.01)
    raise Failed('memcached did not start')

  def folder_of(self, library, name):
    return os.path.join(self.folder.name, f'{library}-{name}')

  def place(self, library, name, full=None):
    """The --store of a library: the same for the same name, and else a new one."""
    folder = self.folder_of(library, name)
    os.makedirs(folder, exist_ok=True)
    if library == 'tern-memcache':
      if self.memcached is None:
        self.start_memcached()
      return f'memcache://127.0.0.1:{self.port}/{name}:'
    if full is not None and library in FULL:
      return FULL[library].format(folder, full)
    return OPTIONS.get(library, '{}').format(folder)

  def forget(self, library, name):
    shutil.rmtree(self.folder_of(library, name), ignore_errors=True)

  def close(self):
    if self.memcached is not None:
      self.memcached.kill()
      self.memcached.wait()
    self.folder.cleanup()


def measure_sizes(drivers, caches, libraries, many, failures, progress):
  """{(library, entries): {phase: result}}: filling, opening, hits and evictions in one store; and
  'floor', the kernel's part of a hit."""
  results = {}
  for library in libraries:
    for entries in (FEW, min(many, MOST.get(library, many))):
      name = f'of-{entries}'
      phases = results.setdefault((library, entries), {})
      for phase, n in (('cache-fill', entries), ('cache-hit', None), ('cache-evict', None)):
        if phase == 'cache-evict' and library not in FULL:
          continue
        progress(f'{phase} {entries} {library}')
        full = entries if phase == 'cache-evict' else None
        try:
          phases[phase] = drivers.run(library, phase, n, store=caches.place(library, name, full),
                                      entries=0 if phase == 'cache-evict' else entries,
                                      timeout=900)
          if phase == 'cache-hit' and library in FLOORS:
            phases['floor'] = drivers.run('raw', phase, store=caches.folder_of(library, name),
                                          entries=entries)
        except Failed as failure:
          failures.append(str(failure))
          break
      caches.forget(library, name)
  progress('')
  return results
