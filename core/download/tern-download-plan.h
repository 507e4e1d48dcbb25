/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is asked for, and what an answer means for the bytes that are there. Pure: it sees a
 * status, fields and numbers, and never the bytes. */
#pragma once

#include "download/tern-download-identity.h"

typedef enum
{
  TERN_DOWNLOAD_TAKE_WHOLE, /* the body is the whole content: from the beginning */
  TERN_DOWNLOAD_APPEND,     /* the body goes on where the bytes end */
  TERN_DOWNLOAD_COMPLETE,   /* nothing is missing */
  TERN_DOWNLOAD_ASK_WHOLE,  /* no use: once more, without a range */
  TERN_DOWNLOAD_TRY_LATER,  /* a refusal that may pass */
  TERN_DOWNLOAD_REFUSED,    /* one that will not */
} TernDownloadVerdict;

/* What was asked. */
typedef struct
{
  const TernDownloadIdentity *have; /* of the bytes that are there */
  guint64 offset;                   /* how many those are */
  gboolean ranged;                  /* only the rest was asked for */
} TernDownloadQuestion;

typedef struct
{
  TernDownloadVerdict verdict;
  gint64 length; /* of the body, -1 where that is not known */
  gint64 total;  /* of the content, the same */
  gboolean lied; /* what it says of ranges is not to be trusted any more */
} TernDownloadAnswer;

/* Adds the fields for the rest, where there is one and it can be had safely; says whether it did.
 */
gboolean
tern_download_plan_ask (const TernDownloadIdentity *have, guint64 offset, TernHeaders *headers);

/* @length is that of the body as its framing says, -1 where it does not; @identity is filled in by
 * the caller from the same response, but for its total. */
TernDownloadAnswer tern_download_plan_judge (const TernDownloadQuestion *question,
                                             guint status,
                                             const TernHeaders *headers,
                                             gint64 length,
                                             const TernDownloadIdentity *identity);
