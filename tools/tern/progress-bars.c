/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which transfers are shown, and where. Pure, as the lines are. What is over stands above what is
 * under way, and that above what waits. Where not all fit, what is over goes first, then those
 * that wait are counted instead: those that run are what people look at. */
#include "progress-bars.h"

#include <glib/gi18n.h>

typedef enum
{
  SORT_OVER,
  SORT_RUNS,
  SORT_WAITS,
  N_SORTS
} Sort;

static Sort
sort_of (const ProgressLine *line)
{
  if (line->ended)
    return SORT_OVER;
  return line->phase == PROGRESS_QUEUED ? SORT_WAITS : SORT_RUNS;
}

/* All names take the same room; where there is one alone, none is needed. */
static guint
get_name_width (const GPtrArray *lines)
{
  guint most = 0;

  for (guint i = 0; i < lines->len && lines->len > 1; i++)
    {
      const ProgressLine *line = g_ptr_array_index (lines, i);

      most = MAX (most, progress_line_columns (line->name));
    }
  return most;
}

/* How many of each sort are left out. */
static void
leave_out (guint left_out[N_SORTS], const guint counts[N_SORTS], guint height)
{
  const guint all = counts[SORT_OVER] + counts[SORT_RUNS] + counts[SORT_WAITS];
  guint surplus = all > height ? all - height : 0;

  left_out[SORT_OVER] = MIN (surplus, counts[SORT_OVER]);
  surplus -= left_out[SORT_OVER];
  /* The line that counts them needs room as well. */
  if (surplus > 0 && counts[SORT_WAITS] > 0)
    surplus++;
  left_out[SORT_WAITS] = MIN (surplus, counts[SORT_WAITS]);
  surplus -= left_out[SORT_WAITS];
  left_out[SORT_RUNS] = MIN (surplus, counts[SORT_RUNS]);
}

guint
progress_bars_draw (GString *out, const GPtrArray *lines, guint width, guint height, gint64 now)
{
  const guint name_width = get_name_width (lines);
  guint counts[N_SORTS] = { 0 };
  guint left_out[N_SORTS];
  guint n = 0;

  for (guint i = 0; i < lines->len; i++)
    counts[sort_of (g_ptr_array_index (lines, i))]++;
  leave_out (left_out, counts, height);
  for (guint sort = 0; sort < N_SORTS; sort++)
    {
      /* Of what is over the first are left out, of the others the last. */
      guint skipped = sort == SORT_OVER ? left_out[sort] : 0;
      guint shown = counts[sort] - left_out[sort];

      for (guint i = 0; i < lines->len && shown > 0; i++)
        {
          const ProgressLine *line = g_ptr_array_index (lines, i);
          g_autofree char *text = NULL;

          if ((guint)sort_of (line) != sort || (skipped > 0 && skipped--))
            continue;
          text = progress_line_draw (line, name_width, width, now);
          g_string_append_printf (out, "%s%s\033[K", n++ ? "\n" : "", text);
          shown--;
        }
    }
  if (left_out[SORT_WAITS] > 0 && n < height)
    {
      g_autofree char *text
          = g_strdup_printf (g_dngettext (NULL, "%u more waits for its turn",
                                          "%u more wait for their turn", left_out[SORT_WAITS]),
                             left_out[SORT_WAITS]);

      g_string_append_printf (out, "%s%s\033[K", n++ ? "\n" : "", text);
    }
  return n;
}
