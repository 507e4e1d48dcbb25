/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading Content-Encoding. It must never hand out a list that was only partly understood: coded
 * bytes would then pass for plain ones. */
#include "policy/tern-coding-list.h"

#include <tern/tern-error.h>

#include "base/tern-field.h"
#include "base/tern-headers-private.h"
#include "base/tern-i18n.h"

/* Adds the codings of one field, in the order in which they were applied. */
static gboolean
add_field (GPtrArray *codings, const char *value, gsize value_len, GError **error)
{
  TernFieldList list;
  const char *item;
  gsize len;

  tern_field_list_init (&list, value, value_len);
  while (tern_field_list_next (&list, &item, &len))
    {
      if (!tern_field_is_token (item, len))
        {
          g_set_error_literal (error, TERN_ERROR, TERN_ERROR_DECOMPRESS_FAILED,
                               _ ("The Content-Encoding of the response is not a list of codings"));
          return FALSE;
        }
      if (len == 8 && g_ascii_strncasecmp (item, "identity", len) == 0)
        continue; /* does nothing, and servers do send it (RFC 9110 §8.4.1) */
      if (codings->len == TERN_CODING_LIST_MAX)
        {
          g_set_error (error, TERN_ERROR, TERN_ERROR_DECOMPRESS_FAILED,
                       _ ("The response has more than %d content codings"), TERN_CODING_LIST_MAX);
          return FALSE;
        }
      g_ptr_array_add (codings, g_ascii_strdown (item, len));
    }
  return TRUE;
}

char **
tern_coding_list_read (const TernHeaders *response_headers, GError **error)
{
  g_autoptr (GPtrArray) codings = g_ptr_array_new_with_free_func (g_free);
  const TernField *field;
  GPtrArray *reversed;
  guint from = 0;

  while ((field = tern_headers_find_next (response_headers, "Content-Encoding", 16, &from)))
    if (!add_field (codings, tern_headers_raw (response_headers, field), field->raw_len, error))
      return NULL;
  /* The last one applied is the first to undo. */
  reversed = g_ptr_array_new ();
  for (guint i = codings->len; i > 0; i--)
    g_ptr_array_add (reversed, g_steal_pointer (&codings->pdata[i - 1]));
  g_ptr_array_add (reversed, NULL);
  return (char **) g_ptr_array_free (reversed, FALSE);
}
