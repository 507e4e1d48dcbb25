# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine that is measured on: which processor for whom, and how it is kept awake."""

import os
import struct

# Load from which the small workloads are measured too high.
BUSY = 1.5


class Machine:
  """Pins the origin and the clients apart and keeps processors from sleeping deeply.

  A processor that sleeps while the other side works must be woken for every small response; in a
  virtual machine that costs more than the request, and part of it is accounted to the client. While
  /dev/cpu_dma_latency is held open at 0 the kernel idles awake; closing it ends that.
  """

  def __init__(self):
    usable = sorted(os.sched_getaffinity(0))
    self.origin_cpu = usable[0] if len(usable) > 1 else None
    self.client_cpu = usable[1] if len(usable) > 1 else None
    self.latency = None
    try:
      self.latency = os.open('/dev/cpu_dma_latency', os.O_WRONLY | os.O_CLOEXEC)
      os.write(self.latency, struct.pack('i', 0))
    except OSError:
      self.latency = None
    try:
      # What else runs here should wait; the children inherit it.
      os.setpriority(os.PRIO_PROCESS, 0, -10)
    except PermissionError:
      pass

  @property
  def awake(self):
    return self.latency is not None

  def close(self):
    if self.latency is not None:
      os.close(self.latency)
      self.latency = None

  def describe(self):
    if self.origin_cpu is None:
      pins = 'one processor only: origin and clients share it, figures mean little'
    else:
      pins = f'origin on CPU {self.origin_cpu}, clients on CPU {self.client_cpu}'
    idle = 'idle processors kept awake' if self.awake else \
      'idle processors sleep (no /dev/cpu_dma_latency)'
    load = os.getloadavg()[0]
    busy = '\nThe machine is busy: a constant is added to every small response; trust the best ' \
           'of many rounds and the counts.' if load > BUSY else ''
    return f'{pins}; {idle}; load {load:.1f}{busy}'


def pinned(cpu, command):
  return command if cpu is None else ['taskset', '-c', str(cpu)] + command


def environment(extra=None):
  """No proxy, no debug output, plain messages: the same for every library."""
  env = {key: value for key, value in os.environ.items()
         if not key.lower().endswith('_proxy') and not key.startswith(('G_', 'TERN_'))}
  env['LC_ALL'] = 'C.UTF-8'
  # libsoup would ask the desktop over D-Bus; there is none to be asked.
  env['GIO_USE_PROXY_RESOLVER'] = 'dummy'
  env.update(extra or {})
  return env
