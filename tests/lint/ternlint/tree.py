# SPDX-License-Identifier: LGPL-2.1-or-later
"""The files of a source tree, read once, and what the checks ask about them.

It reads text; it must never run a compiler or ask git, so that it works in a tarball too.
"""

import os
import re

C_SUFFIXES = ('.c', '.h')
SOURCE_ROOTS = ('core', 'plugins', 'tools', 'include', 'tests')
SKIPPED_FOLDERS = {'.git', '__pycache__', 'node_modules', '.cache'}
FIXTURES = os.path.join('tests', 'lint', 'fixtures')

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
COMMENT_OR_STRING = re.compile(
  r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


class Offence:
  def __init__(self, check, path, line, what):
    self.check, self.path, self.line, self.what = check, path, line, what

  def __str__(self):
    return f'{self.path}:{self.line}: {self.what}'


class File:
  def __init__(self, root, path):
    self.path = path
    with open(os.path.join(root, path), encoding='utf-8', errors='replace') as stream:
      self.text = stream.read()
    self.lines = self.text.split('\n')
    if self.lines and self.lines[-1] == '':
      self.lines.pop()
    self._code = None

  @property
  def code(self):
    """The text with comments and strings blanked, line for line."""
    if self._code is None:
      self._code = COMMENT_OR_STRING.sub(blank, self.text)
    return self._code

  def includes(self):
    """(line number, '<' or '"', path) of each include directive."""
    found = []
    for number, line in enumerate(self.lines, 1):
      match = INCLUDE.match(line)
      if match:
        found.append((number, match.group(1), match.group(2)))
    return found

  @property
  def is_c(self):
    return self.path.endswith(C_SUFFIXES)

  @property
  def name(self):
    return os.path.basename(self.path)

  def line_at(self, offset):
    return self.text.count('\n', 0, offset) + 1


def blank(match):
  text = match.group(0)
  if text[0] in '"\'':
    return text[0] + ' ' * (len(text) - 2) + text[0]
  return re.sub(r'[^\n]', ' ', text)


class Tree:
  def __init__(self, root):
    self.root = root
    self.files = {}
    for folder, folders, names in os.walk(root):
      here = os.path.relpath(folder, root)
      here = '' if here == '.' else here
      folders[:] = sorted(
        name for name in folders
        if name not in SKIPPED_FOLDERS and not name.startswith(('_build', 'build'))
        and os.path.join(here, name) != FIXTURES)
      for name in sorted(names):
        path = os.path.join(here, name)
        if is_text(name) and not os.path.islink(os.path.join(root, path)):
          self.files[path] = File(root, path)
    self.graph = None

  def c_files(self, *roots):
    roots = roots or SOURCE_ROOTS
    return [file for path, file in self.files.items()
            if file.is_c and path.split(os.sep)[0] in roots]

  def resolve(self, file, path):
    """The project file that an include means, or None for a file of the system."""
    folder = os.path.dirname(file.path)
    for start in (folder, 'core', 'include', '', 'tests', 'tools'):
      candidate = os.path.normpath(os.path.join(start, path))
      if candidate in self.files:
        return self.files[candidate]
    return None


def is_text(name):
  return not name.endswith(('.pyc', '.png', '.gz', '.mo', '.gmo', '.bin', '.der', '.br', '.zst'))
