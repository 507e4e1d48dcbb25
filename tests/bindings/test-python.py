#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The public API through PyGObject: what a Python program would do with it, sync and async."""

import atexit
import os
import socket
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'programs'))
from tap import case, contains, equal, run, skip_all # noqa: E402

try:
  import gi
  gi.require_version('Tern', '1')
  from gi.repository import Gio, GLib, GObject, Tern
except (ImportError, ValueError) as error:
  skip_all(f'no PyGObject for this: {error}')



def start(*arguments):
  """An origin that ends with us; what it says first."""
  server = subprocess.Popen([os.environ['TERN_ORIGIN_EXE'], *arguments], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE)

  def stop():
    server.stdin.close()
    server.wait(10)

  atexit.register(stop)
  return [server.stdout.readline().decode().strip().rstrip('/') for _ in range(1 + len(arguments))]


BASE, = start()
SECURE, CA_FILE = start('-t')
MUTUAL, MUTUAL_CA_FILE = start('-m')


def wait(begin):
  """Runs a main loop until the callback that `begin` is given was called; its GAsyncResult."""
  loop = GLib.MainLoop()
  results = []

  def done(source, result, *unused):
    results.append(result)
    loop.quit()

  begin(done)
  if not results:
    loop.run()
  equal(len(results), 1, 'callbacks')
  return results[0]


def fails(domain, code, function):
  try:
    function()
  except GLib.Error as error:
    equal(error.matches(domain, code), True, f'{error.domain} {error.code} {error.message}')
    return error
  raise AssertionError('it did not fail')


@case('/python/request/sync')
def request_sync():
  client = Tern.Client()
  response, content = client.request('GET', BASE + '/plain', None, None, None)
  equal((response.get_status(), response.get_reason(), response.get_version()), (200, 'OK', 11))
  equal(response.get_header('CONTENT-TYPE'), 'text/plain; charset=utf-8')
  equal(response.get_header('absent'), None)
  equal(response.get_uri(), BASE + '/plain')
  equal(response.get_header('content-location'), BASE + '/plain')
  equal(response.get_previous(), None)
  equal((response.get_from_cache(), response.get_cache_status()), (False, None))
  equal(response.get_tls(), None)
  equal(len(content.get_data()) > 10, True)


@case('/python/request/async')
def request_async():
  client = Tern.Client()
  result = wait(lambda done: client.request_async('GET', BASE + '/plain', None, None, None, done))
  response, content = client.request_finish(result)
  _, same = client.request('GET', BASE + '/plain', None, None, None)
  equal((response.get_status(), content.get_data()), (200, same.get_data()))


@case('/python/request/headers-and-body')
def request_headers():
  headers = Tern.Headers.new()
  equal(headers.append('X-Text', 'one'), True)
  equal(headers.append('x-text', 'two'), True)
  equal(headers.append_bytes('X-Bytes', GLib.Bytes.new(b'caf\xe9')), True)
  bad = Tern.Headers.new()
  equal(bad.append('X-Bad', 'a\r\nb'), False)
  fails(Tern.error_quark(), Tern.Error.INVALID_HEADER,
        lambda: Tern.Client().request('GET', BASE + '/plain', bad, None, None))
  equal(headers.get_all('X-TEXT'), ['one', 'two'])
  equal(headers.get_combined('X-Text'), 'one, two')
  equal(headers.get_bytes('X-Bytes').get_data(), b'caf\xe9')
  # What is not UTF-8 is read as Latin-1.
  equal(headers.get('X-Bytes'), 'café')
  equal((headers.get('absent'), headers.get_bytes('absent'), headers.has('absent')),
        (None, None, False))
  equal([headers.get_nth(i) for i in range(headers.get_n() + 1)],
        [(True, 'X-Text', 'one'), (True, 'x-text', 'two'), (True, 'X-Bytes', 'café'),
         (False, None, None)])
  body = bytes(range(256))
  response, content = Tern.Client().request('PUT', BASE + '/echo', headers, GLib.Bytes.new(body),
                                            None)
  equal(response.get_status(), 200)
  data = content.get_data()
  contains(data, b'PUT /echo HTTP/1.1\r\n')
  contains(data, b'X-Bytes: caf\xe9\r\n')
  equal(data.endswith(b'\r\n\r\n' + body), True)


