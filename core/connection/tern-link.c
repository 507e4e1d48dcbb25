/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A transport with several ends. It never looks at what goes through it. */
#include "connection/tern-link.h"

#include <tern/tern-error.h>

#include "base/tern-i18n.h"

struct _TernLink
{
  guint ref_count;
  TernTransport *transport; /* NULL once closed */
  GQueue ends;              /* of End.node */
  gboolean is_reading;
};

typedef struct
{
  TernTransport parent;
  TernLink *link;
  GList node;
  TernWake *wake; /* of who waits for this end in a main loop; NULL for nobody */
} End;

TernLink *
tern_link_new (TernTransport *transport)
{
  TernLink *self = g_new0 (TernLink, 1);

  self->ref_count = 1;
  self->transport = transport;
  transport->frugal = TRUE;
  return self;
}

TernLink *
tern_link_ref (TernLink *self)
{
  self->ref_count++;
  return self;
}

void
tern_link_unref (TernLink *self)
{
  if (--self->ref_count > 0)
    return;
  g_clear_pointer (&self->transport, tern_transport_free);
  g_free (self);
}

TernTransport *
tern_link_steal_transport (TernLink *self)
{
  TernTransport *transport = g_steal_pointer (&self->transport);

  for (GList *i = self->ends.head; i; i = i->next)
    if (((End *)i->data)->wake)
      tern_wake_fire (((End *)i->data)->wake);
  return transport;
}

void
tern_link_close (TernLink *self)
{
  TernTransport *transport = tern_link_steal_transport (self);

  g_clear_pointer (&transport, tern_transport_free);
}

gboolean
tern_link_is_open (const TernLink *self)
{
  return self->transport != NULL;
}

gboolean
tern_link_is_reading (const TernLink *self)
{
  return self->is_reading;
}

gboolean
tern_link_is_quiet (TernLink *self)
{
  return self->transport && tern_transport_is_quiet (self->transport);
}

TernTlsInfo *
tern_link_get_tls_info (TernLink *self)
{
  return self->transport ? tern_transport_get_tls_info (self->transport) : NULL;
}

/* --- ends ------------------------------------------------------------------------------------ */

static TernStep
fail_closed (GError **error)
{
  g_set_error (error, TERN_ERROR, TERN_ERROR_NOT_CONNECTED, _ ("The connection was closed"));
  return TERN_STEP_FAILED;
}

/* Who waits in a loop can be woken when the link is closed; who blocks is the only thread that
 * there is. */
static TernStep
note_wait (End *self, TernStep step, TernWait *wait)
{
  g_clear_pointer (&self->wake, tern_wake_unref);
  if (step == TERN_STEP_WAIT && wait->in_loop)
    self->wake = tern_wake_ref (tern_wait_get_wake (wait));
  return step;
}

static TernStep
end_read (TernTransport *end, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  End *self = (End *)end;

  if (!self->link->transport)
    return fail_closed (error);
  return note_wait (self, tern_transport_read (self->link->transport, buffer, len, n, wait, error),
                    wait);
}

static TernStep
end_read_line (
    TernTransport *end, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  End *self = (End *)end;

  if (!self->link->transport)
    return fail_closed (error);
  return note_wait (
      self, tern_transport_read_line (self->link->transport, buffer, len, n, wait, error), wait);
}

static TernStep
end_write (TernTransport *end,
           const struct iovec *parts,
           int n_parts,
           gsize *n,
           TernWait *wait,
           GError **error)
{
  End *self = (End *)end;

  if (!self->link->transport)
    return fail_closed (error);
  return note_wait (
      self, tern_transport_write (self->link->transport, parts, n_parts, n, wait, error), wait);
}

static gboolean
end_is_quiet (TernTransport *end)
{
  return tern_link_is_quiet (((End *)end)->link);
}

static void
end_free (TernTransport *end)
{
  End *self = (End *)end;

  g_queue_unlink (&self->link->ends, &self->node);
  g_clear_pointer (&self->wake, tern_wake_unref);
  tern_link_unref (self->link);
  g_free (self);
}

static const TernTransportClass end_class = {
  .read = end_read,
  .read_line = end_read_line,
  .write = end_write,
  .is_quiet = end_is_quiet,
  .free = end_free,
};

TernTransport *
tern_link_new_end (TernLink *self)
{
  End *end = g_new0 (End, 1);

  end->parent.klass = &end_class;
  end->parent.fd = self->transport ? self->transport->fd : -1;
  end->parent.frugal = TRUE;
  end->link = tern_link_ref (self);
  end->node.data = end;
  g_queue_push_tail_link (&self->ends, &end->node);
  return &end->parent;
}

/* --- bodies ---------------------------------------------------------------------------------- */

static void
on_returned (gpointer data, TernTransport *end)
{
  TernLink *self = data;

  self->is_reading = FALSE;
  if (end)
    tern_transport_free (end);
  else
    tern_link_close (self);
  tern_link_unref (self);
}

TernLease *
tern_link_lease (TernLink *self)
{
  self->is_reading = TRUE;
  return tern_lease_new_private (tern_link_new_end (self), on_returned, tern_link_ref (self));
}
