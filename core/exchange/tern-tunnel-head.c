/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of a CONNECT request. It must never write a host or a field that was not checked: the
 * proxy would read a request of somebody else's making. */
#include "exchange/tern-tunnel-head.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-escape.h"
#include "base/tern-field.h"
#include "base/tern-i18n.h"
#include "http1/tern-http1-write.h"

static gboolean
fail_host (const char *host, GError **error)
{
  g_autofree char *shown = tern_escape (host, strlen (host));

  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL,
               _ ("No tunnel can be asked for to “%s”: it is neither a host name nor an address"),
               shown);
  return FALSE;
}

/* The host through the one parser of URIs; what would end the authority there is refused before. */
TernUri *
tern_tunnel_check_host (const char *host, guint16 port, GError **error)
{
  g_autoptr (TernUri) uri = NULL;
  g_autofree char *text = NULL;
  const gsize len = strlen (host);
  const gboolean bare = strchr (host, ':') != NULL && host[0] != '[';

  if (len == 0 || len > 4 * 255 || port == 0 || strpbrk (host, "/?#@\\")
      || (host[0] == '[' && host[len - 1] != ']'))
    return fail_host (host, error), NULL;
  text = g_strdup_printf (bare ? "http://[%s]:%u/" : "http://%s:%u/", host, port);
  uri = tern_uri_parse (text, NULL);
  if (!uri || uri->port != port)
    return fail_host (host, error), NULL;
  return g_steal_pointer (&uri);
}

/* Always with the port (RFC 9110 §7.1). */
char *
tern_tunnel_make_target (const char *host, guint16 port)
{
  return g_strdup_printf (strchr (host, ':') ? "[%s]:%u" : "%s:%u", host, port);
}

static gboolean
check_fields (const TernHeaders *fields, GError **error)
{
  if (tern_headers_get_poison (fields))
    {
      g_propagate_error (error, g_error_copy (tern_headers_get_poison (fields)));
      return FALSE;
    }
  for (guint i = 0; i < fields->n; i++)
    {
      const TernField *field = &fields->fields[i];

      if (tern_field_is_token (tern_headers_name (fields, field), field->name_len)
          && tern_field_is_value (tern_headers_raw (fields, field), field->raw_len))
        continue;
      g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_HEADER,
                   _ ("A header field for the proxy has a byte that may not be sent"));
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_plan (const TernTunnelPlan *plan, GError **error)
{
  for (guint i = 0; i < TERN_TUNNEL_MAPS; i++)
    if (plan->fields[i] && !check_fields (plan->fields[i], error))
      return FALSE;
  if (!plan->user_agent || tern_field_is_value (plan->user_agent, strlen (plan->user_agent)))
    return TRUE;
  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_HEADER,
               _ ("The user agent has a byte that may not be sent"));
  return FALSE;
}

/* CONNECT has no body, and a connection is not kept by a field that never was one. */
static gboolean
is_never_sent (const char *name, gsize len)
{
  switch (len)
    {
    case 14:
      return g_ascii_strncasecmp (name, "content-length", 14) == 0;
    case 16:
      return g_ascii_strncasecmp (name, "proxy-connection", 16) == 0;
    case 17:
      return g_ascii_strncasecmp (name, "transfer-encoding", 17) == 0;
    default:
      return FALSE;
    }
}

/* Whether one of the maps from number @from on has a field of that name. */
static gboolean
has_field (const TernTunnelPlan *plan, guint from, const char *name, gsize len)
{
  for (guint i = from; i < TERN_TUNNEL_MAPS; i++)
    if (plan->fields[i] && tern_headers_find (plan->fields[i], name, len))
      return TRUE;
  return FALSE;
}

static void
add (GArray *out, const char *name, gsize name_len, const char *value, gsize value_len)
{
  const TernHttp1Field field = { name, value, name_len, value_len };

  g_array_append_val (out, field);
}

static void
add_maps (GArray *out, const TernTunnelPlan *plan)
{
  gboolean has_host = FALSE;

  for (guint map = 0; map < TERN_TUNNEL_MAPS; map++)
    for (guint i = 0; plan->fields[map] && i < plan->fields[map]->n; i++)
      {
        const TernHeaders *from = plan->fields[map];
        const TernField *field = &from->fields[i];
        const char *name = tern_headers_name (from, field);
        const gboolean is_host = field->name_len == 4 && g_ascii_strncasecmp (name, "host", 4) == 0;

        if (is_never_sent (name, field->name_len) || (is_host && has_host)
            || has_field (plan, map + 1, name, field->name_len))
          continue;
        has_host |= is_host;
        add (out, name, field->name_len, tern_headers_raw (from, field), field->raw_len);
      }
}

GByteArray *
tern_tunnel_head_write (const TernTunnelPlan *plan, const char *target, GError **error)
{
  g_autoptr (GArray) out = NULL;
  GByteArray *head;

  if (!check_plan (plan, error) || !tern_http1_check_target (target, error))
    return NULL;
  out = g_array_new (FALSE, FALSE, sizeof (TernHttp1Field));
  if (!has_field (plan, 0, "host", 4))
    add (out, "Host", 4, target, strlen (target));
  add_maps (out, plan);
  if (plan->user_agent && !has_field (plan, 0, "user-agent", 10))
    add (out, "User-Agent", 10, plan->user_agent, strlen (plan->user_agent));
  head = g_byte_array_new ();
  tern_http1_write_head (head, "CONNECT", target, (const TernHttp1Field *)out->data, out->len);
  /* The minor version is the last byte of the first line. */
  if (plan->version == 10)
    head->data[strlen ("CONNECT  HTTP/1.") + strlen (target)] = '0';
  return head;
}
