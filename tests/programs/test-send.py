#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tern send and tern head; --curl and --offline, which show what would be sent."""

import json
import re
import shutil
import subprocess

from program import ENVIRONMENT, FOLDER, Origin, Raw, path, tern, write
from tap import Skip, case, contains, equal, lacks, run

origin = Origin()
secure = Origin('-t')


def ask(*arguments, stdin=None):
  """What arrived: the request line, its fields and its body."""
  result = tern('send', *arguments, stdin=stdin)
  equal((result.code, result.err), (0, ''))
  return split(result.out)


def split(request):
  head, _, body = request.partition(b'\r\n\r\n')
  lines = head.decode().split('\r\n')
  return lines[0], sorted(lines[1:]), body


@case('/send/json')
def as_json():
  line, fields, body = ask('PUT', origin('/echo'), 'name=tern', 'count:=3', 'flag:= true ',
                           'list:=[1, {"a": null}]', 'empty=', 'quote="\\é')
  equal(line, 'PUT /echo HTTP/1.1')
  contains(fields, 'Content-Type: application/json')
  contains(fields, 'Accept: application/json, */*;q=0.5')
  equal(json.loads(body), {'name': 'tern', 'count': 3, 'list': [1, {'a': None}], 'flag': True,
                           'empty': '', 'quote': '"\\é'})


@case('/send/form')
def as_form():
  for option in ('-f', '--form'):
    _, fields, body = ask(option, 'POST', origin('/echo'), 'a=b c', 'd&=é', 'x=*-._~')
    contains(fields, 'Content-Type: application/x-www-form-urlencoded')
    equal(body, b'a=b+c&d%26=%C3%A9&x=*-._%7E')


@case('/send/multipart')
def multipart():
  write('some "file".txt', b'\x00\r\ncontent')
  _, fields, body = ask('POST', origin('/echo'), 'plain=text', 'file@some "file".txt')
  type_, = [field for field in fields if field.startswith('Content-Type: ')]
  boundary = type_.partition('boundary=')[2].encode()
  equal(type_.partition(';')[0], 'Content-Type: multipart/form-data')
  equal(body, b'--' + boundary + b'\r\nContent-Disposition: form-data; name="plain"\r\n\r\ntext\r\n'
        b'--' + boundary + b'\r\nContent-Disposition: form-data; name="file"; '
        b'filename="some %22file%22.txt"\r\nContent-Type: text/plain\r\n\r\n\x00\r\ncontent\r\n'
        b'--' + boundary + b'--\r\n')
  contains(' '.join(ask('--multipart', 'POST', origin('/echo'), 'a=b')[1]), 'multipart/form-data')


@case('/send/query')
def query():
  equal(ask('GET', origin('/echo?a=1#part'), 'b==x y', 'c==&=')[0],
        'GET /echo?a=1&b=x%20y&c=%26%3D HTTP/1.1')
  equal(ask('GET', origin('/echo'), 'q==é')[0], 'GET /echo?q=%C3%A9 HTTP/1.1')


@case('/send/headers')
def headers():
  _, fields, body = ask('-H', 'X-Gone: 1', 'GET', origin('/echo'), 'X-One:1', 'X-Empty;', 'X-Gone:',
                        'X-Time:12:30')
  for field in ('X-One: 1', 'X-Empty: ', 'X-Time: 12:30'):
    contains(fields, field)
  lacks(' '.join(fields), 'X-Gone')
  equal(body, b'')
  _, fields, _ = ask('POST', origin('/echo'), 'Content-Type:application/vnd.x+json', 'Accept:a/b',
                     'n:=1')
  contains(fields, 'Content-Type: application/vnd.x+json')
  contains(fields, 'Accept: a/b')


@case('/send/headers/taken-away')
def taken_away():
  names = ('Accept', 'Content-Type', 'Accept-Encoding', 'User-Agent')
  for name in names:
    arguments = ['POST', origin('/echo'), f'{name.lower()}:', 'a=b']
    _, fields, body = ask(*arguments)
    lacks(' '.join(fields), name + ': ')
    equal((len([field for field in fields if field.startswith(names)]), body), (3, b'{"a":"b"}'))
    shown = tern('send', '--offline', *arguments).text
    equal(sorted(shown.partition('\n\n')[0].split('\n')[1:]), fields)
    contains(tern('send', '--curl', *arguments).text, f' --header {name.lower()}: ')
  contains(ask('POST', origin('/echo'), 'Accept:', 'Accept:a/b', 'a=b')[1], 'Accept: a/b')


