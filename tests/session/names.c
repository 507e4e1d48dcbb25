/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The look-up as a test's own. It runs on the library's workers, so it locks. */
#include "names.h"

#include <tern/tern-error.h>

#include "io/tern-worker.h"
#include "tern-test-util.h"

static GArray *
lookup (const char *host, guint16 port, gpointer data, GError **error)
{
  Names *self = data;
  GArray *found;

  g_assert_cmpstr (host, ==, NAMES_HOST);
  g_mutex_lock (&self->lock);
  self->n_calls++;
  while (self->hangs)
    g_cond_wait (&self->changed, &self->lock);
  found = g_array_index (self->rounds, GArray *, MIN (self->n_calls, self->rounds->len) - 1);
  found = self->fails ? NULL : g_array_copy (found);
  g_mutex_unlock (&self->lock);
  if (!found)
    g_set_error (error, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND, "No such name: %s", host);
  return found;
}

Names *
names_new (TernClient *client)
{
  Names *self = g_new0 (Names, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->rounds = g_array_new (FALSE, FALSE, sizeof (GArray *));
  names_next_round (self);
  tern_client_set_lookup (client, lookup, self);
  /* Asked for every name that is not of the loopback; to load it takes longer under memcheck than
   * the time that some tests give. */
  g_proxy_resolver_get_default ();
  return self;
}

void
names_let_go (Names *self)
{
  g_mutex_lock (&self->lock);
  self->hangs = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gboolean
is_quiet (gpointer data)
{
  return tern_worker_count (TERN_LANE_RESOLVE) == 0;
}

void
names_free (Names *self)
{
  names_let_go (self);
  tern_test_run_until_func (is_quiet, NULL, 5000);
  for (guint i = 0; i < self->rounds->len; i++)
    g_array_unref (g_array_index (self->rounds, GArray *, i));
  g_array_unref (self->rounds);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
names_next_round (Names *self)
{
  GArray *round = g_array_new (FALSE, FALSE, sizeof (TernAddress));

  g_array_append_val (self->rounds, round);
}

void
names_add (Names *self, const char *address, guint16 port)
{
  TernAddress found;

  g_assert_true (tern_address_from_literal (address, port, &found));
  g_array_append_val (g_array_index (self->rounds, GArray *, self->rounds->len - 1), found);
}

guint
names_count (Names *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_calls;
  g_mutex_unlock (&self->lock);
  return n;
}

char *
names_uri (const char *path)
{
  return g_strconcat ("http://" NAMES_HOST ":7777", path, NULL);
}
