/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The session tickets by origin: a bounded table that drops the origin longest unused. It knows
 * nothing of verification and must never be shared between settings: that a ticket is here means
 * that its handshake passed the checks of the settings that own the table. */
#include "net/tern-tls-tickets.h"

/* RFC 8446 §4.6.1 allows a week; a day bounds how long a trust decision is remembered. */
#define LIFETIME (24 * 60 * 60)

typedef struct
{
  char *key;
  GList link; /* in the order of use, the latest first */
  guint n;
  TernTlsTicket *tickets[TERN_TLS_TICKETS_PER_ORIGIN]; /* the oldest first */
} Origin;

struct _TernTlsTickets
{
  GMutex lock;
  GHashTable *origins;
  GQueue order;
};

TernTlsTicket *
tern_tls_ticket_new (gnutls_datum_t data, gint64 now, gint64 not_after, gboolean single_use)
{
  TernTlsTicket *ticket = g_new (TernTlsTicket, 1);

  g_atomic_ref_count_init (&ticket->ref_count);
  ticket->data = data;
  ticket->not_after = not_after;
  ticket->expires = MIN (now + LIFETIME, not_after);
  ticket->single_use = single_use;
  return ticket;
}

void
tern_tls_ticket_unref (TernTlsTicket *ticket)
{
  if (!g_atomic_ref_count_dec (&ticket->ref_count))
    return;
  gnutls_memset (ticket->data.data, 0, ticket->data.size);
  gnutls_free (ticket->data.data);
  g_free (ticket);
}

static void
origin_free (gpointer data)
{
  Origin *origin = data;

  for (guint i = 0; i < origin->n; i++)
    tern_tls_ticket_unref (origin->tickets[i]);
  g_free (origin->key);
  g_free (origin);
}

TernTlsTickets *
tern_tls_tickets_new (void)
{
  TernTlsTickets *self = g_new0 (TernTlsTickets, 1);

  g_mutex_init (&self->lock);
  self->origins = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, origin_free);
  return self;
}

void
tern_tls_tickets_free (TernTlsTickets *self)
{
  g_hash_table_unref (self->origins);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
origin_drop_ticket (Origin *origin, guint i)
{
  tern_tls_ticket_unref (origin->tickets[i]);
  origin->n--;
  for (; i < origin->n; i++)
    origin->tickets[i] = origin->tickets[i + 1];
}

static void
drop_origin (TernTlsTickets *self, Origin *origin)
{
  g_queue_unlink (&self->order, &origin->link);
  g_hash_table_remove (self->origins, origin->key);
}

static Origin *
touch_origin (TernTlsTickets *self, const char *key)
{
  Origin *origin = g_hash_table_lookup (self->origins, key);

  if (origin)
    g_queue_unlink (&self->order, &origin->link);
  else
    {
      if (g_hash_table_size (self->origins) >= TERN_TLS_TICKETS_ORIGINS)
        drop_origin (self, g_queue_peek_tail (&self->order));
      origin = g_new0 (Origin, 1);
      origin->key = g_strdup (key);
      origin->link.data = origin;
      g_hash_table_insert (self->origins, origin->key, origin);
    }
  g_queue_push_head_link (&self->order, &origin->link);
  return origin;
}

void
tern_tls_tickets_put (TernTlsTickets *self, const char *key, TernTlsTicket *ticket)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  Origin *origin = touch_origin (self, key);

  /* One that may be used again replaces all; of the others the oldest gives way. */
  while (origin->n > 0 && (!ticket->single_use || origin->n == TERN_TLS_TICKETS_PER_ORIGIN))
    origin_drop_ticket (origin, 0);
  origin->tickets[origin->n++] = ticket;
}

TernTlsTicket *
tern_tls_tickets_take (TernTlsTickets *self, const char *key, gint64 now)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  Origin *origin = g_hash_table_lookup (self->origins, key);
  TernTlsTicket *ticket = NULL;

  if (!origin)
    return NULL;
  while (origin->n > 0 && !ticket)
    {
      guint last = origin->n - 1;

      if (origin->tickets[last]->expires <= now)
        origin_drop_ticket (origin, last);
      else
        ticket = origin->tickets[last];
    }
  if (ticket && ticket->single_use)
    origin->n--;
  else if (ticket)
    g_atomic_ref_count_inc (&ticket->ref_count);
  if (origin->n == 0)
    drop_origin (self, origin);
  return ticket;
}
