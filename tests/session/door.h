/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A server that asks for Digest (RFC 7616) and checks every word of the answer with code of its
 * own: nonce, count, target, body, response. The only one who may come in is user, with the
 * password secret. It must never share a line with the plugin. */

#pragma once

#include "tern-origin.h"

G_BEGIN_DECLS

#define DOOR_REALM "the \"door\""

typedef struct
{
  /* What the test says; zeroed it is MD5 without qop. */
  const char *algorithm; /* NULL: not named, which is MD5 */
  const char *qop;       /* as it is offered; NULL: not named */
  const char *more;      /* of the challenge, with its comma in front */
  const char *beside;    /* fields that come with the challenge */
  gboolean for_proxy;
  gboolean is_strict;     /* counts go up by one */
  gboolean is_always_old; /* whatever is answered is stale */
  gboolean lies;          /* its own proof is wrong */
  guint uses;             /* of a nonce, 0 is no end */
  gboolean names_next;    /* with the last one, the nonce that follows */

  /* What came of it. */
  guint n_let_in;
  guint n_asked; /* came without a word */
  guint n_stale;
  guint n_refused; /* for anything else */
  char *problem;   /* with the last of these */

  GMutex lock;
  guint n_nonces;
  GHashTable *uses_of;
  GHashTable *seen;
} Door;

void door_init (Door *self);
void door_clear (Door *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Door, door_clear)

/* For handlers, in any thread: TRUE lets it in. *@fields go with the answer. */
gboolean door_check (Door *self, const TernOriginRequest *request, char **fields);
/* A TernOriginHandler with a Door: 200 "come in", 401 "who is there?". */
void door_serve (TernOriginConn *conn, const TernOriginRequest *request, gpointer data);

/* The words are the counts above; a problem is printed. */
#define door_assert(self, let_in, asked, stale, refused)                                           \
  door_assert_at (G_STRLOC, (self), (let_in), (asked), (stale), (refused))
void door_assert_at (
    const char *where, Door *self, guint let_in, guint asked, guint stale, guint refused);

G_END_DECLS
