#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tern cache: what stands in the cache of the command line, as lines and as JSON."""

import json
import os
import socket
import subprocess
import threading
import time

from program import FOLDER, Origin, Raw, path, start, tern
from tap import case, contains, equal, run

origin = Origin()
N_FOLDERS = 0


class Cache:
  """A cache of its own, of the user's in a folder of his own."""

  def __init__(self):
    global N_FOLDERS
    N_FOLDERS += 1
    self.folder = path(f'cache-{N_FOLDERS}')
    os.mkdir(self.folder)
    self.environment = {'XDG_CACHE_HOME': self.folder}

  def run(self, *arguments):
    return tern(*arguments, environment=self.environment)

  def get(self, *arguments):
    result = self.run('get', *arguments)
    equal(result.code, 0, result.err)
    return result.out

  def objects(self, *arguments):
    result = self.run('cache', *arguments, '--json')
    equal((result.code, result.err), (0, ''))
    return [json.loads(line) for line in result.text.splitlines()]

  def lines(self, *arguments):
    result = self.run('cache', *arguments)
    equal((result.code, result.err), (0, ''))
    return result.text.splitlines()

  def files(self):
    return [os.path.join(folder, name) for folder, _, names in os.walk(self.folder)
            for name in names]


def answer(fields, body=b'hello', status=b'200 OK'):
  return (b'HTTP/1.1 ' + status + b'\r\nConnection: close\r\n'
          + b'Content-Length: %d\r\n' % len(body) + fields + b'\r\n' + body)


@case('/cache/empty')
def empty():
  cache = Cache()
  equal(len(cache.lines('ls')), 1)
  equal(cache.objects('ls'), [])
  stats, = cache.objects('stats')
  equal((stats['entries'], stats['body_bytes'], stats['hosts']), (0, 0, {}))
  equal(cache.lines('verify'), [])
  equal(cache.lines('clear'), [])
  equal(os.listdir(cache.folder), [])


@case('/cache/ls')
def listing():
  cache = Cache()
  with Raw(answer(b'Cache-Control: max-age=60\r\n')) as fresh, \
       Raw(answer(b'Cache-Control: max-age=0\r\nETag: "1"\r\n', b'', b'404 Not Found')) as stale:
    cache.get(fresh.base + 'a')
    equal(cache.run('get', stale.base).code, 4)
    found = {entry['uri']: entry for entry in cache.objects('ls')}
    equal(sorted(found), sorted([fresh.base + 'a', stale.base]))
    one = found[fresh.base + 'a']
    equal((one['status'], one['reason'], one['state'], one['size'], one['lifetime']),
          (200, 'OK', 'fresh', 5, 60))
    equal((one['partition'], one['vary'], one['part'], one['error']), (None, [], None, None))
    equal((found[stale.base]['status'], found[stale.base]['state']), (404, 'stale'))
    title, *lines = cache.lines('ls')
    equal(title.split(), ['STATUS', 'STATE', 'AGE', 'SIZE', 'URI'])
    equal(sorted((line.split()[0], line.split()[1], line.split()[-1]) for line in lines),
          sorted([('200', 'fresh', fresh.base + 'a'), ('404', 'stale', stale.base)]))
    for pattern, wanted in ((fresh.base, 1), ('127.0.0.1', 2), ('*/a', 1), ('nowhere', 0)):
      equal(len(cache.objects('ls', pattern)), wanted, pattern)
    equal(len(cache.objects('ls', fresh.base, stale.base)), 2)


@case('/cache/show')
def show():
  cache = Cache()
  with Raw(answer(b'Cache-Control: max-age=60\r\nSet-Cookie: secret=1\r\nX-Say: \xc2\x9b31mred\r\n'
                  b'Content-Type: text/plain\r\n')) as server:
    cache.get(server.base)
    text = cache.run('cache', 'show', server.base).text
    for part in (server.base, '200 OK', 'fresh for', 'Content-Type: text/plain',
                 'Set-Cookie: ***', '\\xc2\\x9b31mred'):
      contains(text, part)
    equal('\x9b' in text or 'secret' in text, False, text)
    entry, = cache.objects('show', server.base)
    equal([field['value'] for field in entry['headers'] if field['name'] == 'Content-Type'],
          ['text/plain'])
    # http:// is what this machine's names get without a scheme.
    body = cache.run('cache', 'show', '--body', server.base[len('http://'):])
    equal((body.code, body.out), (0, b'hello'))
    absent = cache.run('cache', 'show', server.base + 'absent')
    equal((absent.code, absent.out), (15, b''))
    contains(absent.err, 'not in the cache')


