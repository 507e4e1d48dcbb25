#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tern --json: the members of the object are a contract."""

import base64
import hashlib
import json
import signal
import subprocess

from paced import Paced
from schema import Schema, Wrong
from program import Origin, Raw, path, read, start, tern
from tap import Skip, case, contains, equal, lacks, run

origin = Origin()
secure = Origin('-t')
TEXT = tern(origin('/plain')).text
SCHEMA = Schema()


def fetch(*arguments):
  result = tern('--json', *arguments)
  equal(result.text.count('\n'), 1)
  found = json.loads(result.text)
  equal(found['exit'], result.code)
  SCHEMA.check(found)
  return found


def values(found, name):
  return [field['value'] for field in found['headers'] if field['name'].lower() == name]


@case('/json/plain')
def plain():
  found = fetch(origin('/plain'))
  for name, value in (('url', origin('/plain')), ('uri', origin('/plain')), ('status', 200),
                      ('reason', 'OK'), ('version', '1.1'), ('error', None), ('hops', []),
                      ('tls', None), ('file', None), ('body', TEXT), ('bytes', len(TEXT)),
                      ('exit', 0), ('trailers', [])):
    equal(found[name], value, name)
  equal(values(found, 'content-type'), ['text/plain; charset=utf-8'])
  timings = found['timings']
  equal(sorted(timings), ['body', 'connect', 'head', 'queue', 'resolve', 'reused', 'send', 'tls',
                          'wait'])
  assert timings['head'] >= timings['wait'] > 0, timings
  equal(timings['reused'], False)


@case('/json/schema')
def schema():
  good = fetch(origin('/redirect-chain?n=2'))
  # What the test of the schema itself lets through would be let through everywhere.
  for wrong in ({'status': 'x'}, {'status': 99}, {'new': 1}, {'sha256': 'abc'}, {'hops': [{}]},
                {'tls': {}}, {'exit': True}):
    try:
      SCHEMA.check({**good, **wrong})
    except Wrong:
      continue
    raise AssertionError(wrong)
  for line in tern('plugins', '--json').text.splitlines():
    SCHEMA.check(json.loads(line))
  for arguments in (['-o', 'down', origin('/cached')], ['-o', 'down', origin('/cached')],
                    [origin('/status?code=404')], ['--retries=0', 'http://no-such.invalid/']):
    line, = tern('download', '--json', *arguments).text.splitlines()
    SCHEMA.check(json.loads(line))
  for option in ('trace', 'head'):
    SCHEMA.check(json.loads(tern(option, '--json', origin('/cached')).text))
  SCHEMA.check(json.loads(tern('send', 'PUT', '--json', origin('/echo'), 'a=b').text))
  lines = tern('--progress', 'json', '-o', 'file', origin('/slow?drip=1&ms=60')).err.splitlines()
  assert lines
  for line in lines:
    SCHEMA.check(json.loads(line))


