/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernOriginRequest: one request as an origin saw it. It reads just enough HTTP to find where a
 * request ends and keeps the raw bytes: judging them is the test's business. */

#include "tern-origin-private.h"

#include <string.h>

#define HEAD_LIMIT (4 * 1024 * 1024)
#define RAW_LIMIT (1024 * 1024)

struct _TernOriginRequest
{
  char    *head;
  char    *method;
  char    *target;
  char    *path;
  char    *version;
  GString *body;
  GString *raw;      /* chunked bodies only */
  GString *trailers; /* "Name: value\r\n" lines */
  GPtrArray *handed; /* values that getters gave out */
  gboolean chunked;
  gboolean keep;
  guint64  length;      /* declared */
  guint64  body_length; /* read so far */
  guint    connection;
  guint    index;
  gint64   head_time;
  gint64   body_time; /* 0: no body yet */
};

void
tern_origin_request_free (TernOriginRequest *self)
{
  if (self == NULL)
    return;
  g_free (self->head);
  g_free (self->method);
  g_free (self->target);
  g_free (self->path);
  g_free (self->version);
  g_string_free (self->body, TRUE);
  g_string_free (self->raw, TRUE);
  g_string_free (self->trailers, TRUE);
  g_ptr_array_unref (self->handed);
  g_free (self);
}

TernOriginRequest *
request_copy (const TernOriginRequest *self)
{
  TernOriginRequest *copy = g_new (TernOriginRequest, 1);

  *copy = *self;
  copy->head = g_strdup (self->head);
  copy->method = g_strdup (self->method);
  copy->target = g_strdup (self->target);
  copy->path = g_strdup (self->path);
  copy->version = g_strdup (self->version);
  copy->body = g_string_new_len (self->body->str, (gssize) self->body->len);
  copy->raw = g_string_new_len (self->raw->str, (gssize) self->raw->len);
  copy->trailers = g_string_new_len (self->trailers->str, (gssize) self->trailers->len);
  copy->handed = g_ptr_array_new_with_free_func (g_free);
  return copy;
}

/* "http://host/a?b", "/a?b" → "/a"; other forms (authority, asterisk) stay as they are. */
static char *
path_of (const char *target)
{
  const char *start = target;
  const char *scheme = strstr (target, "://");

  if (*target != '/' && scheme)
    {
      start = strchr (scheme + 3, '/');
      if (start == NULL)
        return g_strdup ("/");
    }
  return g_strndup (start, strcspn (start, "?#"));
}

/* The @nth value of a field in lines of text; free it. Lines that are no field are passed over. */
static char *
find_field (const char *lines,
            const char *name,
            guint       nth)
{
  gsize size = strlen (name);

  for (const char *line = lines; *line; line += strcspn (line, "\n"), line += *line == '\n')
    {
      if (g_ascii_strncasecmp (line, name, size) != 0 || line[size] != ':' || nth-- > 0)
        continue;
      return g_strstrip (g_strndup (line + size + 1, strcspn (line + size + 1, "\r\n")));
    }
  return NULL;
}

/* Getters hand out const text, which the request keeps. */
static const char *
hand_out_field (const TernOriginRequest *self,
                const char              *lines,
                const char              *name)
{
  char *value = find_field (lines, name, 0);

  if (value)
    g_ptr_array_add (self->handed, value);
  return value;
}

static gboolean
parse_head (TernOriginRequest *self)
{
  g_autofree char *line = g_strndup (self->head, strcspn (self->head, "\r\n"));
  g_auto (GStrv) words = g_strsplit (line, " ", 3);
  gboolean good = g_strv_length (words) == 3 && g_str_has_prefix (words[2], "HTTP/");

  self->method = g_strdup (good ? words[0] : "");
  self->target = g_strdup (good ? words[1] : "");
  self->version = g_strdup (good ? words[2] : "");
  self->path = path_of (self->target);

  g_autofree char *length = find_field (self->head, "Content-Length", 0);
  g_autofree char *coding = find_field (self->head, "Transfer-Encoding", 0);
  self->chunked = coding && g_ascii_strcasecmp (coding, "chunked") == 0;
  if (!length || self->chunked)
    return good;
  return good && g_ascii_string_to_unsigned (length, 10, 0, G_MAXINT64, &self->length, NULL);
}

