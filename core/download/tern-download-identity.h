/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which version of which resource the bytes of a download belong to. Pure. Bytes are put together
 * only where both sides have the same strong validator (RFC 9110 §8.8.1): never on a guess. */
#pragma once

#include "base/tern-headers-private.h"
#include "base/tern-uri.h"

typedef struct
{
  char *tag;    /* a strong entity tag, as it stands in a field; NULL where there is none */
  char *date;   /* Last-Modified where it is strong and there is no tag at all; or NULL */
  char *place;  /* a digest of where it came from at last, its query left out; NULL is anywhere */
  gint64 total; /* bytes of the whole, -1 where that is not known */
} TernDownloadIdentity;

/* What a response says of its content; the total is the caller's to fill in. */
void tern_download_identity_init (TernDownloadIdentity *self,
                                  const TernHeaders *headers,
                                  const TernUri *uri);
/* What a program says: nothing where @tag is no strong entity tag. */
void tern_download_identity_init_tag (TernDownloadIdentity *self, const char *tag);
void tern_download_identity_clear (TernDownloadIdentity *self);

/* For If-Range: NULL where there is nothing to go on by. */
const char *tern_download_identity_get_validator (const TernDownloadIdentity *self);

gboolean tern_download_identity_is_same (const TernDownloadIdentity *a,
                                         const TernDownloadIdentity *b);
