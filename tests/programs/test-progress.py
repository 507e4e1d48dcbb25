#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Progress as people see it: on a screen of tmux, compared as text; and what scripts get of it."""

import atexit
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import time

from paced import Paced, Paths
from program import ENVIRONMENT, FOLDER, TERN, path, start, tern
from schema import Schema
from tap import Skip, case, contains, equal, lacks, run

KILO = b'x' * 1000


class Screen:
  """A terminal of its own size in which one command runs."""

  def __init__(self, *arguments, columns=120, rows=12, more=''):
    if not shutil.which('tmux'):
      raise Skip('there is no tmux')
    self.socket = os.path.join(FOLDER, f'tmux-{time.monotonic_ns()}')
    command = f'trap : INT; {shlex.join([TERN, *arguments])} {more}; echo "exit=$?"; exec sleep 600'
    environment = {key: value for key, value in ENVIRONMENT.items() if key != 'TMUX'}
    atexit.register(self.close)
    subprocess.run(['tmux', '-S', self.socket, '-f', '/dev/null', 'new-session', '-d', '-x',
                    str(columns), '-y', str(rows), 'sh', '-c', command], env=environment,
                   cwd=FOLDER, check=True, timeout=30)

  def tmux(self, *arguments):
    done = subprocess.run(['tmux', '-S', self.socket, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, timeout=30)
    return done.stdout.decode()

  def close(self):
    self.tmux('kill-server')

  def text(self):
    """The screen without what differs from run to run."""
    text = self.tmux('capture-pane', '-p').rstrip('\n')
    text = re.sub(r'[\d.]+.(bytes|[kMG]?B)/s', 'SPEED', text.replace('\xa0', ' '))
    text = re.sub(r'(?m)^\* queue .*$', '* TIMINGS', text)
    text = re.sub(r'(?m)(^\* cache: tern; fwd=uri-miss; ).*$', r'\1…', text)
    return re.sub(r'\d+:\d\d', 'TIME', re.sub(r'127.0.0.1:\d+', 'HOST', text))

  def wait_for(self, wanted):
    return self.wait_until(wanted, lambda text: text == wanted)

  def wait_for_end(self, wanted):
    return self.wait_until(wanted, lambda text: text.endswith(wanted))

  def wait_until(self, wanted, is_right):
    limit = time.monotonic() + 30
    while True:
      text = self.text()
      if is_right(text):
        return text
      if time.monotonic() > limit:
        raise AssertionError(f'{text!r}, wanted {wanted!r}')
      time.sleep(0.05)


@case('/progress/one')
def one():
  server = Paced()
  screen = Screen('-o', 'one', server('/one'))
  screen.wait_for('waiting for the answer, TIME')
  server.send_head(1000000)
  server.send(KILO * 250)
  screen.wait_for('[#####---------------] 250.0 kB of 1.0 MB (25%), SPEED, TIME left')
  server.send(KILO * 500)
  screen.wait_for('[###############-----] 750.0 kB of 1.0 MB (75%), SPEED, TIME left')
  server.send(KILO * 250)
  # Nothing is left of it.
  screen.wait_for('exit=0')
  equal(os.path.getsize(path('one')), 1000000)
  screen.close()


@case('/progress/unknown-length')
def unknown():
  server = Paced()
  screen = Screen('-o', 'unknown', server('/unknown'))
  server.send(b'HTTP/1.1 200 OK\r\n\r\n' + KILO * 20)
  screen.wait_for('20.0 kB, SPEED')
  server.send(None)
  screen.wait_for('exit=0')
  screen.close()


@case('/progress/download')
def download():
  server = Paced()
  screen = Screen('download', '--no-cache', '-o', 'down', server('/down'))
  screen.wait_for('waiting for the answer, TIME')
  fields = b'ETag: "a"\r\nContent-Length: '
  server.send(b'HTTP/1.1 200 OK\r\n' + fields + b'1000000\r\n\r\n', KILO * 250)
  screen.wait_for('[#####---------------] 250.0 kB of 1.0 MB (25%), SPEED, TIME left')
  server.send(None)
  screen.wait_for('trying again')
  # What is there is not fetched again, and counts.
  server.send(b'HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 250000-999999/1000000\r\n'
              + fields + b'750000\r\n\r\n', KILO * 500)
  screen.wait_for('[###############-----] 750.0 kB of 1.0 MB (75%), SPEED, TIME left')
  server.send(KILO * 250)
  screen.wait_for('exit=0')
  equal(os.path.getsize(path('down')), 1000000)
  screen.close()


@case('/progress/several')
def several():
  server = Paced()
  screen = Screen(server('/first'), server('/second'), server('/third'), more='>several')
  server.send_head(100000)
  server.send(KILO * 50)
  screen.wait_for('http://HOST/first   '
                  '[##########----------] 50.0 kB of 100.0 kB (50%), SPEED, TIME left\n'
                  'http://HOST/second  waiting for its turn\n'
                  'http://HOST/third   waiting for its turn')
  server.send(KILO * 50, 'next')
  server.send_head(200000)
  server.send(KILO * 150)
  screen.wait_for('http://HOST/first   done, 100.0 kB\n'
                  'http://HOST/second  '
                  '[###############-----] 150.0 kB of 200.0 kB (75%), SPEED, TIME left\n'
                  'http://HOST/third   waiting for its turn')
  server.send(KILO * 50, 'next')
  server.send(b'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
  screen.wait_for('exit=4')
  screen.close()


def read_body(size):
  """For Paced: takes that many bytes of a body, so that the rest can be sent."""
  def take(peer, body):
    left = size - len(body)
    while left > 0:
      left -= len(peer.recv(min(left, 1 << 20)))
  return take


def read_chunks(peer, body):
  while not body.endswith(b'0\r\n\r\n'):
    body += peer.recv(1 << 20)


@case('/progress/upload')
def upload():
  # More than sockets hold: it stands still before its end, somewhere.
  size = 64000000
  with open(path('upload'), 'wb') as stream:
    stream.truncate(size)
  server = Paced()
  screen = Screen('send', 'POST', server('/up'), '@' + path('upload'), more='>sent')
  line = r'\[#*-{10,}\] sending, [\d.]+ [kM]B of 64\.0 MB \(\d+%\), SPEED(, TIME left)?'
  screen.wait_until(line, lambda text: re.fullmatch(line, text))
  server.send(read_body(size))
  screen.wait_for('waiting for the answer, TIME')
  server.send_head(1000000)
  server.send(KILO * 250)
  screen.wait_for('[#####---------------] 250.0 kB of 1.0 MB (25%), SPEED, TIME left')
  server.send(KILO * 750)
  screen.wait_for('exit=0')
  screen.close()


@case('/progress/upload/unknown-length')
def upload_unknown():
  server = Paced()
  os.mkfifo(path('fifo'))
  screen = Screen('send', 'POST', server('/up'), '@-', more=f'<{path("fifo")} >sent')
  with open(path('fifo'), 'wb') as stream:
    stream.write(KILO * 250)
    stream.flush()
    screen.wait_for('sending, 250.0 kB, SPEED')
    stream.write(KILO * 50)
  server.send(read_chunks)
  screen.wait_for('waiting for the answer, TIME')
  server.send_head(0)
  screen.wait_for('exit=0')
  screen.close()


@case('/progress/upload/json')
def upload_json():
  server = Paced()
  process = start('send', '--progress', 'json', 'POST', server('/up'), '@-', stderr=subprocess.PIPE,
                  stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
  process.stdin.write(KILO)
  process.stdin.flush()
  schema = Schema()
  lines = [json.loads(process.stderr.readline())]
  process.stdin.write(KILO)
  process.stdin.close()
  server.send(read_chunks)
  server.send_head(3000)
  server.send(KILO)
  while lines[-1]['phase'] != 'receive':
    lines.append(json.loads(process.stderr.readline()))
  server.send(KILO * 2)
  lines += [json.loads(line) for line in process.stderr.read().splitlines()]
  process.stderr.close()
  equal(process.wait(20), 0)
  for line in lines:
    schema.check(line)
  first, last = lines[0], lines[-1]
  equal((first['phase'], first['done'], first['total'], first['sent'], first['left']),
        ('send', 1000, None, 1000, None))
  equal([(line['done'], line['total'], line['sent']) for line in lines
         if line['phase'] == 'receive'][0], (1000, 3000, 2000))
  equal((last['phase'], last['done'], last['sent']), ('done', 3000, 2000))


@case('/progress/upload/plain')
def upload_plain():
  server = Paced()
  process = start('send', '--progress', 'plain', 'POST', server('/up'), 'name=value',
                  stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
  server.send(read_body(len('{"name":"value"}')))
  server.send_head(5)
  server.send(b'hello')
  lines = process.stderr.read().decode().replace('\xa0', ' ').splitlines()
  process.stderr.close()
  equal(process.wait(20), 0)
  equal(lines[-1], server('/up') + ': done, 16 bytes sent, 5 bytes received')


@case('/progress/parallel')
def parallel():
  server = Paths()
  folder = path('parallel')
  os.mkdir(folder)
  screen = Screen('download', '--no-cache', '--parallel', '2', '-o', folder,
                  *[server(f'/{name}') for name in 'abcd'])
  server.wait('/a', '/b')
  server.send_head('/a', 100000)
  server.send('/a', KILO * 50)
  server.send_head('/b', 200000)
  server.send('/b', KILO * 150)
  screen.wait_for('http://HOST/a  '
                  '[##########----------] 50.0 kB of 100.0 kB (50%), SPEED, TIME left\n'
                  'http://HOST/b  '
                  '[###############-----] 150.0 kB of 200.0 kB (75%), SPEED, TIME left\n'
                  'http://HOST/c  waiting for its turn\n'
                  'http://HOST/d  waiting for its turn')
  # What ended stands above, and nothing is said of it before its turn.
  server.send('/b', KILO * 50, None)
  server.wait('/c')
  screen.wait_for('http://HOST/b  done, 200.0 kB\n'
                  'http://HOST/a  '
                  '[##########----------] 50.0 kB of 100.0 kB (50%), SPEED, TIME left\n'
                  'http://HOST/c  waiting for the answer, TIME\n'
                  'http://HOST/d  waiting for its turn')
  server.send('/a', KILO * 50, None)
  server.wait('/d')
  screen.wait_for('Saved a, 100.0 kB\nSaved b, 200.0 kB\n'
                  'http://HOST/a  done, 100.0 kB\n'
                  'http://HOST/b  done, 200.0 kB\n'
                  'http://HOST/c  waiting for the answer, TIME\n'
                  'http://HOST/d  waiting for the answer, TIME')
  server.send('/d', b'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
  server.send_all('/c', KILO)
  screen.wait_for('Saved a, 100.0 kB\nSaved b, 200.0 kB\nSaved c, 1.0 kB\n'
                  'tern: http://HOST/d: the server answered 404 Not Found\nexit=4')
  equal(server.most, 2)
  screen.close()


@case('/progress/parallel/small')
def parallel_small():
  server = Paths()
  folder = path('parallel-small')
  os.mkdir(folder)
  screen = Screen('download', '--no-cache', '--parallel', '5', '-o', folder,
                  *[server(f'/{name}') for name in 'abcdef'], columns=40, rows=8)
  server.wait('/a', '/b', '/c', '/d', '/e')
  # Which is which is seen, however little room there is: the end of a name says more.
  screen.wait_until('the ends of the names', lambda text: re.fullmatch(
    r'(…\S+/[a-e]  waiting for the answer,…\n){5}…\S+/f  waiting for its turn', text)
    and re.findall(r'/([a-f])  ', text) == list('abcdef'))
  # Drawn again and again it leaves nothing to scroll back to.
  time.sleep(1)
  equal(screen.tmux('display', '-p', '#{history_size}'), '0\n')
  screen.tmux('send-keys', 'C-c')
  screen.wait_until('the end', lambda text: 'exit=130' in text)
  screen.close()


@case('/progress/parallel/more-than-rows')
def parallel_rows():
  server = Paths()
  folder = path('parallel-rows')
  os.mkdir(folder)
  screen = Screen('download', '--no-cache', '--parallel', '3', '-o', folder,
                  *[server(f'/{i}') for i in range(9)], rows=6)
  server.wait('/0', '/1', '/2')
  waiting = ' waiting for the answer, TIME\n'
  screen.wait_for(f'http://HOST/0 {waiting}http://HOST/1 {waiting}http://HOST/2 {waiting}'
                  'http://HOST/3  waiting for its turn\n5 more wait for their turn')
  for i in range(5):
    server.send_all(f'/{i}', b'')
    server.wait(f'/{i + 3}')
  # Messages scroll up, and the lines stay whole.
  lines = screen.wait_for_end(f'\nhttp://HOST/4  done, 0 bytes\nhttp://HOST/5 {waiting}'
                              f'http://HOST/6 {waiting}http://HOST/7 {waiting}'
                              'http://HOST/8  waiting for its turn')
  equal(lines.count('\n'), 5)
  for i in range(5, 9):
    server.send_all(f'/{i}', b'')
  screen.wait_for_end('Saved 8, 0 bytes\nexit=0')
  screen.close()


@case('/progress/parallel/ctrl-c')
def parallel_ctrl_c():
  server = Paths()
  folder = path('parallel-ctrl-c')
  os.mkdir(folder)
  screen = Screen('download', '--no-cache', '--parallel', '2', '-o', folder,
                  *[server(f'/{name}') for name in 'abc'])
  for name, length in (('/a', 200000), ('/b', 100000)):
    server.send_head(name, length, b'ETag: "x"\r\n')
    server.send(name, KILO * 50)
  screen.wait_for('http://HOST/a  '
                  '[#####---------------] 50.0 kB of 200.0 kB (25%), SPEED, TIME left\n'
                  'http://HOST/b  '
                  '[##########----------] 50.0 kB of 100.0 kB (50%), SPEED, TIME left\n'
                  'http://HOST/c  waiting for its turn')
  screen.tmux('send-keys', 'C-c')
  screen.wait_for('exit=130')
  equal(screen.tmux('display-message', '-p', '#{cursor_flag} #{cursor_x}').strip(), '1 0')
  # Both can be gone on with.
  left = sorted(os.listdir(folder))
  equal([name[:1] for name in left], ['a', 'a', 'b', 'b'], left)
  equal([os.path.getsize(os.path.join(folder, name)) for name in left
         if not name.endswith('.state')], [50000, 50000])
  screen.close()


@case('/progress/message-above')
def message():
  server = Paced()
  screen = Screen('-v', '-H', 'User-Agent: me', '-o', 'message', server('/message'))
  server.send_head(1000000)
  server.send(KILO * 250)
  screen.wait_for('> GET /message HTTP/1.1\n> Host: HOST\n> User-Agent: me\n'
                  '> Accept-Encoding: gzip, deflate\n'
                  '< HTTP/1.1 200 OK\n< Content-Length: 1000000\n'
                  '* cache: tern; fwd=uri-miss; …\n* TIMINGS\n'
                  '[#####---------------] 250.0 kB of 1.0 MB (25%), SPEED, TIME left')
  screen.close()


@case('/progress/narrow')
def narrow():
  server = Paced()
  screen = Screen(server('/first/with/a/long/name'), server('/another/second'), columns=40,
                  rows=3, more='>narrow')
  server.send_head(100000)
  server.send(KILO * 50)
  screen.wait_for('…/a/long/name  50.0 kB of 100.0 kB (50…\n'
                  '…other/second  waiting for its turn')
  server.send(KILO * 50, 'next')
  server.send(b'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
  screen.wait_for('exit=4')
  screen.close()


@case('/progress/more-than-rows')
def rows():
  server = Paced()
  screen = Screen(*[server(f'/{i}') for i in range(6)], rows=4, more='>rows')
  for i in range(4):
    server.send_head(0)
    server.send('next')
  server.send_head(1000)
  screen.wait_for('http://HOST/3  done, 0 bytes\n'
                  'http://HOST/4  '
                  '[--------------------] 0 bytes of 1.0 kB (0%), SPEED\n'
                  'http://HOST/5  waiting for its turn')
  screen.close()


@case('/progress/ctrl-c')
def ctrl_c():
  server = Paced()
  screen = Screen(server('/never'), server('/other'), more='>/dev/null')
  server.send_head(100000)
  server.send(KILO * 50)
  screen.wait_for('http://HOST/never  '
                  '[##########----------] 50.0 kB of 100.0 kB (50%), SPEED, TIME left\n'
                  'http://HOST/other  waiting for its turn')
  screen.tmux('send-keys', 'C-c')
  screen.wait_for('exit=130')
  equal(screen.tmux('display-message', '-p', '#{cursor_flag} #{cursor_x}').strip(), '1 0')
  screen.close()


@case('/progress/phases')
def phases():
  # A server that never answers the first message of TLS.
  server = Paced()
  screen = Screen('get', server('/never').replace('http:', 'https:'), more='>/dev/null')
  screen.wait_for('securing the connection, TIME')
  screen.tmux('send-keys', 'C-c')
  screen.wait_for('exit=130')
  screen.close()


@case('/progress/phases/look-up')
def look_up():
  if os.environ['TERN_SLOW_BUILD']:
    raise Skip('nothing is loaded in front of a sanitizer')
  for arguments in ('get',), ('download',):
    process = subprocess.Popen(
        [TERN, *arguments, '--no-cache', '--progress', 'plain', 'http://name.invalid/x'],
        env={**ENVIRONMENT, 'LD_PRELOAD': os.environ['TERN_SLOW_NAMES']}, cwd=FOLDER,
        stderr=subprocess.PIPE)
    line = process.stderr.readline().decode()
    process.send_signal(signal.SIGINT)
    equal((line.split(',')[0].strip(), process.wait(20)),
          ('http://name.invalid/x: looking up the name', 130))
    process.stderr.close()


@case('/progress/ctrl-c/keys')
def ctrl_c_keys():
  # What was typed is echoed, also where nothing was drawn.
  for command in (('trace',), ('get', '--progress', 'none', '-o', 'never'),
                  ('download', '--no-cache', '--progress', 'none'), ('-i', '-o', 'never')):
    server = Paced()
    screen = Screen(*command, server('/never'))
    server.requests.get(timeout=20)
    screen.tmux('send-keys', 'C-c')
    screen.wait_for('exit=130')
    screen.close()


@case('/progress/none-without-a-terminal')
def none():
  server = Paced()
  process = start('-o', 'none', server('/none'), stderr=subprocess.PIPE)
  server.send_head(1000)
  server.requests.get(timeout=20)
  time.sleep(0.7)
  server.send(KILO)
  equal((process.stderr.read(), process.wait(20)), (b'', 0))
  process.stderr.close()


@case('/progress/none-where-it-is-not-wanted')
def unwanted():
  server = Paced()
  screen = Screen('--progress', 'none', '-o', 'unwanted', server('/unwanted'))
  server.requests.get(timeout=20)
  time.sleep(0.7)
  equal(screen.text(), '')
  server.send_head(0)
  screen.wait_for('exit=0')
  screen.close()


def lines_of(mode):
  """What comes when a body stops in its middle for longer than a second."""
  server = Paced()
  process = start('--progress', mode, '-o', mode, server('/file'), stderr=subprocess.PIPE)
  server.send_head(2000)
  server.send(KILO)
  lines = [process.stderr.readline().decode()]
  server.send(KILO)
  lines += process.stderr.read().decode().splitlines()
  process.stderr.close()
  equal(process.wait(20), 0)
  return server, lines


@case('/progress/plain')
def plain():
  server, lines = lines_of('plain')
  lines = [line.replace('\xa0', ' ') for line in lines]
  contains(lines[0], server('/file') + ': 1.0 kB of 2.0 kB (50%), ')
  equal(lines[-1], server('/file') + ': done, 2.0 kB')
  lacks(''.join(lines), '\x1b')


@case('/progress/json')
def as_json():
  server, lines = lines_of('json')
  first, last = json.loads(lines[0]), json.loads(lines[-1])
  for name, value in (('event', 'progress'), ('url', server('/file')), ('phase', 'receive'),
                      ('done', 1000), ('total', 2000)):
    equal(first[name], value, name)
  equal((last['phase'], last['done'], last['left']), ('done', 2000, None))
  assert last['elapsed'] > 500000 and last['speed'] > 0, last


def lines_of_two(mode):
  """What comes of two at once, of which both stop in their middle."""
  server = Paths()
  folder = path(f'two-{mode}')
  os.mkdir(folder)
  process = start('download', '--no-cache', '--progress', mode, '-o', folder, server('/a'),
                  server('/b'), stderr=subprocess.PIPE)
  for name in ('/a', '/b'):
    server.send_head(name, 2000)
    server.send(name, KILO)
  lines = [process.stderr.readline().decode() for _ in range(2)]
  for name in ('/b', '/a'):
    server.send(name, KILO, None)
  lines += process.stderr.read().decode().splitlines()
  process.stderr.close()
  equal(process.wait(20), 0)
  return server, [line.replace('\xa0', ' ') for line in lines]


@case('/progress/parallel/plain')
def parallel_plain():
  server, lines = lines_of_two('plain')
  for line, name in zip(lines, ('/a', '/b')):
    contains(line, server(name) + ': 1.0 kB of 2.0 kB (50%), ')
  for name in ('/a', '/b'):
    equal(lines.count(server(name) + ': done, 2.0 kB'), 1)
  equal([line for line in lines if line.startswith('Saved')],
        ['Saved a, 2.0 kB', 'Saved b, 2.0 kB'])


@case('/progress/parallel/json')
def parallel_json():
  server, lines = lines_of_two('json')
  objects = [json.loads(line) for line in lines if line.startswith('{')]
  equal([(each['url'], each['phase'], each['done']) for each in objects[:2]],
        [(server('/a'), 'receive', 1000), (server('/b'), 'receive', 1000)])
  equal(sorted(each['url'] for each in objects if each['phase'] == 'done'),
        [server('/a'), server('/b')])


@case('/progress/wrong-mode')
def wrong():
  result = tern('--progress', 'loud', ':1/')
  equal(result.code, 2)
  contains(result.err, 'auto|bar|plain|json|none')


run()
