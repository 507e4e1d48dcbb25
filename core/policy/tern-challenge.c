/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernChallenge and the parser that makes them (RFC 9110 §11.6.1): one forward pass, no
 * backtracking but over a single word, because such a parser has been the way to hang a client
 * (CVE-2021-21240). */
#include "policy/tern-challenge.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-field.h"
#include "base/tern-headers-private.h"
#include "base/tern-i18n.h"

struct _TernChallenge
{
  gatomicrefcount ref_count;
  gboolean for_proxy;
  char *scheme;
  char *token68;
  GHashTable *params;
  GHashTable *raw; /* GBytes of the values that came as something else than UTF-8; NULL for none */
};

/**
 * TernChallenge:
 *
 * What a server or proxy asks for when it wants to know who is there (RFC 9110 §11.3): a scheme
 * and its parameters, or a single value. Immutable and reference counted; it may be used from any
 * thread.
 */
G_DEFINE_BOXED_TYPE (TernChallenge, tern_challenge, tern_challenge_ref, tern_challenge_unref)

static TernChallenge *
challenge_new (const char *scheme, gsize len, gboolean for_proxy)
{
  TernChallenge *self = g_new0 (TernChallenge, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->for_proxy = for_proxy;
  self->scheme = g_ascii_strdown (scheme, len);
  self->params = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/**
 * tern_challenge_ref:
 * @challenge: a challenge
 *
 * Takes another reference.
 *
 * Returns: (transfer full): @challenge
 */
TernChallenge *
tern_challenge_ref (TernChallenge *challenge)
{
  g_atomic_ref_count_inc (&challenge->ref_count);
  return challenge;
}

/**
 * tern_challenge_unref:
 * @challenge: (transfer full): a challenge
 *
 * Lets go of a reference; what nobody refers to is freed.
 */
void
tern_challenge_unref (TernChallenge *challenge)
{
  if (!g_atomic_ref_count_dec (&challenge->ref_count))
    return;
  g_free (challenge->scheme);
  g_free (challenge->token68);
  g_hash_table_unref (challenge->params);
  g_clear_pointer (&challenge->raw, g_hash_table_unref);
  g_free (challenge);
}

/**
 * tern_challenge_get_scheme:
 * @challenge: a challenge
 *
 * Gets the scheme, in lower case: "basic", "digest", ….
 *
 * Returns: (transfer none): the scheme, in lower case: "basic", "digest", …
 */
const char *
tern_challenge_get_scheme (const TernChallenge *challenge)
{
  return challenge->scheme;
}

/**
 * tern_challenge_get_param:
 * @challenge: a challenge
 * @name: the name of a parameter, in any case
 *
 * Gets its value, without quotes and backslashes.
 *
 * Returns: (nullable) (transfer none): its value, without quotes and backslashes
 */
const char *
tern_challenge_get_param (const TernChallenge *challenge, const char *name)
{
  g_autofree char *key = name ? g_ascii_strdown (name, -1) : NULL;

  return key ? g_hash_table_lookup (challenge->params, key) : NULL;
}

/**
 * tern_challenge_get_param_bytes:
 * @challenge: a challenge
 * @name: the name of a parameter, in any case
 *
 * Gets its value as it came, without quotes and backslashes: what goes back to the server, or into
 * a hash, must be the server's own bytes.
 *
 * Returns: (nullable) (transfer full): its bytes, in whatever charset they are
 */
GBytes *
tern_challenge_get_param_bytes (const TernChallenge *challenge, const char *name)
{
  g_autofree char *key = name ? g_ascii_strdown (name, -1) : NULL;
  GBytes *raw = key && challenge->raw ? g_hash_table_lookup (challenge->raw, key) : NULL;
  const char *value = key ? g_hash_table_lookup (challenge->params, key) : NULL;

  if (raw)
    return g_bytes_ref (raw);
  return value ? g_bytes_new (value, strlen (value)) : NULL;
}

/**
 * tern_challenge_get_params:
 * @challenge: a challenge
 *
 * Gets every parameter by its name in lower case.
 *
 * Returns: (transfer none) (element-type utf8 utf8): every parameter by its name in lower case;
 *   not to be changed
 */
GHashTable *
tern_challenge_get_params (const TernChallenge *challenge)
{
  return challenge->params;
}

/**
 * tern_challenge_get_token68:
 * @challenge: a challenge
 *
 * Gets the single value that some schemes have in place of parameters (RFC 9110 §11.2).
 *
 * Returns: (nullable) (transfer none): the single value that some schemes have in place of
 *   parameters (RFC 9110 §11.2)
 */
const char *
tern_challenge_get_token68 (const TernChallenge *challenge)
{
  return challenge->token68;
}

/**
 * tern_challenge_get_realm:
 * @challenge: a challenge
 *
 * Gets the name of the protection space (RFC 9110 §11.5).
 *
 * Returns: (nullable) (transfer none): the name of the protection space (RFC 9110 §11.5)
 */
const char *
tern_challenge_get_realm (const TernChallenge *challenge)
{
  return g_hash_table_lookup (challenge->params, "realm");
}

/**
 * tern_challenge_is_for_proxy:
 * @challenge: a challenge
 *
 * Tells whether a proxy asks, and not the server.
 *
 * Returns: whether a proxy asks, and not the server
 */
gboolean
tern_challenge_is_for_proxy (const TernChallenge *challenge)
{
  return challenge->for_proxy;
}

/* What has been read so far. The value of a field goes through it from left to right. */
typedef struct
{
  const char *at;
  const char *end;
  GPtrArray *challenges;
  TernChallenge *current; /* the last of @challenges, which parameters belong to */
  gboolean for_proxy;
  gboolean junk; /* something could not be read before the first challenge was whole */
} Scanner;

static void
skip_blanks (Scanner *scan)
{
  while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t'))
    scan->at++;
}

/* The length of the token at the cursor; 0 where there is none. */
static gsize
token_length (const Scanner *scan)
{
  const char *at = scan->at;

  while (at < scan->end && tern_field_is_token_char (*at))
    at++;
  return at - scan->at;
}

/* What cannot be read is left out up to the next comma that is no part of a quoted string. */
static void
skip_junk (Scanner *scan)
{
  TernFieldList list;
  const char *item;
  gsize len;

  if (!scan->current
      || (scan->challenges->len == 1 && !scan->current->token68
          && g_hash_table_size (scan->current->params) == 0))
    scan->junk = TRUE;
  if (scan->at < scan->end && *scan->at == ',')
    return; /* the element ended where something was missing */
  tern_field_list_init (&list, scan->at, scan->end - scan->at);
  tern_field_list_next (&list, &item, &len);
  scan->at = list.at;
}

/* 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=", and then a comma or the end. */
static gboolean
read_token68 (Scanner *scan)
{
  const char *at = scan->at, *stop;

  while (at < scan->end && (g_ascii_isalnum (*at) || (*at && strchr ("-._~+/", *at))))
    at++;
  if (at == scan->at)
    return FALSE;
  while (at < scan->end && *at == '=')
    at++;
  stop = at;
  while (at < scan->end && (*at == ' ' || *at == '\t'))
    at++;
  if (at < scan->end && *at != ',')
    return FALSE;
  if (stop - scan->at <= TERN_CHALLENGE_MAX_VALUE)
    scan->current->token68 = g_strndup (scan->at, stop - scan->at);
  scan->at = at;
  return TRUE;
}

/* The length of the token or quoted string at the cursor; 0 where there is neither. */
static gsize
value_length (const Scanner *scan)
{
  const char *at = scan->at;

  if (at == scan->end || *at != '"')
    return token_length (scan);
  for (at++; at < scan->end; at++)
    {
      if (*at == '\\')
        at++;
      else if (*at == '"')
        return at + 1 - scan->at;
    }
  return 0;
}

/* Takes @value. What is not UTF-8 is read as Latin-1, and kept beside. */
static void
add_param (TernChallenge *self, char *key, char *value)
{
  if (g_utf8_validate (value, -1, NULL))
    {
      g_hash_table_insert (self->params, key, value);
      return;
    }
  if (!self->raw)
    self->raw
        = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_hash_table_insert (self->params, g_strdup (key), tern_field_latin1_to_utf8 (value));
  g_hash_table_insert (self->raw, key, g_bytes_new_take (value, strlen (value)));
}

/* The cursor stands behind the "=". Of a parameter that is given twice the first counts. */
static gboolean
read_param (Scanner *scan, const char *name, gsize name_len)
{
  gsize len;

  skip_blanks (scan);
  len = value_length (scan);
  if (len == 0 || !scan->current)
    return FALSE;
  if (len <= TERN_CHALLENGE_MAX_VALUE
      && g_hash_table_size (scan->current->params) < TERN_CHALLENGE_MAX_PARAMS)
    {
      g_autofree char *key = g_ascii_strdown (name, name_len);
      g_autofree char *value = tern_field_unquote (scan->at, len);

      if (value && !g_hash_table_contains (scan->current->params, key))
        add_param (scan->current, g_steal_pointer (&key), g_steal_pointer (&value));
    }
  scan->at += len;
  return TRUE;
}

/* One parameter, or a scheme with what must follow it at once. Some servers forget the comma
 * between challenges, so what comes next is not looked at here. */
static gboolean
read_element (Scanner *scan)
{
  const char *word = scan->at;
  const gsize len = token_length (scan);

  if (len == 0)
    return FALSE;
  scan->at += len;
  skip_blanks (scan);
  if (scan->at < scan->end && *scan->at == '=')
    {
      scan->at++;
      return read_param (scan, word, len);
    }
  if (scan->at == word + len && scan->at < scan->end && *scan->at != ',')
    return FALSE;
  scan->current = challenge_new (word, len, scan->for_proxy);
  g_ptr_array_add (scan->challenges, scan->current);
  read_token68 (scan);
  return TRUE;
}

/* Adds what @text holds to @challenges; FALSE where even the first challenge cannot be read. */
static gboolean
read_challenges (GPtrArray *challenges, const char *text, gsize len, gboolean for_proxy)
{
  Scanner scan = { text, text + len, challenges, NULL, for_proxy, FALSE };

  while (challenges->len < TERN_CHALLENGE_MAX)
    {
      while (scan.at < scan.end && (*scan.at == ',' || *scan.at == ' ' || *scan.at == '\t'))
        scan.at++;
      if (scan.at == scan.end)
        break;
      if (!read_element (&scan))
        skip_junk (&scan);
    }
  return !scan.junk;
}

static void
copy_params (TernChallenge *self, const TernChallenge *from)
{
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, from->params);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (self->params, g_strdup (name), g_strdup (value));
  if (!from->raw)
    return;
  self->raw
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_hash_table_iter_init (&iter, from->raw);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (self->raw, g_strdup (name), g_bytes_ref (value));
}

TernChallenge *
tern_challenge_follow (const TernChallenge *challenge, const char *info)
{
  g_autoptr (GPtrArray) parsed = g_ptr_array_new_with_free_func (
      (GDestroyNotify) tern_challenge_unref);
  g_autofree char *text = g_strconcat (challenge->scheme, " ", info, NULL);
  const char *nonce;
  TernChallenge *self;

  /* The field is a list of parameters as challenges have them (RFC 7616 §3.5). */
  read_challenges (parsed, text, strlen (text), challenge->for_proxy);
  nonce = parsed->len > 0 ? tern_challenge_get_param (parsed->pdata[0], "nextnonce") : NULL;
  if (!nonce || !*nonce)
    return NULL;
  self = challenge_new (challenge->scheme, strlen (challenge->scheme), challenge->for_proxy);
  copy_params (self, challenge);
  if (self->raw)
    g_hash_table_remove (self->raw, "nonce");
  g_hash_table_insert (self->params, g_strdup ("nonce"), g_strdup (nonce));
  g_hash_table_remove (self->params, "stale");
  return self;
}

GPtrArray *
tern_challenges_from_headers (const TernHeaders *headers, const char *field_name,
                              gboolean for_proxy)
{
  GPtrArray *challenges = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_challenge_unref);
  const TernField *field;
  guint from = 0;

  while ((field = tern_headers_find_next (headers, field_name, strlen (field_name), &from)))
    read_challenges (challenges, tern_headers_raw (headers, field), field->raw_len, for_proxy);
  return challenges;
}

/**
 * tern_challenges_parse:
 * @value: the value of a WWW-Authenticate or Proxy-Authenticate field; several joined by commas
 *   are fine
 * @error: where a #GError is put
 *
 * Reads a list of challenges (RFC 9110 §11.6.1). Schemes without parameters, with a single value
 * or with parameters are told apart; what cannot be read behind a good challenge is left out, and
 * so is what passes a hundred challenges. A value that does not begin with a challenge
 * is %TERN_ERROR_MALFORMED_HEADER.
 *
 * Returns: (transfer container) (element-type TernChallenge): the challenges in their order, or
 *   %NULL with @error set
 */
GPtrArray *
tern_challenges_parse (const char *value, GError **error)
{
  g_autoptr (GPtrArray) challenges = NULL;

  g_return_val_if_fail (value != NULL, NULL);
  challenges = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_challenge_unref);
  if (!read_challenges (challenges, value, strlen (value), FALSE))
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_MALFORMED_HEADER,
                           _ ("The value is not a list of authentication challenges"));
      return NULL;
    }
  return g_steal_pointer (&challenges);
}
