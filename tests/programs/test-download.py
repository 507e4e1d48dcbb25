#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tern download: files that appear when they are whole, and go on where they stopped."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import threading
import time

from paced import Paced, Paths
from program import Origin, Raw, closed_port, path, read, start, tern, write
from schema import Schema
from tap import case, contains, equal, lacks, run

origin = Origin()
TEXT = tern('--no-cache', origin('/plain')).out
CONTENT = bytes((i * 7 + i // 251) % 251 for i in range(300000))


class Ranged:
  """Serves CONTENT with ranges; each entry of `breaks` ends one answer after that many bytes."""

  def __init__(self, *breaks, fields='', etag='"one"', content=CONTENT):
    self.breaks, self.fields, self.etag, self.content = list(breaks), fields, etag, content
    self.heads = []
    self.socket = socket.create_server(('127.0.0.1', 0))
    self.base = 'http://127.0.0.1:%d' % self.socket.getsockname()[1]
    threading.Thread(target=self.serve, daemon=True).start()

  def serve(self):
    while True:
      try:
        peer, _ = self.socket.accept()
      except OSError:
        return
      with peer:
        try:
          self.answer(peer)
        except OSError:
          pass

  def answer(self, peer):
    head = b''
    while b'\r\n\r\n' not in head:
      some = peer.recv(65536)
      if not some:
        return
      head += some
    head = head.decode()
    self.heads.append(head)
    first, status, more = 0, '200 OK', ''
    for line in head.split('\r\n'):
      if line.lower().startswith('range: bytes=') and f'If-Range: {self.etag}' in head:
        first = int(line.split('=')[1].rstrip('-'))
        status = '206 Partial Content'
        more = f'Content-Range: bytes {first}-{len(self.content) - 1}/{len(self.content)}\r\n'
    body = self.content[first:]
    peer.sendall((f'HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nETag: {self.etag}\r\n'
                  f'Connection: close\r\n{more}{self.fields}\r\n').encode())
    peer.sendall(body[:self.breaks.pop(0)] if self.breaks else body)


def fresh():
  """An empty folder to download into."""
  folder = path(f'down-{time.monotonic_ns()}')
  os.mkdir(folder)
  return folder


def files(folder):
  return sorted(os.listdir(folder))


def content(*parts):
  with open(os.path.join(*parts), 'rb') as stream:
    return stream.read()


def download(*arguments, **options):
  return tern('download', '--no-cache', *arguments, **options)


@case('/download/into-current-folder')
def current():
  result = download(origin('/plain'))
  equal((result.code, result.out), (0, b''), result.err)
  equal(read('plain'), TEXT)
  contains(result.err, 'Saved plain, ')
  os.unlink(path('plain'))


@case('/download/to-file')
def to_file():
  folder = fresh()
  result = download('-o', folder + '/name', origin('/plain'))
  equal((result.code, result.out, result.err), (0, b'', ''))
  equal((files(folder), content(folder, 'name')), (['name'], TEXT))


@case('/download/to-stdout')
def to_stdout():
  result = download('-o', '-', origin('/plain'))
  equal((result.code, result.out, result.err), (0, TEXT, ''))


@case('/download/several')
def several():
  folder = fresh()
  result = download('-o', folder, origin('/plain'), origin('/status?code=404'), origin('/chunked'))
  equal(result.code, 4, result.err)
  equal(files(folder), ['chunked', 'plain'])


@case('/download/server-names-it')
def named():
  fields = ('Content-Disposition: attachment; filename="plain.txt"; '
            "filename*=UTF-8''..%2F%2e%2E%2F.b%C3%A4ck%0Aup.txt\r\n")
  folder = fresh()
  result = download('-o', folder, Ranged(fields=fields).base + '/x')
  equal(result.code, 0, result.err)
  equal(files(folder), ['_bäck_up.txt'])
  equal(content(folder, '_bäck_up.txt'), CONTENT)


@case('/download/never-overwrites')
def never_overwrites():
  folder = fresh()
  name = os.path.join(folder, 'plain')
  write(name, b'mine')
  for output in (folder, name):
    result = download('-o', output, origin('/plain'))
    equal(result.code, 11, result.err)
    contains(result.err, 'exists already')
    equal(content(name), b'mine')
  equal(download('--force', '-o', folder, origin('/plain')).code, 0)
  equal((content(name), files(folder)), (TEXT, ['plain']))


@case('/download/goes-on')
def goes_on():
  folder = fresh()
  server = Ranged(100000)
  result = download('--retries', '0', '-o', folder + '/name', server.base + '/x')
  equal(result.code, 13, result.err)
  equal(files(folder), ['name.tern-part', 'name.tern-part.state'])
  result = download('--json', '-c', '-o', folder + '/name', server.base + '/x')
  found = json.loads(result.text)
  Schema().check(found)
  equal((result.code, found['exit'], found['status'], found['resumed_from'], found['bytes']),
        (0, 0, 206, 100000, 300000))
  equal(found['sha256'], hashlib.sha256(CONTENT).hexdigest())
  equal((found['file'], found['error']), (folder + '/name', None))
  equal((files(folder), content(folder, 'name')), (['name'], CONTENT))
  contains(server.heads[1], 'Range: bytes=100000-\r\n')


@case('/download/no-resume')
def no_resume():
  folder = fresh()
  server = Ranged(100000, 100000)
  for _ in range(2):
    result = download('--no-resume', '--retries', '0', '-o', folder, server.base + '/x')
    equal((result.code, files(folder)), (13, []))
  lacks(server.heads[1], 'Range:')


@case('/download/tries-again')
def tries_again():
  folder = fresh()
  server = Ranged(100000)
  equal(download('-o', folder, server.base + '/x').code, 0)
  equal((content(folder, 'x'), len(server.heads)), (CONTENT, 2))


@case('/download/checksum')
def checksum():
  for name in ('sha256', 'sha512', 'sha1', 'md5'):
    folder = fresh()
    digest = hashlib.new(name, TEXT).hexdigest()
    equal(download('--checksum', f'{name}:{digest.upper()}', '-o', folder,
                   origin('/plain')).code, 0)
    wrong = hashlib.new(name, b'other').hexdigest()
    result = download('--checksum', f'{name}:{wrong}', '-o', folder, '--force', origin('/plain'))
    equal(result.code, 12, result.err)
    contains(result.err, digest)
    equal(files(folder), ['plain'])


@case('/download/exit-codes')
def exit_codes():
  folder = fresh()
  refused = f'http://127.0.0.1:{closed_port()}/x'
  unavailable = b'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n'
  tests = [(2, ()), (2, ('--checksum', 'md5', origin('/plain'))),
           (2, ('--max-size', '1x', origin('/plain'))),
           (2, ('-c', '--no-resume', origin('/plain'))),
           (2, ('ftp://127.0.0.1/x',)), (2, ('http://127.0.0.1:99999/x',)),
           (2, ('-o', folder + '/no', origin('/plain'), origin('/chunked'))),
           (2, ('--checksum', 'md5:' + '0' * 32, origin('/a'), origin('/b'))),
           (3, ('--no-follow', origin('/redirect'))), (4, (origin('/status?code=404'),)),
           (5, (origin('/status?code=500'),)), (6, ('http://no-such-name.invalid/x',)),
           (7, (refused,)), (9, ('--total-timeout', '0.2', origin('/slow?ms=20000'))),
           (10, (origin('/basic'),)), (11, ('-o', folder + '/no/file', origin('/plain'))),
           (11, ('-o', folder + '/no/', origin('/plain'))),
           (11, ('-o', '/dev/null', origin('/plain'))), (1, ('--max-size', '1', origin('/plain')))]
  for code, arguments in tests:
    output = () if '-o' in arguments else ('-o', folder)
    result = download(*output, *arguments)
    equal(result.code, code, f'{arguments} {result.err}')
    equal((result.err.count('\n'), result.err.startswith('tern: ')), (1, True), result.err)
  with Raw(unavailable) as server:
    equal(download('--retries', '0', '-o', folder, server.base).code, 5)
    equal(len(server.requests), 1)
  for options in (['--only-cached'], ['-H', 'Cache-Control: only-if-cached']):
    equal(tern('download', *options, '-o', folder, origin('/plain')).code, 15)
  equal(files(folder), [])


@case('/download/fails-as-get-does')
def as_get():
  head = b'HTTP/1.1 %s\r\nContent-Length: 0\r\n%s\r\n'
  servers = [Raw(b'', resets=True), Raw(b'no HTTP\r\n\r\n'), Raw(b'HTTP/1.1 200 OK\r\nX'),
             Raw(head % (b'302 Found', b'Location: ftp://127.0.0.1/\r\n')),
             Raw(head % (b'302 Found', b'Location: http://127.0.0.1:99999/\r\n')),
             Raw(head % (b'302 Found', f'Location: :{closed_port()}/\r\n'.encode())),
             Raw(head % (b'200 OK', b'X: \x7f\r\n')), Raw(head % (b'200 OK', b'X\xe9: a\r\n'))]
  urls = [server.base for server in servers]
  urls += [origin('/slow?ms=20000'), f'http://127.0.0.1:{closed_port()}/',
           'http://no-such-name.invalid/', 'http://127.0.0.1:99999/', 'ftp://127.0.0.1/']
  for url in urls:
    found = [tern(command, '--json', '--no-cache', '--timeout=0.3', *options, url)
             for command, options in (('get', ()), ('download', ('--retries=0', '-o', fresh())))]
    got, loaded = [json.loads(each.text) for each in found]
    Schema().check(loaded)
    for each in got, loaded:
      each['error'].pop('message')
    equal((loaded['error'], loaded['exit'], found[1].code),
          (got['error'], got['exit'], found[0].code), url)
  for server in servers:
    server.__exit__()


@case('/download/json-error')
def json_error():
  result = download('--json', '-o', fresh(), origin('/status?code=404'))
  found = json.loads(result.text)
  Schema().check(found)
  equal((result.code, found['exit'], found['error']['domain'], found['error']['code'],
         found['file'], found['sha256']), (4, 4, 'tern-status-error-quark', '404', None, None))


@case('/download/cached')
def cached():
  folder = fresh()
  for name in ('one', 'two'):
    result = tern('download', '--json', '-o', f'{folder}/{name}', origin('/cached'))
    equal(result.code, 0, result.err)
    equal(content(folder, name), TEXT)
  equal(json.loads(result.text)['cache']['hit'], True)


@case('/download/header-and-mtime')
def header():
  folder = fresh()
  server = Ranged(fields='Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n')
  equal(download('-H', 'X-Own: yes', '-o', folder, server.base + '/x').code, 0)
  contains(server.heads[0], 'X-Own: yes\r\n')
  contains(server.heads[0], 'Accept-Encoding: identity\r\n')
  equal(int(os.stat(folder + '/x').st_mtime), 784111777)
  equal(download('--no-mtime', '-o', folder + '/y', server.base + '/x').code, 0)
  assert os.stat(folder + '/y').st_mtime > 1000000000
  # A time that is still to come is none.
  server = Ranged(fields='Last-Modified: Fri, 01 Jan 2100 00:00:00 GMT\r\n')
  equal(download('-o', folder + '/z', server.base + '/x').code, 0)
  assert os.stat(folder + '/z').st_mtime < 4102444800


@case('/download/odd-names')
def odd_names():
  folder = fresh()
  for name in ('12:30', 'mailto:x', 'x y%20z', '-'):
    result = download('-o', f'{folder}/{name}' if name == '-' else name, origin('/plain'))
    equal(result.code, 0, result.err)
    equal(content(folder, name) if name == '-' else read(name), TEXT)
  equal(download('-o', f'file://{folder}/by-uri', origin('/plain')).code, 0)
  equal(content(folder, 'by-uri'), TEXT)
  equal(download('-o', '', origin('/plain')).code, 2)


@case('/download/interrupted')
def interrupted():
  folder = fresh()
  server = Paced()
  process = start('download', '--no-cache', '-o', folder + '/name', server('/x'))
  server.send(b'HTTP/1.1 200 OK\r\nContent-Length: 300000\r\nETag: "one"\r\n\r\n',
              CONTENT[:100000])
  limit = time.monotonic() + 30
  part = folder + '/name.tern-part'
  while not (os.path.exists(part) and os.path.getsize(part) == 100000):
    assert time.monotonic() < limit, files(folder)
    time.sleep(0.02)
  process.send_signal(signal.SIGINT)
  equal(process.wait(30), 130)
  equal(files(folder), ['name.tern-part', 'name.tern-part.state'])
  # The same file at another place is another one; at the same it goes on.
  equal(download('-o', folder + '/name', Ranged().base + '/x').code, 0)
  equal((files(folder), content(folder, 'name')), (['name'], CONTENT))


def begin(folder, *arguments):
  return start('download', '--no-cache', *arguments, '-o', folder, stdout=subprocess.PIPE,
               stderr=subprocess.PIPE)


def end(process):
  out, err = process.communicate(timeout=60)
  return process.returncode, out.decode(), err.decode()


@case('/download/parallel/order')
def parallel_order():
  """They end the wrong way round; what is said of them is in the order of the URLs."""
  folder = fresh()
  server = Paths()
  urls = [server(f'/{i}') for i in range(4)]
  process = begin(folder, '--json', *urls)
  server.wait('/0', '/1', '/2', '/3')
  server.send_all('/3', b'three')
  server.send('/2', b'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
  server.send('/1', b'HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n')
  server.send_all('/0', b'nought')
  code, out, err = end(process)
  # The first that is not 0, in the order of the URLs, not of time.
  equal(code, 5, err)
  found = [json.loads(line) for line in out.splitlines()]
  for each in found:
    Schema().check(each)
  equal([each['url'] for each in found], urls)
  equal([each['exit'] for each in found], [0, 5, 4, 0])
  lines = err.splitlines()
  equal(len(lines), 2, err)
  contains(lines[0], '500 Oops')
  contains(lines[1], '404 Not Found')
  equal((files(folder), content(folder, '0'), content(folder, '3')),
        (['0', '3'], b'nought', b'three'))


@case('/download/parallel/how-many')
def how_many():
  for options, most in (((), 4), (('--parallel', '1'), 1), (('--parallel', '7'), 7),
                        (('-v',), 1), (('-v', '--parallel', '2'), 2)):
    folder = fresh()
    server = Paths()
    process = begin(folder, *options, *[server(f'/{i}') for i in range(9)])
    for i in range(most):
      server.requests.get(timeout=30)
    # Whoever is more than allowed would come now; those that are allowed wait.
    time.sleep(0.1)
    for i in range(9):
      server.send_all(f'/{i}', b'x')
    code, _, err = end(process)
    equal((code, server.most, len(files(folder))), (0, most, 9), err)
  equal(download('--parallel', '0', origin('/plain')).code, 2)
  equal(download('--parallel', 'x', origin('/plain')).code, 2)


def race(*options, heads):
  """Two at once whose names are known when their heads come; the second head comes last."""
  folder = fresh()
  server = Paths()
  paths = list(heads)
  process = begin(folder, *options, *[server(each) for each in paths])
  server.wait(*paths)
  first, second = paths
  server.send_head(first, 5, heads[first])
  server.send(first, b'fi')
  limit = time.monotonic() + 30
  while not any(name.endswith('.tern-part') and os.path.getsize(os.path.join(folder, name)) == 2
                for name in files(folder)):
    assert time.monotonic() < limit, files(folder)
    time.sleep(0.02)
  server.send_head(second, 6, heads[second])
  server.send(second, b'second', None)
  # It is refused while the first is still on its way.
  while sum(name.endswith('.tern-part') for name in files(folder)) > 1:
    assert time.monotonic() < limit, files(folder)
    time.sleep(0.02)
  server.send(first, b'rst', None)
  return folder, end(process)


@case('/download/parallel/same-name')
def same_name():
  named = b'Content-Disposition: attachment; filename=same\r\n'
  for options in (), ('--force',):
    for heads in ({'/a/same': b'', '/b/same': b''}, {'/a': named, '/b': named},
                  {'/c': named, '/same': b''}):
      folder, (code, _, err) = race(*options, heads=heads)
      equal((code, files(folder), content(folder, 'same')), (11, ['same'], b'first'), err)
      contains(err, 'same is the name of another of these files')
      contains(err, 'Saved same, ')


@case('/download/parallel/same-name/later')
def same_name_later():
  # Also where the first is long done, and where something was there before.
  for options in ('--parallel', '1'), ('--parallel', '1', '--force'):
    folder = fresh()
    result = download(*options, '-o', folder, Ranged(content=b'one').base + '/same',
                      Ranged(content=b'two').base + '/same')
    equal((result.code, files(folder), content(folder, 'same')), (11, ['same'], b'one'), result.err)
  folder = fresh()
  write(folder + '/same', b'mine')
  result = download('--force', '-o', folder, Ranged(content=b'one').base + '/same',
                    Ranged(content=b'two').base + '/other')
  equal((result.code, content(folder, 'same'), content(folder, 'other')), (0, b'one', b'two'))


@case('/download/parallel/name-is-free-again')
def free_again():
  """Who fails gives up its name."""
  folder = fresh()
  result = download('--parallel', '1', '--retries', '0', '-o', folder,
                    Ranged(1, content=b'one').base + '/same',
                    Ranged(content=b'two').base + '/same')
  equal((result.code, content(folder, 'same')), (13, b'two'), result.err)


@case('/download/parallel/same-url')
def same_url():
  """The second waits for the first and is told that the file exists; others go before it."""
  folder = fresh()
  server = Paths()
  process = begin(folder, '--parallel', '2', server('/x'), server('/x'), server('/y'))
  server.wait('/x', '/y')
  server.send_all('/y', b'why')
  server.send_all('/x', b'first')
  server.send_all('/x', b'again')
  code, _, err = end(process)
  equal((code, files(folder), content(folder, 'x')), (11, ['x', 'y'], b'first'), err)
  equal([line.split(' ')[0] for line in err.splitlines()], ['Saved', 'tern:', 'Saved'])
  contains(err, 'exists already')


@case('/download/parallel/interrupted')
def parallel_interrupted():
  folder = fresh()
  server = Paths()
  process = begin(folder, '--json', server('/x'), server('/y'), server('/z'))
  server.wait('/x', '/y', '/z')
  server.send_all('/y', b'why')
  for name in ('/x', '/z'):
    server.send_head(name, len(CONTENT), b'ETag: "one"\r\n')
    server.send(name, CONTENT[:100000])
  limit = time.monotonic() + 30
  while [os.path.getsize(os.path.join(folder, name)) for name in files(folder)
         if name.endswith('.tern-part')] != [100000, 100000]:
    assert time.monotonic() < limit, files(folder)
    time.sleep(0.02)
  process.send_signal(signal.SIGINT)
  code, out, err = end(process)
  # What was done stays done, and is told; and what became of the others.
  found = [json.loads(line) for line in out.splitlines()]
  equal((code, [(each['url'], each['exit']) for each in found], err),
        (130, [(server('/x'), 130), (server('/y'), 0), (server('/z'), 130)], ''))
  equal(len(files(folder)), 5)
  for name in ('/x', '/z'):
    server.send(name, None) # who has waited there goes
  process = begin(folder, server('/x'), server('/z'))
  server.wait('/x', '/z')
  for name in ('/x', '/z'):
    server.send(name, b'HTTP/1.1 206 Partial Content\r\nETag: "one"\r\n'
                b'Content-Range: bytes 100000-299999/300000\r\nContent-Length: 200000\r\n\r\n',
                CONTENT[100000:], None)
  code, _, err = end(process)
  equal((code, files(folder)), (0, ['x', 'y', 'z']), err)
  equal((content(folder, 'x'), content(folder, 'z')), (CONTENT, CONTENT))


@case('/download/plain-progress')
def progress():
  folder = fresh()
  result = download('--progress', 'plain', '-o', folder, Ranged(100000).base + '/x')
  equal(result.code, 0, result.err)
  contains(result.err.replace('\xa0', ' '), 'done, 300.0 kB')


run()
