# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tables: medians, ratios, memory, and what was wanted."""

import statistics

# What is wanted of libtern: workload, what it is compared with, at most.
TARGETS = (
  ('seq-small', 'curl', 0.7),
  ('par-small', 'curl', 0.8),
  ('download', 'raw', 1.05),
  ('download-tls', 'raw', 1.1),
  ('tcp-connect', 'curl', 1.0),
  ('tcp-connect', 'soup', 1.0),
  ('tls-connect', 'curl', 0.6),
  ('tls-connect', 'soup', 0.1),
  ('tls-connect-new', 'curl', 1.0),
  ('tls-connect-new', 'soup', 0.1),
)
# One connection for each operation.
CONNECTS = ('tcp-connect', 'tls-connect', 'tls-connect-new')
SYSCALLS_WANTED = 3.0
# Peak memory may grow by this much between a small and a large body: what the allocator rounds.
FLAT_KIB = 512


def cpu_per_op(results):
  return [result['cpu'] / max(1, result['ops']) for result in results]


def figures(results, workload):
  """Per-library medians and bests of one workload: {library: (median, best)} in seconds."""
  table = {}
  for (library, name), runs in results.items():
    if name == workload:
      values = cpu_per_op(runs)
      table[library] = (statistics.median(values), min(values))
  return table


def duration(seconds):
  if seconds < 0.0005:
    return f'{seconds * 1e6:.1f} µs'
  if seconds < 0.02:
    return f'{seconds * 1e3:.2f} ms'
  return f'{seconds * 1e3:.0f} ms'


def ratio(table, library, other):
  if library not in table or other not in table or table[other][0] <= 0:
    return None
  return table[library][0] / table[other][0]


def show(value, form='{:.2f}'):
  return '-' if value is None else form.format(value)


def print_table(title, head, rows):
  widths = [max(len(str(row[i])) for row in [head] + rows) for i in range(len(head))]
  print(f'\n{title}')
  for row in [head] + rows:
    cells = [str(row[0]).ljust(widths[0])]
    cells += [str(cell).rjust(width) for cell, width in zip(row[1:], widths[1:])]
    print('  ' + '  '.join(cells).rstrip())


def print_cpu(results, workloads, libraries):
  rows = []
  for workload in workloads:
    table = figures(results, workload)
    row = [workload] + [duration(table[lib][0]) if lib in table else '-' for lib in libraries]
    row += [show(ratio(table, 'tern', other)) for other in ('raw', 'curl', 'soup')]
    rows.append(row)
  print_table('CPU of the client for one operation (user + system, median of the rounds)',
              ['workload'] + list(libraries) + ['tern/raw', 'tern/curl', 'tern/soup'], rows)


def print_memory(results, workloads, libraries):
  rows = []
  for workload in workloads:
    row = [workload]
    for library in libraries:
      runs = results.get((library, workload))
      row.append(f'{max(run["peak_kib"] for run in runs) / 1024:.1f}' if runs else '-')
    rows.append(row)
  print_table('Peak memory of the process (MiB)', ['workload'] + list(libraries), rows)


def print_hanging(results, libraries):
  runs = {lib: results[(lib, 'hanging')] for lib in libraries if (lib, 'hanging') in results}
  if runs:
    cells = [f'{statistics.median(r["kib_per_request"] for r in of):.1f}' for of in runs.values()]
    print_table('Memory of one hanging request (KiB)', ['workload'] + list(runs),
                [['hanging'] + cells])


def print_connects(results, libraries):
  rows = []
  for workload in CONNECTS:
    table = figures(results, workload)
    if table:
      rates = [f'{1 / table[lib][0]:,.0f}' if lib in table and table[lib][0] > 0 else '-'
               for lib in libraries]
      rows.append([workload] + rates)
  if rows:
    print_table('Connections for one second of CPU', ['workload'] + list(libraries), rows)


def print_resumed(results, libraries):
  rows = []
  for workload in CONNECTS[1:]:
    for library in libraries:
      runs = results.get((library, workload))
      if runs:
        rows.append([workload, library, sum(run['handshakes'] for run in runs),
                     sum(run['resumed'] for run in runs)])
  if rows:
    print_table('Handshakes, as the origin saw them',
                ['workload', 'library', 'handshakes', 'resumed'], rows)


def print_syscalls(syscalls, libraries):
  rows = []
  for library in libraries:
    if library in syscalls:
      calls = sorted(syscalls[library].items(), key=lambda item: -item[1])
      rows.append([library, f'{sum(syscalls[library].values()):.2f}',
                   ' '.join(f'{name} {count:.2f}' for name, count in calls)])
  if rows:
    print_table('System calls of one seq-small GET', ['library', 'all', 'which'], rows)


def print_instructions(instructions, libraries, tool):
  names = sorted({workload for _, workload in instructions})
  rows = [[name] + [show(instructions.get((lib, name)), '{:,.0f}') for lib in libraries]
          for name in names]
  if rows:
    print_table(f'Instructions in user space for one operation ({tool})',
                ['workload'] + list(libraries), rows)


def wanted(results, syscalls, memory):
  """Rows of what, wanted, found, best, met."""
  rows = []
  for workload, other, limit in TARGETS:
    table = figures(results, workload)
    found = ratio(table, 'tern', other)
    if found is None:
      continue
    best = table['tern'][1] / table[other][1] if table[other][1] > 0 else found
    rows.append([f'{workload} / {other}', f'<= {limit}', f'{found:.2f}', f'{best:.2f}',
                 'yes' if found <= limit else 'no'])
  if 'tern' in syscalls:
    calls = sum(syscalls['tern'].values())
    rows.append(['syscalls of seq-small', f'<= {SYSCALLS_WANTED:.0f}', f'{calls:.2f}', '',
                 'yes' if calls <= SYSCALLS_WANTED + 0.05 else 'no'])
  for workload, (small, large) in memory.items():
    grown = large - small
    rows.append([f'{workload}: memory, small to large', f'<= {FLAT_KIB} KiB', f'{grown:+d} KiB', '',
                 'yes' if grown <= FLAT_KIB else 'no'])
  return rows


def print_wanted(rows):
  if rows:
    print_table('Wanted', ['what', 'wanted', 'found', 'best of rounds', 'met'], rows)
