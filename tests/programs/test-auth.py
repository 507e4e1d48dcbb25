#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tern and curl log in at the same server: the same answer, in as many requests. Where curl does
not know a thing, or does it wrongly, the server alone is the judge."""

import shutil
import subprocess

from guarded import Guarded
from program import ENVIRONMENT, FOLDER, Origin, path, tern, write
from tap import Skip, case, contains, equal, lacks, run

server = Guarded()
CURL = shutil.which('curl')


def curl(*arguments):
  """Status, body."""
  if not CURL:
    raise Skip('curl is not installed')
  done = subprocess.run([CURL, '-s', '-w', '\n%{http_code}', *arguments], capture_output=True,
                        timeout=60, env=ENVIRONMENT, cwd=FOLDER, check=False)
  body, _, status = done.stdout.rpartition(b'\n')
  return int(status), body


def ask_tern(*arguments):
  result = tern('-i', *arguments)
  head, _, body = result.out.partition(b'\n\n')
  return (int(head.split(b' ')[1]) if head else 0), body


def good(user, *arguments, requests, body=b'come in, ', url=None):
  """tern gets in."""
  equal(ask_tern('-u', user, *arguments, url or server('/a')), (200, body), server.lock.problem)
  equal(server.take(), requests, 'tern')


def same(user, *arguments, how='--digest', requests, url=None):
  """tern gets as far as curl does, and that is told."""
  equal(ask_tern('-u', user, *arguments, url or server('/a')),
        curl(how, '-u', user, *arguments, url or server('/a')), server.lock.problem)
  seen = server.take()
  equal(seen, requests + requests)


def in_two(method='GET', first=401):
  return [(method, first), (method, 200)]


ALGORITHMS = (None, 'MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess')


@case('/auth/curl/digest')
def digest():
  for algorithm in ALGORITHMS:
    for options in ({}, {'opaque': 'o\\"p'}, {'qop': 'auth, auth-int'}, {'userhash': True},
                    {'charset': 'UTF-8'}):
      server.set(algorithm=algorithm, **options)
      same('user:secret', requests=in_two())
      same('user:wrong', requests=[('GET', 401)] * 2)
  for algorithm in (None, 'MD5', 'SHA-256'):
    server.set(algorithm=algorithm, qop=None)
    same('user:secret', requests=in_two())


@case('/auth/curl/digest/target')
def target():
  server.set()
  for name in ('/', '/a?b', '/a?b=c,d&e=%22', '/a;b=c/%2e', "/'a'"):
    same('user:secret', requests=in_two(), url=server(name))
  same('user:secret', '-X', 'PUT', requests=in_two('PUT'))


@case('/auth/curl/digest/names')
def names():
  for name, password in (('a b', 'secret'), ('a"b', ''), ('a\\b', ':::'), ('"\\', 'p"w\\'),
                         ('üser', 'pä€'), ('€', ' '), ('a,b=c', ','), ('user%00', '%00'),
                         ("it's", "'")):
    server.set(name=name, password=password)
    same(f'{name}:{password}', requests=in_two())
  for realm in ('', 'a b', 'nést', 'a, b=c', '=', "'"):
    server.set(realm=realm)
    same('user:secret', requests=in_two())


@case('/auth/curl/basic')
def basic():
  for name, password in (('user', 'secret'), ('ü', '€:'), ('a"\\', '')):
    server.set(scheme='basic', name=name, password=password)
    # curl asks first only where it has the choice.
    same(f'{name}:{password}', how='--anyauth', requests=in_two())
    equal(curl('--basic', '-u', f'{name}:{password}', server('/a')), (200, b'come in, '))
    equal(server.take(), [('GET', 200)])
  same('user:wrong', how='--anyauth', requests=[('GET', 401)] * 2)


@case('/auth/curl/any')
def any_scheme():
  # Both take Digest; tern does not tell the password in the clear when that is refused.
  for algorithm in ALGORITHMS:
    server.set(scheme='both', algorithm=algorithm)
    same('user:secret', how='--anyauth', requests=in_two())
  same('user:wrong', how='--anyauth', requests=[('GET', 401)] * 2)
  # What neither knows leaves Basic.
  server.set(scheme='both', algorithm='SHA-1')
  equal(ask_tern('-u', 'user:secret', server('/a')), (200, b'come in, '))
  equal(server.take(), in_two())


@case('/auth/curl/body')
def body():
  big = write('big', bytes(range(256)) * 1000)
  for options in ({}, {'algorithm': 'SHA-256-sess'}, {'scheme': 'basic'}):
    server.set(**options)
    same('user:secret', '-d', 'all of it', how='--anyauth', requests=in_two('POST'))
    equal(ask_tern('-u', 'user:secret', '-d', '@' + big, server('/a')),
          curl('--anyauth', '-u', 'user:secret', '--data-binary', '@' + big, server('/a')))
    equal(server.take(), in_two('POST') * 2)


@case('/auth/curl/bearer')
def bearer():
  token = write('token', b'to.ken~1+/==\n')
  server.set(scheme='bearer', token='to.ken~1+/==')
  equal(ask_tern('--bearer', token, server('/a')),
        curl('--oauth2-bearer', 'to.ken~1+/==', server('/a')))
  equal(server.take(), [('GET', 200)] * 2)
  server.set(scheme='bearer', token='another')
  equal(tern('--bearer', token, server('/a')).code, 10)
  assert server.take() in ([('GET', 401)], [('GET', 401)] * 2)
  # It is for the server that was named, and never shown.
  other = Origin()
  result = tern('-v', '--bearer', token, other('/echo'))
  contains(result.text, 'Bearer to.ken')
  lacks(result.err, 'to.ken')
  target = f'{other("/redirect")}?to={server("/a").replace(":", "%3A").replace("/", "%2F")}'
  server.set(scheme='bearer', token='to.ken~1+/==')
  equal(tern('--bearer', token, target).code, 10)
  equal(server.take(), [('GET', 401)])
  equal(tern('--bearer', path('missing'), server('/a')).code, 11)


@case('/auth/curl/proxy')
def proxy():
  for scheme, how in (('digest', '--proxy-digest'), ('basic', '--proxy-anyauth'),
                      ('both', '--proxy-anyauth')):
    for algorithm in ALGORITHMS if scheme != 'basic' else (None,):
      server.set(scheme=scheme, algorithm=algorithm, knows_curl=True)
      url = 'http://far.example.test/a?b'
      equal(ask_tern('--proxy', f'http://user:secret@127.0.0.1:{server.port}', url),
            curl('-x', f'http://127.0.0.1:{server.port}', '-U', 'user:secret', how, url))
      equal(server.take(), in_two(first=407) * 2, server.lock.problem)
      equal(tern('--proxy', f'http://user:wrong@127.0.0.1:{server.port}', url).code, 10)
      equal(server.take(), [('GET', 407)] * 2)
  server.set(algorithm='SHA-512-256')
  equal(ask_tern('--proxy', f'http://user:secret@127.0.0.1:{server.port}', url)[0], 200,
        server.lock.problem)
  equal(server.take(), in_two(first=407))


@case('/auth/curl/proxy/tunnel')
def tunnel():
  secure = Origin('-t')
  for options in ({}, {'algorithm': 'SHA-256-sess'}, {'scheme': 'basic'}):
    server.set(**options)
    for url in (secure('/plain'), secure('/plain').replace('localhost', '127.0.0.1')):
      equal(ask_tern('-k', '--proxy', f'http://user:secret@127.0.0.1:{server.port}', url)[0], 200,
            server.lock.problem)
      equal(server.take(), in_two('CONNECT', 407), server.lock.problem)
      equal(curl('-k', '-x', f'http://127.0.0.1:{server.port}', '-U', 'user:secret',
                 '--proxy-anyauth', url)[0], 200)
      equal(server.take(), in_two('CONNECT', 407))
    equal(tern('-k', '--proxy', f'http://user:wrong@127.0.0.1:{server.port}', url).code, 10)
    equal(server.take(), [('CONNECT', 407)] * 2)


# ---- what curl does not know, or knows better than the RFC ----


@case('/auth/own/sha-512-256')
def sha_512_256():
  for algorithm in ('SHA-512-256', 'SHA-512-256-sess', 'sha-512-256'.upper()):
    for qop in (None, 'auth', 'auth-int'):
      if qop is None and algorithm.endswith('-sess'):
        continue
      server.set(algorithm=algorithm, qop=qop, userhash=qop == 'auth', charset='UTF-8')
      good('user:secret', requests=in_two())
      good('user:secret', '-d', 'all of it', requests=in_two('POST'), body=b'come in, all of it')


@case('/auth/own/auth-int')
def auth_int():
  big = write('big', bytes(range(256)) * 1000)
  for algorithm in ALGORITHMS:
    server.set(algorithm=algorithm, qop='auth-int')
    good('user:secret', requests=in_two())
    good('user:secret', '-d', 'all of it', requests=in_two('POST'), body=b'come in, all of it')
    good('user:secret', '-d', '@' + big, requests=in_two('POST'),
         body=b'come in, ' + bytes(range(256)) * 1000)


@case('/auth/own/names')
def own_names():
  for name in ('üser', '€', 'a"\\b', 'a\tb'):
    for options in ({'charset': 'UTF-8'}, {'charset': 'UTF-8', 'userhash': True}, {}):
      server.set(name=name, password='pä"\\€', **options)
      good(f'{name}:pä"\\€', requests=in_two())
  # curl hashes a realm with its backslashes.
  for realm in ('the "nest"', 'a\\b', '\\"'):
    for algorithm in ('MD5', 'SHA-256-sess'):
      server.set(realm=realm, nonce='n"\\', opaque='\\\\', algorithm=algorithm, userhash=True)
      good('user:secret', requests=in_two())


@case('/auth/own/unsupported')
def unsupported():
  server.set(algorithm='SHA-1')
  result = tern('-u', 'user:secret', server('/a'))
  equal(result.code, 10)
  contains(result.err, 'SHA-1')
  equal(server.take(), [('GET', 401)])


run()
