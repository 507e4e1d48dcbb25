/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buffers of three sizes lie in places that are taken and filled by one atomic step each. */
#include "file-buffer.h"

#include <string.h>

/* Before the bytes, and of a size that leaves them aligned. */
typedef union
{
  guint kind;
  guint8 size[16];
} Head;

/* With the head. What is smaller malloc() has at hand, and most that is larger is far larger. */
static const gsize sizes[] = { 2048, 3072, 4096 };

#define SMALL 1024

static Head *kept[G_N_ELEMENTS (sizes)][FILE_BUFFER_KEPT];

static guint
find_kind (gsize len)
{
  guint kind = len > SMALL ? 0 : G_N_ELEMENTS (sizes);

  while (kind < G_N_ELEMENTS (sizes) && len > sizes[kind] - sizeof (Head))
    kind++;
  return kind;
}

guint8 *
file_buffer_new (gsize len)
{
  const guint kind = find_kind (len);
  Head *head = NULL;

  if (kind == G_N_ELEMENTS (sizes))
    head = g_malloc (sizeof *head + len);
  for (guint i = 0; head == NULL && i < FILE_BUFFER_KEPT; i++)
    if (g_atomic_pointer_get (&kept[kind][i]) != NULL)
      head = g_atomic_pointer_exchange (&kept[kind][i], NULL);
  if (head == NULL)
    head = g_malloc (sizes[kind]);
  head->kind = kind;
  return (guint8 *)(head + 1);
}

void
file_buffer_free (gpointer self)
{
  Head *head;

  if (self == NULL)
    return;
  head = (Head *)self - 1;
#ifndef __SANITIZE_ADDRESS__ /* where accesses are watched, what is freed is to stay so */
  for (guint i = 0; i < FILE_BUFFER_KEPT && head->kind < G_N_ELEMENTS (sizes); i++)
    if (g_atomic_pointer_get (&kept[head->kind][i]) == NULL
        && g_atomic_pointer_compare_and_exchange (&kept[head->kind][i], NULL, head))
      return;
#endif
  g_free (head);
}

guint8 *
file_buffer_grow (guint8 *self, gsize have, gsize len)
{
  guint8 *grown = file_buffer_new (len);

  if (have > 0)
    memcpy (grown, self, MIN (have, len));
  file_buffer_free (self);
  return grown;
}
