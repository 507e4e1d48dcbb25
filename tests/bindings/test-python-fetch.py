#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The D-Bus fetch helper from Python, in the three lines that docs/fetchd.md shows."""

import http.server
import os
import subprocess
import tempfile
import threading

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


print('1..6', flush=True)
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
# A login by what goes through a descriptor, and a body from one; from a server of our own.


class Guarded(http.server.BaseHTTPRequestHandler):
  def do_GET(self):
    body = b''
    while self.headers['transfer-encoding'] == 'chunked' and not body.endswith(b'0\r\n\r\n'):
      body += self.rfile.readline()
    known = self.headers['authorization'] == 'Basic bmFtZTpzZWNyZXQ='
    self.send_response(200 if known else 401)
    if not known:
      self.send_header('WWW-Authenticate', 'Basic realm="r"')
    self.send_header('Content-Length', str(len(body)))
    self.end_headers()
    self.wfile.write(body)

  do_POST = do_GET

  def log_message(self, *unused):
    pass


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Guarded)
threading.Thread(target=server.serve_forever, daemon=True).start()
with open(os.path.join(folder.name, 'body'), 'wb+') as stream:
  stream.write(b'a body')
  stream.flush()
  stream.seek(0)
  service.add_credentials('name', 'secret', '127.0.0.1')
  # What comes from a descriptor cannot be sent twice: the login is made before.
  login = service.open('http://127.0.0.1:%d/' % server.server_port, None, None)
  body, status, headers = service.open_with_body(
    'http://127.0.0.1:%d/' % server.server_port, stream.fileno(), 'text/plain', None, None)
echo = body.read_bytes(100, None).get_data()
check(5, 'login-and-body', login[1] == status == 200 and echo == b'6\r\na body\r\n0\r\n\r\n')
check(6, 'agent', service.set_agent(lambda *unused: None, None) and service.set_agent(None, None))
server.shutdown()
origin.stdin.close()
origin.wait()
# The bus goes, and nobody is to wait for the last reference to its connection.
service.get_connection().set_exit_on_close(False)
bus.stop()
folder.cleanup()
os._exit(failed)
