/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The work of a transfer: the request, its answer, the body into the descriptor. What cannot be
 * finished is an error; bytes of another entity are never put behind those that are there. */
#include "transfer-private.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <tern/tern.h>

#define BLOCK 65536

static TernRequest *
make_request (TransferSpec *spec)
{
  TernRequest *request = tern_request_new (spec->method ? spec->method : "GET", spec->uri);
  TernHeaders *headers = tern_request_get_headers (request);
  const char *name, *value;

  for (guint i = 0; tern_headers_get_nth (spec->headers, i, &name, &value); i++)
    tern_headers_append (headers, name, value);
  tern_request_set_partition (request, spec->partition);
  tern_request_set_timeout (request, spec->timeout);
  tern_request_set_total_timeout (request, spec->total_timeout);
  if (spec->body >= 0)
    {
      g_autoptr (GInputStream) body = g_unix_input_stream_new (spec->body, TRUE);

      spec->body = -1;
      tern_request_set_body_stream (
          request, spec->content_type ? spec->content_type : "application/octet-stream", body, -1);
    }
  return request;
}

static gboolean
check_status (Transfer *self, TernResponse *response, GError **error)
{
  const guint status = tern_response_get_status (response);

  if (self->spec->any_status || (status >= 200 && status < 300))
    return TRUE;
  g_set_error (error, TERN_FETCH_ERROR,
               status == TERN_STATUS_UNAUTHORIZED
                       || status == TERN_STATUS_PROXY_AUTHENTICATION_REQUIRED
                   ? TERN_FETCH_ERROR_AUTHENTICATION
                   : TERN_FETCH_ERROR_HTTP_STATUS,
               _ ("The server answered %u %s"), status, tern_response_get_reason (response));
  return FALSE;
}

/* The length of what will come out: not known where the body is decoded on its way. */
static gint64
length_of (TernResponse *response)
{
  g_autofree char *coding = tern_response_get_header (response, "content-encoding");
  g_autofree char *length = tern_response_get_header (response, "content-length");
  guint64 number;

  if (coding || !length || !g_ascii_string_to_unsigned (length, 10, 0, G_MAXINT64, &number, NULL))
    return -1;
  return (gint64)number;
}

static gboolean
pump (Transfer *self, TernResponse *response, GError **error)
{
  GInputStream *body = tern_response_get_body (response);
  g_autofree guint8 *buffer = g_malloc (BLOCK);
  const gint64 length = length_of (response);
  guint64 done = 0;

  transfer_set_progress (self, 0, length);
  for (;;)
    {
      const gssize n = g_input_stream_read (body, buffer, BLOCK, self->cancellable, error);

      if (n < 0)
        return FALSE;
      if (n == 0)
        break;
      if (self->spec->max_size > 0 && done + (guint64)n > self->spec->max_size)
        {
          g_autofree char *most = g_strdup_printf ("%" G_GUINT64_FORMAT, self->spec->max_size);

          g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_TOO_LARGE,
                       _ ("The body is larger than %s bytes"), most);
          return FALSE;
        }
      if (!transfer_write (self, buffer, (gsize)n, error))
        return FALSE;
      done += (guint64)n;
      transfer_set_progress (self, done, length);
    }
  transfer_set_progress (self, done, (gint64)done);
  return TRUE;
}

gboolean
transfer_run (Transfer *self, GError **error)
{
  g_autoptr (TernRequest) request = NULL;
  g_autoptr (TernResponse) response = NULL;
  g_autofree char *etag = NULL;

  if (self->spec->out >= 0 && !self->spec->any_status)
    return transfer_download (self, error);
  request = make_request (self->spec);
  response = tern_client_send (self->client, request, self->cancellable, error);
  if (!response)
    return FALSE;
  etag = tern_response_get_header (response, "etag");
  transfer_set_facts (self, etag, tern_response_get_uri (response));
  if (!check_status (self, response, error))
    return FALSE;
  transfer_show_head (self, response);
  return pump (self, response, error);
}