/* Reads up to the empty line. READ_BAD still gives a request, for the log. */
ReadResult
request_read_head (TernOriginConn     *conn,
                   TernOriginRequest **out)
{
  const guint8 *end;

  while ((end = conn->in->len ? memmem (conn->in->data, conn->in->len, "\r\n\r\n", 4) : NULL)
         == NULL)
    if (conn->in->len > HEAD_LIMIT || conn_fill (conn, conn->in->len == 0) <= 0)
      return READ_ENDED;

  TernOriginRequest *self = g_new0 (TernOriginRequest, 1);
  gsize size = (gsize) (end - conn->in->data) + 4;
  self->head = g_strndup ((const char *) conn->in->data, size);
  self->body = g_string_new (NULL);
  self->raw = g_string_new (NULL);
  self->trailers = g_string_new (NULL);
  self->handed = g_ptr_array_new_with_free_func (g_free);
  self->connection = conn->index;
  self->index = conn->n_requests++;
  self->head_time = g_get_monotonic_time ();
  gboolean good = parse_head (self);
  conn_consume (conn, size);
  *out = self;
  return good ? READ_OK : READ_BAD;
}

static gboolean
need (TernOriginConn    *conn,
      TernOriginRequest *self)
{
  if (conn->in->len == 0 && conn_fill (conn, FALSE) <= 0)
    return FALSE;
  if (self->body_time == 0)
    self->body_time = g_get_monotonic_time ();
  return TRUE;
}

static void
take (TernOriginConn    *conn,
      TernOriginRequest *self,
      gsize              n)
{
  if (self->keep)
    g_string_append_len (self->body, (const char *) conn->in->data, (gssize) n);
  if (self->chunked && self->raw->len < RAW_LIMIT)
    g_string_append_len (self->raw, (const char *) conn->in->data, (gssize) n);
  self->body_length += n;
  conn_consume (conn, n);
}

static gboolean
take_counted (TernOriginConn    *conn,
              TernOriginRequest *self,
              guint64            left)
{
  while (left > 0)
    {
      if (!need (conn, self))
        return FALSE;
      gsize n = (gsize) MIN (left, (guint64) conn->in->len);
      take (conn, self, n);
      left -= n;
    }
  return TRUE;
}

/* One line of the chunked framing without its end; NULL when the client ended. */
static char *
take_line (TernOriginConn    *conn,
           TernOriginRequest *self)
{
  const guint8 *end;

  if (!need (conn, self))
    return NULL;
  while ((end = memchr (conn->in->data, '\n', conn->in->len)) == NULL)
    if (conn->in->len > HEAD_LIMIT || conn_fill (conn, FALSE) <= 0)
      return NULL;
  gsize size = (gsize) (end - conn->in->data) + 1;
  char *line = g_strndup ((const char *) conn->in->data, size);
  if (self->raw->len < RAW_LIMIT)
    g_string_append_len (self->raw, line, (gssize) size);
  conn_consume (conn, size);
  return g_strchomp (line);
}

static ReadResult
take_trailers (TernOriginConn    *conn,
               TernOriginRequest *self)
{
  for (;;)
    {
      g_autofree char *line = take_line (conn, self);

      if (line == NULL)
        return READ_ENDED;
      if (*line == '\0')
        return READ_OK;
      g_string_append_printf (self->trailers, "%s\r\n", line);
    }
}

