// SPDX-License-Identifier: LGPL-2.1-or-later
// Downloads through gjs, sync and async.
imports.gi.versions.Tern = '1';
const { Gio, GLib, Tern } = imports.gi;

const cases = [];
let base;
const folder = GLib.dir_make_tmp('tern-bindings-XXXXXX');

function equal(got, wanted, what = '') {
  if (got !== wanted)
    throw new Error(`${what}: ${got}, wanted ${wanted}`);
}

function target(name) {
  return Gio.File.new_for_path(GLib.build_filenamev([folder, name]));
}

function fails(domain, code, run) {
  try {
    run();
  } catch (error) {
    if (error.matches && error.matches(domain, code))
      return;
    throw error;
  }
  throw new Error('it did not fail');
}

function check(download, size) {
  equal(download.get_size(), size);
  equal(download.get_resumed_from(), 0);
  equal(download.get_checksum().length, 64);
  equal(download.get_response().get_status(), 200);
}

Gio._promisify(Tern.Client.prototype, 'download_async', 'download_finish');

cases.push(['/gjs-download/sync', async () => {
  const client = new Tern.Client();
  const file = target('sync');
  check(client.download(`${base}/big?size=1000`, file, null, null), 1000);
  equal(file.query_info('standard::size', 0, null).get_size(), 1000);
  fails(Gio.io_error_quark(), Gio.IOErrorEnum.EXISTS,
    () => client.download(`${base}/big?size=1000`, file, null, null));
}]);

cases.push(['/gjs-download/async', async () => {
  const client = new Tern.Client();
  const options = new Tern.DownloadOptions({ retries: 1, overwrite: true });
  const words = [];
  options.connect('progress', (_options, received, total, what) => {
    words.push(what);
    if (what === 'finishing')
      equal(`${received} of ${total}`, '1000 of 1000');
  });
  const download = await client.download_async(`${base}/big?size=1000`, target('async'), options,
    null);
  check(download, 1000);
  equal(words[words.length - 1], 'finishing');
}]);

cases.push(['/gjs-download/checksum', async () => {
  const options = new Tern.DownloadOptions({ checksum: `md5:${'0'.repeat(32)}` });
  fails(Tern.error_quark(), Tern.Error.CHECKSUM,
    () => new Tern.Client().download(`${base}/plain`, target('wrong'), options, null));
  equal(target('wrong').query_exists(null), false);
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
  for (const name of ['sync', 'async'])
    target(name).delete(null);
  GLib.rmdir(folder);
  origin.get_stdin_pipe().close(null);
  loop.quit();
});
loop.run();
origin.wait(null);