def secure(where=None):
  client = Tern.Client()
  client.set_ca_file(where or CA_FILE)
  return client


@case('/python/tls/certificate-error')
def certificate_error():
  client = Tern.Client()
  seen = []

  def on_error(source, chain, flags):
    seen.append((source, [bytes(one.get_data()) for one in chain], flags))
    return len(seen) > 1

  client.connect('certificate-error', on_error)
  fails(Tern.error_quark(), Tern.Error.CERTIFICATE,
        lambda: client.request('GET', SECURE + '/plain', None, None, None))
  response, _ = client.request('GET', SECURE + '/plain', None, None, None)
  info = response.get_tls()
  equal((response.get_status(), len(seen)), (200, 2))
  for source, chain, flags in seen:
    equal((source, flags), (client, Gio.TlsCertificateFlags.UNKNOWN_CA))
    equal(chain, [bytes(one.get_data()) for one in info.get_peer_chain()])
  equal((info.get_verified(), info.get_certificate_errors()),
        (False, Gio.TlsCertificateFlags.UNKNOWN_CA))
  response, _ = secure().request('GET', SECURE + '/plain', None, None, None)
  info = response.get_tls()
  equal((info.get_verified(), info.get_certificate_errors(), info.get_protocol()),
        (True, Gio.TlsCertificateFlags(0), 'http/1.1'))


@case('/python/tls/add-certificate')
def add_certificate():
  folder = os.path.dirname(MUTUAL_CA_FILE)
  key, cert = os.path.join(folder, 'key.pem'), os.path.join(folder, 'client.pem')
  client = secure(MUTUAL_CA_FILE)

  def get():
    return client.request('GET', MUTUAL + '/plain', None, None, None)[0].get_status()

  fails(Tern.error_quark(), Tern.Error.TLS, get)
  client.add_certificate(key, cert, 'localhost', None)
  equal(get(), 200)
  client.clear_certificates()
  fails(Tern.error_quark(), Tern.Error.TLS, get)
  client.add_certificate(key, None, None, 'a password')
  error = fails(Tern.error_quark(), Tern.Error.CERTIFICATE, get)
  contains(error.message, key)


@case('/python/send/body-stream')
def send_stream():
  client = Tern.Client()
  request = Tern.Request.new('GET', BASE + '/big?size=300000')
  stream = client.send(request, None).get_body()
  total = 0
  while True:
    some = stream.read_bytes(65536, None)
    if some.get_size() == 0:
      break
    total += some.get_size()
  equal(total, 300000)
  response = client.send(request, None)
  equal(len(response.read(1000, None).get_data()) > 0, True)
  rest = response.read_all(None).get_size()
  equal(0 < rest < 300000, True)


@case('/python/send/async-stream')
def send_async():
  client = Tern.Client()
  request = Tern.Request.new('GET', BASE + '/chunked')
  response = client.send_finish(wait(lambda done: client.send_async(request, None, done)))
  stream = response.get_body()
  data = b''
  while True:
    result = wait(lambda done: stream.read_bytes_async(7, GLib.PRIORITY_DEFAULT, None, done))
    some = stream.read_bytes_finish(result).get_data()
    if not some:
      break
    data += some
  equal(len(data) > 10, True)
  equal(response.get_trailers().get('X-Checksum'), '42')
  timings = response.get_timings()
  equal((timings.total > 0, timings.reused), (True, False))
  response = client.send_finish(wait(lambda done: client.send_async(request, None, done)))
  content = response.read_all_finish(wait(lambda done: response.read_all_async(None, done)))
  equal((content.get_data(), response.get_timings().reused), (data, True))


@case('/python/fetch')
def fetch():
  client = Tern.Client()
  request = Tern.Request.new('GET', BASE + '/redirect')
  response, content = client.fetch(request, None)
  equal((response.get_uri(), response.get_previous().get_status()), (BASE + '/plain', 302))
  again, same = client.fetch_finish(wait(lambda done: client.fetch_async(request, None, done)))
  equal(same.get_data(), content.get_data())
  equal(request.get_failure(), None)


