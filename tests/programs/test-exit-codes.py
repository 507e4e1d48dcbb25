#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every exit code that tern(1) documents, each by what causes it."""

import os
import re
import signal
import socket
import subprocess
import time

from program import ENVIRONMENT, Origin, Raw, TERN, closed_port, no_temporary_files, path, read, \
  start, tern, write
from tap import CASES, Skip, case, contains, equal, run

origin = Origin()
secure = Origin('-t')


def ends_with(code, *arguments, says=None, **options):
  result = tern(*arguments, **options)
  equal(result.code, code, f'{arguments} {result.err}')
  # One line for a person, however it failed.
  equal((result.err.count('\n'), result.err.startswith('tern: ')), (1, True), result.err)
  if says:
    contains(result.err, says)
  return result


@case('/exit/0-ok')
def ok():
  equal(tern(origin('/plain')).code, 0)
  # The answer that a conditional request hoped for.
  etag = [line.split(': ', 1)[1] for line in tern('-i', origin('/etag')).text.split('\n')
          if line.lower().startswith('etag: ')][0]
  equal(tern('-H', f'If-None-Match: {etag}', origin('/etag')).code, 0)


@case('/exit/1-other')
def other():
  broken = b'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!'
  with Raw(broken) as server:
    ends_with(1, server.base)
  with Raw(b'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd') as server:
    ends_with(1, server.base)
  with Raw(b'SSH-2.0-OpenSSH_9.2\r\n') as server:
    ends_with(1, server.base)


@case('/exit/2-usage')
def usage():
  ends_with(2)
  ends_with(2, '--no-such-option', origin('/plain'), says='--no-such-option')
  ends_with(2, '-H', 'no colon', origin('/plain'), says='no colon')
  ends_with(2, '-H', 'Bad Name: x', origin('/plain'))
  ends_with(2, '-H', 'X: a\r\nInjected: b', origin('/plain'))
  ends_with(2, '-X', 'GE T', origin('/plain'))
  ends_with(2, 'http://exa mple/')
  ends_with(2, 'ftp://127.0.0.1/', says='ftp')
  ends_with(2, 'http://127.0.0.1:99999/')
  ends_with(2, '--timeout', 'soon', origin('/plain'), says='soon')
  ends_with(2, '--timeout', 'nan', origin('/plain'))
  ends_with(2, '--total-timeout', '-1', origin('/plain'))
  ends_with(2, '--max-redirects', '-1', origin('/plain'))
  ends_with(2, '-o', 'one', origin('/plain'), origin('/plain'))
  ends_with(2, '-d', '@-', '-d', '@-', origin('/plain'))
  ends_with(2, '-u', ':secret', origin('/plain'))
  ends_with(2, 'plugins', 'surplus', says='surplus')


@case('/exit/3-redirect')
def redirect():
  for code in (301, 302, 303, 307, 308):
    equal(tern('--no-follow', origin(f'/redirect?code={code}')).code, 3)


@case('/exit/4-and-5-statuses')
def statuses():
  for status, code in ((400, 4), (404, 4), (429, 4), (499, 4), (500, 5), (503, 5), (504, 5)):
    result = tern(origin(f'/status?code={status}'))
    equal((result.code, result.text, result.err), (code, f'{status}\n', ''))


@case('/exit/6-look-up')
def look_up():
  ends_with(6, 'http://no-such-name.invalid/', says='no-such-name.invalid')


@case('/exit/7-connect')
def connect():
  port = closed_port()
  ends_with(7, f':{port}/', says=str(port))


@case('/exit/8-tls')
def tls():
  ends_with(8, secure('/plain'))
  equal(tern('--ca-file', secure.ca_file, secure('/plain')).code, 0)
  equal(tern('-k', secure('/plain')).code, 0)
  # A server that speaks no TLS at all.
  with Raw(b'HTTP/1.1 400 Bad Request\r\n\r\n') as server:
    ends_with(8, server.base.replace('http:', 'https:'))


@case('/exit/9-timeout')
def timeout():
  for option in ('--timeout', '--total-timeout'):
    begin = time.monotonic()
    ends_with(9, option, '0.2', origin('/slow?ms=20000'))
    assert time.monotonic() - begin < 10
  # Bytes move all the time, and yet it takes too long.
  ends_with(9, '--total-timeout', '0.3', origin('/slow?drip=1&ms=100'))


@case('/exit/9-connect-timeout')
def connect_timeout():
  with socket.socket() as full:
    full.bind(('127.0.0.1', 0))
    full.listen(0)
    port = full.getsockname()[1]
    waiting = [socket.socket() for _ in range(8)]
    try:
      for one in waiting:
        one.setblocking(False)
        one.connect_ex(('127.0.0.1', port))
      ends_with(9, '--connect-timeout', '0.3', f':{port}/')
    finally:
      for one in waiting:
        one.close()


