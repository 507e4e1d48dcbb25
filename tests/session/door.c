/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The checks of a Digest answer, on GChecksum: see the header. */

#include "door.h"

#include <string.h>

void
door_init (Door *self)
{
  *self = (Door){ .qop = "auth" };
  g_mutex_init (&self->lock);
  self->uses_of = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
door_clear (Door *self)
{
  if (!self->seen)
    return;
  g_hash_table_unref (self->seen);
  g_hash_table_unref (self->uses_of);
  g_free (self->problem);
  g_mutex_clear (&self->lock);
  self->seen = NULL;
}

/* The value behind @name="…" or @name=…, unquoted; NULL where it is not there. */
static char *
find_param (const char *answer, const char *name)
{
  g_autofree char *pattern
      = g_strdup_printf ("[ ,]%s=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^,\" ]+))", name);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *quoted = NULL;

  if (!g_regex_match (regex, answer, 0, &match))
    return NULL;
  quoted = g_match_info_fetch (match, 1);
  return quoted && *quoted ? g_strcompress (quoted) : g_match_info_fetch (match, 2);
}

static char *
hash (const Door *self, const char *text, gsize len)
{
  const gboolean is_sha = self->algorithm && g_str_has_prefix (self->algorithm, "SHA-256");

  return g_compute_checksum_for_data (is_sha ? G_CHECKSUM_SHA256 : G_CHECKSUM_MD5,
                                      (const guchar *)text, len);
}

static char *
hash_text (const Door *self, char *text)
{
  g_autofree char *owned = text;

  return hash (self, owned, strlen (owned));
}

/* §3.4.1; @method "" for the server's own proof, which counts no body here. */
static char *
compute (const Door *self, const TernOriginRequest *request, const char *answer, const char *method)
{
  g_autofree char *nonce = find_param (answer, "nonce");
  g_autofree char *cnonce = find_param (answer, "cnonce");
  g_autofree char *nc = find_param (answer, "nc");
  g_autofree char *qop = find_param (answer, "qop");
  g_autofree char *uri = find_param (answer, "uri");
  g_autofree char *a1 = hash_text (self, g_strdup ("user:" DOOR_REALM ":secret"));
  g_autofree char *a2 = NULL;
  gsize len;
  const char *body = tern_origin_request_body (request, &len);

  if (self->algorithm && g_str_has_suffix (self->algorithm, "-sess"))
    {
      g_autofree char *key = g_steal_pointer (&a1);

      a1 = hash_text (self, g_strdup_printf ("%s:%s:%s", key, nonce, cnonce));
    }
  if (g_strcmp0 (qop, "auth-int") == 0)
    {
      g_autofree char *body_hash = hash (self, body, len);

      a2 = hash_text (self, g_strdup_printf ("%s:%s:%s", method, uri, body_hash));
    }
  else
    a2 = hash_text (self, g_strdup_printf ("%s:%s", method, uri));
  if (!qop)
    return hash_text (self, g_strdup_printf ("%s:%s:%s", a1, nonce, a2));
  return hash_text (self, g_strdup_printf ("%s:%s:%s:%s:%s:%s", a1, nonce, nc, cnonce, qop, a2));
}

static gboolean
is_param (const char *answer, const char *name, const char *expected)
{
  g_autofree char *value = find_param (answer, name);

  return g_strcmp0 (value, expected) == 0;
}

/* What is wrong with the answer, whatever its nonce; NULL for nothing. */
static const char *
judge (Door *self, const TernOriginRequest *request, const char *answer)
{
  g_autofree char *qop = find_param (answer, "qop");
  g_autofree char *response = find_param (answer, "response");
  g_autofree char *expected = NULL;

  if (!g_str_has_prefix (answer, "Digest "))
    return "another scheme";
  if (!is_param (answer, "username", "user"))
    return "somebody else";
  if (!is_param (answer, "realm", DOOR_REALM))
    return "another realm";
  if (!is_param (answer, "uri", tern_origin_request_target (request)))
    return "another target";
  if (!is_param (answer, "algorithm", self->algorithm ? self->algorithm : "MD5"))
    return "another algorithm";
  if ((self->qop != NULL) != (qop != NULL) || (qop && !strstr (self->qop, qop)))
    return "another qop";
  expected = compute (self, request, answer, tern_origin_request_method (request));
  return g_strcmp0 (response, expected) == 0 ? NULL : "a wrong response";
}

typedef enum
{
  GOOD,
  OLD,
  BAD,
} Verdict;

/* Each count of a nonce is good once. With the lock held. */
static Verdict
judge_nonce (Door *self, const char *answer, const char **problem)
{
  g_autofree char *nonce = find_param (answer, "nonce");
  g_autofree char *nc = find_param (answer, "nc");
  guint used;

  if (!nonce || !g_hash_table_contains (self->uses_of, nonce))
    {
      *problem = "a nonce that was never given";
      return BAD;
    }
  used = GPOINTER_TO_UINT (g_hash_table_lookup (self->uses_of, nonce));
  if (self->is_always_old || (self->uses > 0 && used >= self->uses))
    return OLD;
  if (nc && !g_hash_table_add (self->seen, g_strconcat (nonce, ":", nc, NULL)))
    *problem = "a count that was used before";
  if (nc && (strlen (nc) != 8 || strspn (nc, "0123456789abcdef") != 8))
    *problem = "a count that is none";
  if (nc && self->is_strict && g_ascii_strtoull (nc, NULL, 16) != used + 1)
    *problem = "a count that leaves some out";
  g_hash_table_insert (self->uses_of, g_strdup (nonce), GUINT_TO_POINTER (used + 1));
  return *problem ? BAD : GOOD;
}

static char *
new_nonce (Door *self)
{
  char *nonce = g_strdup_printf ("n%u\\", self->n_nonces++);

  g_hash_table_insert (self->uses_of, g_strdup (nonce), GUINT_TO_POINTER (0));
  return nonce;
}

static char *
make_challenge (Door *self, gboolean is_stale)
{
  g_autofree char *nonce = new_nonce (self);
  g_autofree char *qop = self->qop ? g_strdup_printf (", qop=\"%s\"", self->qop) : NULL;
  g_autofree char *params = g_strconcat (self->algorithm ? ", algorithm=" : "",
                                         self->algorithm ? self->algorithm : "", qop, NULL);

  return g_strdup_printf ("%s: Digest realm=\"the \\\"door\\\"\", nonce=\"%s\\\"%s%s%s\r\n%s",
                          self->for_proxy ? "Proxy-Authenticate" : "WWW-Authenticate", nonce,
                          params, is_stale ? ", stale=true" : "", self->more ? self->more : "",
                          self->beside ? self->beside : "");
}

static char *
make_info (Door *self, const TernOriginRequest *request, const char *answer)
{
  g_autofree char *nonce = find_param (answer, "nonce");
  g_autofree char *nc = find_param (answer, "nc");
  g_autofree char *cnonce = find_param (answer, "cnonce");
  g_autofree char *proof = compute (self, request, answer, "");
  g_autofree char *next = NULL;
  g_autofree char *more = NULL;
  const char *name = self->for_proxy ? "Proxy-Authentication-Info" : "Authentication-Info";

  if (self->names_next
      && GPOINTER_TO_UINT (g_hash_table_lookup (self->uses_of, nonce)) >= self->uses)
    {
      next = new_nonce (self);
      more = g_strdup_printf (", nextnonce=\"%s\\\"", next);
    }
  if (!is_param (answer, "qop", "auth"))
    return more ? g_strdup_printf ("%s: %s\r\n", name, more + 2) : NULL;
  return g_strdup_printf ("%s: rspauth=\"%s\", qop=auth, nc=%s, cnonce=\"%s\"%s\r\n", name,
                          self->lies ? nc : proof, nc, cnonce, more ? more : "");
}

gboolean
door_check (Door *self, const TernOriginRequest *request, char **fields)
{
  const char *answer = tern_origin_request_header (request, self->for_proxy ? "Proxy-Authorization"
                                                                            : "Authorization");
  const char *problem = NULL;
  Verdict verdict = BAD;

  g_mutex_lock (&self->lock);
  if (!answer)
    self->n_asked++;
  else if (!(problem = judge (self, request, answer)))
    verdict = judge_nonce (self, answer, &problem);
  if (problem)
    {
      g_free (self->problem);
      self->problem = g_strdup_printf ("%s: %s", problem, answer);
    }
  self->n_let_in += verdict == GOOD;
  self->n_stale += verdict == OLD;
  self->n_refused += answer && verdict == BAD;
  *fields
      = verdict == GOOD ? make_info (self, request, answer) : make_challenge (self, verdict == OLD);
  g_mutex_unlock (&self->lock);
  return verdict == GOOD;
}

void
door_serve (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  g_autofree char *fields = NULL;

  if (door_check (data, request, &fields))
    tern_origin_reply (conn, 200, NULL, fields, "come in");
  else
    tern_origin_reply (conn, 401, NULL, fields, "who is there?");
}

void
door_assert_at (
    const char *where, Door *self, guint let_in, guint asked, guint stale, guint refused)
{
  g_mutex_lock (&self->lock);
  if (self->n_let_in != let_in || self->n_asked != asked || self->n_stale != stale
      || self->n_refused != refused)
    g_error ("%s: let in %u, asked %u, old %u, refused %u, not %u, %u, %u, %u (%s)", where,
             self->n_let_in, self->n_asked, self->n_stale, self->n_refused, let_in, asked, stale,
             refused, self->problem ? self->problem : "no problem");
  g_mutex_unlock (&self->lock);
}
