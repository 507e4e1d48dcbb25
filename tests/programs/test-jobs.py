#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tern jobs, on a bus of the test's own that starts the fetch helper"""

import atexit
import json
import os
import subprocess
import time

from program import ENVIRONMENT, FOLDER, Origin, closed_port, path, read, tern, write
from schema import Schema
from tap import case, contains, equal, run

SCHEMA = Schema()
ORIGIN = Origin()
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


@case('/jobs/usage')
def usage():
  equal(jobs('add').code, 2)
  equal(jobs('pause').code, 2)
  equal(jobs('add', 'http://name:secret@127.0.0.1/', '-o', path('secret')).code, 2)
  equal(os.path.exists(path('secret')), False)
  unknown = jobs('cancel', '4711')
  equal(unknown.code, 1)
  contains(unknown.err, '4711')


@case('/jobs/no-helper')
def no_helper():
  result = tern('jobs', 'list', environment={
    'DBUS_SESSION_BUS_ADDRESS': 'unix:path=' + path('no-bus'), 'XDG_STATE_HOME': STATE})
  equal(result.code, 17)


run()
