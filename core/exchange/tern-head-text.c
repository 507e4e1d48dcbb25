/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes heads down for people. Secrets stay in: who listens decides what may be shown. */
#include "exchange/tern-head-text.h"

#include <string.h>

char *
tern_head_text_of_request (const GByteArray *head)
{
  GString *text = g_string_new (NULL);
  char *valid;

  /* The bytes were checked: a CR is part of the end of a line, and the last line is empty. */
  for (guint i = 0; i + 2 < head->len; i++)
    if (head->data[i] != '\r')
      g_string_append_c (text, (char) head->data[i]);
  valid = g_utf8_make_valid (text->str, (gssize) text->len);
  g_string_free (text, TRUE);
  return valid;
}

char *
tern_head_text_of_response (const TernHttp1Head *head)
{
  GString *text = g_string_new (NULL);
  const char *name;
  const char *value;

  g_string_append_printf (text, "HTTP/%u.%u %u%s%s\n", head->version / 10, head->version % 10,
                          head->status, *head->reason ? " " : "", head->reason);
  for (guint i = 0; tern_headers_get_nth (head->headers, i, &name, &value); i++)
    g_string_append_printf (text, "%s: %s\n", name, value);
  return g_string_free (text, FALSE);
}
