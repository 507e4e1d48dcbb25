# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the documents claim: links lead somewhere, and the table of layers is the lint's."""

import os
import re

from .includes import BELOW
from .tree import Offence

LINK = re.compile(r'\]\(([^)#:]+)(?:#[^)]*)?\)')
LAYER_ROW = re.compile(r'^\| *`core/(\w+)/` *\|.*\| *([^|]*?) *\|$')
ARCHITECTURE = os.path.join('docs', 'architecture.md')


def check_docs(tree):
  offences = []
  for path, file in tree.files.items():
    if not path.endswith('.md'):
      continue
    for number, line in enumerate(file.lines, 1):
      for target in LINK.findall(line):
        if not os.path.exists(os.path.join(tree.root, os.path.dirname(path), target)):
          offences.append(Offence('docs', path, number, f'{target} does not exist'))
      row = LAYER_ROW.match(line) if path == ARCHITECTURE else None
      if row:
        offences += check_row(path, number, *row.groups())
  return offences


def check_row(path, number, layer, below):
  if layer == 'library': # no code
    return []
  wanted = BELOW.get(layer)
  said = tuple(re.findall(r'\w+', below)) if below != '–' else ()
  if wanted is None or set(said) != set(wanted):
    return [Offence('docs', path, number, f'core/{layer} may include {", ".join(said) or "nothing"}'
                    f' here, {", ".join(wanted or ()) or "nothing"} in the lint')]
  return []
