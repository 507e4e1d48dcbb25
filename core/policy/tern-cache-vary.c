/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares requests by the fields that a response says it was chosen by. It must never write a
 * password or a cookie into a store: of those a digest is enough to compare. */
#include "policy/tern-cache-vary.h"

#include <string.h>

#include "base/tern-field.h"
#include "base/tern-headers-private.h"

/* Up to so many names are compared one by one. */
#define FEW_NAMES 16

TernCacheVary *
tern_cache_vary_new (char *name, char *value)
{
  TernCacheVary *vary = g_new (TernCacheVary, 1);

  vary->name = name;
  vary->value = value;
  return vary;
}

void
tern_cache_vary_free (TernCacheVary *vary)
{
  g_free (vary->name);
  g_free (vary->value);
  g_free (vary);
}

gboolean
tern_cache_vary_is_any (const TernHeaders *response_headers)
{
  const TernField *field;
  guint from = 0;

  while ((field = tern_headers_find_next (response_headers, "Vary", 4, &from)))
    {
      TernFieldList list;
      const char *item;
      gsize len;

      tern_field_list_init (&list, tern_headers_raw (response_headers, field), field->raw_len);
      while (tern_field_list_next (&list, &item, &len))
        if (!tern_field_is_token (item, len) || (len == 1 && *item == '*'))
          return TRUE; /* what cannot be read cannot be compared either */
    }
  return FALSE;
}

static const char *const secrets[]
  = { "authorization", "cookie", "cookie2", "proxy-authorization", "x-wsse", NULL };

static gboolean
is_secret (const char *name)
{
  return g_strv_contains (secrets, name);
}

gboolean
tern_cache_vary_has_secrets (const TernHeaders *request_headers)
{
  for (guint i = 0; i < request_headers->n; i++)
    {
      const char *name = tern_headers_name (request_headers, &request_headers->fields[i]);

      for (guint k = 0; secrets[k]; k++)
        if ((name[0] | 0x20) == secrets[k][0] && g_ascii_strcasecmp (name, secrets[k]) == 0)
          return TRUE;
    }
  return FALSE;
}

/* Fields whose values mean the same in either case, as their specifications say (RFC 9110
 * §12.5.2 to §12.5.4). What else may be the same is not guessed: a miss costs less than a wrong
 * answer. */
static gboolean
ignores_case (const char *name)
{
  static const char *const fields[]
    = { "accept-charset", "accept-encoding", "accept-language", NULL };

  return g_strv_contains (fields, name);
}

/* One member of a list. Blanks round the semicolons of parameters mean nothing in any field that is
 * a list of tokens with parameters; a quoted string is left as it is. */
static void
append_member (GString *all, const char *item, gsize len, gboolean plain, gboolean fold)
{
  gboolean quoted = FALSE;

  for (gsize i = 0; i < len; i++)
    {
      if (quoted && item[i] == '\\' && i + 1 < len)
        g_string_append_c (all, item[i++]);
      else if (item[i] == '"')
        quoted = !quoted;
      if (plain && !quoted && (item[i] == ' ' || item[i] == '\t'))
        {
          gsize next = i + 1;

          while (next < len && (item[next] == ' ' || item[next] == '\t'))
            next++;
          if (all->str[all->len - 1] == ';' || (next < len && item[next] == ';'))
            {
              i = next - 1;
              continue;
            }
        }
      g_string_append_c (all, fold && !quoted ? g_ascii_tolower (item[i]) : item[i]);
    }
}

/* All fields of that name as one list without blanks round its commas (§4.1), NULL where there is
 * none. The raw bytes, as two different ones may read the same in UTF-8. */
static char *
normalise (const TernHeaders *headers, const char *name)
{
  const gboolean plain = g_str_has_prefix (name, "accept");
  const gboolean fold = ignores_case (name);
  GString *all = NULL;
  const TernField *field;
  guint from = 0;

  while ((field = tern_headers_find_next (headers, name, strlen (name), &from)))
    {
      TernFieldList list;
      const char *item;
      gsize len;

      if (!all)
        all = g_string_new (NULL);
      tern_field_list_init (&list, tern_headers_raw (headers, field), field->raw_len);
      while (tern_field_list_next (&list, &item, &len))
        {
          if (all->len > 0)
            g_string_append_c (all, ',');
          append_member (all, item, len, plain, fold);
        }
    }
  return all ? g_string_free (all, FALSE) : NULL;
}

