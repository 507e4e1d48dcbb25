/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Parts of a response: kept as parts, completed by what is missing, and never taken for the whole,
 * or for a part of another version. Every test runs over every kind of store. */

#include "page.h"

#include <stdlib.h>
#include <string.h>

#define SIZE ((gsize)5000)

typedef enum
{
  HONEST,
  OTHER_TAG,     /* a part of another version, in spite of If-Range */
  SHORT,         /* less than was asked for */
  UNSATISFIABLE, /* 416, whatever is asked for */
  BROKEN,        /* closes in the middle of a part */
  MISTAKEN,      /* 304 to whatever condition, also to If-Range */
  BARE,          /* 304 to If-None-Match, without a tag */
  CODED,         /* the part is a part of coded bytes, with the tag of the plain ones */
  LACKING,       /* less than Content-Range says, and complete as a message */
  CHUNKED,       /* the same, in chunks */
} Mode;

typedef struct
{
  Page page;
  GMutex lock; /* for what follows */
  Mode mode;
  const char *tag;
  const char *tongue; /* of the requests; NULL: none */
  guint n_asked;
  char *range; /* of the last request, and its If-Range */
  char *if_range;
  GString *body;
} Book;

static void
answer_part (TernOriginConn *conn, Book *self, const char *range)
{
  char *end;
  guint64 first = strtoull (range + strlen ("bytes="), &end, 10);
  guint64 last = end[1] ? strtoull (end + 1, NULL, 10) : SIZE - 1;
  g_autofree char *fields = NULL;
  g_autofree char *length = NULL;

  last = MIN (last, SIZE - 1);
  if (self->mode == SHORT)
    last = MIN (last, first + 9);
  fields = g_strdup_printf ("HTTP/1.1 206 Partial\r\nCache-Control: max-age=60\r\nETag: %s\r\n"
                            "Vary: X-Tongue\r\n"
                            "Content-Range: bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT
                            "/%" G_GSIZE_FORMAT "\r\n%s",
                            self->mode == OTHER_TAG ? "\"other\"" : self->tag, first, last, SIZE,
                            self->mode == CODED ? "Content-Encoding: gzip\r\n" : "");
  tern_origin_write (conn, fields, -1);
  if (self->mode == CHUNKED)
    {
      tern_origin_write (conn, "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", -1);
      return;
    }
  if (self->mode == LACKING)
    last -= 10;
  length = g_strdup_printf ("Content-Length: %" G_GUINT64_FORMAT "\r\n\r\n", last + 1 - first);
  tern_origin_write (conn, length, -1);
  if (self->mode == BROKEN)
    last -= 10;
  tern_origin_write (conn, self->body->str + first, (gssize)(last + 1 - first));
  if (self->mode == BROKEN)
    tern_origin_close (conn);
}

static void
on_book (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Book *self = data;
  const char *range = tern_origin_request_header (request, "Range");
  const char *if_range = tern_origin_request_header (request, "If-Range");
  const char *tags = tern_origin_request_header (request, "If-None-Match");
  g_autofree char *fields
      = g_strdup_printf ("Cache-Control: max-age=60\r\nVary: X-Tongue\r\nETag: %s\r\n", self->tag);

  g_mutex_lock (&self->lock);
  self->n_asked++;
  g_free (self->range);
  self->range = g_strdup (range);
  g_free (self->if_range);
  self->if_range = g_strdup (if_range);
  if (self->mode == MISTAKEN ? tags || if_range : tags && strstr (tags, self->tag))
    tern_origin_reply (conn, 304, NULL, self->mode == BARE ? "X-Bare: yes\r\n" : fields, NULL);
  else if (range && self->mode == UNSATISFIABLE)
    tern_origin_reply (conn, 416, NULL, "Content-Range: bytes */10\r\n", "");
  else if (range && (!if_range || self->mode == OTHER_TAG || strcmp (if_range, self->tag) == 0))
    answer_part (conn, self, range);
  else
    tern_origin_reply (conn, 200, NULL, fields, self->body->str);
  g_mutex_unlock (&self->lock);
}

static void
book_init (Book *self, gboolean async, gconstpointer kind)
{
  memset (self, 0, sizeof *self);
  page_init (&self->page, async, GPOINTER_TO_UINT (kind));
  g_mutex_init (&self->lock);
  self->tag = "\"1\"";
  self->body = g_string_new (NULL);
  for (guint i = 0; i < SIZE; i++)
    g_string_append_c (self->body, (char)('a' + (i * 7 + i / 26) % 26));
  tern_origin_add_route (self->page.session.origin, "/book", on_book, self);
}

