/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Validators of downloads. What is weak, malformed or oversized is none. */
#include "download/tern-download-identity.h"

#include <string.h>

#include "policy/tern-cache-validator.h"

/* Longer ones exist to be a nuisance; they have to fit into the state. */
#define LONGEST_VALIDATOR 512

/* The query is left out: signatures that expire stand there, also for the same content. */
static char *
digest_place (const TernUri *uri)
{
  const gsize path_len = strcspn (uri->target, "?");
  g_autofree char *text = g_strdup_printf ("%s://%s%.*s", uri->secure ? "https" : "http",
                                           uri->authority, (int)path_len, uri->target);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

void
tern_download_identity_init (TernDownloadIdentity *self,
                             const TernHeaders *headers,
                             const TernUri *uri)
{
  TernCacheTag tag;

  *self = (TernDownloadIdentity){ .total = -1, .place = uri ? digest_place (uri) : NULL };
  if (tern_cache_tag_of (&tag, headers) && !tag.weak && tag.len <= LONGEST_VALIDATOR)
    self->tag = tern_cache_tag_text (&tag);
  else if (!tern_headers_has ((TernHeaders *)headers, "ETag")
           && tern_cache_is_date_strong (headers))
    {
      const TernField *field = tern_cache_last_modified (headers, NULL);

      if (field && field->value_len <= LONGEST_VALIDATOR)
        self->date = g_strdup (tern_headers_value (headers, field));
    }
}

void
tern_download_identity_init_tag (TernDownloadIdentity *self, const char *text)
{
  TernCacheTag tag;

  *self = (TernDownloadIdentity){ .total = -1 };
  if (text && tern_cache_tag_read (&tag, text, strlen (text)) && !tag.weak
      && tag.len <= LONGEST_VALIDATOR)
    self->tag = tern_cache_tag_text (&tag);
}

void
tern_download_identity_clear (TernDownloadIdentity *self)
{
  g_clear_pointer (&self->tag, g_free);
  g_clear_pointer (&self->date, g_free);
  g_clear_pointer (&self->place, g_free);
  self->total = -1;
}

const char *
tern_download_identity_get_validator (const TernDownloadIdentity *self)
{
  return self->tag ? self->tag : self->date;
}

gboolean
tern_download_identity_is_same (const TernDownloadIdentity *a, const TernDownloadIdentity *b)
{
  if (a->place && b->place && strcmp (a->place, b->place) != 0)
    return FALSE;
  if (a->total >= 0 && b->total >= 0 && a->total != b->total)
    return FALSE;
  if (a->tag || b->tag)
    return g_strcmp0 (a->tag, b->tag) == 0;
  return a->date && g_strcmp0 (a->date, b->date) == 0;
}
