# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each line and file must carry or must not: licences, white space, words, messages."""

import os
import re

from .tree import Offence

LGPL, GPL = 'LGPL-2.1-or-later', 'GPL-3.0-or-later'
GPL_FOLDERS = (os.path.join('plugins', 'cache-gdbm') + os.sep,)

CODE = ('.c', '.h', '.py', '.js', '.vala', '.sh', '.build', '.in')
LICENSED = CODE + ('.tern-plugin', '.md', '.po', '.pot', '.xml', '.service', '.supp', '.map', '.1')
LICENSED_NAMES = {'meson_options.txt', 'POTFILES', 'LINGUAS', 'NEWS', '.clang-format',
                  '.editorconfig'}
# Data that tests feed in as it stands.
UNLICENSED = re.compile(r'(^|/)(fixtures|data-files|corpus|certs)/')
TABS_BELONG = ('.mk', 'Makefile', '.po', '.pot')

FORBIDDEN = re.compile(r'\b(' + '|'.join(['TO' 'DO', 'FIX' 'ME', 'X' 'XX']) + r')\b')
MESSAGE = re.compile(r'(?<![A-Za-z0-9_])(?:_|N_|C_|Q_|NC_|g_dngettext|ngettext)\s*\(')


def is_script(file):
  return file.text.startswith('#!')


def is_code(file):
  return file.path.endswith(CODE) or file.name == 'meson_options.txt' or is_script(file)


def check_licences(tree):
  offences = []
  for path, file in tree.files.items():
    if UNLICENSED.search(path) and not file.is_c:
      continue
    if not (path.endswith(LICENSED) or file.name in LICENSED_NAMES or is_script(file)):
      continue
    wanted = GPL if path.startswith(GPL_FOLDERS) else LGPL
    head = '\n'.join(file.lines[:5])
    match = re.search(r'SPDX-License-Identifier: *([A-Za-z0-9.+-]+)', head)
    if not match:
      offences.append(Offence('licences', path, 1, 'no SPDX-License-Identifier at the top'))
    elif match.group(1) != wanted:
      offences.append(Offence('licences', path, 1, f'{match.group(1)}, wanted {wanted}'))
  return offences


def check_white_space(tree):
  offences = []
  for path, file in tree.files.items():
    if UNLICENSED.search(path) or not (path.endswith(LICENSED) or is_code(file)):
      continue
    for number, line in enumerate(file.lines, 1):
      if '\t' in line and not path.endswith(TABS_BELONG):
        offences.append(Offence('white-space', path, number, 'a tab'))
      if line != line.rstrip() and not path.endswith(('.po', '.pot')):
        offences.append(Offence('white-space', path, number, 'white space at the end'))
      if len(line) > 100 and is_code(file):
        offences.append(Offence('white-space', path, number, f'{len(line)} columns, at most 100'))
    if file.text and not file.text.endswith('\n'):
      offences.append(Offence('white-space', path, len(file.lines), 'no newline at the end'))
  return offences


def check_words(tree):
  offences = []
  for path, file in tree.files.items():
    if UNLICENSED.search(path) or not (path.endswith(LICENSED) or is_code(file)):
      continue
    for number, line in enumerate(file.lines, 1):
      match = FORBIDDEN.search(line)
      if match:
        offences.append(Offence('words', path, number,
                                f'{match.group(1)}: finish it, or open an issue'))
    if file.is_c:
      for match in re.finditer(r'\bgoto\b', file.code):
        offences.append(Offence('words', path, file.line_at(match.start()),
                                'goto: use g_autoptr and early return'))
  return offences


def has_messages(file):
  if file.path.endswith('.tern-plugin.desktop.in'):
    return True
  if file.path.startswith('tests'):
    return False
  if file.path.endswith('.desktop.in'):
    return True
  return file.is_c and bool(MESSAGE.search(re.sub(r'(?m)^\s*#\s*define.*$', '', file.code)))


def write_potfiles(tree):
  with open(os.path.join(tree.root, 'po', 'POTFILES'), 'w', encoding='utf-8') as stream:
    stream.write(f'# SPDX-License-Identifier: {LGPL}\n')
    for name in sorted(name for name, file in tree.files.items() if has_messages(file)):
      stream.write(name + '\n')


def check_messages(tree):
  """po/POTFILES names exactly the files that hold messages for people."""
  path = os.path.join('po', 'POTFILES')
  if path not in tree.files:
    return []
  listed = {}
  for number, line in enumerate(tree.files[path].lines, 1):
    if line.strip() and not line.startswith('#'):
      listed[line.strip()] = number
  offences = []
  for name, file in tree.files.items():
    if has_messages(file) and name not in listed:
      offences.append(Offence('messages', name, 1, 'has messages but is not in po/POTFILES'))
    if name in listed and not has_messages(file):
      offences.append(Offence('messages', path, listed[name], f'{name} has no messages'))
  for name, number in listed.items():
    if name not in tree.files:
      offences.append(Offence('messages', path, number, f'{name} does not exist'))
  return offences