static void
book_clear (Book *self)
{
  page_clear (&self->page);
  g_free (self->range);
  g_free (self->if_range);
  g_string_free (self->body, TRUE);
  g_mutex_clear (&self->lock);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Book, book_clear)

/* Asks for a range (NULL: the whole), and gets these bytes after so many questions. */
static void
read_at (const char *where,
         Book *self,
         const char *range,
         guint status,
         gsize first,
         gsize end,
         guint n_asked)
{
  Session *s = &self->page.session;
  const guint before = self->n_asked;

  session_ask (s, "GET", "/book");
  if (range)
    session_header (s, "Range", range);
  if (self->tongue)
    session_header (s, "X-Tongue", self->tongue);
  session_fetch (s);
  if (s->error)
    g_error ("%s: %s", where, s->error->message);
  session_assert_at (where, s, status, NULL);
  tern_test_assert_bytes_at (where, g_bytes_get_data (s->content, NULL),
                             (gssize)g_bytes_get_size (s->content), self->body->str + first,
                             (gssize)(end - first));
  if (self->n_asked - before != n_asked)
    g_error ("%s: asked %u times, not %u (%s)", where, self->n_asked - before, n_asked,
             tern_response_get_cache_status (s->response));
}

#define read(self, range, status, first, end, n_asked)                                             \
  read_at (G_STRLOC, (self), (range), (status), (first), (end), (n_asked))

/* ---- what is missing ---- */

static void
test_completed (gboolean async, gconstpointer kind)
{
  g_auto (Book) b;

  book_init (&b, async, kind);
  read (&b, "bytes=0-1999", 206, 0, 2000, 1);
  read (&b, "bytes=100-199", 206, 100, 200, 0); /* out of what is stored */
  read (&b, NULL, 200, 0, SIZE, 1);
  g_assert_cmpstr (b.range, ==, "bytes=2000-");
  g_assert_cmpstr (b.if_range, ==, "\"1\"");
  session_assert_header (&b.page.session, "Content-Range", NULL);
  session_assert_header (&b.page.session, "Content-Length", "5000");
  page_assert_cache (&b.page, FALSE, "tern; fwd=partial; fwd-status=206; stored");
  read (&b, NULL, 200, 0, SIZE, 0);
  page_assert_cache (&b.page, TRUE, "tern; hit");
  read (&b, "bytes=1990-2009", 206, 1990, 2010, 0); /* over the seam */
}

/* The program reads on by itself: each part is put behind the one before. */
static void
test_grown (gboolean async, gconstpointer kind)
{
  g_auto (Book) b;

  book_init (&b, async, kind);
  read (&b, "bytes=0-1499", 206, 0, 1500, 1);
  read (&b, "bytes=1500-2999", 206, 1500, 3000, 1);
  page_assert_cache (&b.page, FALSE, "tern; fwd=partial; fwd-status=206");
  if (GPOINTER_TO_UINT (kind) == STORE_ENTRIES_SLOW)
    return; /* what it hands out as a stream is not read again only to be kept */
  g_assert_nonnull (strstr (tern_response_get_cache_status (b.page.session.response), "stored"));
  read (&b, "bytes=1000-1999", 206, 1000, 2000, 0);
  read (&b, "bytes=2500-4999", 206, 2500, SIZE, 1); /* they may overlap */
  read (&b, NULL, 200, 0, SIZE, 0);
  read (&b, "bytes=4990-", 206, 4990, SIZE, 0);
}

/* A hole is not filled, and what was there stays. */
static void
test_hole (gboolean async, gconstpointer kind)
{
  g_auto (Book) b;

  book_init (&b, async, kind);
  read (&b, "bytes=0-999", 206, 0, 1000, 1);
  read (&b, "bytes=2000-2999", 206, 2000, 3000, 1);
  read (&b, "bytes=0-999", 206, 0, 1000, 0);
  read (&b, "bytes=2000-2999", 206, 2000, 3000, 1);
}

/* ---- when it does not work out ---- */

