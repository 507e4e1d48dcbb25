# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs `tern` and the servers that it talks to. Everything is on the loopback and ends with us."""

import atexit
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading

TERN = os.environ['TERN_EXE']
ORIGIN = os.environ['TERN_ORIGIN_EXE']
FOLDER = tempfile.mkdtemp(prefix='tern-programs-')
atexit.register(shutil.rmtree, FOLDER, True)

# One language, whoever runs this; no proxies; a cache of our own; a name that does not exist is
# found out quickly.
ENVIRONMENT = {key: value for key, value in os.environ.items()
               if not key.lower().endswith('_proxy') and not key.startswith(('LC_', 'LANG'))}
ENVIRONMENT.update(LC_ALL='C.UTF-8', RES_OPTIONS='attempts:1 timeout:1',
                   XDG_CACHE_HOME=os.path.join(FOLDER, 'xdg-cache'))


class Result:
  def __init__(self, code, out, err):
    self.code, self.out, self.err = code, out, err

  @property
  def text(self):
    return self.out.decode()


def tern(*arguments, stdin=None, environment=None):
  """Runs it to its end; `stdin` is bytes or None for an empty one."""
  done = subprocess.run([TERN, *arguments], input=stdin or b'', capture_output=True, timeout=60,
                        env={**ENVIRONMENT, **(environment or {})}, cwd=FOLDER)
  return Result(done.returncode, done.stdout, done.stderr.decode())


def start(*arguments, **options):
  """Begins it and returns the process."""
  return subprocess.Popen([TERN, *arguments], env=ENVIRONMENT, cwd=FOLDER, **options)


def path(name):
  return os.path.join(FOLDER, name)


def write(name, content):
  with open(path(name), 'wb') as stream:
    stream.write(content)
  return path(name)


def read(name):
  with open(path(name), 'rb') as stream:
    return stream.read()


def no_temporary_files():
  left = [name for name in os.listdir(FOLDER) if name.startswith('.tern-')]
  if left:
    raise AssertionError(f'left behind: {left}')


class Origin:
  """The demo origin of tests/support."""

  def __init__(self, *arguments):
    self.process = subprocess.Popen([ORIGIN, *arguments], stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE)
    self.base = self.process.stdout.readline().decode().strip().rstrip('/')
    self.ca_file = self.process.stdout.readline().decode().strip() if arguments else None
    self.port = int(self.base.rsplit(':', 1)[1])
    atexit.register(self.stop)

  def stop(self):
    self.process.stdin.close()
    self.process.wait(10)
    self.process.stdout.close()

  def __call__(self, target):
    return self.base + target


class Raw:
  """A server that answers each connection with the same bytes and closes it, or resets it."""

  def __init__(self, answer, resets=False):
    self.answer = answer
    self.resets = resets
    self.requests = []
    self.socket = socket.create_server(('127.0.0.1', 0))
    self.base = 'http://127.0.0.1:%d/' % self.socket.getsockname()[1]
    threading.Thread(target=self.serve, daemon=True).start()

  def serve(self):
    while True:
      try:
        peer, _ = self.socket.accept()
      except OSError:
        return
      with peer:
        head = b''
        # A handshake of TLS (its first byte is 22) is answered as well, with what it cannot use.
        while b'\r\n\r\n' not in head and head[:1] != b'\x16':
          some = peer.recv(65536)
          if not some:
            break
          head += some
        self.requests.append(head)
        try:
          peer.sendall(self.answer)
        except OSError:
          pass
        if self.resets:
          peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))

  def __enter__(self):
    return self

  def __exit__(self, *unused):
    # shutdown() wakes the thread in accept(), close() alone does not.
    self.socket.shutdown(socket.SHUT_RDWR)
    self.socket.close()


def closed_port():
  """A port on which nobody listens."""
  with socket.create_server(('127.0.0.1', 0)) as gone:
    return gone.getsockname()[1]
