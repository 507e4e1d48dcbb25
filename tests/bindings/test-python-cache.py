#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a cache holds, from Python: over the library's stores and over one written in Python."""

import atexit
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'programs'))
from tap import Skip, case, contains, equal, run, skip_all # noqa: E402

try:
  import gi
  gi.require_version('Tern', '1')
  from gi.repository import Gio, GLib, GObject, Tern
except (ImportError, ValueError) as error:
  skip_all(f'no PyGObject for this: {error}')

ORIGIN = subprocess.Popen([os.environ['TERN_ORIGIN_EXE']], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE)
BASE = ORIGIN.stdout.readline().decode().strip().rstrip('/')


@atexit.register
def stop():
  ORIGIN.stdin.close()
  ORIGIN.wait(10)


class Shelf(GObject.Object, Tern.CacheStore):
  """A cache store in Python that can say what it holds."""

  def __init__(self):
    super().__init__()
    self.kept = {}

  def do_get(self, key):
    value = self.kept.get(key)
    return GLib.Bytes.new(value) if value is not None else None

  def do_set(self, key, value, keep_until):
    self.kept[key] = value.get_data()
    return True

  def do_delete(self, key):
    self.kept.pop(key, None)
    return True

  def do_foreach(self, func, *user_data):
    for key, value in list(self.kept.items()):
      if not func(key, len(value), 0):
        break
    return True

  def do_usage(self):
    return True, len(self.kept), sum(map(len, self.kept.values()))

  def do_clear(self):
    self.kept.clear()
    return True


def items(model):
  return [model.get_item(i) for i in range(model.get_n_items())]


def listed(store, number):
  """What is listed when it is so many: who may block keeps what it is given a bit later."""
  for _ in range(1000):
    found = items(Tern.cache_entries_list(store))
    if len(found) == number:
      return found
    time.sleep(0.01)
  raise AssertionError(f'{len(found)} entries, wanted {number}')


