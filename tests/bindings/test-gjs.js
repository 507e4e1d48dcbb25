// SPDX-License-Identifier: LGPL-2.1-or-later
// The public API through gjs: the same GET in a blocking call, with a callback and with a promise.
imports.gi.versions.Tern = '1';
const { Gio, GLib, GObject, Tern } = imports.gi;
const ByteArray = imports.byteArray;

Gio._promisify(Tern.Client.prototype, 'request_async', 'request_finish');
Gio._promisify(Tern.Client.prototype, 'send_async', 'send_finish');
Gio._promisify(Tern.Connection.prototype, 'open_async', 'open_finish');
Gio._promisify(Tern.Connection.prototype, 'request_async', 'request_finish');
Gio._promisify(Tern.Connection.prototype, 'get_response_async', 'get_response_finish');
Gio._promisify(Tern.Response.prototype, 'read_all_async', 'read_all_finish');

const cases = [];
let base;

function equal(got, wanted, what = '') {
  if (got !== wanted)
    throw new Error(`${what}: ${got}, wanted ${wanted}`);
}

function text(bytes) {
  return ByteArray.toString(ByteArray.fromGBytes(bytes));
}

cases.push(['/gjs/request/sync', async () => {
  const client = new Tern.Client();
  const [response, content] = client.request('GET', `${base}/plain`, null, null, null);
  equal(response.get_status(), 200);
  equal(response.get_header('Content-Type'), 'text/plain; charset=utf-8');
  equal(response.get_previous(), null);
  if (content.get_size() < 10)
    throw new Error('no body');
}]);

cases.push(['/gjs/request/promise', async () => {
  const client = new Tern.Client({ timeout: 10 });
  const [, wanted] = client.request('GET', `${base}/plain`, null, null, null);
  const [response, content] = await client.request_async('GET', `${base}/plain`, null, null, null);
  equal(response.get_status(), 200);
  equal(text(content), text(wanted));
}]);

cases.push(['/gjs/send/promise', async () => {
  const client = new Tern.Client();
  const request = Tern.Request.new('POST', `${base}/echo`);
  request.get_headers().append('X-One', '1');
  request.set_body_bytes('text/plain', new GLib.Bytes('hello'));
  const response = await client.send_async(request, null);
  const content = text(await response.read_all_async(null));
  equal(content.includes('X-One: 1\r\n'), true, content);
  equal(content.endsWith('\r\n\r\nhello'), true, content);
}]);

cases.push(['/gjs/headers', async () => {
  const headers = Tern.Headers.new();
  equal(headers.append('A', 'b'), true);
  equal(headers.append('A', 'b\n'), false);
  const [found, name, value] = headers.get_nth(0);
  equal(`${found} ${name} ${value}`, 'true A b');
  equal(headers.get_all('a').length, 1);
  equal(headers.get('absent'), null);
}]);

cases.push(['/gjs/errors', async () => {
  const client = new Tern.Client();
  let caught = null;
  try {
    await client.request_async('GET', 'http://exa mple/', null, null, null);
  } catch (error) {
    caught = error;
  }
  equal(caught !== null && caught.matches(Tern.error_quark(), Tern.Error.INVALID_URL), true,
    caught);
}]);

cases.push(['/gjs/errors/as-responses', async () => {
  const client = new Tern.Client({ errors_as_responses: true });
  const [response, content] = await client.request_async('GET', 'relative', null, null, null);
  equal(response.get_status(), 400);
  equal(response.get_header('status'), '400');
  equal(text(content).includes('relative'), true, text(content));
}]);

cases.push(['/gjs/log', async () => {
  const client = new Tern.Client();
  const events = [];
  client.connect('log', (_client, _request, event, line) => {
    if (event !== Tern.LogEvent.PHASE)
      events.push([event, line]);
  });
  await client.request_async('GET', `${base}/plain`, null, null, null);
  equal(events[0][0], Tern.LogEvent.CONNECT);
  equal(events[2][1], "'HTTP/1.1 200 OK'");
}]);

cases.push(['/gjs/certificate-error', async () => {
  const server = start('-t');
  const url = `${line(server)}plain`;
  const client = new Tern.Client();
  let seen = 0;
  client.connect('certificate-error', (source, chain, flags) => {
    equal(source, client);
    equal(chain.length, 1);
    equal(ByteArray.fromGBytes(chain[0])[0], 0x30); // DER
    equal(flags, Gio.TlsCertificateFlags.UNKNOWN_CA);
    seen++;
    return true;
  });
  const [response] = await client.request_async('GET', url, null, null, null);
  equal(response.get_status(), 200);
  equal(response.get_tls().get_certificate_errors(), Gio.TlsCertificateFlags.UNKNOWN_CA);
  equal(seen, 1);
  server.process.get_stdin_pipe().close(null);
  server.process.wait(null);
}]);