@case('/python/request/streamed-body')
def streamed_body():
  client = Tern.Client()
  for length, framing in ((-1, b'Transfer-Encoding: chunked'), (5, b'Content-Length: 5')):
    request = Tern.Request.new('POST', BASE + '/echo')
    stream = Gio.MemoryInputStream.new_from_bytes(GLib.Bytes.new(b'12345'))
    request.set_body_stream('text/plain', stream, length)
    _, content = client.fetch(request, None)
    contains(content.get_data(), framing)
    equal(content.get_data().endswith(b'12345'), True)


@case('/python/errors')
def errors():
  client = Tern.Client()
  fails(Tern.error_quark(), Tern.Error.INVALID_URL,
        lambda: client.request('GET', 'http://exa mple/', None, None, None))
  fails(Tern.error_quark(), Tern.Error.UNSUPPORTED_SCHEME,
        lambda: client.request('GET', 'ftp://127.0.0.1/', None, None, None))
  fails(Tern.error_quark(), Tern.Error.RELATIVE_URI,
        lambda: client.request('GET', '/path', None, None, None))
  fails(Tern.error_quark(), Tern.Error.INVALID_METHOD,
        lambda: client.request('GE T', BASE, None, None, None))
  fails(Tern.plugin_error_quark(), Tern.PluginError.NOT_FOUND,
        lambda: Tern.CacheStore.open('no-such-store:///there'))
  client.set_max_redirects(1)
  request = Tern.Request.new('GET', BASE + '/redirect-chain?n=3')
  fails(Tern.error_quark(), Tern.Error.REDIRECT_LIMIT, lambda: client.fetch(request, None))
  equal(isinstance(request.get_failure().get_phase(), Tern.Phase), True)


@case('/python/errors/as-responses')
def errors_as_responses():
  client = Tern.Client(errors_as_responses=True)
  response, content = client.request('GET', 'relative', None, None, None)
  equal((response.get_status(), response.get_reason()), (400, 'Bad Request'))
  equal(response.get_header('status'), '400')
  contains(content.get_data().decode(), 'relative')
  client.props.max_redirects = 1
  response, content = client.request('GET', BASE + '/redirect-chain?n=2', None, None, None)
  equal((response.get_status(), response.get_header('status')), (500, '302'))
  equal(response.get_previous().get_status(), 302)
  client.props.timeout = 0.1
  response, content = client.request('GET', BASE + '/slow?ms=2000', None, None, None)
  equal((response.get_status(), response.get_reason()), (408, 'Request Timeout'))


@case('/python/errors/async')
def errors_async():
  client = Tern.Client()
  client.props.timeout = 0.2
  request = Tern.Request.new('GET', BASE + '/slow?ms=20000')
  result = wait(lambda done: client.fetch_async(request, None, done))
  fails(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT, lambda: client.fetch_finish(result))
  equal(request.get_failure().get_phase(), Tern.Phase.WAIT)


@case('/python/cancellation')
def cancellation():
  client = Tern.Client()
  request = Tern.Request.new('GET', BASE + '/slow?ms=20000')
  cancellable = Gio.Cancellable()
  GLib.timeout_add(100, lambda: cancellable.cancel() or GLib.SOURCE_REMOVE)
  result = wait(lambda done: client.send_async(request, cancellable, done))
  fails(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED, lambda: client.send_finish(result))
  fails(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED,
        lambda: client.send(request, cancellable))


@case('/python/credentials')
def credentials():
  client = Tern.Client()
  equal(client.request('GET', BASE + '/basic', None, None, None)[0].get_status(), 401)
  client.add_credentials('user', 'secret', None)
  equal(client.request('GET', BASE + '/basic', None, None, None)[0].get_status(), 200)
  client.clear_credentials()
  equal(client.request('GET', BASE + '/basic', None, None, None)[0].get_status(), 401)
  client.add_credentials_bytes(GLib.Bytes.new(b'user'), GLib.Bytes.new(b'secret'), '127.0.0.1')
  equal(client.request('GET', BASE + '/basic', None, None, None)[0].get_status(), 200)


