# SPDX-License-Identifier: LGPL-2.1-or-later
"""Proves that each check can fail, and that a clean tree passes.

A fixture is a small tree with a file EXPECT: lines `check path:line`, one for each offence that
must be found, no more and no fewer. What a fixture file could not hold without tripping over
editors or other people's greps (tabs, long files, unfinished-work words) is generated here.
"""

import os
import shutil
import tempfile

from .tree import Tree

SPDX = '/* SPDX-License-Identifier: LGPL-2.1-or-later */\n'


def function(name, lines):
  """A GNU-style function of that many lines, from its name to its closing brace."""
  body = ''.join(f'  use ({number});\n' for number in range(lines - 3))
  return f'static void\n{name} (void)\n{{\n{body}}}\n\n'


def generated():
  """name → ({path: text}, [expected offences])"""
  small = ''.join(function(f'f{n}', 8) for n in range(4))
  return {
    'long-file': ({'core/base/a.c': SPDX + 'int a;\n' * 601}, ['sizes core/base/a.c:601',
                                                               'sizes core:0']),
    'long-test-file': ({'tests/unit/a.c': SPDX + 'int a;\n' * 601}, ['sizes tests/unit/a.c:601']),
    'long-function': ({'core/base/a.c': SPDX + small + function('f', 81) +
                       ''.join(function(f'g{n}', 8) for n in range(9))},
                      ['sizes core/base/a.c:43']),
    'longest-function': ({'core/base/a.c': SPDX + small + function('f', 80) +
                          ''.join(function(f'g{n}', 8) for n in range(9))}, []),
    'median-function': ({'core/base/a.c': SPDX + function('f', 16) * 3}, ['sizes core:0']),
    'ninety-percent': ({'core/base/a.c': SPDX + small + function('f', 36)}, ['sizes core:0']),
    'median-file': ({'core/base/a.c': SPDX + 'int a;\n' * 300}, ['sizes core:0']),
    'too-few-comments': ({'core/base/a.c': SPDX + 'int a;\n' * 20}, ['comments core:0']),
    'too-many-comments': ({'core/base/a.c': SPDX + '// a\n' * 20 + 'int a;\n' * 20},
                          ['comments core:0']),
    'tab': ({'core/base/a.c': SPDX + 'int\ta;\n'}, ['white-space core/base/a.c:2']),
    'blank-at-end': ({'tools/run': '#!/bin/sh\n# ' + SPDX[3:44] + '\ntrue \n'},
                     ['white-space tools/run:3', 'licences tools/run:1']),
    'long-line': ({'core/base/a.c': SPDX + 'int ' + 'a' * 96 + ';\n'},
                  ['white-space core/base/a.c:2']),
    'longest-line': ({'core/base/a.c': SPDX + 'int ' + 'a' * 95 + ';\n'}, []),
    'no-newline': ({'core/base/a.c': SPDX + 'int a;'}, ['white-space core/base/a.c:2']),
    'unfinished': ({'core/base/a.c': SPDX + '/* TO' 'DO: more */\n/* FIX' 'ME */\nint a;\n'},
                   ['words core/base/a.c:2', 'words core/base/a.c:3']),
  }


def offences_of(checks, warnings, root, everything):
  tree = Tree(root)
  found = []
  for name, check in {**checks, **warnings}.items():
    if name == 'comments' and not everything:
      continue
    found += [f'{name} {offence.path}:{offence.line}' for offence in check(tree)]
  return sorted(found)


def run(checks, warnings, fixtures):
  bad, number, seen = 0, 0, set()

  def compare(name, found, wanted):
    nonlocal bad, number
    number += 1
    if found == sorted(wanted):
      print(f'ok {number} - {name}')
      return
    bad += 1
    print(f'not ok {number} - {name}')
    for line in sorted(set(wanted) - set(found)):
      print(f'# not found: {line}')
    for line in sorted(set(found) - set(wanted)):
      print(f'# found but not wanted: {line}')

  for name in sorted(os.listdir(fixtures)):
    root = os.path.join(fixtures, name)
    with open(os.path.join(root, 'EXPECT'), encoding='utf-8') as stream:
      wanted = [line.strip() for line in stream if line.strip() and not line.startswith('#')]
    seen |= {line.split()[0] for line in wanted}
    compare(name, offences_of(checks, warnings, root, False), wanted)

  for name, (files, wanted) in generated().items():
    root = tempfile.mkdtemp()
    try:
      for path, text in files.items():
        os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
        with open(os.path.join(root, path), 'w', encoding='utf-8') as stream:
          stream.write(text)
      seen |= {line.split()[0] for line in wanted}
      about_comments = 'comments' in name
      found = offences_of(checks, warnings, root, about_comments)
      compare(name, found, wanted)
    finally:
      shutil.rmtree(root)

  for name in {**checks, **warnings}:
    number += 1
    bad += name not in seen
    print(('ok' if name in seen else 'not ok') + f' {number} - {name} was seen to fail')
  print(f'1..{number}')
  return 1 if bad else 0