def check(store):
  """The whole of it; `store` is empty at first and in the end."""
  client = Tern.Client()
  client.props.cache_store = store
  equal(items(Tern.cache_entries(store)), [])
  content = client.request('GET', BASE + '/cached', None, None, None)[1].get_data()
  other = Tern.Request.new('GET', BASE + '/cached')
  other.set_partition('of another')
  client.fetch(other, None)

  found = listed(store, 2)
  equal([entry.props.uri for entry in found], [BASE + '/cached'] * 2)
  equal(sorted(str(entry.get_partition()) for entry in found), ['None', 'of another'])
  equal(all(isinstance(entry, Tern.CacheEntry) for entry in found), True)
  entry, = items(Tern.cache_entries_find(store, BASE + '/cached', None))
  equal((entry.get_status(), entry.get_reason(), entry.get_size()), (200, 'OK', len(content)))
  equal((entry.is_fresh(), entry.is_orphaned(), entry.get_error()), (True, False, None))
  equal(entry.get_lifetime() > entry.get_age() >= 0, True)
  equal(abs(entry.get_stored_at() - GLib.get_real_time() // 1000000) < 60, True)
  equal((entry.get_vary(), entry.get_part()[0]), ([], False))
  contains(entry.get_headers().get('Cache-Control'), 'max-age')
  equal(entry.open_body().read_bytes(1 << 20, None).get_data(), content)
  equal(entry.verify(), True)

  told = []
  equal(Tern.cache_entries_foreach(store, None, lambda each: told.append(each) or True), True)
  equal(len(told), 2)
  damaged = []
  equal(Tern.cache_entries_verify(store, lambda *what: damaged.append(what)), True)
  equal(damaged, [])
  _, keys, size = store.usage()
  equal((keys >= 2, size > len(content)), (True, True))

  equal(entry.delete(), True)
  equal([each.get_partition() for each in items(Tern.cache_entries(store))], ['of another'])
  equal(Tern.cache_entries_remove(store, BASE + '/cached', 'of another'), (True, 1))
  equal(client.request('GET', BASE + '/cached', None, None, None)[0].get_from_cache(), False)
  listed(store, 1)
  equal(store.clear(), True)
  equal(items(Tern.cache_entries(store)), [])


@case('/python/cache/entries/memory')
def memory():
  check(Tern.CacheStore.open('memory:'))


@case('/python/cache/entries/folder')
def folder():
  with tempfile.TemporaryDirectory() as name:
    check(Tern.CacheStore.open('file://' + name))
    os.mkdir(os.path.join(name, 'named'))
    named = Gio.File.new_for_path(os.path.join(name, 'named'))
    check(Tern.CacheStore.open_file(named, lambda key: Tern.cache_safe_name(key)))


@case('/python/cache/entries/gdbm')
def gdbm():
  infos = Tern.plugins_list()
  names = [infos.get_item(i).get_names()[0] for i in range(infos.get_n_items())]
  if 'gdbm' not in names:
    raise Skip('built without gdbm')
  with tempfile.TemporaryDirectory() as name:
    check(Tern.CacheStore.open(f'gdbm://{name}/cache.gdbm'))


@case('/python/cache/entries/own')
def own():
  shelf = Shelf()
  check(shelf)
  equal(shelf.kept, {})


@case('/python/cache/entries/damaged')
def damaged():
  shelf = Shelf()
  client = Tern.Client()
  client.props.cache_store = shelf
  client.request('GET', BASE + '/cached', None, None, None)
  for key in shelf.kept:
    shelf.kept[key] = shelf.kept[key][:-1]
  entry, = items(Tern.cache_entries(shelf))
  equal(entry.get_error().matches(Tern.error_quark(), Tern.Error.CACHE), True)
  equal((entry.get_uri(), entry.get_status(), entry.get_headers()), (BASE + '/cached', 0, None))
  found = []
  Tern.cache_entries_verify(shelf, lambda name, what: found.append((name, what)))
  equal([name for name, _ in found], [BASE + '/cached'])


@case('/python/cache/entries/cannot')
def cannot():
  """A store that has no more than it must, and one whose list fails."""

  class Plain(GObject.Object, Tern.CacheStore):
    pass

  class Failing(GObject.Object, Tern.CacheStore):
    def do_foreach(self, func, *user_data):
      raise GLib.Error('not today', GLib.quark_to_string(Gio.io_error_quark()), 0)

  for store, domain, code in ((Plain(), Gio.io_error_quark(), Gio.IOErrorEnum.NOT_SUPPORTED),
                              (Failing(), Tern.error_quark(), Tern.Error.CACHE)):
    equal(items(Tern.cache_entries(store)), [])
    try:
      Tern.cache_entries_list(store)
    except GLib.Error as error:
      equal(error.matches(domain, code), True, str(error))
    else:
      raise AssertionError('no error')


@case('/python/cache/failing')
def failing():
  """A store that raises, or hands out anything, costs its entries and never a request."""

  class Raising(GObject.Object, Tern.CacheStore):
    def do_get(self, key):
      raise GLib.Error('not today', GLib.quark_to_string(Gio.io_error_quark()), 0)

    def do_set(self, key, value, keep_until):
      raise GLib.Error('not today', GLib.quark_to_string(Gio.io_error_quark()), 0)

    def do_delete(self, key):
      raise GLib.Error('not today', GLib.quark_to_string(Gio.io_error_quark()), 0)

  class Babbling(GObject.Object, Tern.CacheStore):
    def do_get(self, key):
      return GLib.Bytes.new(key.encode() * 100)

    def do_set(self, key, value, keep_until):
      return False

    def do_delete(self, key):
      return False

  content = Tern.Client().request('GET', BASE + '/cached', None, None, None)[1].get_data()
  for store in (Raising(), Babbling()):
    client = Tern.Client()
    client.props.cache_store = store
    for method in ('GET', 'GET', 'DELETE', 'GET'):
      response, got = client.request(method, BASE + '/cached', None, None, None)
      equal((response.get_status(), response.get_from_cache()), (200, False))
      equal(method == 'DELETE' or got.get_data() == content, True)


run()
