# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who includes whom: the layers of docs/architecture.md, cycles, umbrellas, pure layers."""

import os
import re

from .tree import Offence

# As docs/architecture.md has it. The closure is taken below.
BELOW = {
  'base': (),
  'message': ('base',),
  'http1': ('base',),
  'policy': ('base', 'message'),
  'plugin': ('base', 'message'),
  'io': ('base',),
  'net': ('io',),
  'exchange': ('message', 'http1', 'net', 'plugin'),
  'engine': ('policy', 'exchange'),
  'cache': ('policy', 'plugin'),
  'client': ('engine', 'cache'),
  'download': ('client',),
  'connection': ('exchange',),
  'fetch': ('base',),
}
PURE = ('http1', 'policy')
TOOLS_COMMON = os.path.join('tools', 'common', '')
GENERATED = {'config.h', 'tern-config.h', 'tern-enum-types.h', 'tern-builtin-plugins.h',
             'fetch-interface.h'}
UMBRELLAS = {'tern/tern.h', 'tern/tern-plugin.h'}

# What a decision may not look at: sockets, files, streams, clocks, chance, the environment.
PURE_HEADERS = re.compile(
  r'^(gio/|glib-unix|sys/socket|sys/time|netinet/|arpa/|netdb|fcntl|unistd|poll|time\.h|gnutls/)')
PURE_CALLS = re.compile(
  r'(?<![A-Za-z0-9_>.])('
  r'g_get_monotonic_time|g_get_real_time|g_date_time_new_now\w*|g_random_\w+|g_getenv|getenv|'
  r'secure_getenv|time|gettimeofday|clock_gettime|open|close|read|write|recv|recvmsg|send|sendmsg|'
  r'socket|connect|poll|select|g_poll|fopen|stat|g_file_\w+|g_socket_\w+|g_input_stream_\w+|'
  r'g_output_stream_\w+|g_io_stream_\w+|g_main_context_\w+|g_source_\w+)\s*\(')


def closure(layer):
  reach, todo = set(), list(BELOW[layer])
  while todo:
    below = todo.pop()
    if below not in reach:
      reach.add(below)
      todo += BELOW[below]
  return reach


def check_layers(tree):
  """Each include of core, plugins, tools and include/tern against the table."""
  offences = []
  for file in tree.c_files('core', 'plugins', 'tools', 'include'):
    check = {'core': of_core, 'plugins': of_plugin, 'tools': of_tool,
             'include': of_public}[file.path.split(os.sep)[0]]
    for line, bracket, path in file.includes():
      what = check(tree, file, bracket, path)
      if what:
        offences.append(Offence('layers', file.path, line, what))
  return offences


def of_core(tree, file, bracket, path):
  if path.startswith('tern/') or path in GENERATED:
    return None
  own = file.path.split(os.sep)[1]
  if own not in BELOW:
    return f'core/{own} is not in the table of layers'
  if bracket == '<':
    if os.path.join('core', path) in tree.files:
      return f'<{path}> is a private header: include it with quotes'
    return None
  layer = path.split('/')[0]
  if '/' not in path or layer not in BELOW:
    return f'"{path}" is not rooted at core/'
  if os.path.join('core', path) not in tree.files:
    return f'"{path}" does not exist below core/'
  if layer != own and layer not in closure(own):
    return f'core/{own} may not include core/{layer} ("{path}")'
  return None


def of_plugin(tree, file, bracket, path):
  folder = os.path.dirname(file.path)
  if path in GENERATED:
    return None
  if bracket == '"':
    if os.path.normpath(os.path.join(folder, path)) in tree.files and '..' not in path:
      return None
    return f'a plugin may not include "{path}": its own files only'
  if path.startswith('tern/') and path != 'tern/tern-plugin.h':
    return f'a plugin includes <tern/tern-plugin.h>, not <{path}>'
  return None


def of_tool(tree, file, bracket, path):
  own = os.sep.join(file.path.split(os.sep)[:2])
  if path in GENERATED:
    return None
  if bracket == '"':
    # What the tools share stands beside them and knows none of them.
    for start in (os.path.dirname(file.path), own, 'tools'):
      target = os.path.normpath(os.path.join(start, path))
      if target in tree.files and target.startswith((own + os.sep, TOOLS_COMMON)):
        return None
    return f'a tool may not include "{path}": its own files and those of {TOOLS_COMMON} only'
  if path.startswith('tern/') and file.path.startswith(TOOLS_COMMON):
    return f'{TOOLS_COMMON} knows nothing of the library: no <{path}>'
  if path.startswith('tern/') and not file.path.endswith('.h') and path != 'tern/tern.h':
    return f'a tool includes <tern/tern.h>, not <{path}>'
  return None


