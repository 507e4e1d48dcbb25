// SPDX-License-Identifier: LGPL-2.1-or-later
// The public API through the generated vapi: the same GET in a blocking call and with yield.

string origin_base;

void assert_equal (string? got, string? wanted) throws Error {
  if (got != wanted)
    throw new IOError.FAILED ("%s, wanted %s", got ?? "null", wanted ?? "null");
}

void assert_true (bool what, string message) throws Error {
  if (!what)
    throw new IOError.FAILED ("%s", message);
}

async void request_sync () throws Error {
  var client = new Tern.Client ();
  Bytes content;
  var response = client.request ("GET", origin_base + "/plain", null, null, out content, null);
  assert_true (response.get_status () == 200, "status");
  assert_equal (response.get_header ("content-type"), "text/plain; charset=utf-8");
  assert_equal (response.get_header ("absent"), null);
  assert_true (response.get_previous () == null, "previous");
  assert_true (content.get_size () > 10, "size");
}

async void request_async () throws Error {
  var client = new Tern.Client ();
  client.timeout = 10;
  Bytes content;
  var response = yield client.request_async ("GET", origin_base + "/gzip", null, null, null,
                                             out content);
  assert_true (response.get_status () == 200, "status");
  assert_true (content.get_size () > 10, "size");
}

async void send_async () throws Error {
  var client = new Tern.Client ();
  var request = new Tern.Request ("POST", origin_base + "/echo");
  request.get_headers ().append ("X-One", "1");
  request.set_body_bytes ("text/plain", new Bytes ("hello".data));
  var response = yield client.send_async (request, null);
  var content = yield response.read_all_async (null);
  var text = (string) Bytes.unref_to_data (content);
  assert_true ("X-One: 1\r\n" in text, text);
  assert_true (text.has_suffix ("\r\n\r\nhello") || "\r\n\r\nhello" in text, text);
}

async void headers () throws Error {
  var headers = new Tern.Headers ();
  assert_true (headers.append ("A", "b"), "append");
  assert_true (!headers.append ("A", "b\n"), "append of a line end");
  unowned string name, value;
  assert_true (headers.get_nth (0, out name, out value), "get_nth");
  assert_equal (name + "=" + value, "A=b");
  assert_true (headers.get_all ("a").length == 1, "get_all");
}

async void errors () throws Error {
  var client = new Tern.Client ();
  try {
    yield client.send_async (new Tern.Request ("GET", "http://exa mple/"), null);
  } catch (Tern.Error.INVALID_URL error) {
    return;
  }
  throw new IOError.FAILED ("it did not fail");
}

/* A store in Vala, called in the thread that asked. */
class Shelf : Object, Tern.CacheStore {
  public HashTable<string, Bytes> kept = new HashTable<string, Bytes> (str_hash, str_equal);

  public new Bytes? get (string key) throws Error {
    return kept.lookup (key);
  }

  public new bool set (string key, Bytes value, int64 keep_until) throws Error {
    kept.insert (key, value);
    return true;
  }

  public bool delete (string key) throws Error {
    kept.remove (key);
    return true;
  }

  public Tern.CacheStoreFlags get_flags () {
    return Tern.CacheStoreFlags.NONE;
  }
}

/* What a connector may leave out is left out. */
class Mock : Object, Tern.Connector {
  public string asked = "";

  public IOStream open_stream (string scheme, string host, uint16 port, Cancellable? cancellable)
      throws Error {
    var answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nmock";

    asked += "%s %s %u;".printf (scheme, host, port);
    return new SimpleIOStream (new MemoryInputStream.from_data (answer.data),
                               new MemoryOutputStream.resizable ());
  }
}

async void connector () throws Error {
  var mock = new Mock ();
  var client = new Tern.Client ();
  client.connector = mock;
  Bytes content;
  client.request ("GET", "http://one/", null, null, out content, null);
  assert_true (content.compare (new Bytes ("mock".data)) == 0, "sync");
  yield client.request_async ("GET", "http://two:81/", null, null, null, out content);
  assert_true (content.compare (new Bytes ("mock".data)) == 0, "async");

  var conn = new Tern.Connection ("three", -1, false);
  conn.connector = mock;
  yield conn.request_async ("GET", "/", null, null, null);
  var response = yield conn.get_response_async (null);
  content = yield response.read_all_async (null);
  assert_true (content.compare (new Bytes ("mock".data)) == 0, "connection");
  assert_true (mock.asked == "http one 80;http two 81;http three 80;", mock.asked);
}

