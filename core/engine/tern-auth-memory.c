/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Remembered authorizations. An entry answers for its own origin and partition and the paths below
 * its roots, never for another (RFC 7617 §2.2, RFC 7616 §3.3). No plugin is called with the lock
 * held. */
#include "engine/tern-auth-memory.h"

#include <string.h>

#include "policy/tern-protection-space.h"

/* More spaces than that are the work of a server that makes them up. */
#define MAX_SPACES 256

/* An origin that hides the secret in more places than that does so everywhere. */
#define MAX_GUARDS 16

typedef struct
{
  TernUri *uri;
  char **roots;
  char *partition;
  gboolean of_uri;
  TernAuthSession *session; /* NULL for a space that is only guarded */
} Space;

struct _TernAuthMemory
{
  gatomicrefcount ref_count;
  GMutex lock;
  GPtrArray *spaces;  /* newest last */
  GPtrArray *guarded; /* likewise */
};

static void
space_free (gpointer data)
{
  Space *space = data;

  tern_uri_unref (space->uri);
  g_strfreev (space->roots);
  g_free (space->partition);
  g_clear_pointer (&space->session, tern_auth_session_unref);
  g_free (space);
}

TernAuthMemory *
tern_auth_memory_new (void)
{
  TernAuthMemory *self = g_new0 (TernAuthMemory, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->spaces = g_ptr_array_new_with_free_func (space_free);
  self->guarded = g_ptr_array_new_with_free_func (space_free);
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
  g_ptr_array_unref (self->guarded);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
is_of (const Space *space, const TernUri *uri, const char *partition)
{
  return tern_uri_same_origin (space->uri, uri) && g_strcmp0 (space->partition, partition) == 0;
}

static gboolean
may_cover (const Space *space, const char *target)
{
  for (gsize i = 0; space->roots[i]; i++)
    if (tern_protection_space_may_cover (space->roots[i], target))
      return TRUE;
  return FALSE;
}

/* The length of the longest root that covers the target; 0 where none does. */
static gsize
measure_cover (const Space *space, const char *target)
{
  gsize longest = 0;

  for (gsize i = 0; space->roots[i]; i++)
    if (tern_protection_space_covers (space->roots[i], target))
      longest = MAX (longest, strlen (space->roots[i]));
  return longest;
}

TernAuthSession *
tern_auth_memory_find (TernAuthMemory *self, const TernUri *uri, const char *partition)
{
  TernAuthSession *best = NULL;
  gsize best_depth = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->spaces->len; i++)
    {
      const Space *space = self->spaces->pdata[i];
      gsize depth;

      /* Who names nobody is not somebody for that. */
      if (!is_of (space, uri, partition) || (space->of_uri && !uri->userinfo))
        continue;
      /* The deepest root is the closest space, of equals the newest. */
      depth = measure_cover (space, uri->target);
      if (depth > 0 && depth >= best_depth)
        {
          best = space->session;
          best_depth = depth;
        }
    }
  if (best)
    tern_auth_session_ref (best);
  g_mutex_unlock (&self->lock);
  return best;
}

static Space *
make_space (TernUri *uri, const char *partition, const TernChallenge *challenge)
{
  Space *space = g_new0 (Space, 1);

  space->uri = tern_uri_ref (uri);
  space->roots = tern_protection_space_roots (challenge, uri);
  space->partition = g_strdup (partition);
  return space;
}

/* Takes @space; what it replaces, and what is too many, is dropped outside of the lock. */
static void
add_space (TernAuthMemory *self, GPtrArray *spaces, Space *space)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (space_free);

  g_mutex_lock (&self->lock);
  for (guint i = spaces->len; i > 0; i--)
    {
      const Space *old = spaces->pdata[i - 1];

      if (is_of (old, space->uri, space->partition) && old->of_uri == space->of_uri
          && g_strv_equal ((const char *const *)old->roots, (const char *const *)space->roots))
        g_ptr_array_add (gone, g_ptr_array_steal_index (spaces, i - 1));
    }
  if (spaces->len >= MAX_SPACES)
    g_ptr_array_add (gone, g_ptr_array_steal_index (spaces, 0));
  g_ptr_array_add (spaces, space);
  g_mutex_unlock (&self->lock);
}