@case('/python/properties')
def properties():
  client = Tern.Client(timeout=0.5, max_redirects=7, user_agent='nest/1')
  equal((client.props.timeout, client.get_max_redirects()), (0.5, 7))
  _, content = client.request('GET', BASE + '/echo', None, None, None)
  contains(content.get_data(), b'User-Agent: nest/1\r\n')
  equal(client.get_redirect_codes(), [300, 301, 302, 303, 307, 308])
  client.set_redirect_codes([302])
  equal(client.get_redirect_codes(), [302])
  equal(client.get_safe_methods(), ['GET', 'HEAD', 'OPTIONS', 'TRACE'])
  client.set_safe_methods(['GET'])
  equal(client.get_safe_methods(), ['GET'])
  equal(client.props.optimistic_methods, ['PUT', 'PATCH'])
  client.set_optimistic_methods(['PUT'])
  equal(client.get_optimistic_methods(), ['PUT'])
  client.props.tls_minimum_version = Tern.TlsVersion.VERSION_1_3 \
    if hasattr(Tern.TlsVersion, 'VERSION_1_3') else getattr(Tern.TlsVersion, '1_3')
  equal(int(client.props.tls_minimum_version), 13)


@case('/python/informational')
def informational():
  client = Tern.Client()
  seen = []
  client.connect('informational', lambda client, request, status, headers:
                 seen.append((status, headers.get('Link'))))
  client.request('GET', BASE + '/early-hints', None, None, None)
  equal(seen, [(103, '</style.css>; rel=preload')])


@case('/python/log')
def log():
  client = Tern.Client()
  seen = []
  client.connect('log', lambda client, request, event, text: seen.append((event, text)))
  headers = Tern.Headers.new()
  headers.append('Authorization', 'Bearer secret')
  client.request('GET', BASE + '/plain', headers, None, None)
  equal('wait' in [text for event, text in seen if event == Tern.LogEvent.PHASE], True, str(seen))
  seen = [(event, text) for event, text in seen if event != Tern.LogEvent.PHASE]
  events = [event for event, text in seen]
  equal(events[:3], [Tern.LogEvent.CONNECT, Tern.LogEvent.SEND, Tern.LogEvent.REPLY])
  contains(seen[1][1], 'Authorization: Bearer ***')
  equal(seen[2][1], "'HTTP/1.1 200 OK'")
  equal(client.props.debug_level, 0)


class Shelf(GObject.Object, Tern.CacheStore):
  """A cache store in Python."""

  def __init__(self):
    super().__init__()
    self.kept = {}
    self.calls = []

  def do_get(self, key):
    self.calls.append('get')
    value = self.kept.get(key)
    return GLib.Bytes.new(value) if value is not None else None

  def do_set(self, key, value, keep_until):
    self.calls.append('set')
    self.kept[key] = value.get_data()
    return True

  def do_delete(self, key):
    self.calls.append('delete')
    self.kept.pop(key, None)
    return True


@case('/python/cache-store/own')
def own_store():
  shelf = Shelf()
  client = Tern.Client()
  client.props.cache_store = shelf
  equal(client.get_cache_store(), shelf)
  first, content = client.request('GET', BASE + '/cached', None, None, None)
  equal((first.get_from_cache(), 'set' in shelf.calls, len(shelf.kept) > 0), (False, True, True))
  second, same = client.request('GET', BASE + '/cached', None, None, None)
  equal((second.get_from_cache(), same.get_data()), (True, content.get_data()))
  contains(second.get_cache_status(), 'hit')
  result = wait(lambda done: client.request_async('GET', BASE + '/cached', None, None, None, done))
  third, same = client.request_finish(result)
  equal((third.get_from_cache(), same.get_data()), (True, content.get_data()))
  # A method that is not safe makes what is kept useless (RFC 9111 §4.4).
  client.request('POST', BASE + '/cached', None, None, None)
  equal(client.request('GET', BASE + '/cached', None, None, None)[0].get_from_cache(), False)


@case('/python/cache-store/opened')
def opened_store():
  store = Tern.CacheStore.open('memory:')
  equal(store.set('key', GLib.Bytes.new(b'\0value'), 0), True)
  equal(store.get('key').get_data(), b'\0value')
  equal(store.get('other'), None)
  equal(store.delete('key'), True)
  equal(store.get('key'), None)


