/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Cache-Control directives of a message (RFC 9111 §5.2) as values. Pure; what is invalid
 * makes a response staler, never fresher. */
#pragma once

#include <tern/tern-headers.h>

/* What larger numbers saturate to (RFC 9111 §1.2.2). */
#define TERN_CACHE_SECONDS_MAX (G_GINT64_CONSTANT (1) << 31)

typedef struct
{
  gboolean no_store;
  gboolean no_cache;        /* without field names, or with what are none */
  gboolean no_cache_fields; /* with field names: only those need validation (§5.2.2.4) */
  gboolean no_transform;
  gboolean must_revalidate;
  gboolean proxy_revalidate;
  gboolean must_understand;
  gboolean only_if_cached;
  gboolean is_public;
  gboolean is_private;
  gboolean immutable;
  gboolean present; /* there was such a field at all */
  /* Seconds, -1 where unset; max_stale without a number is TERN_CACHE_SECONDS_MAX. */
  gint64 max_age;
  gint64 s_maxage;
  gint64 max_stale;
  gint64 min_fresh;
  gint64 stale_while_revalidate;
  gint64 stale_if_error;
} TernCacheControl;

/* Reads every Cache-Control field; of directives given twice the stricter one counts. */
void tern_cache_control_read (TernCacheControl *control, const TernHeaders *headers);

/* Removes from @fields what the no-cache directives of @headers name; they may be the same map. */
void tern_cache_control_strip (const TernHeaders *headers, TernHeaders *fields);

/* delta-seconds: saturates; -1 for what is not 1*DIGIT. */
gint64 tern_cache_control_seconds (const char *text, gsize len);
