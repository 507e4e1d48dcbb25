/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Header fields as the tests of pure rules write them: "Name: value" lines. Bytes are taken as
 * they are, also those that no program could append. */
#pragma once

#include <string.h>

#include "base/tern-headers-private.h"

static inline TernHeaders *
fields_new (const char *text)
{
  TernHeaders *headers = tern_headers_new ();

  while (text && *text)
    {
      const gsize len = strcspn (text, "\n");
      const char *colon = memchr (text, ':', len);
      const char *value = colon + 1;

      g_assert_nonnull (colon);
      while (value < text + len && *value == ' ')
        value++;
      tern_headers_append_unchecked (headers, text, colon - text, value, text + len - value);
      text += len + (text[len] == '\n');
    }
  return headers;
}

static inline char *
fields_text (const TernHeaders *headers)
{
  GString *text = g_string_new (NULL);
  const char *name, *value;

  for (guint i = 0; tern_headers_get_nth (headers, i, &name, &value); i++)
    g_string_append_printf (text, "%s%s: %s", i > 0 ? "\n" : "", name, value);
  return g_string_free (text, FALSE);
}