@case('/python/plugins')
def plugins():
  found = {}
  infos = Tern.plugins_list()
  for i in range(infos.get_n_items()):
    info = infos.get_item(i)
    equal(info.get_error(), None)
    found[info.get_names()[0]] = info.get_kind()
    equal((bool(info.get_title()), isinstance(info.get_rank(), int)), (True, True))
  equal((found['basic'], found['gzip'], found['memory']),
        (Tern.PluginKind.AUTH_SCHEME, Tern.PluginKind.CONTENT_CODING,
         Tern.PluginKind.CACHE_STORE))


@case('/python/tls')
def tls():
  client = Tern.Client()
  request = Tern.Request.new('GET', SECURE + '/plain')
  fails(Tern.error_quark(), Tern.Error.CERTIFICATE, lambda: client.fetch(request, None))
  equal(request.get_failure().get_phase(), Tern.Phase.TLS)
  client.props.ca_file = CA_FILE
  response, _ = client.fetch(request, None)
  chain = response.get_tls().get_peer_chain()
  equal(len(chain) > 0, True)
  # Twice, so that what the first call gave away would be missed.
  equal([one.get_data()[:1] for one in response.get_tls().get_peer_chain()], [b'0'] * len(chain))
  equal(bool(response.get_tls().get_cipher()), True)


@case('/python/failure/partial-body')
def partial_body():
  client = Tern.Client(total_timeout=0.4)
  request = Tern.Request.new('GET', BASE + '/slow?drip=1&ms=50')
  fails(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT, lambda: client.fetch(request, None))
  failure = request.get_failure()
  equal((failure.get_phase(), failure.get_response().get_status()), (Tern.Phase.RECEIVE, 200))
  equal(failure.get_partial_body().get_size(), failure.get_received())
  equal(0 < failure.get_received() < failure.get_expected(), True)


@case('/python/head')
def head():
  client = Tern.Client()
  seen = []
  client.connect('head', lambda client, request, is_sent, text: seen.append((is_sent, text)))
  client.request('GET', BASE + '/plain', None, None, None)
  equal([is_sent for is_sent, _ in seen], [True, False])
  contains(seen[0][1], 'GET /plain HTTP/1.1\n')
  contains(seen[1][1], 'HTTP/1.1 200 OK\n')


@case('/python/helpers')
def helpers():
  equal(Tern.uri_normalize('HTTP://Example.ORG:80/'), 'http://example.org/')
  equal(Tern.http_date_format(Tern.http_date_parse('Sun, 06 Nov 1994 08:49:37 GMT')),
        'Sun, 06 Nov 1994 08:49:37 GMT')
  equal(Tern.cache_control_parse('max-age=60, no-cache')['max-age'], '60')
  basic, digest = Tern.challenges_parse('Basic realm="nest", Digest realm="b", qop="auth"')
  equal((basic.get_scheme().lower(), basic.get_realm()), ('basic', 'nest'))
  equal(digest.get_params()['qop'], 'auth')
  equal(Tern.status_get_phrase(404), 'Not Found')
  equal((Tern.HTTP_PORT, Tern.HTTPS_PORT), (80, 443))
  token = Tern.Credentials.new_token('abc')
  equal((token.get_token(), token.get_name()), ('abc', None))


