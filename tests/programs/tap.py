# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cases as functions, results as TAP: what the Python tests here share."""

import sys
import traceback

CASES = []


class Skip(Exception):
  """Raised by a case that cannot run here; its text is the reason."""


def case(name):
  def add(function):
    CASES.append((name, function))
    return function
  return add


def equal(got, wanted, what=''):
  if got != wanted:
    raise AssertionError(f'{what}: {got!r}, wanted {wanted!r}')


def contains(text, part):
  if part not in text:
    raise AssertionError(f'{part!r} is not in {text!r}')


def lacks(text, part):
  if part in text:
    raise AssertionError(f'{part!r} is in {text!r}')


def skip_all(reason):
  print(f'1..0 # SKIP {reason}')
  sys.exit(0)


def run():
  failed = 0
  print(f'1..{len(CASES)}', flush=True)
  for number, (name, function) in enumerate(CASES, 1):
    try:
      function()
      print(f'ok {number} {name}', flush=True)
    except Skip as reason:
      print(f'ok {number} {name} # SKIP {reason}', flush=True)
    except Exception:
      failed += 1
      print(f'not ok {number} {name}')
      for line in traceback.format_exc().rstrip().split('\n'):
        print(f'# {line}', flush=True)
  sys.exit(1 if failed else 0)
