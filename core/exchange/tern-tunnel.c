/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The states of a tunnel that is asked for:
 *
 *   SEND ──> HEAD ──> DONE (2xx: open)
 *              └────> BODY ──> DONE (anything else: refused)
 *
 * The answer to CONNECT is the proxy's and never the origin's: its fields frame nothing in a tunnel
 * (RFC 9110 §9.3.6), and no byte behind its head is read. */
#include "exchange/tern-tunnel.h"

#include <gio/gio.h>
#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-error-line.h"
#include "base/tern-escape.h"
#include "base/tern-i18n.h"
#include "exchange/tern-body-reader.h"
#include "exchange/tern-head-reader.h"
#include "exchange/tern-head-text.h"
#include "http1/tern-http1-framing.h"
#include "message/tern-response-private.h"

/* What is wanted of the body of a refusal: a page for people. */
#define MAX_REFUSAL (64 * 1024)
#define REFUSAL_WAIT (2 * G_TIME_SPAN_SECOND)

typedef enum
{
  STATE_SEND,
  STATE_HEAD,
  STATE_BODY,
  STATE_DONE,
} State;

struct _TernTunnel
{
  State state;
  char *proxy;
  char *target;
  TernUri *uri;
  GByteArray *head;
  gsize sent;
  TernTransport *transport; /* NULL once a refusal's body reader has it */
  gboolean was_frugal;
  TernHeadReader reader;
  TernReader *body;
  GByteArray *content;
  gint64 idle_timeout;
  gint64 deadline;
  guint64 moved;
  void (*tell) (gpointer data, gboolean is_sent, const char *text);
  gpointer data;
};

TernTunnel *
tern_tunnel_new (const TernTunnelPlan *plan, GError **error)
{
  g_autoptr (TernUri) uri = tern_tunnel_check_host (plan->host, plan->port, error);
  g_autofree char *target = uri ? tern_tunnel_make_target (uri->host, uri->port) : NULL;
  GByteArray *head = uri ? tern_tunnel_head_write (plan, target, error) : NULL;
  TernTunnel *self;

  if (!head)
    return NULL;
  self = g_new0 (TernTunnel, 1);
  self->head = head;
  self->proxy = g_strdup (plan->proxy);
  self->target = g_steal_pointer (&target);
  self->uri = tern_uri_ref (plan->uri ? plan->uri : uri);
  self->reader.limits = plan->limits;
  self->idle_timeout = plan->idle_timeout;
  self->deadline = plan->deadline;
  self->tell = plan->head;
  self->data = plan->data;
  return self;
}

void
tern_tunnel_free (TernTunnel *self)
{
  g_clear_pointer (&self->body, tern_reader_free);
  g_clear_pointer (&self->content, g_byte_array_unref);
  g_clear_pointer (&self->transport, tern_transport_free);
  tern_head_reader_clear (&self->reader);
  g_byte_array_unref (self->head);
  tern_uri_unref (self->uri);
  g_free (self->target);
  g_free (self->proxy);
  g_free (self);
}

void
tern_tunnel_take_transport (TernTunnel *self, TernTransport *transport)
{
  self->transport = transport;
  self->was_frugal = transport->frugal;
  transport->frugal = TRUE;
}

static void
tell (TernTunnel *self, gboolean is_sent)
{
  g_autofree char *text = NULL;

  if (!self->tell)
    return;
  text = is_sent ? tern_head_text_of_request (self->head)
                 : tern_head_text_of_response (&self->reader.head);
  self->tell (self->data, is_sent, text);
}

/* A proxy may refuse and close before it has read all: when writing fails its word is looked for
 * all the same, and where there is none reading tells what went wrong. */
static TernStep
step_send (TernTunnel *self, TernWait *wait, GError **error)
{
  TernStep step = TERN_STEP_DONE;

  while (step == TERN_STEP_DONE && self->sent < self->head->len)
    {
      const struct iovec rest = { self->head->data + self->sent, self->head->len - self->sent };
      gsize n = 0;

      step = tern_transport_write (self->transport, &rest, 1, &n, wait, NULL);
      self->sent += n;
      self->moved += n;
      /* The idle clock begins anew now, so who keeps it must be asked before another wait. */
      wait->may_block = FALSE;
    }
  if (step == TERN_STEP_WAIT)
    return step;
  tell (self, TRUE);
  self->state = STATE_HEAD;
  return TERN_STEP_DONE;
}

/* What the transport says keeps its code; what is wrong with the answer is a tunnel that failed. */
static TernStep
fail (TernTunnel *self, GError *cause, GError **error)
{
  if (cause->domain == TERN_ERROR && cause->code != TERN_ERROR_TLS)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_PROXY_TUNNEL, _ ("No tunnel to %s was opened: %s"),
                   self->target, cause->message);
      tern_error_set_line (error, tern_error_get_line (cause));
    }
  else
    {
      g_propagate_error (error, g_error_copy (cause));
      g_prefix_error (error, _ ("While opening a tunnel to %s: "), self->target);
    }
  return TERN_STEP_FAILED;
}