static char *
request_value (const TernHeaders *headers, const char *name, const char *salt)
{
  g_autofree char *value = normalise (headers, name);
  g_autofree char *digest = NULL;

  if (!value || !is_secret (name))
    return g_steal_pointer (&value);
  if (salt)
    digest = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) salt, strlen (salt),
                                        value, -1);
  else
    digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, value, -1);
  return g_strconcat ("sha256:", digest, NULL);
}

/* Whether the name is new. They can be as many as fit in a head, so that many are looked up and
 * not searched; a few, as there nearly always are, cost no table. */
static gboolean
is_new (const GPtrArray *vary, GHashTable **seen, const char *name)
{
  if (!*seen && vary->len < FEW_NAMES)
    {
      for (guint i = 0; i < vary->len; i++)
        if (strcmp (((const TernCacheVary *)vary->pdata[i])->name, name) == 0)
          return FALSE;
      return TRUE;
    }
  if (!*seen)
    {
      *seen = g_hash_table_new (g_str_hash, g_str_equal);
      for (guint i = 0; i < vary->len; i++)
        g_hash_table_add (*seen, ((TernCacheVary *)vary->pdata[i])->name);
    }
  return !g_hash_table_contains (*seen, name);
}

GPtrArray *
tern_cache_vary_none (void)
{
  static gsize none = 0;

  if (g_once_init_enter (&none))
    g_once_init_leave (&none, (gsize)g_ptr_array_new ());
  return g_ptr_array_ref ((GPtrArray *)none);
}

static void
add_name (GPtrArray **names, GHashTable **seen, const char *text, gsize len,
          const TernHeaders *request_headers, const char *salt)
{
  char *name = g_ascii_strdown (text, len);
  GPtrArray *vary = *names;

  if (!vary)
    *names = vary = g_ptr_array_new_with_free_func ((GDestroyNotify)tern_cache_vary_free);
  if (!is_new (vary, seen, name))
    {
      g_free (name);
      return;
    }
  if (*seen)
    g_hash_table_add (*seen, name); /* borrowed from the array */
  g_ptr_array_add (vary, tern_cache_vary_new (name, request_value (request_headers, name, salt)));
}

GPtrArray *
tern_cache_vary_read (const TernHeaders *response_headers, const TernHeaders *request_headers,
                      const char *salt)
{
  GPtrArray *vary = NULL;
  g_autoptr (GHashTable) seen = NULL;
  const TernField *field;
  guint from = 0;

  while ((field = tern_headers_find_next (response_headers, "Vary", 4, &from)))
    {
      TernFieldList list;
      const char *item;
      gsize len;

      tern_field_list_init (&list, tern_headers_raw (response_headers, field), field->raw_len);
      while (tern_field_list_next (&list, &item, &len))
        if (tern_field_is_token (item, len))
          add_name (&vary, &seen, item, len, request_headers, salt);
    }
  /* One person's answer is not another's, though few servers say so. */
  if (tern_headers_has (request_headers, "Authorization"))
    add_name (&vary, &seen, "authorization", 13, request_headers, salt);
  return vary ? vary : tern_cache_vary_none ();
}

TernCacheVaryMatch
tern_cache_vary_compare (const GPtrArray *vary, const TernHeaders *request_headers,
                         const char *salt)
{
  TernCacheVaryMatch match = TERN_VARY_SAME;

  for (guint i = 0; i < vary->len; i++)
    {
      const TernCacheVary *field = vary->pdata[i];
      g_autofree char *value = request_value (request_headers, field->name, salt);

      if (g_strcmp0 (field->value, value) == 0)
        continue;
      if (is_secret (field->name))
        return TERN_VARY_FOREIGN;
      match = TERN_VARY_OTHER;
    }
  return match;
}

gboolean
tern_cache_vary_matches (const GPtrArray *vary, const TernHeaders *request_headers,
                         const char *salt)
{
  return tern_cache_vary_compare (vary, request_headers, salt) == TERN_VARY_SAME;
}

GPtrArray *
tern_cache_vary_copy (const GPtrArray *vary)
{
  GPtrArray *copy;

  if (vary->len == 0)
    return tern_cache_vary_none ();
  copy = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_cache_vary_free);

  for (guint i = 0; i < vary->len; i++)
    {
      const TernCacheVary *field = vary->pdata[i];

      g_ptr_array_add (copy, tern_cache_vary_new (g_strdup (field->name), g_strdup (field->value)));
    }
  return copy;
}
