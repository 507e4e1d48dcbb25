#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tern get: every option, by what comes out."""

import gzip
import os
import stat
import subprocess

from program import ENVIRONMENT, TERN, Origin, Raw, no_temporary_files, \
  path, read, start, tern, write
from tap import case, contains, equal, lacks, run

origin = Origin()
secure = Origin('-t')
TEXT = tern(origin('/plain')).out


@case('/get/body-alone-on-stdout')
def body():
  result = tern(origin('/plain'))
  equal((result.code, result.out, result.err), (0, TEXT, ''), 'plain')
  assert len(TEXT) > 10, TEXT


@case('/get/sub-command')
def sub_command():
  equal(tern('get', origin('/plain')).out, TEXT)


@case('/get/url-without-scheme')
def without_scheme():
  for url in (f':{origin.port}/plain', f'localhost:{origin.port}/plain',
              f'127.0.0.1:{origin.port}/plain', f'LOCALHOST:{origin.port}/plain'):
    equal((tern(url).code, tern(url).out), (0, TEXT), url)
  contains(tern('--offline', f'me:secret@localhost:{origin.port}/').text,
           f'Host: localhost:{origin.port}\n')
  for url, wanted in ((':', 'http://localhost/'), (':/path?a=b', 'http://localhost/path?a=b'),
                      (':?a=b', 'http://localhost/?a=b'), ('//h.invalid/p', 'https://h.invalid/p'),
                      ('://h.invalid/p', 'https://h.invalid/p'),
                      ('//localhost:1/p', 'http://localhost:1/p')):
    contains(tern('--curl', url).text, wanted)
    contains(tern('send', '--curl', 'PUT', url).text, wanted)
  for url in ('::1', ':x', '///path', ':///path'):
    equal(tern('--offline', url).code, 2, url)
  contains(tern('--curl', 'me:secret@localhost').text, ' http://localhost/\n')
  contains(tern('--curl', 'me:secret@localhost.example').text, ' https://localhost.example/\n')
  # A query may hold a URL.
  equal(tern(f':{origin.port}/plain?to=http://elsewhere/').out, TEXT)
  # Anything else is https.
  equal(tern('-k', f'[::ffff:127.0.0.1]:{secure.port}/plain').out, TEXT)


@case('/get/several-urls')
def several():
  result = tern(origin('/plain'), origin('/status?code=404'), origin('/status?code=500'),
                origin('/chunked'))
  equal((result.code, result.out), (4, TEXT + b'404\n500\n' + TEXT))


@case('/get/standard-input')
def standard_input():
  # URLs, where it is asked for; else it belongs to whoever comes next.
  lines = f'{origin("/plain")}\n\n  :{origin.port}/chunked \n'.encode()
  result = tern('-', stdin=lines)
  equal((result.code, result.out), (0, TEXT + TEXT))
  equal(tern('-', stdin=b'').code, 2)
  done = subprocess.run(['sh', '-c', '"$0" "$1" && "$0" -X POST "$1" && cat', TERN,
                         origin('/plain')], input=b'kept', capture_output=True, env=ENVIRONMENT,
                        timeout=30)
  equal(done.stdout, TEXT + TEXT + b'kept')


@case('/get/store-of-the-user')
def own_store():
  own = {'XDG_CACHE_HOME': path('own-cache')}
  for hit in (False, True):
    contains(tern('--json', origin('/cached'), environment=own).text,
             '"hit":true' if hit else '"hit":false')
  equal(os.path.isdir(path('own-cache/tern')), True)
  contains(tern('--json', '--no-cache', origin('/cached'), environment=own).text, '"hit":false')
  equal(tern('--only-cached', origin('/cached'), environment=own).code, 0)
  # Who has no place for a cache can fetch all the same.
  write('no-folder', b'')
  nowhere = {'XDG_CACHE_HOME': path('no-folder')}
  equal((tern(origin('/cached'), environment=nowhere).out), TEXT)
  os.mkdir(path('option'))
  for command in ((), ('download', '-o', 'nowhere'), ('cache', 'ls')):
    for uri, code in (('file://' + path('no-folder'), 11), ('file://' + path('no-folder/in'), 11),
                      ('file://' + path('no%2dfolder') + '?max-size=1M', 11),
                      ('file://' + path('option') + '?max-size=x', 1), ('nonsense', 1),
                      ('no-such-store:/x', 16)):
      result = tern(*command, '--store', uri, *(() if 'ls' in command else (origin('/cached'),)))
      equal((result.code, result.out, result.err.count('\n')), (code, b'', 1), (command, uri))
  for options in (['--store', 'memory:'], ['--only-cached']):
    equal(tern('--no-cache', *options, origin('/cached')).code, 2)


