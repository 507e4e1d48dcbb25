/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The demo routes: see the header for the list. */

#include "tern-origin-demo.h"

#include <string.h>
#include <zlib.h>

#define TEXT_PLAIN "Content-Type: text/plain; charset=utf-8\r\n"
#define LAST_MODIFIED "Sun, 06 Nov 1994 08:49:37 GMT"

static const char demo_text[] = TERN_ORIGIN_DEMO_TEXT;

/* A number from the query, or @fallback. */
static guint64
get_number (const TernOriginRequest *request,
            const char              *name,
            guint64                  fallback)
{
  g_autofree char *text = tern_origin_request_query (request, name);
  guint64 value;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &value, NULL))
    return fallback;
  return value;
}

/* "Date: …\r\n"; RFC 9110 §5.6.7 wants English names whatever the locale, so no strftime. */
static char *
date_line (void)
{
  static const char days[] = "MonTueWedThuFriSatSun";
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  return g_strdup_printf ("Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n",
                          days + 3 * (g_date_time_get_day_of_week (now) - 1),
                          g_date_time_get_day_of_month (now),
                          months + 3 * (g_date_time_get_month (now) - 1),
                          g_date_time_get_year (now), g_date_time_get_hour (now),
                          g_date_time_get_minute (now), g_date_time_get_second (now));
}

static void
reply_text (TernOriginConn *conn,
            guint           status,
            const char     *headers,
            const char     *body)
{
  g_autofree char *date = date_line ();
  g_autofree char *all = g_strconcat (date, TEXT_PLAIN, headers, NULL);

  tern_origin_reply (conn, status, NULL, all, body);
}

static void
on_plain (TernOriginConn          *conn,
          const TernOriginRequest *request,
          gpointer                 data)
{
  reply_text (conn, 200, "", TERN_ORIGIN_DEMO_TEXT);
}

static void
on_index (TernOriginConn          *conn,
          const TernOriginRequest *request,
          gpointer                 data)
{
  if (strcmp (tern_origin_request_path (request), "/") != 0)
    {
      reply_text (conn, 404, "", "no such page\n");
      return;
    }
  reply_text (conn, 200, "",
              "/plain /cached /etag /last-modified /no-store /gzip /gzip-members /deflate\n"
              "/deflate-raw /basic /redirect /redirect-chain?n= /chunked /to-close /echo\n"
              "/status?code= /big?size= /slow?ms= /early-hints\n");
}

static void
on_cached (TernOriginConn          *conn,
           const TernOriginRequest *request,
           gpointer                 data)
{
  reply_text (conn, 200, "Cache-Control: max-age=60\r\nETag: " TERN_ORIGIN_DEMO_ETAG "\r\n",
              TERN_ORIGIN_DEMO_TEXT);
}

static void
on_etag (TernOriginConn          *conn,
         const TernOriginRequest *request,
         gpointer                 data)
{
  static const char fields[] = "Cache-Control: no-cache\r\nETag: " TERN_ORIGIN_DEMO_ETAG "\r\n";
  const char *match = tern_origin_request_header (request, "If-None-Match");
  gboolean same = match && (strstr (match, TERN_ORIGIN_DEMO_ETAG) || strcmp (match, "*") == 0);

  reply_text (conn, same ? 304 : 200, fields, TERN_ORIGIN_DEMO_TEXT);
}

static void
on_last_modified (TernOriginConn          *conn,
                  const TernOriginRequest *request,
                  gpointer                 data)
{
  static const char fields[] = "Cache-Control: no-cache\r\nLast-Modified: " LAST_MODIFIED "\r\n";
  const char *since = tern_origin_request_header (request, "If-Modified-Since");
  gboolean same = since && strcmp (since, LAST_MODIFIED) == 0;

  reply_text (conn, same ? 304 : 200, fields, TERN_ORIGIN_DEMO_TEXT);
}

static void
on_no_store (TernOriginConn          *conn,
             const TernOriginRequest *request,
             gpointer                 data)
{
  reply_text (conn, 200, "Cache-Control: no-store\r\nETag: " TERN_ORIGIN_DEMO_ETAG "\r\n",
              TERN_ORIGIN_DEMO_TEXT);
}

