#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The D-Bus fetch helper from Python, in the three lines that docs/fetchd.md shows."""

import os
import subprocess
import tempfile

import gi

gi.require_version('Tern', '1')
from gi.repository import Gio, GLib, Tern  # noqa: E402

folder = tempfile.TemporaryDirectory()
os.environ['XDG_CACHE_HOME'] = os.environ['XDG_STATE_HOME'] = folder.name
bus = Gio.TestDBus.new(Gio.TestDBusFlags.NONE)
services = os.path.join(folder.name, 'services')
os.mkdir(services)
with open(os.path.join(services, 'org.libtern.Fetch1.service'), 'w', encoding='utf-8') as stream:
  stream.write('[D-BUS Service]\nName=org.libtern.Fetch1\n'
               'Exec=%s\n' % os.environ['TERN_FETCHD_EXE'])
bus.add_service_dir(services)
bus.up()
origin = subprocess.Popen([os.environ['TERN_ORIGIN_EXE']], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE)
base = origin.stdout.readline().decode().strip().rstrip('/')
page = os.path.join(folder.name, 'page')
failed = False


def check(number, name, good):
  global failed
  failed |= not good
  print('ok' if good else 'not ok', number, '-', name, flush=True)


print('1..4', flush=True)
service = Tern.FetchService.new(None)
job = service.fetch(base + '/gzip', os.open(page, os.O_RDWR | os.O_CREAT), None, None)
check(1, 'fetch', job.wait(None) and job.get_bytes_done() == os.path.getsize(page) > 0)
body, status, headers = service.open(base + '/gzip', GLib.Variant('a{sv}', {}), None)
content = body.read_bytes(1 << 20, None).get_data()
check(2, 'open', status == 200 and headers.has('content-type') and len(content) > 0)
check(3, 'list', [one.get_path() for one in service.list_jobs(None)] == [job.get_path()])
try:
  service.fetch('file:///etc/passwd', -1, None, None)
  check(4, 'error', False)
except GLib.Error as error:
  check(4, 'error', error.matches(Tern.fetch_error_quark(), Tern.FetchError.INVALID_URI))
origin.stdin.close()
origin.wait()
# The bus goes, and nobody is to wait for the last reference to its connection.
service.get_connection().set_exit_on_close(False)
bus.stop()
folder.cleanup()
os._exit(failed)
