# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tables of the caches, and what was wanted of them."""

from . import caches
from .report import duration, figures, print_table, show

# Of libtern's file store: workload, what it is compared with, at most.
TARGETS = (
  ('cache-fresh', 'soup', 0.15),
  ('cache-fresh', 'httplib2', 0.2),
  ('cache-fresh-100k', 'soup', 0.15),
  ('cache-fresh-100k', 'httplib2', 0.2),
  ('cache-revalidate', 'soup', 0.1),
  ('cache-revalidate', 'httplib2', 0.1),
  ('cache-revalidate-100k', 'soup', 0.1),
  ('cache-revalidate-100k', 'httplib2', 0.1),
)
STORE = 'tern-file'
# A hit among many may cost so much more than one among few, of what is not the kernel's part.
FLAT = 1.25
FLAT_KIB = 1024


def per_op(result):
  return (result['user'] + result['sys']) / max(1, result['ops'])


def print_cpu(results, workloads, libraries):
  rows = []
  for workload in workloads:
    table = figures(results, workload)
    if table:
      row = [workload] + [duration(table[lib][0]) if lib in table else '-' for lib in libraries]
      rows.append(row + [show(compare(table, other)[0]) for other in ('soup', 'httplib2')])
  if rows:
    print_table('CPU of the client for one operation of a cache (median of the rounds)',
                ['workload'] + libraries + ['file/soup', 'file/httplib2'], rows)


def print_asked(results, workloads, libraries):
  """A hit that is none would flatter nobody, but say little: how often the origin was asked."""
  rows = []
  for workload in workloads:
    row = [workload]
    for library in libraries:
      runs = results.get((library, workload))
      row.append(f'{runs[-1]["requests"] / runs[-1]["ops"]:.2f}' if runs else '-')
    rows.append(row)
  if any(cell != '-' for row in rows for cell in row[1:]):
    print_table('Requests at the origin for one measured operation (warm-up included)',
                ['workload'] + libraries, rows)


def print_stores(results, libraries):
  table = figures(results, 'cache-store')
  if table:
    rates = [f'{1 / table[lib][0]:,.0f}' if lib in table and table[lib][0] > 0 else '-'
             for lib in libraries]
    print_table('Stores for one second of CPU, the request included', ['workload'] + libraries,
                [['cache-store'] + rates])


def print_sizes(sizes):
  rows = []
  for (library, entries), phases in sizes.items():
    cells = [duration(per_op(phases[phase])) if phase in phases else '-'
             for phase in ('cache-fill', 'cache-hit', 'floor', 'cache-evict')]
    hit = phases.get('cache-hit')
    cells += [duration(hit['opening']), f'{hit["peak_kib"] / 1024:.1f}'] if hit else ['-', '-']
    rows.append([library, f'{entries:,}'] + cells)
  if rows:
    print_table('One store, by its entries: CPU of a store, a hit, the kernel alone for that hit, '
                'a store that evicts; of opening; peak memory (MiB)',
                ['library', 'entries', 'store', 'hit', 'floor', 'evict', 'open', 'memory'], rows)


def print_all(results, sizes, options):
  libraries = [library for library in options.libs if library in caches.LIBRARIES]
  workloads = [name for name in options.only
               if name.startswith('cache-') and name != 'cache-sizes']
  print_cpu(results, workloads, libraries)
  print_asked(results, workloads, libraries)
  print_stores(results, libraries)
  print_sizes(sizes)


def compare(table, other):
  """Of the medians, and of the least figures."""
  if STORE not in table or other not in table or table[other][0] <= 0 or table[other][1] <= 0:
    return None, None
  return table[STORE][0] / table[other][0], table[STORE][1] / table[other][1]


def wanted(results, sizes):
  """Rows of what, wanted, found, best, met."""
  rows = []
  for workload, other, limit in TARGETS:
    found, best = compare(figures(results, workload), other)
    if found is not None:
      rows.append([f'{workload} (file) / {other}', f'<= {limit}', f'{found:.3f}', f'{best:.3f}',
                   'yes' if found <= limit else 'no'])
  found = {entries: phases for (library, entries), phases in sizes.items()
           if library == STORE and 'floor' in phases}
  if len(found) > 1:
    few, many = min(found), max(found)
    hits = {entries: phases['cache-hit'] for entries, phases in found.items()}
    above = {entries: per_op(hits[entries]) - per_op(phases['floor'])
             for entries, phases in found.items()}
    grown = above[many] / above[few]
    more = hits[many]['peak_kib'] - hits[few]['peak_kib']
    whole = per_op(hits[many]) / per_op(hits[few])
    rows.append([f'hit among {many:,} / {few:,} entries', '-', f'{whole:.2f}', '', '-'])
    rows.append(['the same above the floor', f'<= {FLAT}', f'{grown:.2f}', '',
                 'yes' if grown <= FLAT else 'no'])
    rows.append([f'memory at {many:,} entries', f'<= {FLAT_KIB} KiB', f'{more:+d} KiB', '',
                 'yes' if more <= FLAT_KIB else 'no'])
  return rows
