/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether something is worth another try, and when. Pure: the time and the dice are handed in. */
#pragma once

#include <tern/tern-headers.h>

/* Longer than that no Retry-After is obeyed, microseconds: a server cannot put a download to
 * sleep. */
#define TERN_DOWNLOAD_RETRY_AFTER_MOST (5 * 60 * G_TIME_SPAN_SECOND)
#define TERN_DOWNLOAD_BACK_OFF_MOST (60 * G_TIME_SPAN_SECOND)

/* @answered: a server has answered to this download before, so its name and address are right and
 * it is the way there that is broken. */
gboolean tern_download_retry_is_worth (const GError *error, gboolean answered);

/* Microseconds to wait before try number @tries (the first again is 1). @dice is any number. */
gint64 tern_download_retry_back_off (gint64 base, guint tries, guint32 dice);

/* What Retry-After says at @now (seconds since the epoch), capped, in microseconds; -1 where there
 * is none or it is malformed (RFC 9110 §10.2.3). */
gint64 tern_download_retry_after (const TernHeaders *headers, gint64 now);