@case('/exit/10-authentication')
def authentication():
  equal(tern(origin('/basic')).code, 10)
  equal(tern(origin('/status?code=407')).code, 10)


@case('/exit/11-local-file')
def local_file():
  ends_with(11, '-d', '@missing', origin('/echo'), says='missing')
  ends_with(11, '-d', 'a', '-d', '@missing', origin('/echo'), says='missing')
  ends_with(11, '-d', '@/', origin('/echo'))
  ends_with(11, '-o', 'no-such-folder/file', origin('/plain'), says='no-such-folder')
  ends_with(11, '-o', '/', origin('/plain'))
  with open('/dev/full', 'wb') as full:
    done = subprocess.run([TERN, origin('/plain')], stdout=full, stderr=subprocess.PIPE,
                          env=ENVIRONMENT, timeout=30)
  equal(done.returncode, 11)
  # The place of a closed stdout must not be taken by the socket.
  done = subprocess.run(['sh', '-c', 'exec "$0" "$1" >&-', TERN, origin('/plain')],
                        stderr=subprocess.PIPE, env=ENVIRONMENT, timeout=30)
  equal(done.returncode, 11)
  ends_with(11, '--ca-file', 'missing', secure('/plain'), says='missing')


@case('/exit/12-checksum')
def checksum():
  ends_with(12, 'download', '--checksum', 'sha256:' + '0' * 64, '-o', 'sum', origin('/plain'))
  equal(os.path.exists(path('sum')), False)


@case('/exit/13-incomplete')
def incomplete():
  with Raw(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort') as server:
    equal(ends_with(13, server.base).out, b'short')
  with Raw(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort') as server:
    ends_with(13, server.base)
  with Raw(b'') as server:
    ends_with(13, server.base)
  with Raw(b'', resets=True) as server:
    ends_with(13, server.base)


@case('/exit/14-too-many-redirects')
def too_many():
  ends_with(14, '--max-redirects', '1', origin('/redirect-chain?n=2'))
  ends_with(14, origin('/redirect-chain?n=6'))


@case('/exit/15-not-in-cache')
def not_in_cache():
  equal(tern('--cache', 'file://' + path('cache'), '-H', 'Cache-Control: only-if-cached',
             origin('/cached')).code, 15)
  equal(tern('--only-cached', origin('/no-such')).code, 15)


@case('/exit/16-plugin')
def plugin():
  ends_with(16, '--cache', 'no-such-store:///there', origin('/plain'), says='no-such-store')


@case('/exit/17-helper')
def helper():
  for address in ('unix:path=' + path('no-bus'), 'nonsense:'):
    ends_with(17, 'jobs', 'list', environment={'DBUS_SESSION_BUS_ADDRESS': address})


@case('/exit/130-interrupted')
def interrupted():
  if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    raise Skip('SIGINT is ignored here')
  write('kept', b'kept')
  for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
    # In the head, then in the body.
    for target in ('/slow?ms=30000', '/slow?drip=1&ms=300'):
      process = start('-o', 'kept', origin(target), stderr=subprocess.PIPE)
      time.sleep(0.5)
      begin = time.monotonic()
      process.send_signal(number)
      equal(process.wait(20), code, target)
      equal(process.stderr.read(), b'', target)
      process.stderr.close()
      assert time.monotonic() - begin < 5
      equal(read('kept'), b'kept')
      no_temporary_files()


@case('/exit/130-interrupted/blocked-on-a-pipe')
def interrupted_pipe():
  process = start(origin('/big?size=50000000'), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
  time.sleep(0.5)
  process.send_signal(signal.SIGINT)
  equal(process.wait(20), 130)
  process.stdout.close()
  process.stderr.close()


@case('/exit/every-code-has-a-case')
def every():
  # The usage and what is tested here cannot drift apart.
  text = tern('--help').text.partition('Exit codes:')[2]
  codes = {int(line.split()[0]) for line in text.strip().splitlines()}
  tested = {int(number) for name, _ in CASES for number in re.findall(r'\d+', name)}
  equal(codes - tested, set())


@case('/exit/first-failure-wins')
def first():
  equal(tern(origin('/status?code=500'), origin('/status?code=404')).code, 5)
  equal(tern(origin('/plain'), f':{closed_port()}/', origin('/status?code=404')).code, 7)


if os.environ.get('TERN_PLUGIN_DIR'):
  run()
raise SystemExit('TERN_PLUGIN_DIR is to name the plugins of the build')