def of_public(tree, file, bracket, path):
  if bracket == '"':
    return f'"{path}": a public header includes installed headers, with angle brackets'
  return None


def check_umbrellas(tree):
  offences = []
  for file in tree.c_files():
    for line, _, path in file.includes():
      if path not in UMBRELLAS:
        continue
      root = file.path.split(os.sep)[0]
      if root == 'core':
        offences.append(Offence('umbrellas', file.path, line,
                                f'the core includes what it uses, not <{path}>'))
      elif file.path.endswith('.h') and not (path == 'tern/tern-plugin.h' and
                                             root in ('plugins', 'tests')):
        offences.append(Offence('umbrellas', file.path, line,
                                f'no header includes the umbrella <{path}>'))
  return offences


def check_cycles(tree):
  """Cycles among headers, and among units (a .c file and the headers of its name are one)."""
  headers, units = {}, {}
  for file in tree.c_files():
    unit = units.setdefault(unit_of(file), {})
    if file.path.endswith('.h'):
      headers.setdefault(file.path, {})
    for line, _, path in file.includes():
      target = tree.resolve(file, path)
      if target is None or not target.is_c:
        continue
      if file.path.endswith('.h'):
        headers[file.path][target.path] = (file.path, line)
      if unit_of(target) != unit_of(file) and path not in UMBRELLAS:
        unit.setdefault(unit_of(target), (file.path, line))
  offences = []
  for kind, graph in (('headers', headers), ('units', units)):
    for cycle in cycles_of(graph):
      path, line = graph[cycle[0]][cycle[1 % len(cycle)]]
      offences.append(Offence('cycles', path, line,
                              f'cycle of {kind}: ' + ' -> '.join(cycle + cycle[:1])))
  return offences


def unit_of(file):
  """tern-request.c and its public and private headers are one unit; test sources stay apart."""
  stem = re.sub(r'(-private)?\.[ch]$', '', file.name)
  root = file.path.split(os.sep)[0]
  if root in ('core', 'include'):
    return stem
  return os.path.join(os.path.dirname(file.path), stem)


def cycles_of(graph):
  """One cycle out of each strongly connected component (Tarjan, without recursion)."""
  index, low, stack, on_stack, components = {}, {}, [], set(), []
  for start in graph:
    if start in index:
      continue
    work = [(start, iter(graph.get(start, ())))]
    index[start] = low[start] = len(index)
    stack.append(start)
    on_stack.add(start)
    while work:
      node, edges = work[-1]
      following = next(edges, None)
      if following is None:
        work.pop()
        if work:
          low[work[-1][0]] = min(low[work[-1][0]], low[node])
        if low[node] == index[node]:
          component = set()
          while node not in component:
            component.add(stack.pop())
          on_stack -= component
          components.append(component)
      elif following not in index:
        index[following] = low[following] = len(index)
        stack.append(following)
        on_stack.add(following)
        work.append((following, iter(graph.get(following, ()))))
      elif following in on_stack:
        low[node] = min(low[node], index[following])
  return [shortest(graph, component) for component in components
          if len(component) > 1 or any(node in graph.get(node, ()) for node in component)]


def shortest(graph, component):
  """The shortest way from a node of the component back to itself."""
  start = min(component)
  ways = [[start]]
  seen = set()
  while ways:
    way = ways.pop(0)
    for following in graph.get(way[-1], ()):
      if following == start:
        return way
      if following in component and following not in seen:
        seen.add(following)
        ways.append(way + [following])
  return [start]


def check_purity(tree):
  offences = []
  for file in tree.c_files('core'):
    if file.path.split(os.sep)[1] not in PURE:
      continue
    for line, bracket, path in file.includes():
      if bracket == '<' and PURE_HEADERS.match(path):
        offences.append(Offence('purity', file.path, line,
                                f'a pure layer may not include <{path}>'))
    for match in PURE_CALLS.finditer(file.code):
      offences.append(Offence('purity', file.path, file.line_at(match.start()),
                              f'a pure layer may not call {match.group(1)} ()'))
  return offences