@case('/send/multipart/type-and-stdin')
def multipart_type():
  write('up.txt', b'up')
  body = ask('POST', origin('/echo'), 'f@up.txt;type=text/css', 'g@-', stdin=b'in\0put')[2]
  contains(body, b'name="f"; filename="up.txt"\r\nContent-Type: text/css\r\n\r\nup\r\n')
  contains(body, b'name="g"; filename="-"\r\n\r\nin\0put\r\n')
  contains(ask('POST', origin('/echo'), 'f@-', stdin=b'')[2], b'filename="-"\r\n\r\n\r\n--')
  contains(ask('POST', origin('/echo'), '@up.txt;type=a/b')[1], 'Content-Type: a/b')
  contains(tern('send', '--curl', 'POST', ':1', 'f@up.txt;type=a/b').text,
           " --form 'f=@up.txt;type=a/b' ")


@case('/send/whole-body')
def whole():
  write('body.json', b'{"a":1}')
  _, fields, body = ask('POST', origin('/echo'), '@body.json')
  equal(body, b'{"a":1}')
  contains(fields, 'Content-Length: 7')
  contains(fields, 'Content-Type: application/json')
  for item in ('@-', '-'):
    _, fields, body = ask('POST', origin('/echo'), item, stdin=b'from a pipe')
    equal(body, b'from a pipe')
    contains(fields, 'Transfer-Encoding: chunked')
  # Nothing else reads standard input.
  equal(ask('POST', origin('/echo'), stdin=b'not asked for')[2], b'')


@case('/send/from-files')
def from_files():
  write('text', b'line\nline')
  write('list.json', b' [1,2]\n')
  body = ask('POST', origin('/echo'), 'text=@text', 'list:=@list.json')[2]
  equal(json.loads(body), {'text': 'line\nline', 'list': [1, 2]})


