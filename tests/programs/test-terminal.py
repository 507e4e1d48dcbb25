#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person sees: the program on a pseudo-terminal."""

import os
import pty
import select
import signal
import subprocess
import termios
import threading
import time

from program import ENVIRONMENT, FOLDER, Origin, Raw, TERN, no_temporary_files, path
from tap import case, contains, equal, lacks, run

origin = Origin()
EVIL = b'\x1b]0;owned\x07\x1b[2J\xc2\x9b31m'


class Terminal:
  """A process with a terminal of its own as standard error, input and, unless told, output."""

  def __init__(self, *arguments, stdout=None, environment=None):
    self.pid, self.fd = pty.fork()
    if self.pid == 0:
      os.chdir(FOLDER)
      if stdout is not None:
        os.dup2(stdout, 1)
      os.execve(TERN, [TERN, *arguments], {**ENVIRONMENT, **(environment or {})})
    self.seen = b''

  def read_some(self, seconds):
    ready, _, _ = select.select([self.fd], [], [], seconds)
    if not ready:
      return False
    try:
      some = os.read(self.fd, 65536)
    except OSError: # the other side is gone
      some = b''
    self.seen += some
    return bool(some)

  def wait_for(self, part):
    limit = time.monotonic() + 20
    while part not in self.seen:
      if time.monotonic() > limit or not self.read_some(20):
        raise AssertionError(f'{part!r} did not come: {self.seen!r}')

  def type(self, keys):
    os.write(self.fd, keys)

  def finish(self):
    while self.read_some(30):
      pass
    _, status = os.waitpid(self.pid, 0)
    os.close(self.fd)
    return os.waitstatus_to_exitcode(status)


def shown(text):
  """What is left on the screen of a text with carriage returns and erased lines."""
  lines = []
  for line in text.decode().replace('\x1b[J', '\x1b[K').split('\n'):
    line = line.rstrip('\r')
    lines.append(line.rsplit('\r', 1)[-1].rsplit('\x1b[K', 1)[-1])
  return '\n'.join(lines)


def served(body, more=b''):
  return b'HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s' % (more, len(body), body)


@case('/terminal/escapes/body')
def escapes_body():
  with Raw(served(b'a\tb\r\n' + EVIL + 'é'.encode())) as server:
    terminal = Terminal(server.base)
    equal(terminal.finish(), 0)
    lacks(terminal.seen, b'\x1b')
    lacks(terminal.seen, b'\xc2\x9b')
    contains(terminal.seen, b'\\x1b]0;owned\\x07\\x1b[2J\\xc2\\x9b31m' + 'é'.encode())
    contains(terminal.seen, b'a\tb\r')
    # Who asks for the bytes gets them; so does a pipe.
    terminal = Terminal('-o', '-', server.base)
    equal(terminal.finish(), 0)
    contains(terminal.seen, EVIL)
    out = subprocess.run([TERN, server.base], stdout=subprocess.PIPE, env=ENVIRONMENT, timeout=30)
    contains(out.stdout, EVIL)


@case('/terminal/escapes/reason-and-error')
def escapes_error():
  # A reason may hold what is no ASCII (RFC 9112 §4); C1 hides there.
  with Raw(b'HTTP/1.1 404 Not \xc2\x9b31m Found\r\nX: \xc2\x9b2J\r\nContent-Length: 0\r\n\r\n'
           ) as server:
    for options in (('-i',), ('-v',)):
      terminal = Terminal(*options, server.base)
      terminal.finish()
      lacks(terminal.seen, b'\xc2\x9b')
      contains(terminal.seen, b'\\xc2\\x9b')
  with Raw(b'HTTP/1.1 200 \x1b[2J\r\n\r\n') as server:
    terminal = Terminal(server.base)
    terminal.finish()
    lacks(terminal.seen, b'\x1b[2J')


def colours(*arguments, environment=None):
  terminal = Terminal(*arguments, environment=environment)
  terminal.finish()
  return b'\x1b[3' in terminal.seen


