# SPDX-License-Identifier: LGPL-2.1-or-later
"""The origin and the drivers as processes, and what can be counted around a driver."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request

from .machine import environment, pinned


HERE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


class Failed(Exception):
  """A driver did not run, or a body was wrong."""


def with_warm_up(workload, n):
  """Operations that -n N makes: the warm-up is a twentieth more, at least 256 for par-small."""
  return n + max(256 if workload == 'par-small' else 1, n // 20)


class Origin:
  def __init__(self, build, machine):
    self.folder = tempfile.TemporaryDirectory(prefix='tern-bench-')
    command = [os.path.join(build, 'bench-origin'), self.folder.name]
    if machine.origin_cpu is not None:
      command.append('--spin')
    self.process = subprocess.Popen(pinned(machine.origin_cpu, command), env=environment(),
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    line = self.process.stdout.readline()
    if not line:
      self.close()
      raise Failed('the origin did not start')
    self.ready = json.loads(line)

  def arguments(self):
    return ['--url-plain', f'http://127.0.0.1:{self.ready["plain"]}',
            '--url-tls', f'https://127.0.0.1:{self.ready["tls"]}',
            '--url-fresh', f'https://127.0.0.1:{self.ready["fresh"]}', '--ca', self.ready['ca']]

  def stats(self):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f'http://127.0.0.1:{self.ready["plain"]}/stats', timeout=10) as response:
      return json.load(response)

  def close(self):
    self.process.kill()
    self.process.wait()
    self.process.stdout.close()
    self.folder.cleanup()


class Drivers:
  def __init__(self, build, machine, origin, plugin_path, caches=None):
    self.build = build
    self.caches = caches
    self.machine = machine
    self.origin = origin
    self.env = environment({'TERN_PLUGIN_DIR': plugin_path})

  def driver(self, library):
    if library == 'httplib2':
      return [self.caches.python, os.path.join(HERE, 'driver-httplib2')]
    return [os.path.join(self.build, f'driver-{library.split("-")[0]}')]

  def command(self, library, workload, n=None, size=None, store=None, entries=None):
    command = self.driver(library) + [workload] + self.origin.arguments()
    if store is not None:
      command += ['--store', store]
    if entries is not None:
      command += ['--entries', str(entries)]
    if n is not None:
      command += ['-n', str(n)]
    if size is not None:
      command += ['--size', str(size)]
    return command

  def _run(self, command, label, timeout):
    try:
      return subprocess.run(pinned(self.machine.client_cpu, command), env=self.env, text=True,
                            stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
                            check=True)
    except subprocess.TimeoutExpired:
      raise Failed(f'{label}: no end after {timeout} s')
    except subprocess.CalledProcessError as error:
      reason = (error.stderr or '').strip().splitlines()
      raise Failed(f'{label}: {reason[-1] if reason else "exit code " + str(error.returncode)}')

  def run(self, library, workload, n=None, size=None, timeout=180, store=None, entries=None):
    """One measured run: the driver's line of JSON, and how many TLS handshakes were resumed."""
    before = self.origin.stats()
    done = self._run(self.command(library, workload, n, size, store, entries),
                     f'{library} {workload}', timeout)
    after = self.origin.stats()
    result = json.loads(done.stdout)
    result['cpu'] = result['user'] + result['sys']
    for key in ('connections', 'handshakes', 'resumed', 'requests'):
      result[key] = after[key] - before[key]
    result['connections'] -= 1  # the question itself
    result['requests'] -= 1
    return result

  def count_syscalls(self, library, workload, few, many):
    """Calls per operation, from the difference of two runs: what start-up costs cancels out."""
    low = self._strace(library, workload, few)
    high = self._strace(library, workload, many)
    operations = with_warm_up(workload, many) - with_warm_up(workload, few)
    per = {name: (high[name] - low.get(name, 0)) / operations for name in high}
    return {name: value for name, value in per.items() if value >= 0.005}

  def _strace(self, library, workload, n):
    with tempfile.NamedTemporaryFile('r', prefix='tern-bench-strace-') as output:
      self._run(['strace', '-f', '-c', '-o', output.name] + self.command(library, workload, n),
                f'strace {library} {workload}', 300)
      counts = {}
      for line in output:
        fields = line.split()
        if len(fields) >= 5 and fields[0][0].isdigit() and fields[-1] != 'total':
          counts[fields[-1]] = int(fields[3])
      return counts

  def count_instructions(self, counter, library, workload, few, many):
    """Instructions in user space per operation, by perf or by callgrind."""
    low = counter(self, library, workload, few)
    high = counter(self, library, workload, many)
    operations = with_warm_up(workload, many) - with_warm_up(workload, few)
    return (high - low) / operations


def perf_counter(drivers, library, workload, n):
  with tempfile.NamedTemporaryFile('r', prefix='tern-bench-perf-') as output:
    drivers._run(['perf', 'stat', '-x', ',', '-o', output.name, '-e', 'instructions:u', '--']
                 + drivers.command(library, workload, n), f'perf {library} {workload}', 300)
    for line in output:
      fields = line.split(',')
      if len(fields) > 2 and fields[2].startswith('instructions') and fields[0].isdigit():
        return int(fields[0])
  raise Failed('perf counts no instructions here')


def callgrind_counter(drivers, library, workload, n):
  done = drivers._run(['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null']
                      + drivers.command(library, workload, n),
                      f'callgrind {library} {workload}', 600)
  match = re.search(r'Collected : (\d+)', done.stderr)
  if not match:
    raise Failed('callgrind said nothing')
  return int(match.group(1))


def perf_works():
  """perf may be missing, or the machine may have no counters."""
  if shutil.which('perf') is None:
    return False
  done = subprocess.run(['perf', 'stat', '-x', ',', '-e', 'instructions:u', 'true'],
                        capture_output=True, text=True, check=False)
  return any(line.split(',')[0].isdigit() for line in done.stderr.splitlines())
