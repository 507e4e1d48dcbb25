/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A heap of bounded size. */
#include "file-oldest.h"

static void
clear_item (gpointer data)
{
  g_free (((FileOldestItem *)data)->name);
}

void
file_oldest_init (FileOldest *self)
{
  self->items = g_array_new (FALSE, FALSE, sizeof (FileOldestItem));
  g_array_set_clear_func (self->items, clear_item);
}

void
file_oldest_clear (FileOldest *self)
{
  g_clear_pointer (&self->items, g_array_unref);
}

static FileOldestItem *
get (FileOldest *self, guint at)
{
  return &g_array_index (self->items, FileOldestItem, at);
}

static void
swap (FileOldestItem *a, FileOldestItem *b)
{
  const FileOldestItem item = *a;

  *a = *b;
  *b = item;
}

static void
sift_up (FileOldest *self, guint at)
{
  for (; at > 0 && get (self, at)->rank > get (self, (at - 1) / 2)->rank; at = (at - 1) / 2)
    swap (get (self, at), get (self, (at - 1) / 2));
}

static void
sift_down (FileOldest *self)
{
  for (guint at = 0, child = 1; child < self->items->len; at = child, child = 2 * at + 1)
    {
      if (child + 1 < self->items->len && get (self, child + 1)->rank > get (self, child)->rank)
        child++;
      if (get (self, child)->rank <= get (self, at)->rank)
        return;
      swap (get (self, child), get (self, at));
    }
}

void
file_oldest_add (FileOldest *self, const char *name, gint64 rank, guint64 size)
{
  FileOldestItem item = { rank, size, NULL };

  if (self->items->len == FILE_OLDEST_MAX && get (self, 0)->rank <= rank)
    return;
  item.name = g_strdup (name);
  if (self->items->len < FILE_OLDEST_MAX)
    {
      g_array_append_val (self->items, item);
      sift_up (self, self->items->len - 1);
      return;
    }
  g_free (get (self, 0)->name);
  *get (self, 0) = item;
  sift_down (self);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const FileOldestItem *first = a, *second = b;

  return first->rank < second->rank ? 1 : first->rank > second->rank ? -1 : 0;
}

void
file_oldest_sort (FileOldest *self)
{
  g_array_sort (self->items, compare);
}

gboolean
file_oldest_take (FileOldest *self, FileOldestItem *item)
{
  if (self->items->len == 0)
    return FALSE;
  *item = *get (self, self->items->len - 1);
  get (self, self->items->len - 1)->name = NULL;
  g_array_set_size (self->items, self->items->len - 1);
  return TRUE;
}
