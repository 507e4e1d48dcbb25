/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gathers the fields of a request in the order of the wire: Host, the frame, the program's own,
 * ours. */
#include "exchange/tern-request-head.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-field.h"
#include "base/tern-i18n.h"
#include "http1/tern-http1-write.h"

/* Enough for nearly every request; more go to the heap. */
#define INLINE_FIELDS 32

typedef struct
{
  TernHttp1Field *fields;
  guint n;
} Fields;

static void
add (Fields *out, const char *name, gsize name_len, const char *value, gsize value_len)
{
  out->fields[out->n++] = (TernHttp1Field){ name, value, name_len, value_len };
}

/* The fields that a program cannot set, because they must fit the body and the URI. */
static gboolean
is_ours (const char *name, gsize len)
{
  switch (len)
    {
    case 4:
      return g_ascii_strncasecmp (name, "host", 4) == 0;
    case 6:
      return g_ascii_strncasecmp (name, "expect", 6) == 0;
    case 14:
      return g_ascii_strncasecmp (name, "content-length", 14) == 0;
    case 16:
      return g_ascii_strncasecmp (name, "proxy-connection", 16) == 0; /* RFC 9112 app. C.2.2 */
    case 17:
      return g_ascii_strncasecmp (name, "transfer-encoding", 17) == 0;
    default:
      return FALSE;
    }
}

/* What opens a proxy is nothing that an origin may see. */
static gboolean
is_secret (const TernHeadPlan *plan, const char *name, gsize len)
{
  return len == 19 && !plan->via_proxy
         && g_ascii_strncasecmp (name, "proxy-authorization", 19) == 0;
}

static void
add_call (Fields *out, const TernCall *call, const TernHeadPlan *plan)
{
  for (int layer = -1; layer < (int)call->n_edits; layer++)
    {
      const TernHeaders *from = layer < 0 ? call->headers : call->edits[layer];

      for (guint i = 0; from && i < from->n; i++)
        {
          const TernField *field = &from->fields[i];
          const char *name = tern_headers_name (from, field);

          if (!is_ours (name, field->name_len) && !is_secret (plan, name, field->name_len)
              && !tern_call_is_edited (call, layer, name, field->name_len))
            add (out, name, field->name_len, tern_headers_raw (from, field), field->raw_len);
        }
    }
}

static void
add_proxy_fields (Fields *out, const TernCall *call, const TernHeaders *from)
{
  for (guint i = 0; from && i < from->n; i++)
    {
      const TernField *field = &from->fields[i];
      const char *name = tern_headers_name (from, field);

      if (!is_ours (name, field->name_len) && !tern_call_get (call, name))
        add (out, name, field->name_len, tern_headers_raw (from, field), field->raw_len);
    }
}

/* PUT, POST and PATCH say that there is nothing rather than leave it open (RFC 9110 §8.6). */
static gboolean
wants_length (const char *method)
{
  return strcmp (method, "POST") == 0 || strcmp (method, "PUT") == 0
         || strcmp (method, "PATCH") == 0;
}

static guint
count_fields (const TernCall *call, const TernHeadPlan *plan)
{
  guint n = call->headers->n + 4 + (plan->proxy_fields ? plan->proxy_fields->n : 0);

  for (guint i = 0; i < call->n_edits; i++)
    n += call->edits[i] ? call->edits[i]->n : 0;
  return n;
}

static GByteArray *
write_fields (const TernCall *call, const TernHeadPlan *plan, TernHttp1Field *room)
{
  Fields out = { room, 0 };
  GByteArray *head = g_byte_array_sized_new (512);
  char length[24];

  add (&out, "Host", 4, call->uri->authority, strlen (call->uri->authority));
  if (plan->has_body && plan->length < 0)
    add (&out, "Transfer-Encoding", 17, "chunked", 7);
  else if (plan->has_body || wants_length (call->method))
    add (
        &out, "Content-Length", 14, length,
        g_snprintf (length, sizeof length, "%" G_GINT64_FORMAT, plan->has_body ? plan->length : 0));
  if (plan->expect)
    add (&out, "Expect", 6, "100-continue", 12);
  add_call (&out, call, plan);
  add_proxy_fields (&out, call, plan->proxy_fields);
  if (plan->user_agent && !tern_call_get (call, "User-Agent")
      && !(plan->proxy_fields && tern_headers_has (plan->proxy_fields, "User-Agent")))
    add (&out, "User-Agent", 10, plan->user_agent, strlen (plan->user_agent));
  tern_http1_write_head (head, call->method, plan->target, out.fields, out.n);
  return head;
}

/* The one value here that no map of fields has looked at. */
static gboolean
check_user_agent (const char *user_agent, GError **error)
{
  if (!user_agent || tern_field_is_value (user_agent, strlen (user_agent)))
    return TRUE;
  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_HEADER,
               _ ("The user agent has a byte that may not be sent"));
  return FALSE;
}

GByteArray *
tern_request_head_write (const TernCall *call, const TernHeadPlan *plan, GError **error)
{
  const guint n = count_fields (call, plan);
  TernHttp1Field inline_fields[INLINE_FIELDS];
  g_autofree TernHttp1Field *more = NULL;

  if (!tern_http1_check_method (call->method, error)
      || !tern_http1_check_target (plan->target, error)
      || !check_user_agent (plan->user_agent, error))
    return NULL;
  if (n > INLINE_FIELDS)
    more = g_new (TernHttp1Field, n);
  return write_fields (call, plan, more ? more : inline_fields);
}
