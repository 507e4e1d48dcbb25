/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names to addresses, on the worker pool. The look-up itself is a function that can be replaced, so
 * that tests give a name the addresses they like. */
#pragma once

#include <sys/socket.h>

#include "io/tern-step.h"
#include "io/tern-worker.h"

typedef struct
{
  socklen_t len;
  union
  {
    struct sockaddr any;
    struct sockaddr_storage storage;
  } addr;
} TernAddress;

/* Blocking, thread-safe: a GArray of TernAddress with at least one element, or an error
 * (TERN_ERROR_SERVER_NOT_FOUND where the name does not exist). */
typedef GArray *(*TernLookupFunc) (const char *host, guint16 port, gpointer data, GError **error);

/* getaddrinfo(). */
GArray *tern_lookup_system (const char *host, guint16 port, gpointer data, GError **error);

/* Fills one address from an IP literal (no brackets); FALSE when it is not one. */
gboolean tern_address_from_literal (const char *host, guint16 port, TernAddress *address);
char *tern_address_to_string (const TernAddress *address);

typedef struct _TernLookup TernLookup;

TernLookup *tern_lookup_new (const char *host, guint16 port, TernLookupFunc func, gpointer data);
/* DONE: tern_lookup_get_addresses() holds them. */
TernStep tern_lookup_step (TernLookup *self, TernWait *wait, GError **error);
GArray *tern_lookup_get_addresses (TernLookup *self);
/* Drops it; a look-up that still runs is orphaned. */
void tern_lookup_free (TernLookup *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernLookup, tern_lookup_free)