@case('/cache/variants')
def variants():
  cache = Cache()
  with Raw(answer(b'Cache-Control: max-age=60\r\nVary: Accept-Language\r\n')) as server:
    for language in ('de', 'fr'):
      cache.get('-H', f'Accept-Language: {language}', server.base)
    found = cache.objects('show', server.base)
    equal([entry['vary'] for entry in found], [['accept-language: de'], ['accept-language: fr']])
    second, = cache.objects('show', '--variant', '2', server.base)
    equal(second['vary'], ['accept-language: fr'])
    equal(cache.run('cache', 'show', '--variant', '3', server.base).code, 15)
    equal(len(cache.objects('ls')), 2)
    contains(cache.run('cache', 'ls').text, '(accept-language: fr)')
    removed, = cache.objects('rm', server.base)
    equal((removed['uri'], removed['removed']), (server.base, 2))
    equal(cache.objects('ls'), [])


@case('/cache/rm')
def remove():
  cache = Cache()
  with Raw(answer(b'Cache-Control: max-age=60\r\n')) as server:
    for target in ('a', 'ab', 'a?b'):
      cache.get(server.base + target)
    result = cache.run('cache', 'rm', server.base + 'a', server.base + 'absent')
    equal((result.code, result.out), (15, b''))
    contains(result.err, server.base + 'absent: not in the cache')
    equal(sorted(entry['uri'] for entry in cache.objects('ls')),
          [server.base + 'a?b', server.base + 'ab'])
    # What was removed is fetched again, the rest is not.
    n = len(server.requests)
    cache.get(server.base + 'a', server.base + 'ab')
    equal(len(server.requests), n + 1)
    equal(len(cache.objects('clear')), 1)
    equal(cache.objects('ls'), [])
    cache.get(server.base + 'ab')
    equal(len(server.requests), n + 2)


@case('/cache/stats')
def stats():
  cache = Cache()
  with Raw(answer(b'Cache-Control: max-age=60\r\n')) as one, \
       Raw(answer(b'Cache-Control: max-age=0\r\nETag: "1"\r\n', b'x' * 100)) as two:
    cache.get(one.base + '1', one.base + '2', two.base)
    found, = cache.objects('stats')
    equal((found['entries'], found['body_bytes'], found['statuses']), (3, 110, {'200': 3}))
    equal((found['states']['fresh'], found['states']['stale']), (2, 1))
    equal(found['hosts'][two.base[len('http://'):-1]], {'entries': 1, 'body_bytes': 100})
    equal((found['keys'] >= 3, found['bytes'] > 110, found['store']),
          (True, True, 'file://' + cache.folder + '/tern'))
    text = cache.run('cache', 'stats').text
    for part in ('Answers: 3', one.base[len('http://'):-1], 'fresh', 'stale'):
      contains(text, part)


@case('/cache/verify')
def verify():
  cache = Cache()
  with Raw(answer(b'Cache-Control: max-age=60\r\n', b'body to damage')) as server:
    cache.get(server.base + '1', server.base + '2')
    equal(cache.lines('verify'), [])
    damaged = 0
    for name in cache.files():
      with open(name, 'rb') as stream:
        content = stream.read()
      if b'body to damage' in content:
        with open(name, 'wb') as stream:
          stream.write(content.replace(b'body to damage', b'body is damaged'[:14]))
        damaged += 1
        break
    equal(damaged, 1)
    result = cache.run('cache', 'verify')
    equal((result.code, len(result.text.splitlines())), (1, 1), result.text)
    contains(result.err, 'damaged entries: 1')
    # It is no answer any more, and harms nobody.
    equal(cache.get(server.base + '1') + cache.get(server.base + '2'), b'body to damage' * 2)
    equal(cache.lines('verify'), [])


@case('/cache/store')
def store():
  cache = Cache()
  other = 'file://' + path('another-cache')
  with Raw(answer(b'Cache-Control: max-age=60\r\n')) as server:
    cache.get('--store', other, server.base)
    equal(cache.objects('ls'), [])
    equal([entry['uri'] for entry in cache.objects('ls', '--store', other)], [server.base])
  # What cannot list says so; what is found by its URI is found anyway.
  memcache = cache.run('cache', 'ls', '--store', 'memcache://127.0.0.1:1/')
  equal(memcache.code, 1)
  contains(memcache.err, 'cannot list')
  equal(cache.run('cache', 'ls', '--store', 'no-such-store:///x').code, 16)
  equal(cache.run('cache', 'ls', '--store', 'nonsense').code, 1)


@case('/cache/no-store')
def no_store():
  """Whoever looks into a cache that is not there is told so, and there is none afterwards."""
  place = path('no-cache')
  for command in ('ls', 'show', 'stats', 'verify', 'rm', 'clear'):
    targets = [origin.base] if command in ('show', 'rm') else []
    for uri in f'file://{place}', f'file:{place}/below?max-size=1M', f'gdbm://{place}.gdbm':
      result = Cache().run('cache', command, *targets, '--store', uri)
      equal((result.code, result.text), (11, ''), result.err)
      contains(result.err, 'there is no cache')
      contains(result.err, uri)
    equal([name for name in os.listdir(os.path.dirname(place)) if 'no-cache' in name], [])


