# SPDX-License-Identifier: LGPL-2.1-or-later
"""As much of JSON Schema as docs/tern-json.md needs; a word that is not known is an error."""

import json
import os
import re

TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'integer': int,
         'null': type(None)}
SILENT = {'$schema', '$id', '$defs', 'title', 'description'}


def load():
  """The schema that stands in the docs."""
  with open(os.environ['TERN_JSON_DOCS'], encoding='utf-8') as stream:
    return json.loads(re.search(r'(?s)```json\n(.*?)```', stream.read())[1])


class Wrong(AssertionError):
  pass


def has_type(value, name):
  # Python's bool is an int, JSON's is not.
  return isinstance(value, TYPES[name]) and not (name == 'integer' and isinstance(value, bool))


class Schema:
  def __init__(self, root=None):
    self.root = root or load()

  def check(self, value, schema=None, where='$'):
    schema = self.root if schema is None else schema
    for word, argument in schema.items():
      if word not in SILENT:
        getattr(self, 'check_' + word.lstrip('$'))(value, argument, schema, where)

  def check_ref(self, value, argument, schema, where):
    self.check(value, self.root['$defs'][argument.removeprefix('#/$defs/')], where)

  def check_oneOf(self, value, argument, schema, where):
    problems = []
    for each in argument:
      try:
        self.check(value, each, where)
      except Wrong as problem:
        problems.append(str(problem))
    if len(problems) != len(argument) - 1:
      raise Wrong(f'{where}: not one of them: {problems}')

  def check_type(self, value, argument, schema, where):
    names = [argument] if isinstance(argument, str) else argument
    if not any(has_type(value, name) for name in names):
      raise Wrong(f'{where}: {value!r} is no {argument}')

  def check_enum(self, value, argument, schema, where):
    if value not in argument:
      raise Wrong(f'{where}: {value!r} is none of {argument}')

  def check_pattern(self, value, argument, schema, where):
    if isinstance(value, str) and not re.search(argument, value):
      raise Wrong(f'{where}: {value!r} is not like {argument}')

  def check_minimum(self, value, argument, schema, where):
    if isinstance(value, int) and value < argument:
      raise Wrong(f'{where}: {value} is less than {argument}')

  def check_maximum(self, value, argument, schema, where):
    if isinstance(value, int) and value > argument:
      raise Wrong(f'{where}: {value} is more than {argument}')

  def check_required(self, value, argument, schema, where):
    for name in argument if isinstance(value, dict) else ():
      if name not in value:
        raise Wrong(f'{where}: {name} is missing')

  def check_dependentRequired(self, value, argument, schema, where):
    for name, needed in argument.items():
      if name in value:
        self.check_required(value, needed, schema, where)

  def check_properties(self, value, argument, schema, where):
    for name in argument if isinstance(value, dict) else ():
      if name in value:
        self.check(value[name], argument[name], f'{where}.{name}')

  def check_additionalProperties(self, value, argument, schema, where):
    for name in value if isinstance(value, dict) else ():
      if name not in schema['properties']:
        raise Wrong(f'{where}: {name} is not described')

  def check_items(self, value, argument, schema, where):
    for i, item in enumerate(value if isinstance(value, list) else ()):
      self.check(item, argument, f'{where}[{i}]')
