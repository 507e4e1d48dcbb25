/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names to addresses. A look-up can only block, so it is a job on the worker pool; what needs no
 * look-up (literals, this host itself) is answered in place. It must never decide in which order
 * the addresses are tried. */
#include "io/tern-resolver.h"

#include <arpa/inet.h>
#include <gio/gio.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <tern/tern-error.h>
#include <unistd.h>

#include "base/tern-i18n.h"

/* --- addresses ------------------------------------------------------------------------------- */

static void
set_ipv4 (TernAddress *address, struct in_addr ip, guint16 port)
{
  struct sockaddr_in *in = (struct sockaddr_in *) &address->addr;

  memset (address, 0, sizeof *address);
  address->len = sizeof *in;
  in->sin_family = AF_INET;
  in->sin_port = htons (port);
  in->sin_addr = ip;
}

static void
set_ipv6 (TernAddress *address, const struct in6_addr *ip, guint16 port)
{
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) &address->addr;

  memset (address, 0, sizeof *address);
  address->len = sizeof *in6;
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons (port);
  in6->sin6_addr = *ip;
}

gboolean
tern_address_from_literal (const char *host, guint16 port, TernAddress *address)
{
  struct in6_addr ipv6;
  struct in_addr ipv4;

  if (inet_pton (AF_INET, host, &ipv4) == 1)
    set_ipv4 (address, ipv4, port);
  else if (inet_pton (AF_INET6, host, &ipv6) == 1)
    set_ipv6 (address, &ipv6, port);
  else
    return FALSE;
  return TRUE;
}

char *
tern_address_to_string (const TernAddress *address)
{
  char text[INET6_ADDRSTRLEN] = "?";

  if (address->addr.any.sa_family == AF_INET6)
    {
      const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) &address->addr;

      inet_ntop (AF_INET6, &in6->sin6_addr, text, sizeof text);
      return g_strdup_printf ("[%s]:%u", text, ntohs (in6->sin6_port));
    }

  const struct sockaddr_in *in = (const struct sockaddr_in *) &address->addr;

  inet_ntop (AF_INET, &in->sin_addr, text, sizeof text);
  return g_strdup_printf ("%s:%u", text, ntohs (in->sin_port));
}

/* --- what needs no look-up ------------------------------------------------------------------- */

/* RFC 6761 §6.3: "localhost" and all names below it, in any case, with or without the last dot. */
static gboolean
is_localhost (const char *host)
{
  static const char name[] = "localhost";
  const gsize name_len = sizeof name - 1;
  gsize len = strlen (host);

  if (len > 0 && host[len - 1] == '.')
    len--;
  if (len < name_len || g_ascii_strncasecmp (host + len - name_len, name, name_len) != 0)
    return FALSE;
  return len == name_len || host[len - name_len - 1] == '.';
}

