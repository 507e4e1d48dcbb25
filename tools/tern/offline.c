/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request that would go out. It is the library itself that writes it, into memory in place of a
 * connection, so what is shown cannot differ from what is sent. */
#include "offline.h"

#include "color.h"
#include "head.h"
#include "output.h"
#include "report.h"
#include "request.h"
#include "session.h"
#include "target.h"

#include <string.h>
#include <tern/tern.h>
#include <unistd.h>

/* The server that is not there: it takes everything and says nothing but this. */
#define ANSWER "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"

#define OFFLINE_TYPE_CONNECTOR (offline_connector_get_type ())
G_DECLARE_FINAL_TYPE (OfflineConnector, offline_connector, OFFLINE, CONNECTOR, GObject)

struct _OfflineConnector
{
  GObject parent_instance;
  GOutputStream *sent; /* of the last stream */
};

static GIOStream *
open_stream (TernConnector *connector,
             const char *scheme,
             const char *host,
             guint16 port,
             GCancellable *cancellable,
             GError **error)
{
  OfflineConnector *self = OFFLINE_CONNECTOR (connector);
  g_autoptr (GInputStream) input
      = g_memory_input_stream_new_from_data (ANSWER, strlen (ANSWER), NULL);

  g_clear_object (&self->sent);
  self->sent = g_memory_output_stream_new_resizable ();
  return g_simple_io_stream_new (input, self->sent);
}

static void
implement (TernConnectorInterface *interface)
{
  interface->open_stream = open_stream;
}

G_DEFINE_TYPE_WITH_CODE (OfflineConnector,
                         offline_connector,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TERN_TYPE_CONNECTOR, implement))

static void
offline_connector_finalize (GObject *object)
{
  g_clear_object (&OFFLINE_CONNECTOR (object)->sent);
  G_OBJECT_CLASS (offline_connector_parent_class)->finalize (object);
}

static void
offline_connector_class_init (OfflineConnectorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = offline_connector_finalize;
}

static void
offline_connector_init (OfflineConnector *self)
{
}

/* In place of TLS, which hides what is sent, the same is sent without it. What is wrong with the
 * URL is found out before, or the error would name one that nobody typed. */
static gboolean
avoid_tls (TernRequest *request, GError **error)
{
  const char *uri = tern_request_get_uri (request);
  g_autofree char *normal = tern_uri_normalize (uri, error);

  if (!normal)
    return FALSE;
  if (g_ascii_strncasecmp (uri, "https://", 8) == 0)
    {
      g_autofree char *plain = g_strconcat ("http://", uri + 8, NULL);

      tern_request_set_uri (request, plain);
    }
  return TRUE;
}

/* The default port differs, so the Host of @url is not that of avoid_tls(). */
static char *
make_host (const char *url)
{
  g_autofree char *server = target_server (url);
  const char *usual = g_ascii_strncasecmp (url, "https:", 6) == 0 ? ":443" : ":80";

  if (server && g_str_has_suffix (server, usual))
    server[strlen (server) - strlen (usual)] = '\0';
  return g_steal_pointer (&server);
}

static char *
show_head (const char *url, const char *sent, gsize length)
{
  g_autofree char *head = g_strndup (sent, length);
  g_auto (GStrv) lines = g_strsplit (head, "\r\n", -1);
  g_autofree char *host = make_host (url);

  for (guint i = 1; lines[i] && *lines[i]; i++)
    {
      g_autofree char *name = g_strndup (lines[i], strcspn (lines[i], ":"));
      char *shown = NULL;

      if (host && g_ascii_strcasecmp (name, "Host") == 0)
        shown = g_strconcat (name, ": ", host, NULL);
      else
        shown = head_hide_secrets (lines[i]);
      g_free (lines[i]);
      lines[i] = shown;
    }
  return g_strjoinv ("\n", lines);
}

static gboolean
print_sent (const Plan *plan, GOutputStream *sent, GError **error)
{
  const char *data = g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (sent));
  const gsize length = g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (sent));
  const char *end = g_strstr_len (data, (gssize) length, "\r\n\r\n");
  const gsize head_length = end ? (gsize) (end - data) + 4 : length;
  g_autofree char *head = show_head (plan->url, data, head_length);
  g_autoptr (Output) output = output_new_stdout (isatty (STDOUT_FILENO));
  g_autoptr (GString) out = g_string_new (NULL);

  if (color_is_on (STDOUT_FILENO))
    {
      color_append_head (out, STDOUT_FILENO, "", head);
      if (!write_fully (STDOUT_FILENO, out->str, out->len, error))
        return FALSE;
    }
  else if (!output_write (output, head, strlen (head), error))
    return FALSE;
  return output_write (output, data + head_length, length - head_length, error)
         && output_commit (output, error);
}

gboolean
offline_print (const FetchOptions *options, Plan *plan, GError **error)
{
  g_autoptr (OfflineConnector) connector = g_object_new (OFFLINE_TYPE_CONNECTOR, NULL);
  g_autoptr (TernClient) client = tern_client_new ();
  g_autoptr (TernRequest) request = request_make (plan, options, error);
  g_autoptr (TernResponse) response = NULL;

  if (!request || !avoid_tls (request, error)
      || !session_pretend_login (client, &options->session, tern_request_get_uri (request), error))
    return FALSE;
  tern_client_set_connector (client, TERN_CONNECTOR (connector));
  tern_client_set_follow_redirects (client, FALSE);
  if (plan_lacks_header (plan, "User-Agent"))
    tern_client_set_user_agent (client, NULL);
  response = tern_client_send (client, request, NULL, error);
  return response && print_sent (plan, connector->sent, error);
}
