#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tern jobs, on a bus of the test's own that starts the fetch helper"""

import atexit
import http.server
import json
import os
import re
import select
import shutil
import socket
import subprocess
import threading
import time

from paced import Server
from program import ENVIRONMENT, FOLDER, Origin, closed_port, path, read, tern, write
from schema import Schema
from tap import case, contains, equal, lacks, run

SCHEMA = Schema()
ORIGIN = Origin()
CONTENT = bytes(i * 7 % 251 for i in range(300000))


class Ranges(Server):
  """Serves CONTENT, and what of it is asked for (RFC 9110 section 14)."""

  def take(self, peer):
    threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

  def answer(self, peer):
    head = self.read_head(peer)
    if head is None:
      return False
    asked = re.search(rb'(?i)\nrange: bytes=(\d+)-\r', head)
    first = int(asked[1]) if asked else 0
    lines = ['HTTP/1.1 206 Partial Content' if asked else 'HTTP/1.1 200 OK', 'ETag: "content"',
             f'Content-Length: {len(CONTENT) - first}']
    if asked:
      lines.append(f'Content-Range: bytes {first}-{len(CONTENT) - 1}/{len(CONTENT)}')
    peer.sendall('\r\n'.join(lines + ['', '']).encode() + CONTENT[first:])
    return True


RANGES = Ranges()
STATE = path('state')


def start_bus():
  write('org.libtern.Fetch1.service', f'[D-BUS Service]\nName=org.libtern.Fetch1\n'
        f'Exec={os.environ["TERN_FETCHD_EXE"]}\n'.encode())
  config = write('bus.conf', f'''<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir={FOLDER}</listen>
<servicedir>{FOLDER}</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>'''.encode())
  bus = subprocess.Popen(['dbus-daemon', '--nofork', '--print-address', '--config-file=' + config],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         env={**ENVIRONMENT, 'XDG_STATE_HOME': STATE})
  atexit.register(bus.wait)
  atexit.register(bus.kill)
  return bus.stdout.readline().decode().strip()


BUS = start_bus()


def jobs(*arguments):
  return tern('jobs', *arguments,
              environment={'DBUS_SESSION_BUS_ADDRESS': BUS, 'XDG_STATE_HOME': STATE})


def state_of(number):
  result = jobs('list', '--json')
  equal((result.code, result.err), (0, ''))
  for line in result.text.splitlines():
    job = json.loads(line)
    SCHEMA.check(job)
    if job['job'] == number:
      return job
  return None


def wait_state(number, state):
  for _ in range(600):
    job = state_of(number)
    if job and job['state'] == state:
      return job
    time.sleep(0.05)
  raise AssertionError(f'job {number} is {job}, not {state}')


@case('/jobs/add-and-list')
def add():
  wanted = tern('get', ORIGIN('/gzip')).out
  result = jobs('add', ORIGIN('/gzip'), '-o', path('file'))
  equal((result.code, result.err), (0, ''))
  number = result.text.strip()
  job = wait_state(number, 'done')
  equal(job['url'], ORIGIN('/gzip'))
  equal(job['file'], path('file'))
  equal(job['done'], len(read('file')))
  equal(len(wanted) > 0, True)
  # What is there is not written over unasked.
  equal(jobs('add', ORIGIN('/gzip'), '-o', path('file')).code, 11)
  table = jobs('list')
  contains(table.text, 'done')
  contains(table.text, path('file'))
  equal(jobs('cancel', number).code, 0)
  equal(state_of(number), None)
  equal(jobs('list').text, '')


@case('/jobs/wait')
def wait():
  result = jobs('add', '--wait', ORIGIN('/gzip'), '-o', path('waited'))
  equal((result.code, result.err), (0, ''))
  refused = jobs('add', '--wait', f'http://127.0.0.1:{closed_port()}/', '-o', path('refused'))
  equal(refused.code, 7)
  wrong = jobs('add', '--wait', '--checksum', 'sha256:' + '0' * 64, ORIGIN('/gzip'), '-o',
               path('wrong'))
  equal(wrong.code, 12)


@case('/jobs/pause-and-resume')
def pause():
  number = jobs('add', ORIGIN('/slow'), '-o', path('slow')).text.strip()
  paused = jobs('pause', number)
  if paused.code == 0: # it may be over already
    wait_state(number, 'paused')
    equal(jobs('resume', number).code, 0)
  wait_state(number, 'done')
  equal(jobs('pause', number).code, 1)
  equal(jobs('cancel', number).code, 0)


def take(fd):
  """What is in a pipe now."""
  parts = []
  while select.select([fd], [], [], 0)[0]:
    part = os.read(fd, 65536)
    if not part:
      break
    parts.append(part)
  return b''.join(parts)


