/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of a call: one table of keys, types and calls. What is not in it is an error, so that
 * a misspelt option is never silently without effect; a secret is refused wherever it stands. */
#include "options.h"

#include "descriptor.h"
#include "caller-limits.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>
#include <tern/tern.h>
#include <unistd.h>

typedef gboolean (*OptionSetter) (Options *options,
                                  GVariant *value,
                                  GUnixFDList *list,
                                  GError **error);

static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL, *valid = NULL;
  va_list list;

  va_start (list, format);
  message = g_strdup_vprintf (format, list);
  va_end (list);
  /* A key that is cut may end in the middle of a character, which cannot go over the bus. */
  valid = g_utf8_make_valid (message, -1);
  g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_OPTION, valid);
  return FALSE;
}

gboolean
options_check_token (const char *token, GError **error)
{
  const gsize length = strlen (token);

  if (length < LIMIT_TOKEN_MIN || length > LIMIT_TOKEN_MAX)
    return refuse (error, _ ("A handle token has %d to %d characters, not %zu"), LIMIT_TOKEN_MIN,
                   LIMIT_TOKEN_MAX, length);
  for (const char *p = token; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '-' && *p != '_')
      return refuse (error, _ ("A handle token is of letters, digits, “-” and “_”"));
  return TRUE;
}

gboolean
options_check_priority (int priority, GError **error)
{
  if (priority < -LIMIT_PRIORITY || priority > LIMIT_PRIORITY)
    return refuse (error, _ ("A priority is from %d to %d, not %d"), -LIMIT_PRIORITY,
                   LIMIT_PRIORITY, priority);
  return TRUE;
}

gboolean
options_check_uri (const char *uri, GError **error)
{
  g_autoptr (GUri) parsed = NULL;
  const char *scheme;

  if (strlen (uri) > LIMIT_URI)
    {
      g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_URI,
                   _ ("The URI is longer than %d bytes"), LIMIT_URI);
      return FALSE;
    }
  parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED | G_URI_FLAGS_PARSE_RELAXED, NULL);
  scheme = parsed ? g_uri_get_scheme (parsed) : NULL;
  if (!scheme || (g_ascii_strcasecmp (scheme, "http") && g_ascii_strcasecmp (scheme, "https"))
      || !g_uri_get_host (parsed) || *g_uri_get_host (parsed) == '\0')
    {
      g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_URI,
                           _ ("The URI is none of http or https"));
      return FALSE;
    }
  if (g_uri_get_userinfo (parsed))
    {
      g_set_error_literal (
          error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_SECRET_IN_OPTIONS,
          _ ("The URI has a user name in it; secrets come by descriptor or agent"));
      return FALSE;
    }
  return TRUE;
}

static gboolean
set_token (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  if (!options_check_token (g_variant_get_string (value, NULL), error))
    return FALSE;
  options->handle_token = g_variant_dup_string (value, NULL);
  return TRUE;
}

static gboolean
set_detached (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  options->detached = g_variant_get_boolean (value);
  return TRUE;
}

static gboolean
set_headers (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  static const char *const secrets[]
      = { "authorization", "cookie",       "cookie2", "proxy-authorization",
          "x-api-key",     "x-auth-token", "x-wsse",  NULL };
  GVariantIter iter;
  const char *name, *content;

  if (g_variant_n_children (value) > LIMIT_HEADERS)
    return refuse (error, _ ("There are more than %d header fields"), LIMIT_HEADERS);
  if (g_variant_get_size (value) > LIMIT_HEADER_BYTES)
    return refuse (error, _ ("There are more than %d bytes of header fields"), LIMIT_HEADER_BYTES);
  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "(&s&s)", &name, &content))
    {
      g_autofree char *lower = g_ascii_strdown (name, -1);

      if (g_strv_contains (secrets, lower))
        {
          g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_SECRET_IN_OPTIONS,
                       _ ("The field %s is a secret; secrets come by descriptor or agent"), lower);
          return FALSE;
        }
      if (!tern_headers_append (options->headers, name, content))
        return refuse (error, _ ("A header field cannot be sent"));
    }
  return TRUE;
}

static gboolean
set_checksum (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  static const struct
  {
    const char *name;
    gsize digits;
  } kinds[] = { { "sha256:", 64 }, { "sha512:", 128 }, { "sha1:", 40 }, { "md5:", 32 } };
  const char *text = g_variant_get_string (value, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (text, kinds[i].name))
      {
        const char *hex = text + strlen (kinds[i].name);

        if (strlen (hex) != kinds[i].digits
            || strspn (hex, "0123456789abcdefABCDEF") != kinds[i].digits)
          return refuse (error, _ ("A checksum of %s has %zu hexadecimal digits"), kinds[i].name,
                         kinds[i].digits);
        options->checksum = g_strdup (text);
        return TRUE;
      }
  return refuse (error, _ ("The checksum is none of sha256:, sha512:, sha1: and md5:"));
}

static gboolean
set_max_size (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  options->max_size = g_variant_get_uint64 (value);
  return TRUE;
}

static gboolean
set_retries (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  if (g_variant_get_uint32 (value) > 100)
    return refuse (error, _ ("There are more than 100 retries"));
  options->retries = (int)g_variant_get_uint32 (value);
  return TRUE;
}

static gboolean
set_priority (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  options->priority = g_variant_get_int32 (value);
  return options_check_priority (options->priority, error);
}