static ReadResult
take_chunked (TernOriginConn    *conn,
              TernOriginRequest *self)
{
  for (;;)
    {
      guint64 size;
      g_autofree char *line = take_line (conn, self);

      if (line == NULL)
        return READ_ENDED;
      line[strcspn (line, "; ")] = '\0';
      if (!g_ascii_string_to_unsigned (line, 16, 0, G_MAXINT64, &size, NULL))
        return READ_BAD;
      if (size == 0)
        return take_trailers (conn, self);
      if (!take_counted (conn, self, size))
        return READ_ENDED;
      g_autofree char *end = take_line (conn, self);
      if (end == NULL)
        return READ_ENDED;
      if (*end != '\0')
        return READ_BAD;
    }
}

ReadResult
request_read_body (TernOriginConn    *conn,
                   TernOriginRequest *self,
                   gboolean           keep)
{
  self->keep = keep;
  if (self->chunked)
    return take_chunked (conn, self);
  return take_counted (conn, self, self->length) ? READ_OK : READ_ENDED;
}

gboolean
request_has_body (const TernOriginRequest *self)
{
  return self->chunked || self->length > 0;
}

gboolean
request_expects_100 (const TernOriginRequest *self)
{
  g_autofree char *value = find_field (self->head, "Expect", 0);

  return value && g_ascii_strcasecmp (value, "100-continue") == 0;
}

gboolean
request_wants_close (const TernOriginRequest *self)
{
  g_autofree char *value = find_field (self->head, "Connection", 0);
  g_autofree char *lower = g_ascii_strdown (value ? value : "", -1);

  if (strstr (lower, "close"))
    return TRUE;
  return strcmp (self->version, "HTTP/1.0") == 0 && !strstr (lower, "keep-alive");
}

const char *
tern_origin_request_method (const TernOriginRequest *self)
{
  return self->method;
}

const char *
tern_origin_request_target (const TernOriginRequest *self)
{
  return self->target;
}

const char *
tern_origin_request_path (const TernOriginRequest *self)
{
  return self->path;
}

const char *
tern_origin_request_version (const TernOriginRequest *self)
{
  return self->version;
}

char *
tern_origin_request_query (const TernOriginRequest *self,
                           const char              *name)
{
  const char *query = strchr (self->target, '?');
  g_auto (GStrv) pairs = g_strsplit (query ? query + 1 : "", "&", -1);
  gsize size = strlen (name);

  for (guint i = 0; pairs[i]; i++)
    if (strncmp (pairs[i], name, size) == 0 && pairs[i][size] == '=')
      return g_strdup (pairs[i] + size + 1);
  return NULL;
}

const char *
tern_origin_request_header (const TernOriginRequest *self,
                            const char              *name)
{
  return hand_out_field (self, self->head, name);
}

const char *
tern_origin_request_trailer (const TernOriginRequest *self,
                             const char              *name)
{
  return hand_out_field (self, self->trailers->str, name);
}

guint
tern_origin_request_n_headers (const TernOriginRequest *self,
                               const char              *name)
{
  for (guint n = 0;; n++)
    {
      g_autofree char *value = find_field (self->head, name, n);

      if (value == NULL)
        return n;
    }
}

const char *
tern_origin_request_head (const TernOriginRequest *self)
{
  return self->head;
}

const char *
tern_origin_request_body (const TernOriginRequest *self,
                          gsize                   *length)
{
  if (length)
    *length = self->body->len;
  return self->body->str;
}

guint64
tern_origin_request_body_length (const TernOriginRequest *self)
{
  return self->body_length;
}

const char *
tern_origin_request_raw_chunks (const TernOriginRequest *self)
{
  return self->chunked ? self->raw->str : NULL;
}

guint
tern_origin_request_connection (const TernOriginRequest *self)
{
  return self->connection;
}

guint
tern_origin_request_index (const TernOriginRequest *self)
{
  return self->index;
}

double
tern_origin_request_body_delay (const TernOriginRequest *self)
{
  return self->body_time ? (double) (self->body_time - self->head_time) / 1000.0 : -1.0;
}
