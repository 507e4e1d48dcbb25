/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of trying again. */
#include "download/tern-download-retry.h"

#include <string.h>
#include <tern/tern-error.h>
#include <tern/tern-util.h>

#include "base/tern-field.h"

static gboolean
is_one_of (int code, const int *codes, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (codes[i] == code)
      return TRUE;
  return FALSE;
}

gboolean
tern_download_retry_is_worth (const GError *error, gboolean answered)
{
  /* The way broke, or was too slow. */
  static const int io[] = { G_IO_ERROR_TIMED_OUT, G_IO_ERROR_CONNECTION_CLOSED };
  static const int tern[] = { TERN_ERROR_INCOMPLETE_READ, TERN_ERROR_REMOTE_DISCONNECTED };
  /* Nobody there: a typing error, unless somebody was there before. */
  static const int io_later[] = { G_IO_ERROR_CONNECTION_REFUSED, G_IO_ERROR_HOST_UNREACHABLE,
                                  G_IO_ERROR_NETWORK_UNREACHABLE, G_IO_ERROR_HOST_NOT_FOUND };
  static const int tern_later[]
      = { TERN_ERROR_SERVER_NOT_FOUND, TERN_ERROR_TLS, TERN_ERROR_PROXY_TUNNEL };

  if (error->domain == G_IO_ERROR)
    return is_one_of (error->code, io, G_N_ELEMENTS (io))
           || (answered && is_one_of (error->code, io_later, G_N_ELEMENTS (io_later)));
  if (error->domain == TERN_ERROR)
    return is_one_of (error->code, tern, G_N_ELEMENTS (tern))
           || (answered && is_one_of (error->code, tern_later, G_N_ELEMENTS (tern_later)));
  return FALSE;
}

gint64
tern_download_retry_back_off (gint64 base, guint tries, guint32 dice)
{
  gint64 delay = CLAMP (base, 0, TERN_DOWNLOAD_BACK_OFF_MOST);

  /* Nothing doubled is nothing, however often. */
  for (guint i = 1; delay > 0 && i < tries && delay < TERN_DOWNLOAD_BACK_OFF_MOST; i++)
    delay *= 2;
  delay = MIN (delay, TERN_DOWNLOAD_BACK_OFF_MOST);
  /* Up to a quarter less, so that those whom one failure hit do not all come back at once. */
  return delay - delay / 4 * (dice % 1024) / 1024;
}

gint64
tern_download_retry_after (const TernHeaders *headers, gint64 now)
{
  const char *text = tern_headers_get ((TernHeaders *)headers, "Retry-After");
  guint64 seconds;
  gint64 date;

  if (!text)
    return -1;
  if (!tern_field_parse_uint (text, strlen (text), &seconds))
    {
      date = tern_http_date_parse (text);
      if (date < 0)
        return -1;
      seconds = date > now ? (guint64)(date - now) : 0;
    }
  seconds = MIN (seconds, TERN_DOWNLOAD_RETRY_AFTER_MOST / G_TIME_SPAN_SECOND);
  return (gint64)seconds * G_TIME_SPAN_SECOND;
}