class SlowMemcached(threading.Thread):
  """Takes its time for what it is to keep."""

  def __init__(self):
    super().__init__(daemon=True)
    self.socket = socket.create_server(('127.0.0.1', 0))
    self.uri = 'memcache://127.0.0.1:%d/?protocol=classic' % self.socket.getsockname()[1]
    self.kept = {}
    self.start()

  def run(self):
    while True:
      threading.Thread(target=self.serve, args=[self.socket.accept()[0]], daemon=True).start()

  def serve(self, connection):
    with connection, connection.makefile('rwb') as stream:
      for line in stream:
        words = line.split()
        if words[0] == b'set':
          value = stream.read(int(words[4]) + 2)
          time.sleep(0.1)
          self.kept[words[1]] = value
          stream.write(b'STORED\r\n')
        elif words[0] == b'get':
          value = self.kept.get(words[1])
          if value is not None:
            stream.write(b'VALUE %s 0 %d\r\n%s' % (words[1], len(value) - 2, value))
          stream.write(b'END\r\n')
        else:
          stream.write(b'VERSION 1.4.0\r\n' if words[0] == b'version' else b'ERROR\r\n')
        stream.flush()


@case('/cache/slow-store')
def slow_store():
  """What a store has not taken yet when the program is through is kept all the same."""
  cache = Cache()
  slow = SlowMemcached()
  with Raw(answer(b'Cache-Control: max-age=60\r\n')) as server:
    for i in range(2):
      equal(cache.get('--store', slow.uri, server.base), b'hello')
      equal((len(slow.kept), len(server.requests)), (2, 1))


@case('/cache/behind')
def behind():
  """What is sent stale is asked about, though the program is through at once."""
  class Slow(Raw):
    body = b'old'

    @property
    def answer(self):
      time.sleep(0.1)
      return answer(b'Cache-Control: max-age=60, stale-while-revalidate=600\r\n'
                    + (b'Age: 100\r\n' if self.body == b'old' else b''), self.body)

    @answer.setter
    def answer(self, value):
      pass

  cache = Cache()
  with Slow(None) as server:
    equal(cache.get(server.base), b'old')
    server.body = b'new'
    equal(cache.get(server.base), b'old')
    equal(cache.get(server.base), b'new')
    equal(len(server.requests), 2)


@case('/cache/usage')
def usage():
  cache = Cache()
  for arguments in (['show'], ['rm'], ['stats', 'x'], ['verify', 'x'], ['clear', 'x'], [], ['no'],
                    ['show', '--body', 'a', 'b'], ['show', '--variant', 'x', 'a'],
                    ['ls', '--no-such']):
    result = cache.run('cache', *arguments)
    equal((result.code, result.out), (2, b''), arguments)
  equal(cache.run('cache', 'show', 'http://a b/').code, 2)
  contains(cache.run('cache', 'ls', '--help').text, '--json')


@case('/cache/full-disk')
def full():
  with open('/dev/full', 'wb') as sink:
    process = start('cache', 'ls', '--store', 'file://' + path('full-cache'), stdout=sink,
                    stderr=subprocess.PIPE)
    equal((process.communicate(timeout=20)[1][:6], process.returncode), (b'tern: ', 11))


@case('/cache/debug')
def debug():
  cache = Cache()
  cache.environment['TERN_DEBUG'] = 'cache'
  with Raw(answer(b'Cache-Control: max-age=60\r\n')) as kept, Raw(answer(b'')) as other:
    for server, text in ((kept, 'tern; fwd=uri-miss; fwd-status=200; stored'),
                         (kept, 'tern; hit; ttl='),
                         (other, 'tern; fwd=uri-miss; fwd-status=200; detail=no-lifetime')):
      result = cache.run('get', server.base)
      contains(result.err, '/: ' + text)
      verbose, = json.loads('[%s]' % cache.run('get', '--json', server.base).text)
      contains(verbose['cache']['status'], 'tern; ')


@case('/cache/while-used')
def while_used():
  """It is looked at and cleared while others fetch."""
  cache = Cache()
  failures = []

  def fetch(server):
    for i in range(10):
      result = cache.run('get', server.base + str(i))
      if (result.code, result.out) != (0, b'hello'):
        failures.append((result.code, result.err))

  with Raw(answer(b'Cache-Control: max-age=60\r\n')) as server:
    thread = threading.Thread(target=fetch, args=(server,))
    thread.start()
    for command in ('ls', 'verify', 'stats', 'clear', 'ls', 'verify'):
      result = cache.run('cache', command)
      equal((command, result.code, result.err), (command, 0, ''), result.text)
    thread.join()
  equal(failures, [])
  equal(os.path.isdir(FOLDER), True)


run()