void
tern_auth_memory_add (TernAuthMemory *self,
                      TernUri *uri,
                      const char *partition,
                      gboolean of_uri,
                      TernAuthSession *session)
{
  Space *space = make_space (uri, partition, session->challenge);

  space->of_uri = of_uri;
  space->session = tern_auth_session_ref (session);
  add_space (self, self->spaces, space);
}

void
tern_auth_memory_forget (TernAuthMemory *self, const TernUri *uri, const TernAuthSession *session)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (space_free);

  g_mutex_lock (&self->lock);
  for (guint i = self->spaces->len; i > 0; i--)
    {
      const Space *space = self->spaces->pdata[i - 1];

      if (tern_uri_same_origin (space->uri, uri) && space->session == session)
        g_ptr_array_add (gone, g_ptr_array_steal_index (self->spaces, i - 1));
    }
  g_mutex_unlock (&self->lock);
}

void
tern_auth_memory_renew (TernAuthMemory *self,
                        const TernUri *uri,
                        const TernAuthSession *old,
                        TernAuthSession *session)
{
  guint n_dropped = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->spaces->len; i++)
    {
      Space *space = self->spaces->pdata[i];

      if (!tern_uri_same_origin (space->uri, uri) || space->session != old)
        continue;
      space->session = tern_auth_session_ref (session);
      n_dropped++;
    }
  g_mutex_unlock (&self->lock);
  /* The last reference may finalize a plugin's object. */
  while (n_dropped-- > 0)
    tern_auth_session_unref ((TernAuthSession *)old);
}

/* The folder that was asked for is guarded as well, whatever roots the server names. */
static Space *
make_guard (TernUri *uri, const char *partition, const TernChallenge *challenge)
{
  Space *space = make_space (uri, partition, challenge);
  const guint n = g_strv_length (space->roots);

  if (measure_cover (space, uri->target) > 0)
    return space;
  space->roots = g_renew (char *, space->roots, n + 2);
  space->roots[n] = tern_protection_space_root (uri->target);
  space->roots[n + 1] = NULL;
  return space;
}

static guint
count_guards (TernAuthMemory *self, const Space *space)
{
  guint n = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->guarded->len; i++)
    n += is_of (self->guarded->pdata[i], space->uri, space->partition);
  g_mutex_unlock (&self->lock);
  return n;
}

/* The whole origin in place of its many folders: they do not push out the guards of others. */
static void
widen (TernAuthMemory *self, Space *space)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (space_free);

  g_strfreev (space->roots);
  space->roots = g_new0 (char *, 2);
  space->roots[0] = g_strdup ("/");
  g_mutex_lock (&self->lock);
  for (guint i = self->guarded->len; i > 0; i--)
    if (is_of (self->guarded->pdata[i - 1], space->uri, space->partition))
      g_ptr_array_add (gone, g_ptr_array_steal_index (self->guarded, i - 1));
  g_mutex_unlock (&self->lock);
}

void
tern_auth_memory_guard (TernAuthMemory *self,
                        TernUri *uri,
                        const char *partition,
                        const TernChallenge *challenge)
{
  Space *space = make_guard (uri, partition, challenge);

  if (count_guards (self, space) >= MAX_GUARDS)
    widen (self, space);
  add_space (self, self->guarded, space);
}

gboolean
tern_auth_memory_is_guarded (TernAuthMemory *self, const TernUri *uri, const char *partition)
{
  gboolean is_guarded = FALSE;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->guarded->len && !is_guarded; i++)
    {
      const Space *space = self->guarded->pdata[i];

      is_guarded = is_of (space, uri, partition) && may_cover (space, uri->target);
    }
  g_mutex_unlock (&self->lock);
  return is_guarded;
}