@case('/terminal/colours')
def colour():
  url = origin('/status?code=404')
  term = {'TERM': 'xterm'}
  equal(colours('-i', url, environment=term), True)
  equal(colours('-v', url, environment=term), True)
  equal(colours('trace', url, environment=term), True)
  for more in ({'NO_COLOR': '1'}, {'TERM': 'dumb'}):
    equal(colours('-i', url, environment={**term, **more}), False, more)
  # no-color.org: an empty one says nothing.
  equal(colours('-i', url, environment={**term, 'NO_COLOR': ''}), True)
  equal(colours('--color', 'never', '-i', url, environment=term), False)
  equal(colours('--color', 'always', '-i', url, environment={'NO_COLOR': '1'}), True)
  # A pipe has none unless it is told.
  for option, wanted in ((), False), (('--color', 'always'), True):
    done = subprocess.run([TERN, '-i', '-v', *option, url], capture_output=True, env=ENVIRONMENT,
                          timeout=30)
    equal((b'\x1b[' in done.stdout, b'\x1b[' in done.stderr), (wanted, wanted))
  equal(subprocess.run([TERN, '--color', 'green', url], capture_output=True, env=ENVIRONMENT,
                       timeout=30).returncode, 2)


@case('/terminal/colours/no-server-paints')
def no_paint():
  with Raw(b'HTTP/1.1 200 OK\r\nX: \xc2\x9b2J\r\n\r\n' + EVIL) as server:
    for option in (('-i',), ('-v',), ('trace',), ('head',)):
      terminal = Terminal(*option, '--color', 'always', server.base)
      terminal.finish()
      lacks(terminal.seen, b'\xc2\x9b')
      lacks(terminal.seen, b'\x1b]')


@case('/terminal/progress')
def progress():
  terminal = Terminal('-o', 'got', origin('/slow?drip=1&ms=60'))
  terminal.wait_for(b'left')
  equal(terminal.finish(), 0)
  contains(terminal.seen, b'%), ')
  contains(terminal.seen, b'/s, ')
  equal(shown(terminal.seen), '')
  assert os.path.getsize(path('got')) > 10


@case('/terminal/progress/unknown-length')
def progress_unknown():
  # Held back by a reader that comes late, so that it takes long on a fast machine too.
  source, sink = os.pipe()
  terminal = Terminal(origin('/big?size=40000000&chunk=100000'), stdout=sink)
  os.close(sink)
  time.sleep(0.5)
  reader = threading.Thread(target=drain, args=[source])
  reader.start()
  terminal.wait_for(b'B/s')
  equal(terminal.finish(), 0)
  reader.join()
  lacks(terminal.seen, b'left')
  equal(shown(terminal.seen), '')


def drain(source):
  while os.read(source, 1 << 20):
    pass
  os.close(source)


@case('/terminal/progress/not-over-the-body')
def progress_not():
  # The body is on the screen already.
  terminal = Terminal(origin('/slow?drip=1&ms=40'))
  equal(terminal.finish(), 0)
  lacks(terminal.seen, b'/s')


@case('/terminal/ctrl-c')
def ctrl_c():
  signal.signal(signal.SIGINT, signal.default_int_handler)
  terminal = Terminal('-o', 'never', origin('/slow?drip=1&ms=500'))
  terminal.wait_for(b'/s')
  terminal.type(b'\x03')
  equal(terminal.finish(), 130)
  equal(shown(terminal.seen).replace('^C', ''), '')
  equal(os.path.exists(path('never')), False)
  no_temporary_files()


@case('/terminal/password')
def password():
  terminal = Terminal('-u', 'user', origin('/basic'))
  terminal.wait_for(b'user: ')
  time.sleep(0.2)
  equal(bool(termios.tcgetattr(terminal.fd)[3] & termios.ECHO), False)
  terminal.type(b'secret\n')
  equal(terminal.finish(), 0)
  contains(terminal.seen, b'Welcome, user.')
  lacks(terminal.seen, b'secret')


@case('/terminal/password/ctrl-c')
def password_ctrl_c():
  terminal = Terminal('-u', 'user', origin('/basic'))
  terminal.wait_for(b'user: ')
  time.sleep(0.2)
  terminal.type(b'\x03')
  equal(terminal.finish(), 130)


run()
