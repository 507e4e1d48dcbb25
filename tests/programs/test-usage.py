#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is made from the table of commands: usage, manual, completions. And how fast it starts."""

import os
import re
import shutil
import subprocess
import time

from program import ENVIRONMENT, FOLDER, TERN, Origin, path, tern, write
from tap import Skip, case, contains, equal, lacks, run

with open(os.environ['TERN_MAN'], encoding='utf-8') as stream:
  MANUAL = stream.read()
COMMANDS = re.findall(r'(?m)^\.SS "tern ([^"]+)"', MANUAL)


def names():
  """The commands, by the usage of the program."""
  text = tern('--help').text
  part = text.split('\n\n')[2].split('\n')[1:]
  return [re.match(r'  ((?:cache |jobs )?[a-z-]+)', line)[1] for line in part]


def options_of(command):
  return re.findall(r'(?m)^  (?:-\w, )?--([\w-]+)', tern(*command.split(), '--help').text)


@case('/usage/every-command')
def every():
  found = names()
  for name in ('get', 'send', 'head', 'trace', 'plugins', 'completions', 'cache ls'):
    contains(found, name)
  for name in found:
    result = tern(*name.split(), '--help')
    equal((result.code, result.err), (0, ''), name)
    contains(result.text, 'Exit codes:')
    equal(tern('help', *name.split()).text, result.text, name)
    options = options_of(name)
    equal(len(options), len(set(options)), options)
    result = tern(*name.split(), '--no-such-option')
    equal((result.code, result.err.count('\n')), (2, 1), name)


@case('/usage/groups')
def groups():
  for arguments in (['cache'], ['cache', 'nothing']):
    result = tern(*arguments)
    equal(result.code, 2)
    contains(result.err, 'ls, ')


@case('/usage/options-first')
def options_first():
  for arguments in (['--json', 'head', 'http://127.0.0.1:1/'], ['--offline', 'send', 'POST', 'x'],
                    ['--json', 'download', 'x'], ['--json', 'cache', 'ls']):
    result = tern(*arguments)
    equal(result.code, 2, arguments)
    contains(result.err, f'“{arguments[1]}” comes first')
  # Who names the command means what follows.
  equal(tern('get', '--offline', 'head').code, 0)


@case('/manual/every-command-and-option')
def manual():
  plain = MANUAL.replace('\\-', '-').replace('\\fR', '').replace('\\fB', '').replace('\\fI', '')
  for name in names():
    shown = '[get]' if name == 'get' else name
    contains(plain, f'.SS "tern {shown}')
    for option in options_of(name):
      contains(plain, f'--{option}')
  for code in [*range(18), 130]:
    contains(MANUAL, f'.TP\n.B {code}\n')


@case('/manual/is-clean')
def manual_clean():
  if not shutil.which('groff'):
    raise Skip('there is no groff')
  done = subprocess.run(['groff', '-man', '-ww', '-Tutf8', '-z', os.environ['TERN_MAN']],
                        capture_output=True, timeout=30)
  equal((done.returncode, done.stderr), (0, b''))


def bash(*words, script=write('completions.bash', tern('completions', 'bash').out)):
  """What Tab offers for the last word."""
  line = ' '.join("'" + word + "'" for word in words)
  done = subprocess.run(
    ['bash', '--norc', '-c', f'. {script}; COMP_WORDS=(tern {line}); COMP_CWORD={len(words)}; '
     '_tern; printf "%s\\n" "${COMPREPLY[@]}"'], capture_output=True, cwd=FOLDER, env=ENVIRONMENT,
    timeout=30)
  equal(done.stderr, b'')
  return done.stdout.decode().split()


@case('/completions/bash')
def completions_bash():
  equal(bash('ca'), ['cache'])
  equal(bash('cache', ''), ['ls', 'show', 'rm', 'stats', 'verify', 'clear'])
  equal(bash('completions', ''), ['bash', 'fish', 'zsh'])
  equal(bash('--prog'), ['--progress'])
  equal(bash('get', '--progress', 'b'), ['bar'])
  equal(bash('cache', 'ls', '--js'), ['--json'])
  write('file-to-complete', b'')
  equal(bash('-o', 'file-to'), ['file-to-complete'])
  equal(bash('--timeout', ''), [])
  for name in names():
    offered = bash(*name.split(), '-')
    equal(sorted(offered), sorted('--' + option for option in options_of(name)))


@case('/completions/fish')
def completions_fish():
  if not shutil.which('fish'):
    raise Skip('there is no fish')
  script = write('tern.fish', tern('completions', 'fish').out)

  def fish(line):
    done = subprocess.run(['fish', '--no-config', '-c', f'source {script}; complete -C "{line}"'],
                          capture_output=True, cwd=FOLDER, timeout=60,
                          env={**ENVIRONMENT, 'HOME': FOLDER})
    equal(done.stderr, b'')
    return [found.split('\t')[0] for found in done.stdout.decode().splitlines()]

  contains(fish('tern ca'), 'cache')
  equal(sorted(fish('tern cache ')), ['clear', 'ls', 'rm', 'show', 'stats', 'verify'])
  equal(sorted(fish('tern completions ')), ['bash', 'fish', 'zsh'])
  equal(fish('tern get --progress b'), ['bar'])
  contains(fish('tern cache ls --'), '--json')
  lacks(fish('tern cache ls --'), '--insecure')


@case('/completions/zsh')
def completions_zsh():
  if not shutil.which('zsh'):
    raise Skip('there is no zsh')
  os.makedirs(path('zsh'), exist_ok=True)
  write('zsh/_tern', tern('completions', 'zsh').out)
  # The functions that show completions tell what they were given instead.
  script = """
    _describe () { print -rl -- ${(P)2} }
    _arguments () { print -rl -- "$@" }
    words=(%s); CURRENT=%d; PREFIX=$words[-1]
    . %s
  """

  def zsh(*words):
    line = ' '.join("'" + word + "'" for word in ('tern', *words))
    done = subprocess.run(['zsh', '-f', '-c', script % (line, len(words) + 1, path('zsh/_tern'))],
                          capture_output=True, cwd=FOLDER, env=ENVIRONMENT, timeout=60)
    equal(done.stderr, b'')
    return done.stdout.decode()

  contains(zsh('ca'), 'plugins:List the plugins')
  contains(zsh('cache', ''), 'verify:Check')
  contains(zsh('get', '-'), '--progress[How to tell on standard error how far it is]'
           ':auto|bar|plain|json|none:(auto bar plain json none)')
  contains(zsh('cache', 'ls', '-'), '--json[')


@case('/completions/usage')
def completions_usage():
  for arguments in ([], ['tcsh'], ['bash', 'zsh']):
    equal(tern('completions', *arguments).code, 2)


@case('/start/under-20-ms')
def starts_fast():
  if os.environ.get('TERN_SLOW_BUILD'):
    raise Skip('built with a sanitizer')
  origin = Origin()
  for arguments in (['--version'], ['plugins'], ['cache', 'ls'], [origin('/plain')]):
    best = None
    # The best of some: what else the machine does is not the program's fault.
    for _ in range(100):
      begin = time.monotonic()
      subprocess.run([TERN, *arguments], env=ENVIRONMENT, stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL, check=True, timeout=60)
      took = time.monotonic() - begin
      best = took if best is None else min(best, took)
      if best < 0.02:
        break
    assert best < 0.02, (arguments, best)


run()
