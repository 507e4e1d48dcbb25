/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Remembered authorizations. An entry answers for its own origin and partition and the paths below
 * its root, never for another (RFC 7617 §2.2). No plugin is called with the lock held. */
#include "engine/tern-auth-memory.h"

#include <string.h>

#include "policy/tern-protection-space.h"

/* More spaces than that are the work of a server that makes them up. */
#define MAX_SPACES 256

typedef struct
{
  TernUri *uri;
  char *root;
  char *partition;
  gboolean of_uri;
  TernAuthAnswer answer;
} Space;

struct _TernAuthMemory
{
  gatomicrefcount ref_count;
  GMutex lock;
  GPtrArray *spaces; /* newest last */
};

void
tern_auth_answer_clear (TernAuthAnswer *answer)
{
  g_clear_object (&answer->scheme);
  g_clear_pointer (&answer->credentials, tern_credentials_unref);
}

static void
space_free (gpointer data)
{
  Space *space = data;

  tern_uri_unref (space->uri);
  g_free (space->root);
  g_free (space->partition);
  tern_auth_answer_clear (&space->answer);
  g_free (space);
}

TernAuthMemory *
tern_auth_memory_new (void)
{
  TernAuthMemory *self = g_new0 (TernAuthMemory, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->spaces = g_ptr_array_new_with_free_func (space_free);
  return self;
}

TernAuthMemory *
tern_auth_memory_ref (TernAuthMemory *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tern_auth_memory_unref (TernAuthMemory *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->spaces);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
is_of (const Space *space, const TernUri *uri, const char *partition)
{
  return tern_uri_same_origin (space->uri, uri) && g_strcmp0 (space->partition, partition) == 0;
}

gboolean
tern_auth_memory_find (TernAuthMemory *self,
                       const TernUri *uri,
                       const char *partition,
                       TernAuthAnswer *answer)
{
  const Space *best = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->spaces->len; i++)
    {
      const Space *space = self->spaces->pdata[i];

      /* The deepest root is the closest space. Who names nobody is not somebody for that. */
      if (is_of (space, uri, partition) && (!space->of_uri || uri->userinfo)
          && tern_protection_space_covers (space->root, uri->target)
          && (!best || strlen (space->root) >= strlen (best->root)))
        best = space;
    }
  if (best)
    *answer = (TernAuthAnswer){ g_object_ref (best->answer.scheme),
                                tern_credentials_ref (best->answer.credentials) };
  g_mutex_unlock (&self->lock);
  return best != NULL;
}

void
tern_auth_memory_add (TernAuthMemory *self,
                      TernUri *uri,
                      const char *partition,
                      gboolean of_uri,
                      const TernAuthAnswer *answer)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (space_free);
  Space *space = g_new0 (Space, 1);

  space->uri = tern_uri_ref (uri);
  space->root = tern_protection_space_root (uri->target);
  space->partition = g_strdup (partition);
  space->of_uri = of_uri;
  space->answer = (TernAuthAnswer){ g_object_ref (answer->scheme),
                                    tern_credentials_ref (answer->credentials) };
  g_mutex_lock (&self->lock);
  for (guint i = self->spaces->len; i > 0; i--)
    {
      const Space *old = self->spaces->pdata[i - 1];

      if (is_of (old, uri, partition) && strcmp (old->root, space->root) == 0)
        g_ptr_array_add (gone, g_ptr_array_steal_index (self->spaces, i - 1));
    }
  if (self->spaces->len >= MAX_SPACES)
    g_ptr_array_add (gone, g_ptr_array_steal_index (self->spaces, 0));
  g_ptr_array_add (self->spaces, space);
  g_mutex_unlock (&self->lock);
}

void
tern_auth_memory_forget (TernAuthMemory *self, const TernUri *uri, TernAuthScheme *scheme)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (space_free);

  g_mutex_lock (&self->lock);
  for (guint i = self->spaces->len; i > 0; i--)
    {
      const Space *space = self->spaces->pdata[i - 1];

      if (tern_uri_same_origin (space->uri, uri) && space->answer.scheme == scheme)
        g_ptr_array_add (gone, g_ptr_array_steal_index (self->spaces, i - 1));
    }
  g_mutex_unlock (&self->lock);
}

void
tern_auth_memory_renew (TernAuthMemory *self,
                        const TernUri *uri,
                        TernAuthScheme *old,
                        const TernAuthAnswer *answer)
{
  /* Only the pointers change under the lock; the caller holds a reference to the old scheme. */
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->spaces->len; i++)
    {
      Space *space = self->spaces->pdata[i];

      if (tern_uri_same_origin (space->uri, uri) && space->answer.scheme == old)
        g_set_object (&space->answer.scheme, answer->scheme);
    }
  g_mutex_unlock (&self->lock);
}