GBytes *
tern_origin_demo_compress (TernOriginCoding coding,
                           gconstpointer    data,
                           gssize           length)
{
  static const int window_bits[] = { MAX_WBITS + 16, MAX_WBITS, -MAX_WBITS };
  gsize size = length < 0 ? strlen (data) : (gsize) length;
  z_stream z = { 0 };

  int result = deflateInit2 (&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits[coding], 8,
                             Z_DEFAULT_STRATEGY);
  g_assert_cmpint (result, ==, Z_OK);
  gsize bound = deflateBound (&z, size);
  guint8 *out = g_malloc (bound);
  z.next_in = (Bytef *) data;
  z.avail_in = (uInt) size;
  z.next_out = out;
  z.avail_out = (uInt) bound;
  result = deflate (&z, Z_FINISH);
  g_assert_cmpint (result, ==, Z_STREAM_END);
  gsize written = z.total_out;
  deflateEnd (&z);
  return g_bytes_new_take (out, written);
}

static void
append_coded (GByteArray      *out,
              TernOriginCoding coding,
              const char      *text,
              gssize           length)
{
  g_autoptr (GBytes) part = tern_origin_demo_compress (coding, text, length);

  g_byte_array_append (out, g_bytes_get_data (part, NULL), (guint) g_bytes_get_size (part));
}

static void
on_coded (TernOriginConn          *conn,
          const TernOriginRequest *request,
          gpointer                 data)
{
  const char *path = tern_origin_request_path (request);
  gboolean gzip = g_str_has_prefix (path, "/gzip");
  gboolean raw = strcmp (path, "/deflate-raw") == 0;
  TernOriginCoding coding = gzip  ? TERN_ORIGIN_CODING_GZIP
                            : raw ? TERN_ORIGIN_CODING_RAW
                                  : TERN_ORIGIN_CODING_ZLIB;
  /* RFC 1952 §2.2: a gzip file may be several members, one behind the other. */
  gsize first = strcmp (path, "/gzip-members") == 0 ? 6 : 0;
  GByteArray *out = g_byte_array_new ();

  if (first > 0)
    append_coded (out, coding, TERN_ORIGIN_DEMO_TEXT, (gssize) first);
  append_coded (out, coding, &demo_text[first], -1);
  tern_origin_reply_bytes (conn, 200, NULL,
                           gzip ? TEXT_PLAIN "Content-Encoding: gzip\r\n"
                                : TEXT_PLAIN "Content-Encoding: deflate\r\n",
                           out->data, out->len);
  g_byte_array_unref (out);
}

static void
on_basic (TernOriginConn          *conn,
          const TernOriginRequest *request,
          gpointer                 data)
{
  const char *given = tern_origin_request_header (request, "Authorization");

  /* user:secret */
  if (given && g_ascii_strncasecmp (given, "Basic ", 6) == 0
      && strcmp (given + 6, "dXNlcjpzZWNyZXQ=") == 0)
    reply_text (conn, 200, "", "Welcome, user.\n");
  else
    reply_text (conn, 401, "WWW-Authenticate: Basic realm=\"the nest\", charset=\"UTF-8\"\r\n",
                "Who are you?\n");
}

static void
reply_redirect (TernOriginConn *conn,
                guint           status,
                const char     *to)
{
  g_autofree char *fields = g_strdup_printf ("Location: %s\r\n", to);

  reply_text (conn, status, fields, "Elsewhere.\n");
}

static void
on_redirect (TernOriginConn          *conn,
             const TernOriginRequest *request,
             gpointer                 data)
{
  g_autofree char *to = tern_origin_request_query (request, "to");
  g_autofree char *plain = g_uri_unescape_string (to ? to : "/plain", NULL);

  reply_redirect (conn, (guint) get_number (request, "code", 302), plain ? plain : "/plain");
}

static void
on_redirect_chain (TernOriginConn          *conn,
                   const TernOriginRequest *request,
                   gpointer                 data)
{
  guint64 n = get_number (request, "n", 3);
  g_autofree char *next = g_strdup_printf ("/redirect-chain?n=%" G_GUINT64_FORMAT, n - 1);

  reply_redirect (conn, 302, n > 1 ? next : "/plain");
}

static void
on_chunked (TernOriginConn          *conn,
            const TernOriginRequest *request,
            gpointer                 data)
{
  tern_origin_write (conn,
                     "HTTP/1.1 200 OK\r\n" TEXT_PLAIN
                     "Transfer-Encoding: chunked\r\nTrailer: X-Checksum\r\n\r\n",
                     -1);
  if (strcmp (tern_origin_request_method (request), "HEAD") == 0)
    return;
  tern_origin_write_chunk (conn, TERN_ORIGIN_DEMO_TEXT, 5);
  tern_origin_write_chunk (conn, &demo_text[5], 6);
  tern_origin_write_chunk (conn, &demo_text[11], -1);
  tern_origin_write (conn, "0\r\nX-Checksum: 42\r\n\r\n", -1);
}

