#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Logging in from Python: credentials that the program has, that a handler gives at once or later,
and that another thread gives; at a server that checks every answer."""

import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'programs'))
from guarded import Guarded # noqa: E402
from tap import case, equal, run, skip_all # noqa: E402

try:
  import gi
  gi.require_version('Tern', '1')
  from gi.repository import GLib, Tern
except (ImportError, ValueError) as error:
  skip_all(f'no PyGObject for this: {error}')

server = Guarded()


def get(client, path='/a', request=None):
  """Status and body, in a blocking call."""
  request = request or Tern.Request.new('GET', server(path))
  response, content = client.fetch(request, None)
  return response.get_status(), content.get_data()


def get_async(client, path='/a'):
  loop, results = GLib.MainLoop(), []

  def done(source, result):
    results.append(source.fetch_finish(result))
    loop.quit()

  client.fetch_async(Tern.Request.new('GET', server(path)), None, done)
  loop.run()
  response, content = results[0]
  return response.get_status(), content.get_data()


IN = (200, b'come in, ')
OUT = (401, b'who is there?')


@case('/python-auth/digest')
def digest():
  for options in ({}, {'algorithm': 'SHA-512-256-sess', 'qop': 'auth-int', 'userhash': True},
                  {'qop': None}, {'name': 'üser', 'password': 'pä€'}):
    server.set(**options)
    client = Tern.Client()
    client.add_credentials(server.lock.name, server.lock.password, None)
    equal(get(client), IN, server.lock.problem)
    equal(get_async(client), IN, server.lock.problem)
    equal(server.take(), [('GET', 401), ('GET', 200), ('GET', 200)])
    client.clear_credentials()
    equal(get(client), OUT)
    server.take()


@case('/python-auth/bytes')
def raw_bytes():
  # A str would end at the NUL.
  server.set(scheme='basic', name='us\0er', password='\0')
  client = Tern.Client()
  client.add_credentials_bytes(GLib.Bytes.new(b'us\0er'), GLib.Bytes.new(b'\0'),
                               f'127.0.0.1:{server.port}')
  equal(get(client), IN)
  equal(server.take(), [('GET', 401), ('GET', 200)])


@case('/python-auth/token')
def token():
  server.set(scheme='bearer', token='to.ken')
  client = Tern.Client(preemptive_auth=True)
  client.add_token('to.ken', '127.0.0.1')
  equal(get(client), IN)
  equal(server.take(), [('GET', 200)])


@case('/python-auth/handler')
def handler():
  server.set()
  for fetch in (get, get_async):
    asked = []

    def authenticate(client, challenge, request):
      asked.append((challenge.get_scheme(), challenge.get_realm(), challenge.is_for_proxy(),
                    challenge.get_param('qop'), request.get_authentication_attempt()))
      return Tern.Credentials.new('user', 'secret' if len(asked) == 2 else 'wrong')

    client = Tern.Client()
    client.connect('authenticate', authenticate)
    equal(fetch(client), IN)
    equal(asked, [('digest', 'nest', False, 'auth', 1), ('digest', 'nest', False, 'auth', 2)])
    equal(server.take(), [('GET', 401), ('GET', 401), ('GET', 200)])
    equal(fetch(client), IN)
    equal((len(asked), server.take()), (2, [('GET', 200)]))


@case('/python-auth/handler/nobody')
def nobody():
  server.set()
  client = Tern.Client()
  client.connect('authenticate', lambda *unused: None)
  equal(get(client), OUT)
  equal(get_async(client), OUT)
  equal(server.take(), [('GET', 401)] * 2)


@case('/python-auth/handler/later')
def later():
  """A dialog that is answered by the loop that runs meanwhile."""
  server.set(scheme='both')
  client = Tern.Client()

  def authenticate(client, challenge, request):
    def answer():
      request.authenticate(Tern.Credentials.new('user', 'secret'))
      return GLib.SOURCE_REMOVE
    request.defer_authentication()
    GLib.timeout_add(30, answer)

  client.connect('authenticate', authenticate)
  equal(get_async(client), IN, server.lock.problem)
  equal(server.take(), [('GET', 401), ('GET', 200)])


@case('/python-auth/handler/thread')
def thread():
  """A blocking call waits for another thread."""
  server.set()
  for credentials, wanted in ((Tern.Credentials.new('user', 'secret'), IN), (None, OUT)):
    client, threads = Tern.Client(), []

    def authenticate(client, challenge, request, credentials=credentials, threads=threads):
      request.defer_authentication()
      threads.append(threading.Timer(0.03, request.authenticate, (credentials,)))
      threads[-1].start()

    client.connect('authenticate', authenticate)
    equal(get(client), wanted)
    equal(len(threads), 1)
    threads[0].join()


@case('/python-auth/errors')
def errors():
  server.set(algorithm='SHA-1')
  client = Tern.Client()
  client.add_credentials('user', 'secret', None)
  try:
    get(client)
    raise AssertionError('no error')
  except GLib.Error as error:
    assert error.matches(Tern.error_quark(), Tern.Error.UNSUPPORTED_DIGEST_OPTION), error
  client.props.errors_as_responses = True
  equal(get(client)[0], 500)


run()