@case('/get/include')
def include():
  result = tern('-i', origin('/cached'))
  head, _, rest = result.text.partition('\n\n')
  equal(rest.encode(), TEXT)
  lines = head.split('\n')
  equal(lines[0], 'HTTP/1.1 200 OK')
  contains(lines, 'Cache-Control: max-age=60')
  # The library's own addition was never on the wire.
  lacks(head.lower(), 'content-location')


@case('/get/header')
def header():
  result = tern('-H', 'X-One: 1', '-H', 'X-One:2', '--header', 'X-Empty:', origin('/echo'))
  contains(result.text, 'X-One: 1\r\n')
  contains(result.text, 'X-One: 2\r\n')
  contains(result.text, 'X-Empty:')
  # Bytes that are no UTF-8 go out as they were typed.
  contains(tern('-H', b'X-Latin: caf\xe9', origin('/echo')).out, b'X-Latin: caf\xe9\r\n')


@case('/get/header/host')
def header_host():
  own = f'Host: 127.0.0.1:{origin.port}'
  for command in (('get',), ('get', '--offline'), ('send', 'GET'), ('download', '-o', '-')):
    for given, is_told in ((own, False), (own.lower(), False), ('HOST:elsewhere\x1b[1m', True),
                           ('Host: h:80', True), ('Host:', True)):
      result = tern(*command, '-H', given, origin('/echo'))
      if '\x1b' in given:
        lacks(result.err, '\x1b')
        if result.code == 2: # no field has an escape
          continue
      lines = result.text.replace('\r', '').split('\n')
      equal((result.code, [line for line in lines if line.lower().startswith('host:')]), (0, [own]))
      equal(result.err.count('\n'), int(is_told), given)
      equal('is not sent' in result.err, is_told, given)
  for url in ('https://h.invalid/', 'https://h.invalid:443/'):
    equal(tern('--offline', '-H', 'Host: h.invalid', url).err, '')
    equal(tern('--offline', '-H', 'Host: h.invalid:443', url).err, '')
    contains(tern('--offline', '-H', 'Host: h.invalid:80', url).err, 'of the URL, h.invalid\n')


@case('/get/data')
def data():
  result = tern('-d', 'a=1', origin('/echo'))
  contains(result.text, 'POST /echo HTTP/1.1\r\n')
  contains(result.text, 'Content-Type: application/x-www-form-urlencoded\r\n')
  contains(result.text, 'Content-Length: 3\r\n')
  equal(result.text.endswith('\r\n\r\na=1'), True, result.text)
  contains(tern('-d', 'a=1', '-d', 'b=2', origin('/echo')).text, '\r\n\r\na=1&b=2')


@case('/get/data-type')
def data_type():
  result = tern('-d', '{}', '-H', 'content-type: application/json', origin('/echo'))
  contains(result.text, 'content-type: application/json\r\n')
  lacks(result.text, 'urlencoded')


@case('/get/data-from-file')
def data_file():
  name = write('body', b'\x00line\nline\n')
  result = tern('-d', '@' + name, '-X', 'PUT', origin('/echo'))
  contains(result.text, 'PUT /echo HTTP/1.1\r\n')
  contains(result.text, 'Content-Length: 11\r\n')
  equal(result.out.endswith(b'\r\n\r\n\x00line\nline\n'), True)
  joined = tern('-d', 'a', '-d', '@' + name, origin('/echo')).out
  equal(joined.endswith(b'a&\x00line\nline\n'), True)


@case('/get/data-from-stdin')
def data_stdin():
  result = tern('-d', '@-', origin('/echo'), stdin=b'from a pipe')
  contains(result.text, 'Transfer-Encoding: chunked\r\n')
  equal(result.out.endswith(b'from a pipe'), True)
  name = write('body', b'from a file')
  with open(name, 'rb') as stream:
    process = start('-d', '@-', origin('/echo'), stdin=stream, stdout=subprocess.PIPE)
    out, _ = process.communicate(timeout=30)
  # Its size is known, so servers are spared the chunked coding.
  contains(out, b'Content-Length: 11\r\n')
  equal(out.endswith(b'from a file'), True)


@case('/get/method')
def method():
  contains(tern('-X', 'BREW', origin('/echo')).text, 'BREW /echo HTTP/1.1\r\n')
  result = tern('-i', '-X', 'HEAD', origin('/plain'))
  contains(result.text, f'Content-Length: {len(TEXT)}\n')
  equal(result.text.endswith('\n\n'), True)