@case('/python/proxy')
def proxy():
  for name in ('http_proxy', 'HTTP_PROXY', 'https_proxy', 'all_proxy', 'ALL_PROXY', 'no_proxy',
               'NO_PROXY', 'REQUEST_METHOD'):
    GLib.unsetenv(name)
  one = Tern.Proxy.new(Tern.ProxyType.SOCKS5, '::1', 1080)
  equal((one.get_kind(), one.get_host(), one.props.port, one.props.remote_dns),
        (Tern.ProxyType.SOCKS5, '::1', 1080, True))
  one.set_credentials_bytes(GLib.Bytes.new(b'\xff'), GLib.Bytes.new(b'hush'))
  equal(one.get_credentials().get_name().get_data(), b'\xff')
  equal('hush' in repr(one) + str(one), False)
  one.set_bypass(['example.org', '10.0.0.0/8'])
  equal((one.get_bypass(), one.applies_to('www.example.org', 80), one.applies_to('::1', 80)),
        (['example.org', '10.0.0.0/8'], False, True))
  one.get_headers().append('X-Client', 'nest')
  fails(Tern.error_quark(), Tern.Error.INVALID_URL,
        lambda: Tern.Proxy.new_from_uri('http://u:hush@h:65536'))
  fails(Tern.error_quark(), Tern.Error.PROXY_UNAVAILABLE,
        lambda: Tern.Proxy.new_from_uri('gopher://h'))
  equal(Tern.Proxy.new_from_environment('http'), None)
  GLib.setenv('http_proxy', 'u%40:p@proxy.example', True)
  GLib.setenv('no_proxy', 'past.example', True)
  named = Tern.Proxy.new_from_environment('http')
  equal((named.get_kind(), named.get_host(), named.get_port()),
        (Tern.ProxyType.HTTP, 'proxy.example', 80))
  resolver = Tern.EnvironmentProxyResolver.new()
  equal(resolver.lookup('http://example.org/', None), ['http://u%40:p@proxy.example:80'])
  equal(resolver.lookup('http://past.example/', None), ['direct://'])
  GLib.unsetenv('http_proxy')
  GLib.unsetenv('no_proxy')


class Connector(GObject.Object, Tern.Connector):
  """A program's own way to an origin, whatever host is asked for."""

  def __init__(self, flags=Tern.ConnectorFlags.NONE):
    super().__init__()
    self.flags = flags
    self.calls = []

  def do_open_stream(self, scheme, host, port, cancellable):
    self.calls.append((scheme, host, port, threading.get_ident()))
    if host == 'refused.invalid':
      raise GLib.Error.new_literal(Gio.io_error_quark(), 'no way', Gio.IOErrorEnum.NOT_FOUND)
    if host == 'nothing.invalid':
      return None
    there = int(BASE.rpartition(':')[2])
    return Gio.SocketClient().connect_to_host('127.0.0.1', there, cancellable)

  def do_get_flags(self):
    return self.flags


class AsyncConnector(Connector):
  """The same with an async form."""

  def do_open_stream_async(self, scheme, host, port, cancellable, callback, *unused):
    self.calls.append('async')

    def done(client, result):
      self.outcome = client.connect_to_host_finish(result)
      callback(self, result)

    there = int(BASE.rpartition(':')[2])
    Gio.SocketClient().connect_to_host_async('127.0.0.1', there, cancellable, done)

  def do_open_stream_finish(self, result):
    return self.outcome


@case('/python/connector')
def connector():
  here = threading.get_ident()
  uri = 'http://somewhere.invalid/plain'
  for flags in (Tern.ConnectorFlags.NONE, Tern.ConnectorFlags.ANY_THREAD):
    ours = Connector(flags)
    client = Tern.Client(connector=ours)
    equal(client.get_connector(), ours)
    response, _ = client.request('GET', uri, None, None, None)
    equal((response.get_status(), len(ours.calls)), (200, 1))
    equal(ours.calls[0][:3], ('http', 'somewhere.invalid', 80))
    equal(ours.calls[0][3] == here, flags == Tern.ConnectorFlags.NONE)
    client.close()
    result = wait(lambda done: client.request_async('GET', uri, None, None, None, done))
    equal((client.request_finish(result)[0].get_status(), len(ours.calls)), (200, 2))
    error = fails(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND,
                  lambda: client.request('GET', 'http://refused.invalid/', None, None, None))
    contains(error.message, 'Connector: no way')
    fails(Tern.error_quark(), Tern.Error.NOT_CONNECTED,
          lambda: client.request('GET', 'http://nothing.invalid/', None, None, None))


@case('/python/connector/async-form')
def connector_async():
  ours = AsyncConnector()
  client = Tern.Client(connector=ours)
  uri = 'http://somewhere.invalid/plain'
  result = wait(lambda done: client.request_async('GET', uri, None, None, None, done))
  equal((client.request_finish(result)[0].get_status(), ours.calls), (200, ['async']))
  client.close()
  response, _ = client.request('GET', uri, None, None, None)
  equal((response.get_status(), len(ours.calls)), (200, 2))