static void
on_returned (gpointer data, TernTransport *transport)
{
  g_clear_pointer (&transport, tern_transport_free);
}

/* The body has a frame like any other's; one whose frame is wrong is not read. */
static void
begin_body (TernTunnel *self)
{
  const TernHttp1Head *head = &self->reader.head;
  const gint64 until = g_get_monotonic_time () + REFUSAL_WAIT;
  TernTransport *transport = g_steal_pointer (&self->transport);
  TernDeadline deadline;
  TernFraming framing;

  transport->frugal = FALSE;
  self->content = g_byte_array_new ();
  self->state = STATE_DONE;
  if (!tern_http1_framing_decide ("CONNECT", head->status, head->version, head->headers, &framing,
                                  NULL)
      || framing.kind == TERN_BODY_NONE
      || (framing.kind == TERN_BODY_LENGTH && framing.length == 0))
    {
      tern_transport_free (transport);
      return;
    }
  framing.keep = FALSE;
  tern_deadline_init (&deadline, self->idle_timeout, MIN (until, self->deadline));
  self->body = tern_body_reader_new (tern_lease_new_private (transport, on_returned, NULL),
                                     &self->reader.receive, &framing, &self->reader.limits,
                                     &deadline, self->uri);
  self->state = STATE_BODY;
}

static TernStep
step_head (TernTunnel *self, TernWait *wait, GError **error)
{
  g_autoptr (GError) cause = NULL;
  TernStep step;
  guint status;

  self->reader.moved = FALSE;
  step = tern_head_reader_step (&self->reader, self->transport, self->proxy, wait, &cause);
  self->moved += self->reader.moved;
  if (step == TERN_STEP_FAILED)
    return fail (self, cause, error);
  if (step == TERN_STEP_WAIT)
    return step;
  tell (self, FALSE);
  status = self->reader.head.status;
  if (status >= 300)
    begin_body (self);
  else if (status >= 200)
    {
      self->transport->frugal = self->was_frugal;
      self->state = STATE_DONE;
    }
  return TERN_STEP_DONE;
}

/* A body that ends early, or is late, is what came of it. */
static TernStep
step_body (TernTunnel *self, TernWait *wait, GError **error)
{
  TernStep step = TERN_STEP_DONE;
  char block[4096];
  gsize n = 1;

  while (step == TERN_STEP_DONE && n > 0 && self->content->len < MAX_REFUSAL)
    {
      const gsize room = MIN (sizeof block, MAX_REFUSAL - self->content->len);

      step = tern_reader_read (self->body, block, room, &n, wait, NULL);
      if (step == TERN_STEP_DONE)
        g_byte_array_append (self->content, (const guint8 *)block, n);
    }
  if (step == TERN_STEP_WAIT)
    return step;
  g_clear_pointer (&self->body, tern_reader_free);
  self->state = STATE_DONE;
  return TERN_STEP_DONE;
}

TernStep
tern_tunnel_step (TernTunnel *self, TernWait *wait, GError **error)
{
  static TernStep (*const steps[]) (TernTunnel *, TernWait *, GError **) = {
    [STATE_SEND] = step_send,
    [STATE_HEAD] = step_head,
    [STATE_BODY] = step_body,
  };
  TernStep step = TERN_STEP_DONE;

  while (step == TERN_STEP_DONE && self->state != STATE_DONE)
    step = steps[self->state](self, wait, error);
  return step;
}

const TernHttp1Head *
tern_tunnel_get_head (TernTunnel *self)
{
  return self->reader.head.headers ? &self->reader.head : NULL;
}

const char *
tern_tunnel_get_target (TernTunnel *self)
{
  return self->target;
}

guint64
tern_tunnel_count_moved (TernTunnel *self)
{
  return self->moved;
}

gboolean
tern_tunnel_is_refused (TernTunnel *self)
{
  return self->content != NULL;
}

TernTransport *
tern_tunnel_steal_transport (TernTunnel *self)
{
  return g_steal_pointer (&self->transport);
}

TernResponse *
tern_tunnel_steal_refusal (TernTunnel *self)
{
  const TernHttp1Head *head = &self->reader.head;
  TernResponse *response;

  if (!self->content)
    return NULL;
  response = tern_response_new (head->status, head->version, g_strdup (head->reason),
                                tern_headers_ref (head->headers), self->uri);
  response->content = g_byte_array_free_to_bytes (g_steal_pointer (&self->content));
  response->expected = g_bytes_get_size (response->content);
  return response;
}

void
tern_tunnel_set_refused (
    GError **error, const char *proxy, const char *target, guint status, const char *reason)
{
  g_autofree char *shown = tern_escape (reason, strlen (reason));

  g_set_error (error, TERN_ERROR, status == 407 ? TERN_ERROR_PROXY_AUTH : TERN_ERROR_PROXY_TUNNEL,
               _ ("The proxy %s refused a tunnel to %s: %u %s"), proxy, target, status, shown);
}