cases.push(['/gjs/add-certificate', async () => {
  const server = start('-m');
  const url = `${line(server)}plain`;
  const caFile = line(server);
  const folder = GLib.path_get_dirname(caFile);
  const client = new Tern.Client({ ca_file: caFile });
  client.add_certificate(`${folder}/key.pem`, `${folder}/client.pem`, null, null);
  const [response] = await client.request_async('GET', url, null, null, null);
  equal(response.get_status(), 200);
  client.clear_certificates();
  server.process.get_stdin_pipe().close(null);
  server.process.wait(null);
}]);

cases.push(['/gjs/cancellation', async () => {
  const client = new Tern.Client();
  const cancellable = new Gio.Cancellable();
  GLib.timeout_add(GLib.PRIORITY_DEFAULT, 100, () => {
    cancellable.cancel();
    return GLib.SOURCE_REMOVE;
  });
  let caught = null;
  try {
    await client.send_async(Tern.Request.new('GET', `${base}/slow?ms=20000`), cancellable);
  } catch (error) {
    caught = error;
  }
  equal(caught !== null && caught.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED), true,
    caught);
}]);

cases.push(['/gjs/proxy', async () => {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY', 'no_proxy',
    'NO_PROXY', 'REQUEST_METHOD'])
    GLib.unsetenv(name);
  const one = new Tern.Proxy({ proxy_type: Tern.ProxyType.SOCKS5, host: 'h', port: 1080 });
  equal(one.get_kind(), Tern.ProxyType.SOCKS5);
  one.set_bypass(['example.org:80']);
  equal(one.applies_to('www.example.org', 80), false);
  equal(one.applies_to('www.example.org', 443), true);
  equal(Tern.Proxy.new_from_uri('socks4a://h').remote_dns, true);
  equal(Tern.Proxy.new_from_environment('http'), null);
  GLib.setenv('http_proxy', 'proxy.example:3128', true);
  equal(Tern.Proxy.new_from_environment('http').port, 3128);
  const found = await new Promise((resolve, reject) =>
    new Tern.EnvironmentProxyResolver().lookup_async('http://h/', null, (resolver, result) => {
      try {
        resolve(resolver.lookup_finish(result));
      } catch (error) {
        reject(error);
      }
    }));
  equal(found.join(), 'http://proxy.example:3128');
  GLib.unsetenv('http_proxy');
}]);

// gjs has no functions that are given a callback, so a connector of its own has no async form.
const Connector = GObject.registerClass({
  Implements: [Tern.Connector],
}, class Connector extends GObject.Object {
  vfunc_open_stream(scheme, host, port, cancellable) {
    this.asked = `${scheme} ${host} ${port}`;
    if (host === 'refused.invalid')
      throw new GLib.Error(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND, 'no way');
    return new Gio.SocketClient().connect_to_host('127.0.0.1', Number(base.split(':')[2]),
      cancellable);
  }
});

cases.push(['/gjs/connector', async () => {
  const connector = new Connector();
  const client = new Tern.Client({ connector });
  const uri = 'http://somewhere.invalid/plain';
  const [response] = client.request('GET', uri, null, null, null);
  equal(response.get_status(), 200);
  equal(connector.asked, 'http somewhere.invalid 80');
  client.close();
  connector.asked = null;
  const [again] = await client.request_async('GET', uri, null, null, null);
  equal(again.get_status(), 200);
  equal(connector.asked, 'http somewhere.invalid 80');
  let caught = null;
  try {
    await client.request_async('GET', 'http://refused.invalid/', null, null, null);
  } catch (error) {
    caught = error;
  }
  equal(caught !== null && caught.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND), true,
    caught);
}]);

function start(...args) {
  const process = Gio.Subprocess.new([GLib.getenv('TERN_ORIGIN_EXE'), ...args],
    Gio.SubprocessFlags.STDIN_PIPE | Gio.SubprocessFlags.STDOUT_PIPE);
  return { process, output: new Gio.DataInputStream({ base_stream: process.get_stdout_pipe() }) };
}

function line(server) {
  return server.output.read_line_utf8(null)[0];
}

const Resolver = GObject.registerClass({
  Implements: [Gio.ProxyResolver],
}, class Resolver extends GObject.Object {
  vfunc_is_supported() {
    return true;
  }

  vfunc_lookup(uri, cancellable) {
    this.asked = uri;
    return [base];
  }
});

