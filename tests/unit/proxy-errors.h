/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every error about a proxy has to be: fit for a terminal, bounded, and without the secret. */
#pragma once

#include <string.h>
#include <tern/tern-error.h>

/* The secret of the tests is "hush" or "Hush". */
static inline void
check_fit_to_show (const GError *error)
{
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpuint (strlen (error->message), <, 600);
  g_assert_null (strstr (error->message, "ush"));
  for (const char *at = error->message; *at; at++)
    g_assert_true ((guint8)*at >= 0x20 && *at != 0x7F);
}
