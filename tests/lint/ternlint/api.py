# SPDX-License-Identifier: LGPL-2.1-or-later
"""Public prototypes: each says since when it is there, or it would not leave the library."""

import os
import re

from .tree import Offence

AVAILABLE = re.compile(r'\bTERN_(AVAILABLE_IN|DEPRECATED_IN)_\w+')
DECLARES = re.compile(r'\bG_DECLARE_(FINAL_TYPE|DERIVABLE_TYPE|INTERFACE)\b')
PROTOTYPE = re.compile(r'\b(_?tern_\w+)\s*\(')


def statements(file):
  """(offset, text) of each statement outside braces, preprocessor lines left out."""
  code = re.sub(r'(?m)^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', lambda m: re.sub(r'[^\n]', ' ', m.group(0)),
                file.code)
  depth, start = 0, 0
  found = []
  for match in re.finditer(r'[{};]', code):
    if match.group(0) == '{':
      depth += 1
    elif match.group(0) == '}':
      depth -= 1
    if depth == 0 and match.group(0) in ';}':
      found.append((start, code[start:match.end()]))
      start = match.end()
  return found


def check_exports(tree):
  offences = []
  for file in tree.c_files('include'):
    for offset, text in statements(file):
      stripped = text.strip()
      text = text[:text.index('{')] if '{' in text else text
      if re.search(r'\b(typedef|static|struct|enum|G_DEFINE_AUTOPTR\w*)\b', text):
        continue
      # Types are declared without a semicolon and so run into the statement that follows.
      for match in DECLARES.finditer(text):
        before = text[:match.start()].rstrip().rsplit('\n', 1)[-1]
        if not AVAILABLE.search(before):
          offences.append(Offence('exports', file.path, file.line_at(offset + match.start()),
                                  f'{match.group(0)} without TERN_AVAILABLE_IN_ALL before it'))
      after = re.split(r'\bG_DECLARE_\w+\s*\([^)]*\)', text)[-1]
      name = PROTOTYPE.search(after)
      if name and stripped.endswith(';') and not AVAILABLE.search(after[:name.start()]):
        line = file.line_at(offset + text.rindex(name.group(0)))
        offences.append(Offence('exports', file.path, line,
                                f'{name.group(1)} () without TERN_AVAILABLE_IN_ALL'))
  return offences
