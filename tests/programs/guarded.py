# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server, and a proxy, that let nobody in who cannot answer; it checks with code of its own."""

import atexit
import base64
import hashlib
import http.server
import re
import select
import socket
import threading
import urllib.parse

PARAM = re.compile(rb'\s*([a-z*]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|$)')


def parse(text):
  """The parameters of an answer; it has to be one to its last byte."""
  found, at = {}, 0
  while at < len(text):
    match = PARAM.match(text, at)
    if not match:
      raise ValueError(f'not a parameter: {text[at:]!r}')
    name = match[1].decode().lower()
    if name in found:
      raise ValueError(f'twice: {name}')
    quoted = match[2] is not None
    found[name] = re.sub(rb'\\(.)', rb'\1', match[2]) if quoted else match[3]
    if quoted == (name in ('algorithm', 'nc', 'qop', 'userhash', 'username*')):
      raise ValueError(f'{name} has the wrong quotes')
    at = match.end()
  return found


def quote(text):
  return '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"'


class Lock:
  """What is asked for, and what is right."""

  def __init__(self, scheme='digest', name='user', password='secret', realm='nest',
               nonce='dcd98b71', algorithm=None, qop='auth', opaque=None, userhash=False,
               charset=None, token=None, knows_curl=False):
    self.__dict__.update(locals())
    self.problem = None
    self.counts = set()

  def challenges(self):
    both = self.scheme == 'both'
    digest = f'Digest realm={quote(self.realm)}, nonce={quote(self.nonce)}'
    for name in ('algorithm', 'charset'):
      value = getattr(self, name)
      digest += f', {name}={value}' if value else ''
    for name in ('qop', 'opaque'):
      value = getattr(self, name)
      digest += f', {name}={quote(value)}' if value else ''
    digest += ', userhash=true' if self.userhash else ''
    if self.scheme == 'basic' or both:
      yield f'Basic realm={quote(self.realm)}, charset="UTF-8"'
    if self.scheme == 'digest' or both:
      yield digest
    if self.scheme == 'bearer':
      yield 'Bearer realm="nest"'

  def hash(self, *parts):
    name = (self.algorithm or 'MD5').upper().replace('-SESS', '')
    function = {'MD5': 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512_256'}[name]
    return hashlib.new(function, b':'.join(parts)).hexdigest().encode()

  def check_name(self, given):
    name = self.name.encode()
    if self.userhash:
      hashed = self.hash(name, self.realm.encode())
      good = given['username'] == hashed and given['userhash'] == b'true'
    elif 'username*' in given:
      good = self.charset and urllib.parse.unquote_to_bytes(given['username*']) == b"UTF-8''" + name
    else:
      good = given['username'] == name
    if not good:
      raise ValueError('somebody else')

  def check_fixed(self, given, target):
    wanted = {'realm': self.realm, 'nonce': self.nonce, 'opaque': self.opaque,
              'algorithm': self.algorithm}
    for name, value in wanted.items():
      if name == 'algorithm' and not value:
        value = 'MD5' if name in given else None
      if given.get(name) != (None if value is None else value.encode()):
        raise ValueError(f'{name} is {given.get(name)}, not {value}')
    # curl names the path alone where a proxy is asked for the whole URI.
    targets = (target, re.sub('^http://[^/]*', '', target)) if self.knows_curl else (target,)
    if given['uri'].decode() not in targets:
      raise ValueError(f"uri is {given['uri']}, not {target}")

  def check_digest(self, given, method, target, body):
    self.check_name(given)
    self.check_fixed(given, target)
    a1 = self.hash(self.name.encode(), self.realm.encode(), self.password.encode())
    if (self.algorithm or '').lower().endswith('-sess'):
      a1 = self.hash(a1, given['nonce'], given['cnonce'])
    qop = given.get('qop')
    if (qop is None) != (self.qop is None) or (qop and qop.decode() not in self.qop.split(', ')):
      raise ValueError(f'qop is {qop}')
    a2 = (method.encode(), given['uri']) + ((self.hash(body),) if qop == b'auth-int' else ())
    middle = (given['nonce'], given['nc'], given['cnonce'], qop) if qop else (given['nonce'],)
    if given['response'] != self.hash(a1, *middle, self.hash(*a2)):
      raise ValueError('a wrong response')

  def opens(self, answer, method, target, body):
    """None where nobody tried."""
    if answer is None:
      return None
    scheme, _, rest = answer.partition(b' ')
    try:
      if scheme.lower() == b'basic' and self.scheme in ('basic', 'both'):
        return base64.b64decode(rest, validate=True) == f'{self.name}:{self.password}'.encode()
      if scheme.lower() == b'bearer' and self.scheme == 'bearer':
        return rest == self.token.encode()
      if scheme.lower() == b'digest' and self.scheme in ('digest', 'both'):
        self.check_digest(parse(rest), method, target, body)
        return True
      raise ValueError(f'an answer that was not asked for: {scheme}')
    except (ValueError, KeyError) as problem:
      self.problem = repr(problem)
      return False


class Handler(http.server.BaseHTTPRequestHandler):
  protocol_version = 'HTTP/1.1'
  timeout = 30
  wbufsize = 65536
  disable_nagle_algorithm = True

  def answer(self, status, fields, body):
    self.server.seen.append((self.command, self.path, status))
    self.send_response(status)
    for name, value in fields:
      # Latin-1 is how this module writes bytes.
      self.send_header(name, value.encode().decode('latin-1'))
    self.send_header('Content-Length', str(len(body)))
    self.end_headers()
    if self.command != 'HEAD':
      self.wfile.write(body)

  def read_body(self):
    if self.headers.get('Transfer-Encoding') != 'chunked':
      return self.rfile.read(int(self.headers.get('Content-Length', 0)))
    body = b''
    while size := int(self.rfile.readline(), 16):
      body += self.rfile.read(size)
      self.rfile.readline()
    self.rfile.readline()
    return body

  def serve(self):
    lock, body = self.server.lock, self.read_body()
    for_proxy = self.command == 'CONNECT' or self.path.startswith('http://')
    given = self.headers.get('Proxy-Authorization' if for_proxy else 'Authorization')
    given = given.encode('latin-1') if given else None
    if lock.opens(given, self.command, self.path, body):
      if self.command == 'CONNECT':
        self.tunnel()
      else:
        self.answer(200, [], b'come in, ' + body)
    else:
      field = 'Proxy-Authenticate' if for_proxy else 'WWW-Authenticate'
      self.answer(407 if for_proxy else 401, [(field, text) for text in lock.challenges()],
                  b'who is there?')

  do_GET = do_HEAD = do_POST = do_PUT = do_CONNECT = serve

  def tunnel(self):
    """To this machine, whatever host is named."""
    self.close_connection = True
    self.server.seen.append((self.command, self.path, 200))
    with socket.create_connection(('127.0.0.1', int(self.path.rsplit(':', 1)[1]))) as far:
      self.connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
      others = {far: self.connection, self.connection: far}
      while True:
        for ready in select.select(list(others), [], [], 30)[0] or [far]:
          some = ready.recv(65536)
          if not some:
            return
          others[ready].sendall(some)

  def log_message(self, *unused):
    pass


class Guarded(http.server.ThreadingHTTPServer):
  daemon_threads = True

  def __init__(self):
    super().__init__(('127.0.0.1', 0), Handler)
    self.port = self.server_address[1]
    self.lock = Lock()
    self.seen = []
    threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
    atexit.register(self.stop)

  def handle_error(self, *unused):
    """A client that has gone is no news."""

  def stop(self):
    self.shutdown()
    self.server_close()

  def set(self, **options):
    self.lock = Lock(**options)

  def __call__(self, path):
    return f'http://127.0.0.1:{self.port}{path}'

  def take(self):
    """What was asked since the last time: (method, status)."""
    seen, self.seen = self.seen, []
    return [(method, status) for method, _, status in seen]