@case('/python/connector/async-form-alone')
def connector_async_alone():
  class Half(GObject.Object, Tern.Connector):
    def do_open_stream_async(self, scheme, host, port, cancellable, callback, *unused):
      raise AssertionError('nobody iterates a context')

    def do_open_stream_finish(self, result):
      raise AssertionError('nothing has begun')

  client = Tern.Client(connector=Half())
  error = fails(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_SUPPORTED,
                lambda: client.request('GET', 'http://somewhere.invalid/', None, None, None))
  contains(error.message, 'by a call that blocks')


@case('/python/proxy/of-a-client')
def client_proxy():
  class Resolver(GObject.Object, Gio.ProxyResolver):
    asked = []

    def do_is_supported(self):
      return True

    def do_lookup(self, uri, cancellable):
      self.asked.append((uri, threading.current_thread()))
      if 'nowhere' in uri:
        raise GLib.Error('no idea', 'g-io-error-quark', Gio.IOErrorEnum.FAILED)
      if 'silence' in uri:
        return []
      return ['ftp://no.example', BASE]

  # The origin takes a target in absolute form for its own, and so is a proxy.
  far = 'http://far.example.test/plain'
  proxy = Tern.Proxy.new_from_uri(BASE)
  client = Tern.Client(proxy=proxy)
  equal(client.props.proxy, proxy)
  equal(client.request('GET', far, None, None, None)[0].get_status(), 200)
  proxy.set_bypass(['*'])
  equal(client.request('GET', far, None, None, None)[0].get_status(), 200)
  client.set_proxy(None)
  resolver = Resolver()
  client.set_proxy_resolver(resolver)
  equal(client.get_proxy_resolver(), resolver)
  equal(client.request('GET', far, None, None, None)[0].get_status(), 200)
  result = wait(lambda done: client.request_async('GET', far, None, None, None, done))
  equal(client.request_finish(result)[0].get_status(), 200)
  equal(resolver.asked, [('http://far.example.test/', threading.main_thread())] * 2)
  error = fails(Tern.error_quark(), Tern.Error.PROXY_UNAVAILABLE,
                lambda: client.request('GET', 'http://nowhere.test/', None, None, None))
  contains(error.message, 'no idea')
  fails(Tern.error_quark(), Tern.Error.PROXY_UNAVAILABLE,
        lambda: client.request('GET', 'http://silence.test/', None, None, None))
  client.set_proxy_resolver(Tern.EnvironmentProxyResolver())
  GLib.setenv('http_proxy', BASE, True)
  equal(client.request('GET', far, None, None, None)[0].get_status(), 200)
  client.set_proxy_resolver(None)
  equal(client.request('GET', far, None, None, None)[0].get_status(), 200)
  GLib.setenv('http_proxy', '', True)


HOST, PORT = BASE.removeprefix('http://').split(':')


@case('/python/connection/sync')
def connection():
  """The examples of httplib's reference, on a TernConnection."""
  conn = Tern.Connection.new(HOST, int(PORT), False)
  equal(conn.get_state(), Tern.ConnectionState.IDLE)
  conn.request('GET', '/plain', None, None, None)
  equal(conn.get_state(), Tern.ConnectionState.REQUEST_SENT)
  r1 = conn.get_response(None)
  equal((r1.get_status(), r1.get_reason(), r1.get_version()), (200, 'OK', 11))
  data1 = r1.read_all(None).get_data()
  equal(len(data1), int(r1.get_header('Content-Length')))

  conn.request('GET', '/parrot.spam', None, None, None)
  r2 = conn.get_response(None)
  equal((r2.get_status(), r2.get_reason()), (404, 'Not Found'))
  fails(Tern.error_quark(), Tern.Error.RESPONSE_NOT_READY, lambda: conn.get_response(None))
  r2.read_all(None)

  headers = Tern.Headers.new()
  headers.append('Content-type', 'application/x-www-form-urlencoded')
  headers.append('Accept', 'text/plain')
  conn.request('POST', '/echo', headers, GLib.Bytes(b'spam=1&eggs=2&bacon=0'), None)
  response = conn.get_response(None)
  text = response.read_all(None).get_data().decode()
  contains(text, f'Host: {HOST}:{PORT}\r\nAccept-Encoding: identity\r\nContent-Length: 21\r\n')
  contains(text, 'spam=1&eggs=2&bacon=0')

  conn.request('HEAD', '/plain', None, None, None)
  response = conn.get_response(None)
  equal(response.get_header('content-length'), str(len(data1)))
  equal(response.read_all(None).get_data(), b'')
  conn.close()