@case('/get/output')
def output():
  result = tern('-o', 'new', origin('/plain'))
  equal((result.code, result.out, result.err, read('new')), (0, b'', '', TEXT))
  equal(stat.S_IMODE(os.stat(path('new')).st_mode), 0o666 & ~current_umask())
  result = tern('-o', '-', origin('/plain'))
  equal(result.out, TEXT)
  no_temporary_files()


def current_umask():
  mask = os.umask(0)
  os.umask(mask)
  return mask


@case('/get/output/replaces')
def output_replaces():
  write('kept', b'old')
  os.chmod(path('kept'), 0o640)
  os.symlink('kept', path('link'))
  equal(tern('-o', 'link', origin('/plain')).code, 0)
  equal((os.path.islink(path('link')), read('kept')), (True, TEXT))
  equal(stat.S_IMODE(os.stat(path('kept')).st_mode), 0o640)
  # What is no plain file is written to, not replaced.
  equal(tern('-o', '/dev/null', origin('/plain')).code, 0)
  equal(stat.S_ISCHR(os.stat('/dev/null').st_mode), True)


@case('/get/output/survives-failures')
def output_survives():
  write('good', b'good')
  with Raw(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort') as short:
    equal(tern('-o', 'good', short.base).code, 13)
  result = tern('-o', 'good', origin('/status?code=404'))
  # What the server has to say is still shown.
  equal((result.code, result.out), (4, b'404\n'))
  equal(tern('-o', 'good', '--no-follow', origin('/redirect')).code, 3)
  equal(read('good'), b'good')
  no_temporary_files()


@case('/get/raw')
def raw():
  equal(tern(origin('/gzip')).out, TEXT)
  equal(tern(origin('/deflate')).out, TEXT)
  equal(gzip.decompress(tern('--raw', origin('/gzip')).out), TEXT)
  lacks(tern('--raw', origin('/echo')).text.lower(), 'accept-encoding: gzip')
  contains(tern(origin('/echo')).text.lower(), 'accept-encoding: ')


@case('/get/user')
def user():
  equal(tern('-u', 'user:secret', origin('/basic')).text, 'Welcome, user.\n')
  result = tern('-u', 'user:wrong', origin('/basic'))
  equal((result.code, result.text), (10, 'Who are you?\n'))
  # Credentials are for the server that was named, not for one that it points to.
  other = Origin()
  to = f'{origin("/redirect")}?to={other("/basic").replace(":", "%3A").replace("/", "%2F")}'
  equal(tern('-u', 'user:secret', to).code, 10)


@case('/get/redirects')
def redirects():
  equal(tern(origin('/redirect')).out, TEXT)
  result = tern('--no-follow', origin('/redirect'))
  equal((result.code, result.text), (3, 'Elsewhere.\n'))
  equal(tern('--max-redirects', '3', origin('/redirect-chain?n=3')).code, 0)
  equal(tern('--max-redirects', '2', origin('/redirect-chain?n=3')).code, 14)
  equal(tern('--max-redirects', '0', origin('/redirect')).code, 14)


@case('/get/cache')
def cache():
  uri = 'file://' + path('cache')
  contains(tern('--json', '--cache', uri, origin('/cached')).text, '"hit":false')
  contains(tern('--json', '--cache', uri, origin('/cached')).text, '"hit":true')
  equal(tern('--cache', uri, origin('/cached')).out, TEXT)
  only = ('--cache', uri, '-H', 'Cache-Control: only-if-cached')
  equal(tern(*only, origin('/cached')).code, 0)
  equal(tern(*only, origin('/cached?other')).code, 15)


@case('/get/verbose')
def verbose():
  result = tern('-v', '-H', 'Cookie: biscuit', '-u', 'user:secret', origin('/basic'))
  equal(result.text, 'Welcome, user.\n')
  lines = result.err.split('\n')
  for line in ('> GET /basic HTTP/1.1', f'> Host: 127.0.0.1:{origin.port}', '> Cookie: ***',
               '< HTTP/1.1 401 Unauthorized', '> Authorization: ***', '< HTTP/1.1 200 OK'):
    contains(lines, line)
  for secret in ('biscuit', 'dXNlcjpzZWNyZXQ', 'secret'):
    lacks(result.err, secret)
  contains(result.err, '* body 15 bytes in ')
  contains(result.err, 'wait ')
  with Raw(b'HTTP/1.1 200 OK\r\nSet-Cookie: id=key\r\nContent-Length: 0\r\n\r\n') as server:
    result = tern('-v', server.base)
    contains(result.err, '< Set-Cookie: ***')
    lacks(result.err, 'id=key')
  where = b'http://me:secret@%s/plain' % origin.base.partition('//')[2].encode()
  with Raw(b'HTTP/1.1 302 Found\r\nLocation: %s\r\nLink: <%s>; rel="x", <//a@b>\r\n'
           b'Content-Length: 0\r\n\r\n' % (where, where)) as server:
    for arguments in (['-v', '-H', 'X-API-Key: secret', '-H', 'X-Auth-Token: secret'], ['trace']):
      result = tern(*arguments, server.base)
      equal(result.code, 0)
      contains(result.err + result.text, 'http://***@127')
      lacks(result.err + result.text, 'secret')


@case('/get/verbose/all-heads')
def verbose_all():
  result = tern('-v', origin('/redirect'))
  order = [line for line in result.err.split('\n') if line.startswith(('> GET', '< HTTP'))]
  equal(order, ['> GET /redirect HTTP/1.1', '< HTTP/1.1 302 Found', '> GET /plain HTTP/1.1',
                '< HTTP/1.1 200 OK'])
  contains(tern('-v', origin('/early-hints')).err, '< HTTP/1.1 103 Early Hints')
  contains(tern('-v', origin('/chunked')).err, '< X-Checksum: 42')


@case('/get/verbose/userinfo')
def verbose_userinfo():
  result = tern('-v', '--json', f'http://user:secret@127.0.0.1:{origin.port}/basic')
  lacks(result.err, 'secret')
  lacks(result.text, 'secret')


@case('/get/broken-pipe')
def broken_pipe():
  process = start(origin('/big?size=50000000'), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
  process.stdout.read(1000)
  process.stdout.close()
  err = process.stderr.read()
  process.stderr.close()
  equal((process.wait(30), err), (0, b''))


@case('/get/memory-is-flat')
def memory():
  def peak(size):
    process = start('-o', '/dev/null', origin(f'/big?size={size}'))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    equal(status, 0)
    return usage.ru_maxrss
  # Kilobytes; what the libraries and a sanitizer take is in both.
  small, large = peak(1000), peak(200000000)
  assert large - small < 8000, (small, large)


@case('/get/help-and-version')
def help_and_version():
  result = tern('--help')
  equal(result.code, 0)
  for part in ('Exit codes', '--json', '--ca-file', '  plugins '):
    contains(result.text, part)
  equal(tern('--version').text.startswith('tern 1.'), True)


@case('/get/proxy')
def proxy():
  page = b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfar\n'
  asks = b'HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n'
  far = 'http://far.example.test/'
  with Raw(page) as server:
    uri = server.base.rstrip('/')
    result = tern('--proxy', uri, far)
    equal((result.code, result.text), (0, 'far\n'))
    contains(server.requests[0], b'GET http://far.example.test/ HTTP/1.1\r\n')
    # The option stands before the environment, which is asked without it.
    equal(tern(far, environment={'http_proxy': uri}).code, 0)
    equal(tern('--proxy', 'direct://', origin('/plain'), environment={'http_proxy': uri}).out, TEXT)
    equal(tern('--no-proxy', '127.0.0.1', origin('/plain'), environment={'http_proxy': uri}).out,
          TEXT)
    equal(tern('--no-proxy', '127.0.0.1', '--proxy', uri, origin('/plain')).out, TEXT)
    equal(len(server.requests), 2)
  with Raw(asks) as server:
    # A name and a password are in no output whatever is shown.
    uri = server.base.rstrip('/').replace('//', '//me:secret@')
    result = tern('-v', '--proxy', uri, far, environment={'TERN_DEBUG': 'net,flow,plugin,cache'})
    equal((result.code, len(server.requests)), (10, 2))
    contains(server.requests[1], b'Proxy-Authorization: Basic bWU6c2VjcmV0\r\n')
    contains(result.err, server.base.rstrip('/'))
    lacks(result.err, 'secret')
    lacks(result.err, 'bWU6c2VjcmV0')
    result = tern('--proxy', uri, 'https://far.example.test/')
    equal(result.code, 10)
    lacks(result.err, 'secret')
  with Raw(b'HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n') as server:
    result = tern('--proxy', server.base, 'https://far.example.test/')
    equal(result.code, 7)
    contains(result.err, '403')
  result = tern('--proxy', 'gopher://me:secret@127.0.0.1', far)
  equal(result.code, 7)
  lacks(result.err, 'secret')


run()
