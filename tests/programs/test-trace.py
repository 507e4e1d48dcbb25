#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tern trace: the hops, what happened, and the way through the stages."""

import json
import re

from program import Origin, Raw, closed_port, tern
from tap import case, contains, equal, lacks, run

origin = Origin()
secure = Origin('-t')
DOWN = ['v redirect', 'v auth', 'v coding', 'v cache', 'v proxy-auth', 'v retry', '= exchange',
        '^ retry', '^ proxy-auth', '^ cache', '^ coding', '^ auth']


def trace(*arguments):
  result = tern('trace', *arguments)
  hops, events, stages = result.text.split('\n\n')
  return result, hops.split('\n'), events.split('\n'), [line.strip() for line in
                                                        stages.strip().split('\n')]


@case('/trace/plain')
def plain():
  result, hops, events, stages = trace('--no-cache', origin('/plain'))
  equal((result.code, result.err), (0, ''))
  equal(hops[:2], [origin('/plain'), '  200 OK'])
  # What took less than the clock can tell, as the look-up of an address may, is not among them.
  for phase in ('connect', 'wait'):
    contains(hops[2], phase + ' ')
  lacks(hops[2], 'TLS')
  equal(re.sub(r'[\d.]+ ms', 'N', hops[3].replace('\xa0', ' ')), '  body 21 bytes in N')
  equal([line.split()[2] for line in events if 'header' not in line],
        ['connect', 'send', 'reply', 'timing', 'body'])
  equal(stages, DOWN + ['^ redirect'])


@case('/trace/redirect')
def redirect():
  result, hops, events, stages = trace(origin('/redirect'))
  equal([line for line in hops if not line.startswith('  ')],
        [origin('/redirect'), origin('/plain')])
  contains(hops, '  302 Found → /plain')
  contains(' '.join(hops), 'on a kept connection')
  equal(stages, DOWN + ['~ redirect'] + DOWN[1:] + ['^ redirect'])


@case('/trace/cache')
def cache():
  tern(origin('/cached'))
  _, hops, events, stages = trace(origin('/cached'))
  contains(' '.join(hops), '  cache: tern; hit')
  lacks(' '.join(stages), 'exchange')


@case('/trace/tls')
def tls():
  _, hops, events, _ = trace('--ca-file', secure.ca_file, secure('/plain'))
  contains(' '.join(hops), '  TLS 1.3, ')
  contains(' '.join(hops), ', TLS ')
  contains([line.split()[2] for line in events], 'tls')


@case('/trace/fails')
def fails():
  result = tern('trace', f':{closed_port()}/')
  equal((result.code, result.err.count('\n')), (7, 1))
  contains(result.text, 'connect-failed')
  contains(result.text, '~ retry')
  # The way up to there is not lost.
  result = tern('trace', '--max-redirects', '1', origin('/redirect-chain?n=3'))
  equal(result.code, 14)
  contains(result.text, '302 Found')


@case('/trace/json')
def as_json():
  found = json.loads(tern('trace', '--json', origin('/redirect')).text)
  equal(found['stages'][-1], '^ redirect')
  equal(found['events'][0]['event'], 'connect')
  assert all(event['when'] >= 0 for event in found['events'])
  equal([hop['timings']['reused'] for hop in found['hops']], [False])
  lacks(found, 'body')
  equal(found['bytes'], 21)


@case('/trace/secrets-and-controls')
def secrets():
  with Raw(b'HTTP/1.1 200 \xc2\x9b2J\r\nSet-Cookie: SECRET\r\nX: \xc2\x9b31m\r\n'
           b'Content-Length: 0\r\n\r\n') as server:
    result = tern('trace', '-H', 'Cookie: SECRET', server.base)
    lacks(result.text, 'SECRET')
    lacks(result.text, '\x9b')


@case('/trace/usage')
def usage():
  for arguments in ([], [':1/', ':1/']):
    equal(tern('trace', *arguments).code, 2)


run()
