# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long files and functions are, and how much of the core is comment."""

import re
import statistics

from .tree import COMMENT_OR_STRING, Offence

FILE_MOST, FILE_MEDIAN = 600, 300
FUNCTION_MOST, FUNCTION_MEDIAN, FUNCTION_NINETY = 80, 15, 35
COMMENT_SHARE = (0.10, 0.35)

NAME_LINE = re.compile(r'^(?:[A-Za-z_][\w \t*]*[ *])?([A-Za-z_]\w*)\s*\(')
NOT_FUNCTIONS = {'if', 'for', 'while', 'switch', 'return', 'struct', 'union', 'enum', 'typedef'}


def functions_of(file):
  """(name, first line, number of lines) of each function: from its name to its brace."""
  lines = file.code.split('\n')
  found, start = [], None
  for number, line in enumerate(lines, 1):
    if start is None:
      if line.startswith('{') or (line[:1].isalpha() and line.rstrip().endswith(') {')):
        start = begin(lines, number)
    elif line.startswith('}'):
      if start[0] and line.strip() == '}':
        found.append((start[0], start[1], number - start[1] + 1))
      start = None
  return found


def begin(lines, brace):
  """The name and line of the function whose body begins here; no name if it is none."""
  for number in range(brace, max(0, brace - 30), -1):
    line = lines[number - 1]
    if number < brace and (not line.strip() or line[0] in '#}'):
      break
    match = NAME_LINE.match(line)
    if match and match.group(1) not in NOT_FUNCTIONS:
      return match.group(1), number
  return None, brace


def percentile(values, share):
  values = sorted(values)
  return values[min(len(values) - 1, int(len(values) * share))]


def check_sizes(tree, figures=None):
  offences = []
  file_sizes, function_sizes = [], []
  for file in tree.c_files():
    own = not file.path.startswith('tests')
    size = len(file.lines)
    if own:
      file_sizes.append(size)
    if size > FILE_MOST:
      offences.append(Offence('sizes', file.path, FILE_MOST + 1,
                              f'{size} lines, at most {FILE_MOST}'))
    for name, line, length in functions_of(file):
      if own:
        function_sizes.append(length)
      if length > FUNCTION_MOST:
        offences.append(Offence('sizes', file.path, line,
                                f'{name} () has {length} lines, at most {FUNCTION_MOST}'))
  offences += check_medians(file_sizes, function_sizes, figures)
  return offences


def check_medians(file_sizes, function_sizes, figures):
  offences = []
  if file_sizes:
    median = statistics.median(file_sizes)
    if figures is not None:
      figures.append(f'{len(file_sizes)} files: median {median:g} lines, most {max(file_sizes)}')
    if median > FILE_MEDIAN:
      offences.append(Offence('sizes', 'core', 0,
                              f'median file {median:g} lines, at most {FILE_MEDIAN}'))
  if function_sizes:
    median = statistics.median(function_sizes)
    ninety = percentile(function_sizes, 0.9)
    if figures is not None:
      figures.append(f'{len(function_sizes)} functions: median {median:g} lines, '
                     f'90 % {ninety}, most {max(function_sizes)}')
    if median > FUNCTION_MEDIAN:
      offences.append(Offence('sizes', 'core', 0,
                              f'median function {median:g} lines, at most {FUNCTION_MEDIAN}'))
    if ninety > FUNCTION_NINETY:
      offences.append(Offence('sizes', 'core', 0,
                              f'90 % of functions up to {ninety} lines, '
                              f'at most {FUNCTION_NINETY}'))
  return offences


def comment_share(tree):
  comments = total = 0
  for file in tree.c_files('core'):
    total += sum(1 for line in file.lines if line.strip())
    for match in COMMENT_OR_STRING.finditer(file.text):
      if match.group(0)[0] == '/':
        comments += match.group(0).count('\n') + 1
  return comments / total if total else None


def check_comments(tree, figures=None):
  """Only a warning: a number cannot tell a reason from noise."""
  share = comment_share(tree)
  if share is None:
    return []
  if figures is not None:
    figures.append(f'core: {share:.0%} comments')
  low, high = COMMENT_SHARE
  if low <= share <= high:
    return []
  return [Offence('comments', 'core', 0,
                  f'{share:.0%} of the lines are comments; {low:.0%} to {high:.0%} is the aim')]