@case('/jobs/received')
def received():
  os.mkfifo(path('fifo'))
  fd = os.open(path('fifo'), os.O_RDONLY | os.O_NONBLOCK)
  number = jobs('add', '--force', RANGES('/content'), '-o', path('fifo')).text.strip()
  while (state_of(number) or {}).get('done', 0) < 4000: # it cannot end, the pipe takes less
    time.sleep(0.05)
  equal(jobs('pause', number).code, 0)
  wait_state(number, 'paused')
  got = take(fd)[:3000] # the rest got lost
  equal(jobs('resume', '--received', str(len(CONTENT) + 1), number).code, 2)
  equal(jobs('resume', '--received', '1', number, number).code, 2)
  equal(jobs('resume', '--received', 'much', number).code, 2)
  equal(state_of(number)['state'], 'paused')
  equal(jobs('resume', '--received', str(len(got)), number).code, 0)
  while len(got) < len(CONTENT):
    select.select([fd], [], [], 60)
    got += take(fd)
  wait_state(number, 'done')
  equal(got + take(fd) == CONTENT, True)
  os.close(fd)
  equal(jobs('resume', '--received', '0', number).code, 1)
  equal(jobs('cancel', number).code, 0)


@case('/jobs/killed-while-writing')
def killed_writing():
  number = jobs('add', ORIGIN('/gzip'), '-o', path('before')).text.strip()
  # The system ends who writes too much; no token of another job may go with it.
  environment = {**ENVIRONMENT, 'DBUS_SESSION_BUS_ADDRESS': BUS, 'XDG_STATE_HOME': STATE}
  done = subprocess.run(['sh', '-c', 'ulimit -f 0; exec "$@"', 'sh', os.environ['TERN_EXE'], 'jobs',
                         'add', ORIGIN('/gzip'), '-o', path('after')], env=environment,
                        capture_output=True, timeout=60)
  equal(done.returncode != 0, True)
  wait_state(number, 'done')
  equal(jobs('cancel', number).code, 0)
  # Many at once, and each has a number and a token of its own.
  adding = [subprocess.Popen([os.environ['TERN_EXE'], 'jobs', 'add', ORIGIN('/gzip'), '-o',
                              path(f'many{i}')], env=environment, stdout=subprocess.PIPE)
            for i in range(8)]
  numbers = {process.communicate(timeout=60)[0].decode().strip() for process in adding}
  equal(len(numbers), 8)
  for each in numbers:
    wait_state(each, 'done')
  equal(jobs('cancel', *numbers).code, 0)


@case('/jobs/usage')
def usage():
  equal(jobs('add').code, 2)
  equal(jobs('pause').code, 2)
  equal(jobs('add', 'http://name:secret@127.0.0.1/', '-o', path('secret')).code, 2)
  equal(os.path.exists(path('secret')), False)
  unknown = jobs('cancel', '4711')
  equal(unknown.code, 1)
  contains(unknown.err, '4711')


@case('/jobs/no-file-stays')
def no_file_stays():
  output = path('for-nothing')
  for arguments, code in ((['ftp://127.0.0.1/'], 2),
                          (['--checksum', 'sha256:00', ORIGIN('/gzip')], 2),
                          (['--wait', f'http://127.0.0.1:{closed_port()}/'], 7)):
    for force in ([], ['--force']):
      equal(jobs('add', '-o', output, *force, *arguments).code, code, arguments)
      equal(os.path.exists(output), False, arguments)
  # Nor where the token of the job cannot be kept; the job goes with it.
  environment = {**ENVIRONMENT, 'DBUS_SESSION_BUS_ADDRESS': BUS, 'XDG_STATE_HOME': STATE}
  before = jobs('list').text
  done = subprocess.run(['sh', '-c', 'trap "" XFSZ; ulimit -f 0; exec "$@"', 'sh',
                         os.environ['TERN_EXE'], 'jobs', 'add', RANGES('/content'), '-o', output],
                        env=environment, capture_output=True, timeout=60)
  equal((done.returncode, done.stdout, done.stderr.count(b'\n')), (11, b'', 1), done.stderr)
  equal(os.path.exists(output), False)
  equal(jobs('list').text, before)
  # What was there before is not removed, and what arrived is kept.
  write('for-nothing', b'')
  equal(jobs('add', '-o', output, 'ftp://127.0.0.1/').code, 11)
  equal(jobs('add', '--force', '-o', output, 'ftp://127.0.0.1/').code, 2)
  equal(os.path.exists(output), True)
  os.unlink(output)
  equal(jobs('add', '--wait', '--checksum', 'sha256:' + '0' * 64, ORIGIN('/gzip'), '-o',
             output).code, 12)
  equal(os.path.getsize(output) > 0, True)