static void
on_to_close (TernOriginConn          *conn,
             const TernOriginRequest *request,
             gpointer                 data)
{
  tern_origin_write (conn, "HTTP/1.1 200 OK\r\n" TEXT_PLAIN "\r\n" TERN_ORIGIN_DEMO_TEXT, -1);
  tern_origin_close (conn);
}

static void
on_echo (TernOriginConn          *conn,
         const TernOriginRequest *request,
         gpointer                 data)
{
  gsize length;
  const char *body = tern_origin_request_body (request, &length);
  g_autoptr (GString) out = g_string_new (tern_origin_request_head (request));

  g_string_append_len (out, body, (gssize) length);
  tern_origin_reply_bytes (conn, 200, NULL, TEXT_PLAIN, out->str, out->len);
}

static void
on_status (TernOriginConn          *conn,
           const TernOriginRequest *request,
           gpointer                 data)
{
  guint64 code = get_number (request, "code", 200);
  g_autofree char *body = g_strdup_printf ("%" G_GUINT64_FORMAT "\n", code);

  reply_text (conn, code >= 200 && code <= 999 ? (guint) code : 400, "", body);
}

guint8
tern_origin_demo_big_byte (guint64 offset)
{
  /* Lines of 64 letters that shift, so that a lost or doubled block is seen. */
  return (guint8) (offset % 64 == 63 ? '\n' : 'a' + (offset / 64 + offset) % 26);
}

static void
on_big (TernOriginConn          *conn,
        const TernOriginRequest *request,
        gpointer                 data)
{
  /* The pattern repeats after 64 * 26 bytes, so one block serves all offsets. */
  enum { PERIOD = 64 * 26, BLOCK = PERIOD * 40 };
  guint64 size = get_number (request, "size", 1024 * 1024);
  guint64 chunk = get_number (request, "chunk", 0);
  gboolean head = strcmp (tern_origin_request_method (request), "HEAD") == 0;
  g_autofree char *block = g_malloc (BLOCK + PERIOD);
  g_autofree char *fields
      = chunk ? g_strdup ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
              : g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %" G_GUINT64_FORMAT
                                 "\r\n\r\n",
                                 size);
  gboolean ok = tern_origin_write (conn, fields, -1);

  for (guint i = 0; i < BLOCK + PERIOD; i++)
    block[i] = (char) tern_origin_demo_big_byte (i);
  for (guint64 at = 0; ok && !head && at < size;)
    {
      gssize n = (gssize) MIN (MIN (size - at, BLOCK), chunk ? chunk : BLOCK);

      ok = chunk ? tern_origin_write_chunk (conn, block + at % PERIOD, n)
                 : tern_origin_write (conn, block + at % PERIOD, n);
      at += (guint64) n;
    }
  if (ok && chunk && !head)
    tern_origin_write (conn, "0\r\n\r\n", -1);
}

static void
on_slow (TernOriginConn          *conn,
         const TernOriginRequest *request,
         gpointer                 data)
{
  guint ms = (guint) MIN (get_number (request, "ms", 1000), 3600 * 1000);

  if (!get_number (request, "drip", 0))
    {
      if (tern_origin_sleep (conn, ms))
        reply_text (conn, 200, "", TERN_ORIGIN_DEMO_TEXT);
      return;
    }
  g_autofree char *fields = g_strdup_printf (
      "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", strlen (TERN_ORIGIN_DEMO_TEXT));
  if (tern_origin_write (conn, fields, -1))
    tern_origin_write_slowly (conn, TERN_ORIGIN_DEMO_TEXT, -1, 1, ms);
}

static void
on_early_hints (TernOriginConn          *conn,
                const TernOriginRequest *request,
                gpointer                 data)
{
  tern_origin_reply (conn, 103, NULL, "Link: </style.css>; rel=preload\r\n", NULL);
  reply_text (conn, 200, "", TERN_ORIGIN_DEMO_TEXT);
}

void
tern_origin_add_demo (TernOrigin *origin)
{
  static const struct
  {
    const char       *prefix;
    TernOriginHandler handler;
  } routes[] = {
    { "/", on_index },
    { "/plain", on_plain },
    { "/cached", on_cached },
    { "/etag", on_etag },
    { "/last-modified", on_last_modified },
    { "/no-store", on_no_store },
    { "/gzip", on_coded },
    { "/deflate", on_coded },
    { "/basic", on_basic },
    { "/redirect", on_redirect },
    { "/redirect-chain", on_redirect_chain },
    { "/chunked", on_chunked },
    { "/to-close", on_to_close },
    { "/echo", on_echo },
    { "/status", on_status },
    { "/big", on_big },
    { "/slow", on_slow },
    { "/early-hints", on_early_hints },
  };

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    tern_origin_add_route (origin, routes[i].prefix, routes[i].handler, NULL);
}