static void
test_changed (gboolean async, gconstpointer kind)
{
  g_auto (Book) b;

  book_init (&b, async, kind);
  read (&b, "bytes=0-1999", 206, 0, 2000, 1);
  b.tag = "\"2\"";
  g_string_overwrite (b.body, 0, "another version");
  read (&b, NULL, 200, 0, SIZE, 1); /* If-Range does not count: 200 */
  read (&b, NULL, 200, 0, SIZE, 0);
}

/* Whatever else comes to the question for the rest: the whole is asked for. */
static void
test_useless (gboolean async, gconstpointer kind)
{
  static const Mode modes[] = { OTHER_TAG, SHORT, UNSATISFIABLE, MISTAKEN,
                                CODED,     LACKING, CHUNKED };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_auto (Book) b;

      book_init (&b, async, kind);
      read (&b, "bytes=0-1999", 206, 0, 2000, 1);
      b.mode = modes[i];
      read (&b, NULL, 200, 0, SIZE, 2);
      g_assert_null (b.range);
      read (&b, NULL, 200, 0, SIZE, 0);
    }
}

/* What ends too early is no whole; what was stored of it before is good still. */
static void
test_broken (gboolean async, gconstpointer kind)
{
  g_auto (Book) b;

  book_init (&b, async, kind);
  read (&b, "bytes=0-1999", 206, 0, 2000, 1);
  b.mode = BROKEN;
  session_ask (&b.page.session, "GET", "/book");
  session_fetch (&b.page.session);
  session_assert_error (&b.page.session, TERN_ERROR, TERN_ERROR_INCOMPLETE_READ, NULL);
  b.mode = HONEST;
  read (&b, "bytes=0-1999", 206, 0, 2000, 0);
  read (&b, NULL, 200, 0, SIZE, 1);
  read (&b, NULL, 200, 0, SIZE, 0);
}

/* A 304 answers the question of the cache, and not an If-Range: the program gets its part. */
static void
test_own_if_range (gboolean async, gconstpointer kind)
{
  g_auto (Book) b;
  Session *s = &b.page.session;

  book_init (&b, async, kind);
  read (&b, NULL, 200, 0, SIZE, 1);
  b.mode = BARE;
  session_ask (s, "GET", "/book");
  session_header (s, "Cache-Control", "no-cache");
  session_header (s, "Range", "bytes=0-9");
  session_header (s, "If-Range", "\"1\"");
  session_fetch (s);
  g_assert_no_error (s->error);
  session_assert (s, 206, NULL);
  session_assert_header (s, "Content-Range", "bytes 0-9/5000");
  session_assert_header (s, "X-Bare", "yes");
  g_assert_cmpuint (b.n_asked, ==, 2);
}

/* A weak tag does not say that the bytes are the same. */
static void
test_weak (gboolean async, gconstpointer kind)
{
  g_auto (Book) b;

  book_init (&b, async, kind);
  b.tag = "W/\"1\"";
  read (&b, "bytes=0-1999", 206, 0, 2000, 1);
  read (&b, "bytes=0-1999", 206, 0, 2000, 1);
  read (&b, NULL, 200, 0, SIZE, 1);
  g_assert_null (b.range);
}

/* A part of what is stored for others is not what anybody is answered with: it is not asked about,
 * and not taken where it is named all the same. */
static void
test_of_others (gboolean async, gconstpointer kind)
{
  static const Mode modes[] = { HONEST, MISTAKEN };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_auto (Book) b;

      book_init (&b, async, kind);
      b.tongue = "de";
      read (&b, NULL, 200, 0, SIZE, 1);
      b.tag = "\"2\"";
      b.tongue = "fr";
      read (&b, "bytes=0-1999", 206, 0, 2000, 1);
      b.mode = modes[i];
      b.tongue = "it";
      read (&b, NULL, 200, 0, SIZE, modes[i] == HONEST ? 1 : 2);
      read (&b, NULL, 200, 0, SIZE, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  page_add_test ("/cache-parts/completed", test_completed);
  page_add_test ("/cache-parts/grown", test_grown);
  page_add_test ("/cache-parts/hole", test_hole);
  page_add_test ("/cache-parts/changed", test_changed);
  page_add_test ("/cache-parts/useless", test_useless);
  page_add_test ("/cache-parts/broken", test_broken);
  page_add_test ("/cache-parts/own-if-range", test_own_if_range);
  page_add_test ("/cache-parts/weak", test_weak);
  page_add_test ("/cache-parts/of-others", test_of_others);
  return g_test_run ();
}
