/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the files of TernOrigin share; nobody else may include it.
 *
 * Locks are pthread's, not GLib's: ThreadSanitizer sees those without an instrumented GLib.
 * What stands under "lock" is touched with the origin's lock held; the rest of a connection
 * belongs to its thread. No lock is held while a handler runs. */

#pragma once

#include "tern-origin.h"

#include <gnutls/gnutls.h>
#include <pthread.h>

typedef struct
{
  char                *prefix;
  TernOriginRouteFlags flags;
  TernOriginHandler    handler;
  gpointer             data;
  /* A fixed answer, when there is no handler. */
  guint                status;
  char                *headers;
  char                *body;
} Route;

typedef struct
{
  char                 *data;
  gsize                 length;
  gsize                 at; /* 0: no split */
  TernOriginScriptFlags flags;
} Script;

/* Where a connection's thread is, as far as others must know. */
typedef enum
{
  CONN_BUSY,   /* reads a request or answers one */
  CONN_IDLE,   /* waits for a request: others may write or shut it down */
  CONN_PARKED, /* hangs or sleeps in an answer */
  CONN_ENDING, /* shut down by another thread while idle */
  CONN_CLOSED
} ConnState;

typedef struct
{
  gboolean resumed;
  gboolean got_close_notify;
  gboolean has_client_cert;
  char *client;
  char    *sni;
  char    *alpn;
  char    *version;
  char    *alert;
  char    *error;
} TlsFacts;

struct _TernOriginConn
{
  TernOrigin *origin;
  guint       index;
  GThread    *thread;

  /* of its thread; @tls is also used by others while IDLE, with the lock held */
  gnutls_session_t   tls;
  GByteArray        *in; /* bytes read and not yet consumed */
  TernOriginRequest *request;
  guint              n_requests;
  gboolean           ended;      /* no further request on this connection */
  gboolean           truncate;   /* no close_notify */
  gboolean           reset;      /* RST instead of FIN */
  gboolean           body_unread;
  gboolean           swallow;    /* the next request was answered at accept */

  /* lock */
  int       fd;
  ConnState state;
  gboolean  client_closed;
  gboolean  thread_done;
  TlsFacts  facts;
};

typedef struct _OriginTls OriginTls;

struct _TernOrigin
{
  char      *address;
  guint16    port;
  GThread   *accept_thread;
  OriginTls *tls; /* NULL: plain */

  pthread_mutex_t lock;
  pthread_cond_t  changed;

  /* lock */
  int        listen_fd;
  gboolean   listening;
  gboolean   stopping;
  guint      delay;
  GPtrArray *routes;
  GPtrArray *scripts;
  GPtrArray *requests;
  GPtrArray *conns;
  guint      n_open;
  guint      max_open;
  guint64    n_bytes;
};

/* tern-origin.c */
void     origin_lock           (TernOrigin *self);
void     origin_unlock         (TernOrigin *self);
void     origin_changed        (TernOrigin *self);
/* With the lock held: waits for a change until @deadline (monotonic µs); FALSE when over. */
gboolean origin_wait           (TernOrigin *self,
                                gint64      deadline);
Script  *origin_take_script    (TernOrigin *self,
                                gboolean    at_accept);
void     script_free           (Script     *script);
/* A copy of the route's values; the strings live as long as the origin. */
Route    origin_find_route     (TernOrigin *self,
                                const TernOriginRequest *request);

/* tern-origin-io.c: bytes over the socket or TLS; all return FALSE or <= 0 when it ended */
gboolean conn_poll             (TernOriginConn *self,
                                short           events,
                                int             timeout_ms);
gssize   conn_fill             (TernOriginConn *self,
                                gboolean        idle);
void     conn_consume          (TernOriginConn *self,
                                gsize           n);
gboolean conn_send             (TernOriginConn *self,
                                gconstpointer   data,
                                gsize           length);
void     conn_set_state        (TernOriginConn *self,
                                ConnState       state);
void     conn_mark_gone        (TernOriginConn *self);
void     conn_shut             (TernOriginConn *self);

/* tern-origin-conn.c */
gpointer conn_run              (gpointer        data);
void     conn_free             (TernOriginConn *self);

/* tern-origin-request.c */
typedef enum
{
  READ_OK,
  READ_ENDED,
  READ_BAD
} ReadResult;

ReadResult         request_read_head   (TernOriginConn           *conn,
                                        TernOriginRequest       **request);
ReadResult         request_read_body   (TernOriginConn           *conn,
                                        TernOriginRequest        *request,
                                        gboolean                  keep);
gboolean           request_has_body    (const TernOriginRequest  *request);
gboolean           request_expects_100 (const TernOriginRequest  *request);
gboolean           request_wants_close (const TernOriginRequest  *request);
TernOriginRequest *request_copy        (const TernOriginRequest  *request);

/* tern-origin-tls.c */
OriginTls *origin_tls_new      (const TernTestCerts *certs,
                                TernTestCert         which,
                                const char          *priority,
                                TernOriginTlsFlags   flags);
void       origin_tls_free     (OriginTls           *tls);
gboolean   conn_start_tls      (TernOriginConn      *conn);
void       conn_note_tls_error (TernOriginConn      *conn,
                                int                  result);
void       tls_facts_clear     (TlsFacts            *facts);