async void cache_store () throws Error {
  var client = new Tern.Client ();
  var shelf = new Shelf ();
  client.cache_store = shelf;
  Bytes content;
  client.request ("GET", origin_base + "/cached", null, null, out content, null);
  assert_true (shelf.kept.length > 0, "nothing is kept");
  var second = client.request ("GET", origin_base + "/cached", null, null, out content, null);
  assert_true (second.get_from_cache (), "not from the cache");
}

async void connection () throws Error {
  var conn = new Tern.Connection (origin_base.replace ("http://", ""), -1, false);
  conn.request ("GET", "/plain", null, null, null);
  var response = conn.get_response (null);
  assert_true (response.get_status () == 200, "status");
  assert_true (response.read_all (null).get_size () > 0, "no body");
  yield conn.request_async ("HEAD", "/plain", null, null, null);
  response = yield conn.get_response_async (null);
  assert_true (response.get_status () == 200, "status of HEAD");
  conn.close ();
}

async void download () throws Error {
  var client = new Tern.Client ();
  var options = new Tern.DownloadOptions ();
  FileIOStream stream;
  var file = File.new_tmp ("tern-XXXXXX", out stream);
  string words = "";
  options.overwrite = true;
  options.progress.connect ((received, total, what) => { words += " " + what; });
  var done = client.download (origin_base + "/big?size=1000", file, options, null);
  assert_true (done.get_size () == 1000, "size");
  assert_equal (done.get_file ().get_path (), file.get_path ());
  done = yield client.download_async (origin_base + "/big?size=1000", file, options, null);
  assert_true (done.get_checksum ().length == 64, "checksum");
  assert_true (words.has_suffix (" finishing"), words);
  options.overwrite = false;
  try {
    client.download (origin_base + "/plain", file, options, null);
    assert_true (false, "it did not fail");
  } catch (IOError.EXISTS error) {
    file.delete ();
  }
}

int number = 0;

void report (string name, Error? error) {
  number++;
  stdout.printf ("%s %d %s\n", error == null ? "ok" : "not ok", number, name);
  if (error != null)
    stdout.printf ("# %s\n", error.message);
  stdout.flush ();
}

async void run_all () {
  stdout.printf ("1..9\n");
  Error? failure = null;
  try { yield request_sync (); } catch (Error error) { failure = error; }
  report ("/vala/request/sync", failure);
  failure = null;
  try { yield request_async (); } catch (Error error) { failure = error; }
  report ("/vala/request/async", failure);
  failure = null;
  try { yield send_async (); } catch (Error error) { failure = error; }
  report ("/vala/send/async", failure);
  failure = null;
  try { yield headers (); } catch (Error error) { failure = error; }
  report ("/vala/headers", failure);
  failure = null;
  try { yield errors (); } catch (Error error) { failure = error; }
  report ("/vala/errors", failure);
  failure = null;
  try { yield cache_store (); } catch (Error error) { failure = error; }
  report ("/vala/cache-store", failure);
  failure = null;
  try { yield connector (); } catch (Error error) { failure = error; }
  report ("/vala/connector", failure);
  failure = null;
  try { yield connection (); } catch (Error error) { failure = error; }
  report ("/vala/connection", failure);
  failure = null;
  try { yield download (); } catch (Error error) { failure = error; }
  report ("/vala/download", failure);
}

int main () {
  try {
    var origin = new Subprocess (SubprocessFlags.STDIN_PIPE | SubprocessFlags.STDOUT_PIPE,
                                 Environment.get_variable ("TERN_ORIGIN_EXE"));
    var output = new DataInputStream (origin.get_stdout_pipe ());
    origin_base = output.read_line ().chomp ();
    origin_base = origin_base.substring (0, origin_base.length - 1);
    var loop = new MainLoop ();
    run_all.begin (() => loop.quit ());
    loop.run ();
    origin.get_stdin_pipe ().close ();
    origin.wait ();
  } catch (Error error) {
    stdout.printf ("Bail out! %s\n", error.message);
    return 1;
  }
  return 0;
}