static gboolean
take_seconds (double *seconds, GVariant *value, GError **error)
{
  *seconds = g_variant_get_double (value);
  /* Not a number is neither. */
  if (*seconds >= 0 && *seconds <= LIMIT_SECONDS)
    return TRUE;
  return refuse (error, _ ("A time-out is from 0 to %g seconds"), LIMIT_SECONDS);
}

static gboolean
set_timeout (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  return take_seconds (&options->timeout, value, error);
}

static gboolean
set_total_timeout (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  return take_seconds (&options->total_timeout, value, error);
}

static gboolean
set_method (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  const char *method = g_variant_get_string (value, NULL);

  if (*method == '\0' || strlen (method) > 32)
    return refuse (error, _ ("A method has 1 to 32 characters"));
  /* CONNECT makes a tunnel, which no pipe is. */
  if (strcmp (method, "CONNECT") == 0)
    return refuse (error, _ ("The method CONNECT has no body to read"));
  options->method = g_strdup (method);
  return TRUE;
}

static gboolean
set_content_type (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  const char *type = g_variant_get_string (value, NULL);

  if (strlen (type) > 1024)
    return refuse (error, _ ("The content type is longer than 1024 bytes"));
  options->content_type = g_strdup (type);
  return TRUE;
}

static gboolean
set_body (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  options->body = descriptor_take_input (list, g_variant_get_handle (value), error);
  return options->body >= 0;
}

static gboolean
set_secrets (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  const int fd = descriptor_take_input (list, g_variant_get_handle (value), error);

  if (fd < 0)
    return FALSE;
  options->secrets = secrets_new (fd);
  return TRUE;
}

static gboolean
set_agent (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  options->agent = g_variant_dup_string (value, NULL);
  return TRUE;
}

static gboolean
set_received (Options *options, GVariant *value, GUnixFDList *list, GError **error)
{
  if (g_variant_get_uint64 (value) > G_MAXINT64)
    return refuse (error, _ ("Nothing is as large as what is said to be received"));
  options->received = (gint64)g_variant_get_uint64 (value);
  return TRUE;
}

static const struct
{
  const char *key;
  const char *type;
  guint calls;
  OptionSetter set;
} table[] = {
  { "handle_token", "s", OPTIONS_FETCH | OPTIONS_OPEN, set_token },
  { "detached", "b", OPTIONS_FETCH, set_detached },
  { "headers", "a(ss)", OPTIONS_FETCH | OPTIONS_OPEN, set_headers },
  { "checksum", "s", OPTIONS_FETCH, set_checksum },
  { "max_size", "t", OPTIONS_FETCH, set_max_size },
  { "retries", "u", OPTIONS_FETCH, set_retries },
  { "priority", "i", OPTIONS_FETCH, set_priority },
  { "timeout", "d", OPTIONS_FETCH | OPTIONS_OPEN, set_timeout },
  { "total_timeout", "d", OPTIONS_FETCH | OPTIONS_OPEN, set_total_timeout },
  { "method", "s", OPTIONS_OPEN, set_method },
  { "content_type", "s", OPTIONS_OPEN, set_content_type },
  { "body", "h", OPTIONS_OPEN, set_body },
  { "secrets", "h", OPTIONS_FETCH | OPTIONS_OPEN | OPTIONS_CLAIM, set_secrets },
  { "agent", "o", OPTIONS_FETCH | OPTIONS_OPEN | OPTIONS_CLAIM, set_agent },
  { "received", "t", OPTIONS_CLAIM, set_received },
};

static gboolean
parse_one (Options *options,
           const char *key,
           GVariant *value,
           OptionsCall call,
           GUnixFDList *list,
           guint *seen,
           GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      if (strcmp (table[i].key, key) != 0 || !(table[i].calls & call))
        continue;
      /* A dictionary of D-Bus may hold a key twice. */
      if (*seen & (1u << i))
        return refuse (error, _ ("The option %s is there twice"), key);
      *seen |= 1u << i;
      if (!g_variant_is_of_type (value, G_VARIANT_TYPE (table[i].type)))
        return refuse (error, _ ("The option %s is of type %s, not %s"), key, table[i].type,
                       g_variant_get_type_string (value));
      return table[i].set (options, value, list, error);
    }
  return refuse (error, _ ("The option “%.64s” is not known here"), key);
}

Options *
options_parse (GVariant *dictionary, OptionsCall call, GUnixFDList *list, GError **error)
{
  g_autoptr (Options) options = g_new0 (Options, 1);
  GVariantIter iter;
  const char *key;
  GVariant *value;
  guint seen = 0;

  options->headers = tern_headers_new ();
  options->retries = options->body = -1;
  options->received = -1;
  options->timeout = options->total_timeout = -1;
  options->size = g_variant_get_size (dictionary);
  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (!parse_one (options, key, owned, call, list, &seen, error))
        return NULL;
    }
  if (options->detached && !options->handle_token)
    {
      refuse (error, _ ("A detached job needs a handle token"));
      return NULL;
    }
  return g_steal_pointer (&options);
}

void
options_free (Options *options)
{
  g_free (options->handle_token);
  tern_headers_unref (options->headers);
  g_free (options->checksum);
  g_free (options->method);
  g_free (options->content_type);
  if (options->body >= 0)
    close (options->body);
  g_clear_pointer (&options->secrets, secrets_unref);
  g_free (options->agent);
  g_free (options);
}
