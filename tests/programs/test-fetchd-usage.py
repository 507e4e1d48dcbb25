#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is made from the options of tern-fetchd: usage, parser, manual, completions; and that what
both programs say is said in German too."""

import os
import re
import shutil
import subprocess

from program import ENVIRONMENT, FOLDER, path, read, write
from tap import Skip, case, contains, equal, lacks, run

FETCHD = os.environ['TERN_FETCHD_EXE']
SOURCE = os.environ['TERN_SOURCE_ROOT']
MANUAL = os.environ['TERN_FETCHD_MAN']
with open(MANUAL, encoding='utf-8') as stream:
  PAGE = re.sub(r'\\f[RBI]', '', stream.read()).replace('\\-', '-')


def completions(shell):
  with open(os.environ['TERN_FETCHD_' + shell.upper()], encoding='utf-8') as stream:
    return stream.read()


def fetchd(*arguments):
  """Without a bus, so that it ends."""
  return subprocess.run([FETCHD, *arguments], capture_output=True, timeout=60, cwd=FOLDER,
                        env={**ENVIRONMENT, 'DBUS_SESSION_BUS_ADDRESS': 'unix:path=' + path('none'),
                             'XDG_STATE_HOME': FOLDER}, text=True)


def options():
  """By the usage: each option's name and its value, or ''."""
  found = re.findall(r'(?m)^  (?:-\w, )?--([\w-]+)(?:=(\S+))?', fetchd('--help').stdout)
  equal(len(found), len(set(found)))
  contains(found, ('idle-timeout', 'SECONDS'))
  return found


@case('/fetchd/usage/parser')
def parser():
  for name, value in options():
    if name == 'help':
      continue
    arguments = [f'--{name}=7'] if value else [f'--{name}']
    done = fetchd(*arguments)
    # It gets as far as the bus, which is not there.
    wanted = (0, True) if name == 'version' else (1, False)
    equal((done.returncode, done.stdout != ''), wanted, name)
  for wrong in (['--no-such-option'], ['something'], ['--idle-timeout=86401'], ['--max-jobs=0'],
                ['--max-jobs=-1'], ['--max-rate=x'], ['--max-memory=1k'], ['--max-streams='],
                ['--max-burst=99999999999'], ['--max-memory']):
    done = fetchd(*wrong)
    equal((done.returncode, done.stdout, done.stderr.count('\n')), (2, '', 1), wrong)
    contains(done.stderr, 'tern-fetchd: ')


@case('/fetchd/usage/manual')
def manual():
  said = re.findall(r'(?m)^\.TP\n(?:-\w, )?--([\w-]+)(?: (\S+))?$', PAGE)
  equal(sorted(said), sorted(options()))
  # The presets are the same ones.
  shown = re.findall(r'(?m)^  --([\w-]+)=\S+ .*\((\d+)\)$', fetchd('--help').stdout)
  equal(len(shown), 6)
  for name, preset in shown:
    contains(PAGE.split(f'\n--{name} ')[1].split('.TP')[0], f'\nUnless said otherwise {preset}.\n')
  for section in ('NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'FILES', 'ENVIRONMENT',
                  'EXIT STATUS', 'SEE ALSO'):
    contains(PAGE, f'\n.SH {section}\n')


@case('/fetchd/usage/manual-is-clean')
def manual_clean():
  tools = [command for command in (['groff', '-man', '-ww', '-Tutf8', '-z'],
                                   ['mandoc', '-Tlint', '-Wwarning']) if shutil.which(command[0])]
  if not tools:
    raise Skip('there is neither groff nor mandoc')
  for command in tools:
    done = subprocess.run([*command, MANUAL], capture_output=True, timeout=30)
    # mandoc asks for a date, which no build that can be repeated has.
    said = [line for line in (done.stdout + done.stderr).decode().splitlines()
            if 'missing date' not in line]
    equal(said, [], command)


@case('/fetchd/usage/bash')
def bash():
  script = write('fetchd.bash', completions('bash').encode())
  equal(subprocess.run(['bash', '-n', script], capture_output=True, timeout=30).stderr, b'')

  def complete(*words):
    line = ' '.join("'" + word + "'" for word in words)
    done = subprocess.run(
      ['bash', '--norc', '-c', f'. {script}; COMP_WORDS=(tern-fetchd {line}); '
       f'COMP_CWORD={len(words)}; _tern_fetchd; printf "%s\\n" "${{COMPREPLY[@]}}"'],
      capture_output=True, cwd=FOLDER, env=ENVIRONMENT, timeout=30)
    equal(done.stderr, b'')
    return done.stdout.decode().split()

  equal(sorted(complete('--')), sorted('--' + name for name, _ in options()))
  equal(complete('--no-cache', '--max-j'), ['--max-jobs'])
  equal(complete('--max-jobs', ''), [])
  equal(complete(''), [])
  contains(read('fetchd.bash').decode(), 'complete -F _tern_fetchd tern-fetchd\n')