@case('/python/connection/async')
def connection_async():
  conn = Tern.Connection.new(f'{HOST}:{PORT}', -1, False)
  equal(conn.open_finish(wait(lambda done: conn.open_async(None, done))), True)
  result = wait(lambda done: conn.request_async('GET', '/plain', None, None, None, done))
  equal(conn.request_finish(result), True)
  response = conn.get_response_finish(wait(lambda done: conn.get_response_async(None, done)))
  equal(response.get_status(), 200)
  response.read_all(None)


@case('/python/connection/steps')
def connection_steps():
  conn = Tern.Connection(host=HOST, port=int(PORT), timeout=10)
  fails(Tern.error_quark(), Tern.Error.CANNOT_SEND_HEADER, lambda: conn.put_header('A', 'b'))
  conn.put_request('POST', '/echo', Tern.PutFlags.SKIP_ACCEPT_ENCODING)
  conn.put_header('Content-Length', '4')
  conn.put_header_values('X-Many', ['1', 'b', 'c'])
  conn.put_header_bytes('X-Raw', GLib.Bytes(b'\xff'))
  conn.end_headers(None, None)
  conn.send(GLib.Bytes(b'bo'), None)
  conn.send_stream(Gio.MemoryInputStream.new_from_bytes(GLib.Bytes(b'dy')), None)
  content = conn.get_response(None).read_all(None).get_data()
  contains(content, b'X-Many: 1\r\n\tb\r\n\tc\r\nX-Raw: \xff\r\n\r\nbody')
  conn.put_request('GET', '/', 0)
  fails(Tern.error_quark(), Tern.Error.INVALID_HEADER, lambda: conn.put_header('A', 'b\r\nC: d'))
  fails(Tern.error_quark(), Tern.Error.INVALID_HEADER, lambda: conn.end_headers(None, None))
  broken = Tern.Connection.new('www.python.org:abc', -1, False)
  fails(Tern.error_quark(), Tern.Error.INVALID_URL, lambda: broken.open(None))


@case('/python/connection/stream')
def connection_stream():
  """Canned bytes, a body that ends early, and a stream that is taken over."""
  ours, theirs = socket.socketpair()
  stream = Gio.Socket.new_from_fd(ours.detach()).connection_factory_create_connection()
  conn = Tern.Connection.new_for_stream(stream)
  theirs.sendall(b'HTTP/1.1 200 Connected\r\n\r\nhello')
  conn.request('CONNECT', 'host:1', None, None, None)
  equal(conn.get_response(None).get_status(), 200)
  taken = conn.steal_stream()
  equal(taken.get_input_stream().read_bytes(100, None).get_data(), b'hello')
  theirs.recv(1000)
  taken.get_output_stream().write_all(b'world', None)
  equal(theirs.recv(1000), b'world')

  short = Tern.Connection(connector=Connector(), host=HOST, port=int(PORT))
  short.request('GET', '/plain', None, None, None)
  equal(short.get_response(None).get_status(), 200)
  ours, theirs = socket.socketpair()
  stream = Gio.Socket.new_from_fd(ours.detach()).connection_factory_create_connection()
  conn = Tern.Connection.new_for_stream(stream)
  theirs.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
  theirs.shutdown(socket.SHUT_WR)
  conn.request('GET', '/', None, None, None)
  response = conn.get_response(None)
  fails(Tern.error_quark(), Tern.Error.INCOMPLETE_READ, lambda: response.read_all(None))
  failure = conn.get_failure()
  equal((failure.get_expected(), failure.get_received()), (10, 5))
  equal(failure.get_partial_body().get_data(), b'hello')


run()
