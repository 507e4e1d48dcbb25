/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server side of the TLS tests: GnuTLS, blocking, a thread per connection over a socket pair,
 * and the client side driven to its end. It must never use the code under test for its own half. */
#pragma once

#include <gnutls/gnutls.h>

#include "net/tern-tls.h"
#include "tern-test-certs.h"

/* ---- a plain transport over one end of a socket pair, which counts and can dribble ---- */

typedef struct
{
  guint n_writes;
  guint n_reads;      /* that brought something */
  gsize max_read;     /* 0: as many as there are; 1 dribbles */
  gsize max_write;
  gboolean is_freed;
} TlsPipe;

/* @pipe outlives the transport. */
TernTransport *tls_pipe_new (TlsPipe *pipe, int fd);

/* ---- the server ---- */

typedef struct _TlsPeer TlsPeer;
typedef struct _TlsConn TlsConn;

/* Runs after a good handshake; NULL echoes until the client says close_notify, and says it back. */
typedef void (*TlsServe) (TlsConn *conn);

/* What the server's end of one connection saw; read it after tls_conn_join(). */
struct _TlsConn
{
  gnutls_session_t session;
  int fd;
  gpointer data;
  int result;      /* of the handshake */
  int alert;       /* that the client sent, or -1 */
  gboolean resumed;
  gboolean got_bye;
  char *sni;
  char *alpn;
  GThread *thread;
  TlsPeer *peer;
  TlsServe serve;
};

TlsPeer *tls_peer_new (const TernTestCerts *certs, TernTestCert which, const char *priority);
TlsPeer *tls_peer_new_files (const char *cert_file, const char *key_file, const char *priority);
void tls_peer_free (TlsPeer *peer);

/* Starts a connection and returns the client's descriptor. */
TlsConn *tls_peer_accept (TlsPeer *peer, TlsServe serve, gpointer data, int *client_fd);
/* The same without TLS: @serve gets the bare descriptor. */
TlsConn *tls_peer_accept_plain (TlsServe serve, gpointer data, int *client_fd);
/* Waits for the end of the connection's thread. */
void tls_conn_join (TlsConn *conn);
void tls_conn_free (TlsConn *conn);

/* For serve functions. */
void tls_conn_read_to_end (TlsConn *conn);
void tls_conn_write (TlsConn *conn, const char *text);

/* ---- the client, driven to its end in this thread ---- */

/* NULL and @error when the handshake fails, or TERN_ERROR_NOT_CONNECTED when @timeout ms are over.
 */
TernTransport *tls_client_connect (TernTlsSettings *settings, TernTransport *inner,
                                   const char *host, const char *key, guint timeout,
                                   GError **error);
gboolean tls_client_write (TernTransport *transport, gconstpointer data, gsize len, GError **error);
/* Reads until @len bytes or the end; -1 for a failure. */
gssize tls_client_read (TernTransport *transport, gpointer buffer, gsize len, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TlsPeer, tls_peer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TlsConn, tls_conn_free)
