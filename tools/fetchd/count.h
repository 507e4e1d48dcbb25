/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much a detached job wrote into what cannot be written anew. */
#pragma once

#include <glib.h>

typedef struct _Count Count;

typedef struct
{
  guint64 done; /* surely written */
  guint64 most; /* the same, unless the helper was killed in the middle of a write */
  char *etag;   /* of what they are the first bytes; NULL where that is not known */
} CountState;

/* A file of its own in place of what is at @path, mapped. NULL, with a word in the journal and
 * nothing at @path, where that cannot be. @etag may be NULL: not known. */
Count *count_new (const char *path, guint64 done, const char *etag);
Count *count_ref (Count *count);
void count_unref (Count *count);

/* These from any thread. */
void count_set (Count *count, guint64 done, guint64 most);
void count_set_etag (Count *count, const char *etag);
guint64 count_get_most (Count *count);

/* What an earlier helper left; FALSE for what is not to be believed. */
gboolean count_read (const char *path, CountState *state);
void count_state_clear (CountState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CountState, count_state_clear)