@case('/send/fields-from-files')
def fields_from_files():
  write('value', 'café = 1\n\n'.encode())
  write('latin', b'caf\xe9\n')
  write('secret', b'SECRET\nX-Injected: 1\n')
  write('bare', b'SECRET\rX-Injected: 1')
  write('nul', b'a\0b')
  line, fields, _ = ask('GET', origin('/echo?a=b'), 'X-Value:@value', 'q==@value', 'r==@-',
                        stdin=b'a\nb\n')
  equal(line, 'GET /echo?a=b&q=caf%C3%A9%20%3D%201&r=a%0Ab HTTP/1.1')
  contains(tern('send', 'GET', origin('/echo?q'), 'X-Value:@latin').out, b'X-Value: caf\xe9\r\n')
  equal(len([field for field in fields if field.startswith('X-Value: ')]), 1)
  contains(ask('GET', origin('/echo'), 'X-In:@-', stdin=b'from a pipe\n')[1], 'X-In: from a pipe')
  # The last is a value, as it was before.
  equal(ask('GET', origin('/echo'), 'q== @value')[0], 'GET /echo?q=%20%40value HTTP/1.1')
  with Raw(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n') as server:
    for item, code in (('Authorization:@secret', 2), ('X-Bare:@bare', 2), ('X-Nul:@nul', 2),
                       ('Bad Name:@latin', 2), ('q==@nul', 2), ('X-Gone:@missing', 11),
                       ('q==@missing', 11)):
      result = tern('send', 'GET', server.base, item)
      equal((result.code, result.out, result.err.count('\n')), (code, b'', 1), item)
      # Which it is, and never what is in the file.
      contains(result.err, item.split('@')[1] if code == 11 else re.split('[:=]', item)[0])
      lacks(result.err, 'SECRET')
    equal(tern('send', 'GET', server.base, 'A:@-', 'b==@-', stdin=b'1').code, 2)
    equal(server.requests, [])


@case('/send/escapes')
def escapes():
  equal(json.loads(ask('POST', origin('/echo'), 'a\\:b=1', 'c\\=d=2', '\\@e=3', 'f\\\\=4')[2]),
        {'a:b': '1', 'c=d': '2', '@e': '3', 'f\\': '4'})


def body_of(*items):
  result = tern('send', '--offline', 'POST', ':1', *items)
  equal((result.code, result.err), (0, ''), items)
  return json.loads(result.out.partition(b'\n\n')[2])


@case('/send/nested')
def nested():
  # HTTPie's nested syntax; each row is items and the JSON that they make.
  write('nested.txt', b'text')
  write('nested.json', b'{"a": [1]}')
  for items, wanted in (
      (['a[b]=c'], {'a': {'b': 'c'}}),
      (['a[b][c]:=2', 'a[b][d]=e'], {'a': {'b': {'c': 2, 'd': 'e'}}}),
      (['a[]=1', 'a[]:=2', 'a[]:=null'], {'a': ['1', 2, None]}),
      (['a[3]=x', 'a[1]=y'], {'a': [None, 'y', None, 'x']}),
      (['a[0]=x', 'a[0]=y', 'b=1', 'b:=2'], {'a': ['y'], 'b': 2}),
      (['a[2]=x', 'a[]=y', 'a[5]=z'], {'a': [None, None, 'x', 'y', None, 'z']}),
      (['a[][b]=1', 'a[][b]=2', 'a[0][c]=3'], {'a': [{'b': '1', 'c': '3'}, {'b': '2'}]}),
      (['a[2][b]=1', 'a[1][]=2'], {'a': [None, ['2'], {'b': '1'}]}),
      (['k[]:=1', 'k[][]:=2', 'k[][][]:=3'], {'k': [1, [2], [[3]]]}),
      (['[]=a', '[]:=[2]', '[4][b]=c'], ['a', [2], None, None, {'b': 'c'}]),
      (['[0][a]=b', '[0][c]=d'], [{'a': 'b', 'c': 'd'}]),
      (['=a', 'b=c'], {'': 'a', 'b': 'c'}),
      ([':=[1,2]'], {'': [1, 2]}),
      (['1=a', '2[3]=b'], {'1': 'a', '2': [None, None, None, 'b']}),
      # What was given as JSON can be gone into.
      (['a:={"b": [1, {"c": "d"}], "e": {}}', 'a[b][1][f]:=true', 'a[b][]=g', 'a[e][h]=i'],
       {'a': {'b': [1, {'c': 'd', 'f': True}, 'g'], 'e': {'h': 'i'}}}),
      (['a:={"\\u0062\\"\\ud83d\\ude00\\n\\/": { "x" : [ ] }, "y": ""}',
        'a[b"😀\n/][x][]:=-1.50e+3'],
       {'a': {'b"😀\n/': {'x': [-1500]}, 'y': ''}}),
      (['a:=[]', 'a[]=x', 'b:={}', 'b[c]=d', 'n:=null', 'n[x]=y'],
       {'a': ['x'], 'b': {'c': 'd'}, 'n': {'x': 'y'}}),
      (['a:= [ "]" , "[{" ] ', 'a[]=x'], {'a': [']', '[{', 'x']}),
      # Backslashes.
      (['a\\[b\\]=1', 'c[\\[]=2', 'c[\\]]=3'], {'a[b]': '1', 'c': {'[': '2', ']': '3'}}),
      (['o[\\1]=a', 'o[\\-20]=b', '\\3[x]=c'], {'o': {'1': 'a', '-20': 'b'}, '3': {'x': 'c'}}),
      (['o[\\\\1]=a', 'o[\\d]=b', 'o[\\2 e]=c', 'o[f\\3]=d'],
       {'o': {'\\1': 'a', '\\d': 'b', '\\2 e': 'c', 'f\\3': 'd'}}),
      (['a[\\\\]:=1', 'a[b\\\\]:=2', 'c\\\\[d]=3', 'e\\=f=g'],
       {'a': {'\\': 1, 'b\\': 2}, 'c\\': {'d': '3'}, 'e=f': 'g'}),
      (['a[b\\:c]=1', 'a[ d ]=2', 'a[é][!]=3'], {'a': {'b:c': '1', ' d ': '2', 'é': {'!': '3'}}}),
      (['t[a]=@nested.txt', 't[b][]:=@nested.json', 't[b][0][a][]=x'],
       {'t': {'a': 'text', 'b': [{'a': [1, 'x']}]}})):
    equal(body_of(*items), wanted, items)
  # No digit is lost, and what is sent is what --curl shows.
  result = tern('send', '--curl', 'POST', ':1', 'a[b]:=12345678901234567890.10', 'a[c]:=1e400')
  contains(result.text, """'{"a":{"b":12345678901234567890.10,"c":1e400}}'""")
  # In a form a bracket is a bracket.
  equal(ask('--form', 'POST', origin('/echo'), 'a[b]=c')[2], b'a%5Bb%5D=c')
  contains(ask('--multipart', 'POST', origin('/echo'), 'a[b]=c')[2], b'name="a[b]"')


@case('/send/nested/refused')
def nested_refused():
  # What is wrong, and where.
  name = 'a name, a number or “]” is expected'
  for items, wanted in (
      (['a[=1'], f'“a[”, character 3: {name}'),
      (['a[b][=1'], f'“a[b][”, character 6: {name}'),
      (['a[1=1'], '“a[1”, character 4: “]” is expected'),
      (['a[é=1'], '“a[é”, character 4: “]” is expected'),
      (['a[b[c]=1'], '“a[b[c]”, character 4: “]” is expected'),
      (['a[[b]=1'], f'“a[[b]”, character 3: {name}'),
      (['a[b\\]=1'], '“a[b\\]”, character 6: “]” is expected'),
      (['a[b]c=1'], '“a[b]c”, character 5: “[” is expected'),
      (['a\\[]=1'], '“a\\[]”, character 4: “[” is expected'),
      (['a]=1'], '“a]”, character 2: “[” is expected'),
      ([']=1'], '“]”, character 1: a name, a number or “[” is expected'),
      (['[a]=1'], '“[a]”, character 2: a number or “]” is expected'),
      (['a[-1]=1'], '“a[-1]”, character 3: an index cannot be negative'),
      (['a[100001]=1'], '“a[100001]”, character 3: such a large index is not supported'),
      (['a[99999999999999999999]=1'], 'such a large index'),
      (['a' + '[]' * 300 + '=1'], 'character 400: this is nested too deep'),
      (['a=1', 'a[b]=2'], '“a[b]”: “a” is a string, in which “[b]” has no place'),
      (['a:=1', 'a[]=2'], '“a[]”: “a” is a number, in which “[]” has no place'),
      (['a:=true', 'a[0]=2'], '“a[0]”: “a” is true, in which “[0]” has no place'),
      (['a[b]=1', 'a[]=2'], '“a[]”: “a” is an object, in which “[]” has no place'),
      (['a[]=1', 'a[b]=2'], '“a[b]”: “a” is an array, in which “[b]” has no place'),
      (['a[b][]=1', 'a[b][0][c]=2'], '“a[b][0][c]”: “a[b][0]” is a string'),
      (['a:={"b":[]}', 'a[b][c][d]=2'], '“a[b][c][d]”: “a[b]” is an array, in which “[c]”'),
      (['[]=1', 'a=2'], '“a”: the body is an array, in which “a” has no place'),
      (['a=1', '[0]=2'], '“[0]”: the body is an object, in which “[0]” has no place'),
      (['=1', '[]=2'], '“[]”: the body is an object, in which “[]” has no place')):
    result = tern('send', '--offline', 'POST', ':1', *items)
    equal((result.code, result.out, result.err.count('\n')), (2, b'', 1), items)
    contains(result.err, wanted)


@case('/send/refused')
def refused():
  url = origin('/echo')
  for items in (['nothing'], ['a:=tru'], ['a:=1,"b":2'], ['a:={"b":}'], ['a:=01'], ['a:="\t"'],
                ['a:=' + '[' * 1000 + ']' * 1000], ['@body', 'a=1'], ['--form', 'a:=1'],
                [b'a=\xff'], ['Bad Name:x'], ['a:='], ['a;b=c'], ['X-Empty; '], ['a=@-', 'b=@-'],
                ['a:=@-', 'b@-'], ['a@up;type='], ['a@up;type=x\r\ny']):
    result = tern('send', 'POST', url, *items, stdin=b'1')
    equal((result.code, result.out, result.err.count('\n')), (2, b'', 1), items)
  for arguments in ([], ['POST']):
    equal(tern('send', *arguments).code, 2)
  equal(tern('send', 'PO ST', url).code, 2)
  for item in ('a=@missing', '@missing', 'a@missing', 'a:=@missing'):
    result = tern('send', 'POST', url, item)
    equal(result.code, 11, item)
    contains(result.err, 'missing')


@case('/head')
def head():
  result = tern('head', origin('/cached'))
  lines = result.text.split('\n')
  equal((result.code, lines[0], lines[-2:]), (0, 'HTTP/1.1 200 OK', ['', '']))
  contains(lines, 'Cache-Control: max-age=60')
  equal(tern('head', origin('/status?code=404')).code, 4)
  found = json.loads(tern('head', '--json', origin('/plain')).text)
  equal((found['status'], found['bytes']), (200, 0))
  equal(tern('head').code, 2)


@case('/offline/is-what-is-sent')
def offline():
  for arguments in (['get', origin('/echo')], ['get', '-d', 'a=b', '-d', 'c', origin('/echo')],
                    ['get', '--raw', '-X', 'BREW', '-H', 'X: y', origin('/echo?a=b')],
                    ['send', 'POST', origin('/echo'), 'a=b', 'X:y']):
    sent = split(tern(*arguments, '--no-cache').out)
    shown = tern(*arguments, '--offline')
    equal((shown.code, shown.err), (0, ''))
    shown_head, _, shown_body = shown.text.partition('\n\n')
    lines = shown_head.split('\n')
    equal((lines[0], sorted(lines[1:]), shown_body.encode()), sent)


@case('/offline/sends-nothing')
def offline_nothing():
  with Raw(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n') as server:
    equal(tern('--offline', server.base).code, 0)
    equal(tern('--curl', server.base).code, 0)
    equal(server.requests, [])
  # It asks no name server either, and knows the ports of https.
  for url, host in (('https://no-such-name.invalid/', 'no-such-name.invalid'),
                    ('https://h.invalid:8443/', 'h.invalid:8443'),
                    ('https://h.invalid:80/', 'h.invalid:80'),
                    ('https://h.invalid:443/', 'h.invalid'),
                    ('http://h.invalid:80/', 'h.invalid')):
    contains(tern('--offline', url).text.split('\n'), f'Host: {host}')
  # What is wrong is said of the URL that was meant.
  for url in ('https://exa_mple..invalid/', 'https://h.invalid:99999/', 'exa%20mple/'):
    result = tern('--offline', url)
    equal(result.code, 2)
    contains(result.err, 'https://')
    lacks(result.err, 'http://')
  size = len(tern('--offline', '-d', '@-', ':1/', stdin=b'x' * 3000000).out)
  assert size > 3000000, size


@case('/offline/login')
def offline_login():
  # What the first request has of a login: as sent, but for the secret.
  write('token', b'SECRET\n')
  write('no-token', b' \n')
  def fields(lines):
    return [line.split(':')[0] for line in lines if line.startswith('Authorization:')]
  for options, wanted in (((), 0), (('-u', 'me:SECRET'), 0), (('--bearer', 'token'), 1),
                          (('--bearer', 'token', '-u', 'me:SECRET'), 1),
                          (('--bearer', 'no-token'), 0),
                          (('--bearer', 'no-token', '-u', 'me:SECRET'), 1),
                          (('--bearer', 'token', '-H', 'Authorization: Own SECRET'), 1)):
    with Raw(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n') as server:
      equal(tern('--no-cache', *options, server.base).code, 0)
      sent = server.requests[0].decode().split('\r\n')
      shown = tern('--offline', *options, server.base)
      equal((shown.code, shown.err), (0, ''))
      lines = shown.text.split('\n')
      equal((len(fields(sent)), len(fields(lines))), (wanted, wanted), options)
      equal('Authorization: ***' in lines, bool(wanted), options)
      lacks(shown.text, 'SECRET')
  contains(tern('--offline', '--bearer', 'token', 'https://h.invalid/').text.split('\n'),
           'Authorization: ***')
  # It asks nobody for a password, and no file is left out without a word.
  equal(tern('--offline', '-u', 'me', 'http://h.invalid/').code, 0)
  equal(tern('--offline', '--bearer', 'missing', 'http://h.invalid/').code, 11)


@case('/offline/secrets')
def offline_secrets():
  write('token', b'SECRET\n')
  for option in ('--offline', '--curl'):
    result = tern(option, '-H', 'Cookie: SECRET', '-H', 'Authorization: SECRET', '-u', 'me:SECRET',
                  '--bearer', 'token', '--proxy', 'http://me:SECRET@127.0.0.1:1',
                  'http://me:SECRET@h.invalid/')
    equal(result.code, 0)
    lacks(result.text + result.err, 'SECRET')
    contains(result.text, '***')
    for field in ('X-API-Key: SECRET', 'X-Auth-Token: SECRET', 'Referer: http://me:SECRET@h/'):
      result = tern(option, '-H', field, 'http://h.invalid/')
      lacks(result.text + result.err, 'SECRET')
      contains(result.text, '***')
  # Where a password ends is not clear when the URL is none.
  for url in ('http://me:a@SECRET@h.invalid/', 'http://me:a/SECRET@h.invalid/'):
    for option in ('--offline', '--curl', '--json', '-v', '--progress=json'):
      result = tern(option, url)
      lacks(result.text + result.err, 'SECRET')


@case('/curl/does-the-same')
def curl():
  if not shutil.which('curl'):
    raise Skip('there is no curl')
  write('body.json', b'{"a":1}')
  write('upload', b'\x00up')
  for arguments in ([origin('/echo')], ['-d', 'a=b', '-d', '@body.json', origin('/echo')],
                    ['-d', '@body.json', '-X', 'PUT', origin('/echo')],
                    ['-H', 'X: it\'s "y"', '-H', 'X-Empty:', origin('/echo?a=[1]&b={2}')],
                    ['--ca-file', secure.ca_file, secure('/echo')],
                    ['send', 'PATCH', origin('/echo'), 'a=b', 'n:=1'],
                    ['send', '-f', 'POST', origin('/echo'), 'a=b c'],
                    ['send', 'DELETE', origin('/echo'), '@body.json'],
                    [origin(f'/redirect?to={origin("/echo")}')]):
    line = tern(*arguments, '--curl').text
    done = subprocess.run(['sh', '-c', line], env=ENVIRONMENT, cwd=FOLDER, capture_output=True,
                          timeout=60)
    equal(done.returncode, 0, (line, done.stderr))
    ours, theirs = split(tern(*arguments, '--no-cache').out), split(done.stdout)
    equal((ours[0], ours[2]), (theirs[0], theirs[2]), line)
    # Each names itself and what it can decode; curl takes everything where we say nothing.
    own = ('user-agent:', 'accept-encoding:', 'accept: */*')
    of = [[field.rstrip() for field in fields if not field.lower().startswith(own)]
          for fields in (ours[1], theirs[1])]
    equal(of[0], of[1], line)


@case('/curl/what-is-never-sent')
def curl_never_sent():
  line = tern('--curl', '-H', 'Host: elsewhere', '-H', 'content-length: 7', ':1/').text
  lacks(line, '--header')


@case('/curl/multipart')
def curl_multipart():
  write('upload', b'\x00up')
  line = tern('send', '--curl', 'POST', origin('/echo'), 'a=@b', 'f@upload')
  equal(line.code, 11)
  line = tern('send', '--curl', 'POST', origin('/echo'), 'a=<b', 'f@upload').text
  contains(line, "--form-string 'a=<b' --form f=@upload ")


@case('/curl/options')
def curl_options():
  line = tern('--curl', '--no-follow', '-k', '--raw', '-i', '-v', '-o', 'a b', '--total-timeout',
              '1.5', '--connect-timeout', '2', '--proxy', 'direct://', '--no-proxy', 'x', '--cert',
              'c', '--key', 'k', 'h.invalid').text
  equal(line, "curl --fail-with-body --proxy '' --noproxy x --cert c --key k --insecure "
        "--connect-timeout 2 --max-time 2 --verbose --include --output 'a b' https://h.invalid/\n")
  contains(tern('head', '--curl', ':1/').text, ' --head ')
  equal(tern('--curl', '--offline', ':1/').code, 2)


run()
