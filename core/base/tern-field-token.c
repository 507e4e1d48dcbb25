/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lexer over all fields of one name. It stands apart from the lexer itself, which the fields
 * use. */
#include <string.h>

#include "base/tern-field.h"
#include "base/tern-headers-private.h"

gboolean
tern_field_has_token (const TernHeaders *headers, const char *name, const char *token)
{
  const gsize token_len = strlen (token);
  const TernField *field;
  guint from = 0;

  while ((field = tern_headers_find_next (headers, name, strlen (name), &from)))
    {
      TernFieldList list;
      const char *item;
      gsize len;

      tern_field_list_init (&list, tern_headers_raw (headers, field), field->raw_len);
      while (tern_field_list_next (&list, &item, &len))
        if (len == token_len && g_ascii_strncasecmp (item, token, len) == 0)
          return TRUE;
    }
  return FALSE;
}