// The origin takes a target in absolute form for its own, and so is a proxy.
cases.push(['/gjs/proxy/of-a-client', async () => {
  const far = 'http://far.example.test/plain';
  const client = new Tern.Client({ proxy: Tern.Proxy.new_from_uri(base) });
  const [response] = client.request('GET', far, null, null, null);
  equal(response.get_status(), 200);
  client.proxy = null;
  client.proxy_resolver = new Resolver();
  const [sync] = client.request('GET', far, null, null, null);
  equal(sync.get_status(), 200);
  client.proxy_resolver.asked = null;
  const [again] = await client.request_async('GET', far, null, null, null);
  equal(again.get_status(), 200);
  equal(client.proxy_resolver.asked, 'http://far.example.test/');
}]);

cases.push(['/gjs/connection/sync', async () => {
  const [host, port] = base.replace('http://', '').split(':');
  const conn = Tern.Connection.new(host, Number(port), false);
  conn.request('GET', '/plain', null, null, null);
  const response = conn.get_response(null);
  equal(response.get_status(), 200);
  equal(response.get_header('content-location'), null);
  equal(response.read_all(null).get_size(), Number(response.get_header('Content-Length')));
  conn.put_request('POST', '/echo', Tern.PutFlags.DEFAULT);
  conn.put_header_values('X-Many', ['1', '2']);
  conn.put_header('Content-Length', '5');
  conn.end_headers(new GLib.Bytes('hello'), null);
  const echo = text(conn.get_response(null).read_all(null));
  equal(echo.includes('X-Many: 1\r\n\t2\r\n'), true, echo);
  equal(echo.endsWith('\r\n\r\nhello'), true, echo);
}]);

cases.push(['/gjs/connection/promise', async () => {
  const conn = Tern.Connection.new(base.replace('http://', ''), -1, false);
  conn.auto_open = false;
  try {
    await conn.request_async('GET', '/plain', null, null, null);
    throw new Error('it did not fail');
  } catch (error) {
    equal(error.matches(Tern.error_quark(), Tern.Error.NOT_CONNECTED), true, `${error}`);
  }
  conn.close();
  await conn.open_async(null);
  await conn.request_async('HEAD', '/plain', null, null, null);
  const response = await conn.get_response_async(null);
  equal(response.get_status(), 200);
  equal((await response.read_all_async(null)).get_size(), 0);
  equal(conn.get_state(), Tern.ConnectionState.IDLE);
}]);

function credentialsOf(client, how) {
  let asked = 0;
  client.connect('authenticate', (self, challenge, request) => {
    equal(`${challenge.get_scheme()} ${request.get_authentication_attempt()}`, `basic ${++asked}`);
    const credentials = Tern.Credentials.new('user', asked > 1 ? 'secret' : 'wrong');
    if (how === 'at once')
      return credentials;
    request.defer_authentication();
    GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
      request.authenticate(credentials);
      return GLib.SOURCE_REMOVE;
    });
    return null;
  });
}

cases.push(['/gjs/authenticate', async () => {
  for (const how of ['at once', 'later']) {
    const client = new Tern.Client();
    credentialsOf(client, how);
    const uri = `${base}/basic`;
    const [response, content] = await client.request_async('GET', uri, null, null, null);
    equal(response.get_status(), 200, how);
    equal(text(content), 'Welcome, user.\n');
  }
  const client = new Tern.Client();
  credentialsOf(client, 'at once');
  equal(client.request('GET', `${base}/basic`, null, null, null)[0].get_status(), 200);
}]);

cases.push(['/gjs/credentials', async () => {
  const client = new Tern.Client();
  client.add_credentials_bytes(new GLib.Bytes('user'), new GLib.Bytes('secret'), null);
  equal(client.request('GET', `${base}/basic`, null, null, null)[0].get_status(), 200);
  client.clear_credentials();
  client.add_token('token', null);
  equal(client.request('GET', `${base}/basic`, null, null, null)[0].get_status(), 401);
}]);

async function runAll() {
  let number = 0;
  print(`1..${cases.length}`);
  for (const [name, run] of cases) {
    number++;
    try {
      await run();
      print(`ok ${number} ${name}`);
    } catch (error) {
      print(`not ok ${number} ${name}`);
      for (const line of `${error}\n${error.stack}`.split('\n'))
        print(`# ${line}`);
    }
  }
}

const origin = Gio.Subprocess.new([GLib.getenv('TERN_ORIGIN_EXE')],
  Gio.SubprocessFlags.STDIN_PIPE | Gio.SubprocessFlags.STDOUT_PIPE);
const output = new Gio.DataInputStream({ base_stream: origin.get_stdout_pipe() });
base = output.read_line_utf8(null)[0].replace(/\/$/, '');

const loop = new GLib.MainLoop(null, false);
runAll().finally(() => {
  origin.get_stdin_pipe().close(null);
  loop.quit();
});
loop.run();
origin.wait(null);
