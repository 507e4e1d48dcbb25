/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an authentication scheme may see of the request that it answers for. Lives on the core's
 * stack. */
#pragma once

#include <tern/plugin/tern-auth-scheme.h>

struct _TernAuthRequest
{
  const char *method;
  const char *target;
  const TernHeaders *headers;
  gint64 time; /* Unix seconds */
  const char *cnonce;
  guint32 nonce_count;
  gboolean for_proxy;
  char *(*hash_body) (gpointer data, const char *algorithm, GError **error);
  gpointer hash_body_data;
};
