// SPDX-License-Identifier: LGPL-2.1-or-later
// What a cache holds, through gjs: over the library's store and over one written in JavaScript.
imports.gi.versions.Tern = '1';
const { Gio, GLib, GObject, Tern } = imports.gi;
const ByteArray = imports.byteArray;

const cases = [];
let base;

function equal(got, wanted, what = '') {
  if (got !== wanted)
    throw new Error(`${what}: ${got}, wanted ${wanted}`);
}

// gjs gives methods no functions, so it lists its keys instead of telling of them.
const Shelf = GObject.registerClass({
  Implements: [Tern.CacheStore],
}, class Shelf extends GObject.Object {
  _init() {
    super._init();
    this.kept = new Map();
  }

  vfunc_get(key) {
    return this.kept.has(key) ? new GLib.Bytes(this.kept.get(key)) : null;
  }

  vfunc_set(key, value, _keepUntil) {
    // A copy of the bytes: gjs does not keep the GBytes itself beyond the call.
    this.kept.set(key, Uint8Array.from(ByteArray.fromGBytes(value)));
    return true;
  }

  vfunc_delete(key) {
    this.kept.delete(key);
    return true;
  }

  vfunc_list_keys() {
    return [...this.kept.keys()];
  }

  vfunc_clear() {
    this.kept.clear();
    return true;
  }
});

function items(model) {
  const found = [];
  for (let i = 0; i < model.get_n_items(); i++)
    found.push(model.get_item(i));
  return found;
}

function check(store) {
  const client = new Tern.Client({ cache_store: store });
  equal(items(Tern.cache_entries(store)).length, 0);
  const [, content] = client.request('GET', `${base}/cached`, null, null, null);
  const [entry, ...more] = items(Tern.cache_entries_list(store));
  equal(more.length, 0, 'more');
  equal(entry.uri, `${base}/cached`);
  equal(entry.get_status(), 200);
  equal(entry.is_fresh(), true);
  equal(Number(entry.size), content.get_size());
  const body = entry.open_body().read_bytes(1 << 20, null);
  equal(ByteArray.toString(ByteArray.fromGBytes(body)),
    ByteArray.toString(ByteArray.fromGBytes(content)));
  equal(entry.verify(), true);
  let told = 0;
  Tern.cache_entries_foreach(store, `${base}/cached`, each => {
    told += each.get_uri() === entry.uri ? 1 : 0;
    return true;
  });
  equal(told, 1, 'told');
  let damaged = 0;
  Tern.cache_entries_verify(store, () => damaged++);
  equal(damaged, 0, 'damaged');
  equal(client.request('GET', `${base}/cached`, null, null, null)[0].get_from_cache(), true);
  equal(entry.delete(), true);
  equal(items(Tern.cache_entries_find(store, `${base}/cached`, null)).length, 0);
  client.request('GET', `${base}/cached`, null, null, null);
  const [, removed] = Tern.cache_entries_remove(store, `${base}/cached`, null);
  equal(removed, 1);
  equal(store.clear(), true);
  equal(Tern.cache_entries(store).get_n_items(), 0);
}

cases.push(['/gjs/cache/entries/memory', () => check(Tern.CacheStore.open('memory:'))]);

cases.push(['/gjs/cache/entries/own', () => {
  const shelf = new Shelf();
  check(shelf);
  equal(shelf.kept.size, 0);
}]);

cases.push(['/gjs/cache/entries/cannot', () => {
  const Plain = GObject.registerClass({
    Implements: [Tern.CacheStore],
  }, class Plain extends GObject.Object {});
  let caught = null;
  try {
    Tern.cache_entries_list(new Plain());
  } catch (error) {
    caught = error;
  }
  equal(caught !== null && caught.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_SUPPORTED),
    true, caught);
}]);

// A store that throws, or hands out anything, costs its entries and never a request.
cases.push(['/gjs/cache/failing', () => {
  const Throwing = GObject.registerClass({
    Implements: [Tern.CacheStore],
  }, class Throwing extends GObject.Object {
    vfunc_get(_key) {
      throw new Error('not today');
    }

    vfunc_set(_key, _value, _keepUntil) {
      throw new Error('not today');
    }

    vfunc_delete(_key) {
      throw new Error('not today');
    }
  });
  const Babbling = GObject.registerClass({
    Implements: [Tern.CacheStore],
  }, class Babbling extends GObject.Object {
    vfunc_get(key) {
      return key.endsWith('#meta') ? new GLib.Bytes(ByteArray.fromString(key.repeat(100))) : 42;
    }

    vfunc_set(_key, _value, _keepUntil) {
      return undefined;
    }

    vfunc_delete(_key) {
      return 'what';
    }
  });
  for (const store of [new Throwing(), new Babbling()]) {
    const client = new Tern.Client({ cache_store: store });
    for (const method of ['GET', 'GET', 'DELETE', 'GET']) {
      const [response, content] = client.request(method, `${base}/cached`, null, null, null);
      equal(response.get_status(), 200);
      equal(response.get_from_cache(), false);
      equal(method === 'DELETE' || content.get_size() > 0, true);
    }
  }
}]);

const origin = Gio.Subprocess.new([GLib.getenv('TERN_ORIGIN_EXE')],
  Gio.SubprocessFlags.STDIN_PIPE | Gio.SubprocessFlags.STDOUT_PIPE);
const output = new Gio.DataInputStream({ base_stream: origin.get_stdout_pipe() });
base = output.read_line_utf8(null)[0].replace(/\/$/, '');

print(`1..${cases.length}`);
cases.forEach(([name, run], i) => {
  try {
    run();
    print(`ok ${i + 1} ${name}`);
  } catch (error) {
    print(`not ok ${i + 1} ${name}`);
    for (const line of `${error}\n${error.stack}`.split('\n'))
      print(`# ${line}`);
  }
});
origin.get_stdin_pipe().close(null);
origin.wait(null);