def action(*arguments):
  """The exit code and the objects."""
  result = jobs(*arguments)
  objects = [json.loads(line) for line in result.text.splitlines()]
  for each in objects:
    SCHEMA.check(each)
    equal(each['action'], arguments[0])
    equal(each['error'] is None, each['exit'] == 0)
  return result.code, objects


@case('/jobs/json')
def as_json():
  code, (added,) = action('add', '--json', '--wait', ORIGIN('/gzip'), '-o', path('as-json'))
  equal((code, added['exit'], added['state']), (0, 0, 'done'))
  equal((added['file'], added['done']), (path('as-json'), len(read('as-json'))))
  code, (again,) = action('add', '--json', ORIGIN('/gzip'), '-o', path('as-json'))
  equal((code, again['exit'], again['job']), (11, 11, None))
  code, (wrong,) = action('add', '--json', '--wait', '--checksum', 'sha256:' + '0' * 64,
                          ORIGIN('/gzip'), '-o', path('as-json-wrong'))
  equal((code, wrong['exit'], wrong['state']), (12, 12, 'failed'))
  code, (first, second) = action('pause', '--json', added['job'], '4711')
  equal((code, first['job'], first['state']), (1, added['job'], 'done'))
  equal((second['job'], 'state' in second), ('4711', False))
  code, (resumed,) = action('resume', '--json', wrong['job'])
  equal((code, resumed['exit']), (0, 0))
  wait_state(wrong['job'], 'failed')
  code, gone = action('cancel', '--json', added['job'], wrong['job'])
  equal((code, [each['exit'] for each in gone]), (0, [0, 0]))
  equal(gone[0]['state'], 'done')
  equal(state_of(added['job']), None)


class Guarded(http.server.BaseHTTPRequestHandler):
  def do_GET(self):
    known = self.headers['authorization'] in ('Basic bmFtZTpzZWNyZXQtd29yZA==',
                                              'Bearer secret-token')
    self.send_response(200 if known else 401)
    if not known:
      self.send_header('WWW-Authenticate',
                       'Bearer realm="r"' if self.path == '/token' else 'Basic realm="r"')
    self.send_header('Content-Length', '7')
    self.end_headers()
    self.wfile.write(b'welcome')

  def log_message(self, *unused):
    pass


@case('/jobs/login')
def login():
  server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Guarded)
  threading.Thread(target=server.serve_forever, daemon=True).start()
  base = f'http://127.0.0.1:{server.server_port}'
  write('token', b'secret-token\n')
  watch = subprocess.Popen(['dbus-monitor', '--address', BUS, '--binary'],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) \
    if shutil.which('dbus-monitor') else None
  try:
    equal(jobs('add', '--wait', base, '-o', path('no-login')).code, 10)
    for name, arguments in (('pass', ['-u', 'name:secret-word', base + '/']),
                            ('token-file', ['--bearer', path('token'), base + '/token'])):
      done = jobs('add', '--wait', '-o', path(name), *arguments)
      equal((done.code, done.err), (0, ''))
      equal(read(name), b'welcome')
  finally:
    server.shutdown()
    seen = b''
    if watch:
      watch.terminate()
      seen = watch.communicate(timeout=30)[0]
  lacks(seen, b'secret-word')
  lacks(seen, b'secret-token')
  with open(os.path.join(STATE, 'tern', 'jobs'), 'rb') as stream:
    lacks(stream.read(), b'secret-')


@case('/jobs/login-again')
def login_again():
  server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Guarded)
  threading.Thread(target=server.serve_forever, daemon=True).start()
  url = f'http://127.0.0.1:{server.server_port}/'
  try:
    equal(jobs('add', '--wait', url, '-o', path('again')).code, 10)
    number = jobs('list').text.splitlines()[-1].split('\t')[0]
    equal(jobs('resume', number, number, '-u', 'name:secret-word').code, 2)
    equal(jobs('resume', number).code, 0)
    wait_state(number, 'failed')
    equal(jobs('resume', number, '-u', 'name:secret-word').code, 0)
    wait_state(number, 'done')
    equal(read('again'), b'welcome')
  finally:
    server.shutdown()


@case('/jobs/timeout')
def timeout():
  with socket.create_server(('127.0.0.1', 0)) as silent:
    url = f'http://127.0.0.1:{silent.getsockname()[1]}/'
    equal(jobs('add', '--wait', '--total-timeout', '0.5', url, '-o', path('late')).code, 9)
    equal(jobs('add', '--timeout', 'x', url, '-o', path('later')).code, 2)
    equal(os.path.exists(path('later')), False)


@case('/jobs/no-helper')
def no_helper():
  result = tern('jobs', 'list', environment={
    'DBUS_SESSION_BUS_ADDRESS': 'unix:path=' + path('no-bus'), 'XDG_STATE_HOME': STATE})
  equal(result.code, 17)


run()
