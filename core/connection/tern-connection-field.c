/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Headers as httplib lets them pass. It must never let a byte through that begins another line. */
#include "connection/tern-connection-field.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-escape.h"
#include "base/tern-field.h"
#include "base/tern-i18n.h"

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

gboolean
tern_connection_field_fail (const char *name, const char *format, GError **error)
{
  g_autofree char *shown = tern_escape (name, strlen (name));

  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_HEADER, _ (format), shown);
  return FALSE;
}

static gboolean
is_name (const char *name)
{
  if (*name == '\0' || is_blank (*name))
    return FALSE;
  for (; *name; name++)
    if ((guint8)*name < 0x20 || *name == 0x7F || *name == ':')
      return FALSE;
  return TRUE;
}

/* Behind a line end: a blank, and then something that is none before the line ends, for a line of
 * blanks is an empty line to some. */
static gboolean
is_fold (const char *at, const char *end)
{
  if (end - at < 4 || at[0] != '\r' || at[1] != '\n' || !is_blank (at[2]))
    return FALSE;
  for (at += 3; at < end && is_blank (*at); at++)
    ;
  return at < end && *at != '\r' && *at != '\n';
}

static gboolean
is_value (const char *value, gsize len)
{
  const char *end = value + len;

  for (const char *at = value; at < end; at++)
    if (is_fold (at, end))
      at += 2;
    else if (!(tern_field_classes[(guint8)*at] & 2))
      return FALSE;
  return TRUE;
}

gboolean
tern_connection_field_check (const char *name, const char *value, gsize len, GError **error)
{
  if (!is_name (name ? name : ""))
    return tern_connection_field_fail (name ? name : "", N_ ("“%s” is not the name of a header"),
                                       error);
  if (!is_value (value, len))
    return tern_connection_field_fail (
        name, N_ ("The value of the header “%s” has a byte that may not be sent"), error);
  return TRUE;
}

TernFieldMeaning
tern_connection_field_recognize (const char *name)
{
  static const struct
  {
    const char *name;
    TernFieldMeaning meaning;
  } known[] = {
    { "Host", TERN_FIELD_HOST },
    { "Content-Length", TERN_FIELD_CONTENT_LENGTH },
    { "Transfer-Encoding", TERN_FIELD_TRANSFER_ENCODING },
    { "Connection", TERN_FIELD_CONNECTION },
    { "Upgrade", TERN_FIELD_UPGRADE },
  };
  gsize len = strlen (name);

  tern_field_trim (&name, &len);
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (len == strlen (known[i].name) && g_ascii_strncasecmp (name, known[i].name, len) == 0)
      return known[i].meaning;
  return TERN_FIELD_OTHER;
}

gboolean
tern_connection_field_read_length (const char *value, gsize len, gint64 *length)
{
  guint64 number = 0;

  tern_field_trim (&value, &len);
  if (!tern_field_parse_uint (value, len, &number) || number > G_MAXINT64)
    return FALSE;
  *length = (gint64)number;
  return TRUE;
}

gboolean
tern_connection_field_has_close (const char *value, gsize len)
{
  TernFieldList list;
  const char *item;
  gsize item_len;

  tern_field_list_init (&list, value, len);
  while (tern_field_list_next (&list, &item, &item_len))
    if (item_len == 5 && g_ascii_strncasecmp (item, "close", 5) == 0)
      return TRUE;
  return FALSE;
}