/* Whether this host has ::1 at all; asked once, the first time that it matters. */
static gboolean
has_ipv6_loopback (void)
{
  static gsize answer = 0;

  if (g_once_init_enter (&answer))
    {
      const int fd = socket (AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      TernAddress self;
      gboolean bound;

      set_ipv6 (&self, &in6addr_loopback, 0);
      bound = fd >= 0 && bind (fd, &self.addr.any, self.len) == 0;
      if (fd >= 0)
        close (fd);
      g_once_init_leave (&answer, bound ? 1 : 2);
    }
  return answer == 1;
}

static GArray *
answer_literal (const char *host, guint16 port)
{
  TernAddress address;
  GArray *addresses;

  if (!tern_address_from_literal (host, port, &address))
    return NULL;
  addresses = g_array_sized_new (FALSE, FALSE, sizeof (TernAddress), 1);
  return g_array_append_val (addresses, address);
}

static GArray *
answer_localhost (const char *host, guint16 port)
{
  const struct in_addr loopback = { htonl (INADDR_LOOPBACK) };
  TernAddress address;
  GArray *addresses;

  if (!is_localhost (host))
    return NULL;
  addresses = g_array_sized_new (FALSE, FALSE, sizeof (TernAddress), 2);
  if (has_ipv6_loopback ())
    {
      set_ipv6 (&address, &in6addr_loopback, port);
      g_array_append_val (addresses, address);
    }
  set_ipv4 (&address, loopback, port);
  return g_array_append_val (addresses, address);
}

/* --- the system's look-up -------------------------------------------------------------------- */

static void
set_lookup_error (GError **error, const char *host, int code, int system_errno)
{
  g_autofree char *text = NULL;
  const char *reason;

  if (code == EAI_SYSTEM)
    reason = g_strerror (system_errno);
  else
    {
      text = g_locale_to_utf8 (gai_strerror (code), -1, NULL, NULL, NULL);
      reason = text ? text : "?";
    }

  switch (code)
    {
    case EAI_NONAME:
#ifdef EAI_NODATA
    case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
    case EAI_FAIL:
      g_set_error (error, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND,
                   _("Unable to find the server at %s: %s"), host, reason);
      return;
    default:
      /* The name may exist: nobody could tell just now. */
      g_set_error (error, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND,
                   _("Looking up the server at %s failed: %s"), host, reason);
    }
}

static GArray *
copy_addresses (const struct addrinfo *found)
{
  GArray *addresses = g_array_new (FALSE, FALSE, sizeof (TernAddress));

  for (const struct addrinfo *i = found; i; i = i->ai_next)
    {
      TernAddress address;

      if (i->ai_family != AF_INET && i->ai_family != AF_INET6)
        continue;
      memset (&address, 0, sizeof address);
      address.len = i->ai_addrlen;
      memcpy (&address.addr, i->ai_addr, i->ai_addrlen);
      g_array_append_val (addresses, address);
    }
  return addresses;
}

GArray *
tern_lookup_system (const char *host, guint16 port, gpointer data, GError **error)
{
  const struct addrinfo hints = { .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV,
                                  .ai_socktype = SOCK_STREAM };
  g_autoptr (GArray) addresses = NULL;
  struct addrinfo *found = NULL;
  char service[6];
  int code;

  if ((addresses = answer_literal (host, port)) || (addresses = answer_localhost (host, port)))
    return g_steal_pointer (&addresses);
  g_snprintf (service, sizeof service, "%u", port);
  code = getaddrinfo (host, service, &hints, &found);
  if (code != 0)
    {
      set_lookup_error (error, host, code, errno);
      return NULL;
    }
  addresses = copy_addresses (found);
  freeaddrinfo (found);
  if (addresses->len > 0)
    return g_steal_pointer (&addresses);
  set_lookup_error (error, host, EAI_NONAME, 0);
  return NULL;
}

/* --- the look-up as a step ------------------------------------------------------------------- */

/* What the job owns: the operation may be gone when it comes back. */
typedef struct
{
  char *host;
  guint16 port;
  TernLookupFunc func;
  gpointer data;
  GArray *addresses;
  GError *error;
} Query;

struct _TernLookup
{
  Query *query; /* the job's once there is one */
  TernJob *job;
  GArray *addresses;
};

static void
query_free (gpointer data)
{
  Query *query = data;

  g_free (query->host);
  g_clear_pointer (&query->addresses, g_array_unref);
  g_clear_error (&query->error);
  g_free (query);
}

static void
query_run (gpointer data)
{
  Query *query = data;

  query->addresses = query->func (query->host, query->port, query->data, &query->error);
}

TernLookup *
tern_lookup_new (const char *host, guint16 port, TernLookupFunc func, gpointer data)
{
  TernLookup *self = g_new0 (TernLookup, 1);

  self->query = g_new0 (Query, 1);
  self->query->host = g_strdup (host);
  self->query->port = port;
  self->query->func = func;
  self->query->data = data;
  return self;
}

/* A function that the program gave may know its own localhost; an address it cannot change. */
static GArray *
answer_in_place (const Query *query)
{
  GArray *addresses = answer_literal (query->host, query->port);

  if (!addresses && query->func == tern_lookup_system)
    addresses = answer_localhost (query->host, query->port);
  return addresses;
}

/* Takes what the job found; a function that keeps its contract badly found nothing. */
static TernStep
take_result (TernLookup *self, GError **error)
{
  Query *query = self->query;

  if (query->addresses && query->addresses->len > 0)
    {
      self->addresses = g_steal_pointer (&query->addresses);
      return TERN_STEP_DONE;
    }
  if (query->error)
    g_propagate_error (error, g_error_copy (query->error));
  else
    g_set_error (error, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND,
                 _("Unable to find the server at %s: %s"), query->host,
                 _("the name has no address"));
  return TERN_STEP_FAILED;
}

TernStep
tern_lookup_step (TernLookup *self, TernWait *wait, GError **error)
{
  if (!self->addresses && !self->job)
    self->addresses = answer_in_place (self->query);
  if (self->addresses)
    return TERN_STEP_DONE;
  if (!self->job)
    self->job = tern_job_start (TERN_LANE_RESOLVE, query_run, self->query, query_free,
                                tern_wait_get_wake (wait));
  return tern_job_is_done (self->job) ? take_result (self, error) : TERN_STEP_WAIT;
}

GArray *
tern_lookup_get_addresses (TernLookup *self)
{
  return self->addresses;
}

void
tern_lookup_free (TernLookup *self)
{
  if (self->job)
    tern_job_drop (self->job);
  else
    query_free (self->query);
  g_clear_pointer (&self->addresses, g_array_unref);
  g_free (self);
}
