/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of a request as bytes, copied together without a format string. It must never write what
 * was not checked: a line end in a method or a target would be a request of somebody else's making.
 * */
#include "http1/tern-http1-write.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-escape.h"
#include "base/tern-field.h"
#include "base/tern-i18n.h"

gboolean
tern_http1_check_method (const char *method, GError **error)
{
  const gsize len = method ? strlen (method) : 0;
  g_autofree char *shown = NULL;

  if (tern_field_is_token (method, len))
    return TRUE;
  shown = tern_escape (method, len);
  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_METHOD, _ ("The method is not valid: “%s”"),
               shown);
  return FALSE;
}

gboolean
tern_http1_check_target (const char *target, GError **error)
{
  const char *at = target ? target : "";
  g_autofree char *shown = NULL;

  while (*at > 0x20 && *at < 0x7F)
    at++;
  if (*at == '\0' && target && at > target)
    return TRUE;
  shown = tern_escape_uri (target ? target : "");
  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL,
               _ ("The request target is empty or has a character that may not be sent: “%s”"),
               shown);
  return FALSE;
}

static guint8 *
put (guint8 *out, const char *bytes, gsize len)
{
  memcpy (out, bytes, len);
  return out + len;
}

void
tern_http1_write_head (GByteArray *out, const char *method, const char *target,
                       const TernHttp1Field *fields, guint n_fields)
{
  static const char version[] = " HTTP/1.1\r\n";
  const gsize method_len = strlen (method);
  const gsize target_len = strlen (target);
  const guint before = out->len;
  gsize size = method_len + 1 + target_len + sizeof version - 1 + 2;
  guint8 *at;

  for (guint i = 0; i < n_fields; i++)
    size += fields[i].name_len + fields[i].value_len + 4;
  g_byte_array_set_size (out, before + size);
  at = put (out->data + before, method, method_len);
  *at++ = ' ';
  at = put (at, target, target_len);
  at = put (at, version, sizeof version - 1);
  for (guint i = 0; i < n_fields; i++)
    {
      at = put (at, fields[i].name, fields[i].name_len);
      at = put (at, ": ", 2);
      at = put (at, fields[i].value, fields[i].value_len);
      at = put (at, "\r\n", 2);
    }
  put (at, "\r\n", 2);
}

gsize
tern_http1_write_chunk_line (char *line, gsize size)
{
  static const char digits[] = "0123456789abcdef";
  gsize len = 1;

  while (len < 2 * sizeof size && size >> (4 * len))
    len++;
  for (gsize i = 0; i < len; i++)
    line[i] = digits[size >> (4 * (len - 1 - i)) & 15];
  line[len] = '\r';
  line[len + 1] = '\n';
  return len + 2;
}
