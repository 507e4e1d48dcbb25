/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one application has taken of what it may. Everything that a caller can make grow is counted
 * here, before it is made. */
#include "callers.h"

#include <glib/gi18n.h>
#include <tern/tern.h>

/* @message has one %s, for the number. */
static gboolean
refuse (GError **error, const char *message, guint64 limit)
{
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, limit);

  g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_LIMIT_EXCEEDED, _ (message), number);
  return FALSE;
}

/* A bucket that fills with time. */
gboolean
account_take_turn (Account *account, const Limits *limits, GError **error)
{
  const gint64 now = g_get_monotonic_time ();

  account->turns += (double)(now - account->turns_at) / G_USEC_PER_SEC * limits->rate;
  account->turns = MIN (account->turns, limits->burst);
  account->turns_at = now;
  if (account->turns < 1)
    return refuse (error, N_ ("One application may make %s calls a second, and that is reached"),
                   limits->rate);
  account->turns--;
  return TRUE;
}

static gboolean
charge (Account *account, const Limits *limits, guint64 size, GError **error)
{
  if (size > limits->memory || account->memory > limits->memory - size)
    return refuse (error, N_ ("One application may take %s bytes of memory, and that is reached"),
                   limits->memory);
  account->memory += size;
  return TRUE;
}

gboolean
account_add_job (Account *account, const Limits *limits, gsize size, GError **error)
{
  if (account->jobs >= limits->jobs)
    return refuse (error, N_ ("One application may have %s jobs, and that is reached"),
                   limits->jobs);
  if (!charge (account, limits, LIMIT_CHARGE_JOB + size, error))
    return FALSE;
  account->jobs++;
  return TRUE;
}

void
account_remove_job (Account *account, gsize size)
{
  account->jobs--;
  account->memory -= LIMIT_CHARGE_JOB + size;
}

gboolean
account_add_stream (Account *account, const Limits *limits, gsize size, GError **error)
{
  if (account->streams >= limits->streams)
    return refuse (error, N_ ("One application may have %s open bodies, and that is reached"),
                   limits->streams);
  if (!charge (account, limits, LIMIT_CHARGE_STREAM + size, error))
    return FALSE;
  account->streams++;
  return TRUE;
}

void
account_remove_stream (Account *account, gsize size)
{
  account->streams--;
  account->memory -= LIMIT_CHARGE_STREAM + size;
}