@case('/fetchd/usage/fish')
def fish():
  text = completions('fish')
  said = re.findall(r'(?m)^complete -c tern-fetchd .*-l ([\w-]+)(?: -s \w)?( -x)? -d ', text)
  equal(sorted((name, bool(value)) for name, value in said),
        sorted((name, bool(value)) for name, value in options()))
  lacks(text, '__tern_is')
  if not shutil.which('fish'):
    raise Skip('there is no fish; the names were compared')
  script = write('tern-fetchd.fish', text.encode())
  done = subprocess.run(
    ['fish', '--no-config', '-c', f'source {script}; complete -C "tern-fetchd --"'],
    capture_output=True, cwd=FOLDER, timeout=60, env={**ENVIRONMENT, 'HOME': FOLDER})
  equal(done.stderr, b'')
  offered = {line.split('\t')[0].rstrip('=') for line in done.stdout.decode().splitlines()}
  equal(offered, {'--' + name for name, _ in options()})


@case('/fetchd/usage/zsh')
def zsh():
  text = completions('zsh')
  equal(sorted(set(re.findall(r"(?<=')--([\w-]+)(?='')|,--([\w-]+)}", text))),
        sorted((name, '') if name != 'help' else ('', name) for name, _ in options()))
  equal(text.startswith('#compdef tern-fetchd\n'), True)
  if not shutil.which('zsh'):
    raise Skip('there is no zsh; the names were compared')
  script = write('_tern-fetchd', text.encode())
  done = subprocess.run(
    ['zsh', '-f', '-c', '_arguments () { print -rl -- "$@" }; words=(tern-fetchd --); CURRENT=2; '
     f'. {script}'], capture_output=True, cwd=FOLDER, env=ENVIRONMENT, timeout=60)
  equal(done.stderr, b'')
  contains(done.stdout.decode(), '--max-jobs[Jobs that one application may have]:N: \n')


@case('/fetchd/usage/unit')
def unit():
  if not shutil.which('systemd-analyze'):
    raise Skip('there is no systemd-analyze')
  with open(os.environ['TERN_FETCHD_UNIT'], encoding='utf-8') as stream:
    text = stream.read()
  # What is not installed yet cannot be started or read.
  text = re.sub(r'(?m)^ExecStart=.*', 'ExecStart=' + FETCHD, text)
  text = re.sub(r'(?m)^Documentation=.*\n', '', text)
  contains(text, '\nPrivateUsers=yes\n')
  os.makedirs(path('runtime'), mode=0o700, exist_ok=True)

  def verify(name, content):
    done = subprocess.run(['systemd-analyze', '--user', 'verify', write(name, content.encode())],
                          capture_output=True, timeout=60, text=True,
                          env={**ENVIRONMENT, 'XDG_RUNTIME_DIR': path('runtime')})
    if 'initialize manager' in done.stderr:
      raise Skip(done.stderr.strip())
    return done.returncode, done.stderr

  equal(verify('tern-fetchd.service', text), (0, ''))
  # It would have been told.
  contains(verify('wrong.service', text.replace('PrivateUsers=', 'PrivatUsers='))[1], 'PrivatUsers')


@case('/german/is-complete')
def german():
  if not shutil.which('xgettext') or not shutil.which('msgmerge'):
    raise Skip('there is no gettext')
  with open(os.path.join(SOURCE, 'po/POTFILES'), encoding='utf-8') as names:
    files = [line.strip() for line in names if line.strip().endswith('.c')]
  contains(files, 'tools/fetchd/settings.c')
  subprocess.run(['xgettext', '--from-code=UTF-8', '-LC', '-k_', '-kN_', '-kC_:1c,2', '-kNC_:1c,2',
                  '-kngettext:1,2', '-kg_dngettext:2,3', '-o', path('all.pot'), *files],
                 cwd=SOURCE, check=True, capture_output=True, timeout=60)
  subprocess.run(['msgmerge', '-q', '--no-fuzzy-matching', '-o', path('de.po'),
                  os.path.join(SOURCE, 'po/de.po'), path('all.pot')], check=True, timeout=60)
  checked = subprocess.run(['msgfmt', '-c', '-o', path('de.mo'), path('de.po')],
                           capture_output=True, timeout=60)
  equal(checked.stderr, b'')
  left = subprocess.run(['msgattrib', '--untranslated', '--no-obsolete', path('de.po')],
                        capture_output=True, check=True, timeout=60).stdout.decode()
  equal(re.findall(r'(?m)^msgid .+(?:\n".*")*', left)[1:], [])
  said = subprocess.run(['msgattrib', '--translated', '--no-obsolete', path('de.po')],
                        capture_output=True, check=True, timeout=60).stdout.decode()
  contains(said, 'msgid "Keep no cache"\n')


run()