@case('/json/sha256')
def sha256():
  equal(fetch(origin('/gzip'))['sha256'], hashlib.sha256(TEXT.encode()).hexdigest())
  equal(fetch('-o', 'sum', origin('/plain'))['sha256'], hashlib.sha256(TEXT.encode()).hexdigest())
  with Raw(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort') as server:
    equal(fetch(server.base)['sha256'], None)


@case('/json/one-line-each')
def several():
  result = tern('--json', origin('/plain'), origin('/status?code=404'))
  first, second = [json.loads(line) for line in result.text.splitlines()]
  equal((first['exit'], second['exit'], second['body'], result.code), (0, 4, '404\n', 4))
  equal(second['timings']['reused'], True)


@case('/json/body/binary')
def binary():
  # Zeros, a character cut by the end, and a size that is no multiple of three.
  for body in (b'\0', b'a\xff', 'é'.encode() * 40000 + b'\xc3', bytes(range(256)) * 1000):
    answer = b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % len(body) + body
    with Raw(answer) as server:
      found = fetch(server.base)
      lacks(found, 'body')
      equal(base64.b64decode(found['body_base64']), body)


@case('/json/body/text')
def text():
  # Characters of every length over the ends of blocks, and what JSON must escape.
  for body in ('', 'x' + 'é€𝄞' * 30000, '"\\\n\t\x1b\x7f\u009b</script>'):
    answer = b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % len(body.encode()) + body.encode()
    with Raw(answer) as server:
      equal(fetch(server.base)['body'], body)
      if len(body) < 100:
        lacks(tern('--json', server.base).text, '\x1b')


@case('/json/hops')
def hops():
  found = fetch(origin('/redirect-chain?n=2'))
  equal([hop['uri'] for hop in found['hops']],
        [origin('/redirect-chain?n=2'), origin('/redirect-chain?n=1')])
  equal([hop['status'] for hop in found['hops']], [302, 302])
  equal(values(found['hops'][0], 'location'), ['/redirect-chain?n=1'])
  equal((found['uri'], found['url']), (origin('/plain'), origin('/redirect-chain?n=2')))


@case('/json/cache')
def cache():
  uri = 'file://' + path('cache')
  equal(fetch('--no-cache', origin('/cached'))['cache'], {'hit': False, 'status': None})
  equal(fetch('--cache', uri, origin('/cached'))['cache']['hit'], False)
  second = fetch('--cache', uri, origin('/cached'))['cache']
  equal(second['hit'], True)
  contains(second['status'], 'hit')


@case('/json/tls')
def tls():
  found = fetch('--ca-file', secure.ca_file, secure('/plain'))['tls']
  equal((found['version'], found['resumed']), ('1.3', False))
  assert found['cipher'], found


@case('/json/trailers')
def trailers():
  equal(fetch(origin('/chunked'))['trailers'], [{'name': 'X-Checksum', 'value': '42'}])


@case('/json/output')
def output():
  found = fetch('-o', 'file', origin('/plain'))
  equal((found['file'], found['bytes']), ('file', len(TEXT)))
  lacks(found, 'body')
  equal(read('file').decode(), TEXT)


@case('/json/errors')
def errors():
  found = fetch('http://no-such-name.invalid/')
  equal(found['exit'], 6)
  equal((found['error']['domain'], found['error']['code']),
        ('tern-error-quark', 'server-not-found'))
  equal(found['error']['phase'], 'resolve')
  lacks(found, 'status')
  found = fetch('--timeout', '0.2', origin('/slow?ms=20000'))
  equal((found['error']['code'], found['error']['phase']), ('timed-out', 'wait'))
  with Raw(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort') as server:
    found = fetch(server.base)
    equal((found['error']['code'], found['bytes'], found['body'], found['status']),
          ('incomplete-read', 5, 'short', 200))


@case('/json/cannot-begin')
def cannot_begin():
  # What stands before all of them is the result of each.
  for options, code in ((('--store', 'no-such:'), 16), (('--ca-file', 'missing'), 11),
                        (('--bearer', 'missing'), 11), (('--cert', 'missing'), 11)):
    for command in (['get'], ['head'], ['trace'], ['send', 'PUT'], ['download']):
      urls = ['http://me:secret@127.0.0.1/', origin('/plain')]
      urls = urls[:2 if command[0] in ('get', 'head', 'download') else 1]
      result = tern(*command, '--json', *options, *urls)
      found = [json.loads(line) for line in result.text.splitlines()]
      equal((result.code, [each['exit'] for each in found]), (code, [code] * len(urls)), command)
      for each in found:
        SCHEMA.check(each)
        equal(each['error']['phase'], 'none')
      lacks(result.text, 'secret')
  result = tern('send', '--json', 'PUT', origin('/echo'), 'a=@missing')
  found = json.loads(result.text)
  SCHEMA.check(found)
  equal((result.code, found['exit']), (11, 11))


def interrupt(number, command, several, answered):
  """Stops the command in its last request but one that waits; the exit code and the objects."""
  server = Paced()
  if several:
    server.send(b'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n',
                b'' if command[0] == 'head' else b'one', 'next')
  if answered:
    server.send(b'HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\nsome')
  urls = [server('/one'), server('/two'), server('/three')] if several else [server('/two')]
  process = start(*command, *urls, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
  for _ in urls[:2]:
    server.requests.get(timeout=60)
  # Told once the head is there.
  while answered and not process.stderr.readline().startswith(b'* '):
    equal(process.poll(), None)
  process.send_signal(number)
  out, err = process.communicate(timeout=60)
  server.send(None)
  lacks(err.decode(), 'tern: ')
  found = [json.loads(line) for line in out.decode().splitlines()]
  equal([each['url'] for each in found], urls[:2], command)
  return process.returncode, found


@case('/json/interrupted')
def interrupted():
  if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    raise Skip('SIGINT is ignored here')
  for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
    for several, answered, command in (
        (True, False, 'get'), (False, True, 'get -v'), (False, True, 'get -v -o kept'),
        (True, False, 'head'), (False, False, 'send PUT'), (False, True, 'send PUT -v'),
        (False, False, 'trace'), (False, False, 'download -o kept'),
        (False, True, 'download -v -o never'), (True, False, 'download --force --parallel 1')):
      command = command.split(' ')
      command.insert(1, '--json')
      exit_code, found = interrupt(number, command, several, answered)
      equal((exit_code, [each['exit'] for each in found]),
            (code, ([0] if several else []) + [code]), command)
      for each in found:
        SCHEMA.check(each)
      error = found[-1]['error']
      equal((error['domain'], error['code']), ('g-io-error-quark', 'cancelled'), command)
      contains(('receive',) if answered else ('send', 'wait'), error['phase'])
      equal((found[-1]['sha256'], found[-1]['file'], 'status' in found[-1], 'body' in found[-1]),
            (None, None, answered, False), command)


@case('/json/is-utf-8')
def utf8():
  found = fetch('-o', b'caf\xe9', origin('/plain'))
  equal(found['file'], 'caf\ufffd')
  found = fetch('-H', b'X\xe9: 1', origin('/plain'))
  equal(found['exit'], 2)


@case('/json/no-password')
def no_password():
  found = fetch(f'http://user:secret@127.0.0.1:{origin.port}/plain')
  equal(found['url'], f'http://***@127.0.0.1:{origin.port}/plain')
  lacks(json.dumps(found), 'secret')


run()
