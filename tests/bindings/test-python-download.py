#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Downloads through PyGObject, sync and async."""

import atexit
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'programs'))
from tap import case, equal, run, skip_all # noqa: E402

try:
  import gi
  gi.require_version('Tern', '1')
  from gi.repository import Gio, GLib, Tern
except (ImportError, ValueError) as error:
  skip_all(f'no PyGObject for this: {error}')

SERVER = subprocess.Popen([os.environ['TERN_ORIGIN_EXE']], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE)
BASE = SERVER.stdout.readline().decode().strip().rstrip('/')
FOLDER = tempfile.mkdtemp(prefix='tern-bindings-')
CONTENT = subprocess.run([sys.executable, '-c', 'import sys, urllib.request; '
                          'sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1]).read())',
                          BASE + '/big?size=100000'], capture_output=True, check=True).stdout


@atexit.register
def stop():
  SERVER.stdin.close()
  SERVER.wait(10)
  shutil.rmtree(FOLDER, True)


def target(name):
  return Gio.File.new_for_path(os.path.join(FOLDER, name))


def wait(begin):
  loop = GLib.MainLoop()
  results = []

  def done(source, result, *unused):
    results.append(result)
    loop.quit()

  begin(done)
  loop.run()
  return results[0]


def check(download, file):
  with open(file.get_path(), 'rb') as stream:
    equal(stream.read(), CONTENT)
  equal(download.get_size(), len(CONTENT))
  equal(download.get_resumed_from(), 0)
  equal(download.get_checksum(), hashlib.sha256(CONTENT).hexdigest())
  equal(download.get_uri(), BASE + '/big?size=100000')
  equal(download.get_response().get_status(), 200)


def fails(domain, code, function):
  try:
    function()
  except GLib.Error as error:
    if error.matches(domain, code):
      return error.message
    raise
  raise AssertionError('it did not fail')


@case('/python-download/sync')
def sync():
  client, file = Tern.Client(), target('sync')
  download = client.download(BASE + '/big?size=100000', file, None, None)
  check(download, file)
  equal(download.get_file().get_path(), file.get_path())
  fails(Gio.io_error_quark(), Gio.IOErrorEnum.EXISTS,
        lambda: client.download(BASE + '/big?size=100000', file, None, None))


@case('/python-download/async')
def asynchronous():
  client, file = Tern.Client(), target('async')
  options = Tern.DownloadOptions(overwrite=True, retries=1,
                                 checksum='md5:' + hashlib.md5(CONTENT).hexdigest())
  told = []
  options.connect('progress', lambda options, received, total, what:
                  told.append((received, total, what)))
  options.connect('response', lambda options, response, offset:
                  told.append((response.get_status(), offset)))
  result = wait(lambda done: client.download_async(BASE + '/big?size=100000', file, options, None,
                                                   done))
  check(client.download_finish(result), file)
  assert (200, 0) in told, told
  equal(told[-1], (100000, 100000, 'finishing'))


@case('/python-download/folder')
def folder():
  os.mkdir(target('folder').get_path())
  download = Tern.Client().download(BASE + '/plain?x=1', target('folder'), None, None)
  equal(download.get_file().get_basename(), 'plain')


@case('/python-download/descriptor')
def descriptor():
  file = target('descriptor')
  with open(file.get_path(), 'w+b') as stream:
    check(Tern.Client().download_to_fd(BASE + '/big?size=100000', stream.fileno(), None, None),
          file)
  with open(file.get_path(), 'w+b') as stream:
    client = Tern.Client()
    result = wait(lambda done: client.download_to_fd_async(BASE + '/big?size=100000',
                                                           stream.fileno(), None, None, done))
    check(client.download_to_fd_finish(result), file)


@case('/python-download/errors')
def errors():
  client = Tern.Client()
  status = GLib.quark_to_string(Tern.Status.get_error_domain())
  equal(status, 'tern-status-error-quark')
  try:
    client.download(BASE + '/status?code=404', target('no'), None, None)
    raise AssertionError('it did not fail')
  except GLib.Error as error:
    equal((error.domain, error.code), (status, 404))
  options = Tern.DownloadOptions()
  options.set_checksum('md5:' + '0' * 32)
  fails(Tern.error_quark(), Tern.Error.CHECKSUM,
        lambda: client.download(BASE + '/plain', target('no'), options, None))
  equal(sorted(name for name in os.listdir(FOLDER) if 'no' in name), [])


@case('/python-download/suggest-name')
def suggest_name():
  suggest = Tern.Download.suggest_name
  equal(suggest('attachment; filename="../a"', None), 'a')
  equal(suggest(None, 'http://h/b%20c'), 'b c')
  equal(suggest(None, None), 'download')


run()
