/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernOrigin: an HTTP origin inside the test's process that does exactly what it is told.
 *
 * A test says what is answered, byte by byte when it matters (scripts), or by a function
 * (routes), and afterwards reads what arrived (the log). Every connection has a thread of its
 * own, so a client that blocks cannot block its origin. All functions may be called from any
 * thread, also from handlers unless noted.
 *
 * It must never share a line with libtern: it is the witness, not the accused. It is lenient in
 * what it reads and keeps the raw bytes, so that a test can be strict. */

#pragma once

#include "tern-test-certs.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TernOrigin TernOrigin;
typedef struct _TernOriginConn TernOriginConn;
typedef struct _TernOriginRequest TernOriginRequest;

/* ---- life ---- */

typedef enum
{
  TERN_ORIGIN_TLS_DEFAULT = 0,
  TERN_ORIGIN_TLS_TRUNCATE = 1 << 0,      /* closes without close_notify */
  TERN_ORIGIN_TLS_NO_TICKETS = 1 << 1,
  TERN_ORIGIN_TLS_NO_ALPN = 1 << 2,       /* else it selects http/1.1 */
  TERN_ORIGIN_TLS_HANG = 1 << 3,          /* accepts and never answers the hello */
  TERN_ORIGIN_TLS_PLAIN_TEXT = 1 << 4,    /* answers the hello with an HTTP/1.1 400 */
  TERN_ORIGIN_TLS_CLOSE = 1 << 5,         /* closes after the hello */
  TERN_ORIGIN_TLS_ALERT = 1 << 6,         /* answers the hello with a handshake_failure alert */
  TERN_ORIGIN_TLS_ASK_CLIENT_CERT = 1 << 7,
  TERN_ORIGIN_TLS_ALPN_H2_ONLY = 1 << 8,  /* knows h2 only: no protocol in common */
  TERN_ORIGIN_TLS_REQUIRE_CLIENT_CERT = 1 << 9 /* one that the CA vouches for */
} TernOriginTlsFlags;

#define TERN_ORIGIN_TLS_ONLY_12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define TERN_ORIGIN_TLS_ONLY_13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"

/* On 127.0.0.1 and a free port. */
TernOrigin *tern_origin_new            (void);
/* @address is an IP literal ("127.0.0.2", "::1"), @port 0 for a free one. */
TernOrigin *tern_origin_new_at         (const char          *address,
                                        guint16              port,
                                        GError             **error);
/* @priority is a GnuTLS priority string or NULL. @certs is only read during the call. */
TernOrigin *tern_origin_new_tls        (const TernTestCerts *certs,
                                        TernTestCert         which,
                                        const char          *priority,
                                        TernOriginTlsFlags   flags);
/* Closes everything, also under handlers that hang, and joins all threads. */
void        tern_origin_free           (TernOrigin          *origin);
/* New connections are refused from now on; those that stand go on. */
void        tern_origin_stop_listening (TernOrigin          *origin);

guint16     tern_origin_get_port       (TernOrigin          *origin);
/* "http://127.0.0.1:PORT" + @path; TLS: "https://localhost:PORT" + @path. */
char       *tern_origin_uri            (TernOrigin          *origin,
                                        const char          *path);

/* ---- routes ---- */

typedef enum
{
  TERN_ORIGIN_ROUTE_DEFAULT = 0,            /* Expect: 100 Continue at once */
  TERN_ORIGIN_ROUTE_NO_CONTINUE = 1 << 0,   /* never sends 100, waits for the body */
  TERN_ORIGIN_ROUTE_LATE_CONTINUE = 1 << 1, /* sends 100 after the delay */
  TERN_ORIGIN_ROUTE_BEFORE_BODY = 1 << 2,   /* the handler runs before the body is read */
  TERN_ORIGIN_ROUTE_DISCARD_BODY = 1 << 3   /* the body is counted, not kept */
} TernOriginRouteFlags;

typedef void (*TernOriginHandler) (TernOriginConn          *conn,
                                   const TernOriginRequest *request,
                                   gpointer                 data);

/* The longest prefix of the path wins, then the last added; "" takes everything (CONNECT too).
 * Without a route the answer is 404. Handlers run in the connection's thread. */
void tern_origin_add_route  (TernOrigin           *origin,
                             const char           *prefix,
                             TernOriginHandler     handler,
                             gpointer              data);
void tern_origin_add_route_full (TernOrigin           *origin,
                                 const char           *prefix,
                                 TernOriginRouteFlags  flags,
                                 TernOriginHandler     handler,
                                 gpointer              data);
/* A fixed answer: headers as "Name: value\r\n" lines or NULL. */
void tern_origin_add_reply  (TernOrigin           *origin,
                             const char           *prefix,
                             guint                 status,
                             const char           *headers,
                             const char           *body);
/* What LATE_CONTINUE and SCRIPT_DELAY wait; 100 ms unless set. */
void tern_origin_set_delay  (TernOrigin           *origin,
                             guint                 ms);

/* ---- writing, for handlers; FALSE when the client has gone or the origin is being freed ---- */

/* Adds Content-Length and, when the request asks for it, Connection: close; leaves the body out
 * for HEAD, and both for 1xx, 204 and 304. @reason NULL is the usual one, @headers as above. */
gboolean    tern_origin_reply          (TernOriginConn *conn,
                                        guint           status,
                                        const char     *reason,
                                        const char     *headers,
                                        const char     *body);
gboolean    tern_origin_reply_bytes    (TernOriginConn *conn,
                                        guint           status,
                                        const char     *reason,
                                        const char     *headers,
                                        gconstpointer   body,
                                        gsize           length);
gboolean    tern_origin_write          (TernOriginConn *conn,
                                        gconstpointer   data,
                                        gssize          length);
gboolean    tern_origin_write_slowly   (TernOriginConn *conn,
                                        gconstpointer   data,
                                        gssize          length,
                                        gsize           step,
                                        guint           ms);
gboolean    tern_origin_write_chunk    (TernOriginConn *conn,
                                        gconstpointer   data,
                                        gssize          length);
/* For BEFORE_BODY: reads the body now (sending 100 first when @send_continue). */
gboolean    tern_origin_read_body      (TernOriginConn *conn,
                                        gboolean        send_continue);
/* The connection ends after the handler returns: at once with FIN, or with RST. */
void        tern_origin_close          (TernOriginConn *conn);
void        tern_origin_reset          (TernOriginConn *conn);
/* TLS: without close_notify. */
void        tern_origin_truncate       (TernOriginConn *conn);
gboolean    tern_origin_sleep          (TernOriginConn *conn,
                                        guint           ms);
/* Until the client closes or the origin is freed. */
void        tern_origin_hang           (TernOriginConn *conn);
TernOrigin *tern_origin_conn_get_origin (TernOriginConn *conn);

/* ---- scripts ---- */

typedef enum
{
  TERN_ORIGIN_SCRIPT_DEFAULT = 0,
  TERN_ORIGIN_SCRIPT_CLOSE_AFTER = 1 << 0,
  TERN_ORIGIN_SCRIPT_RESET_AFTER = 1 << 1,
  TERN_ORIGIN_SCRIPT_HANG_AFTER = 1 << 2,
  TERN_ORIGIN_SCRIPT_TRUNCATE_AFTER = 1 << 3, /* TLS: closes without close_notify */
  TERN_ORIGIN_SCRIPT_BYTE_BY_BYTE = 1 << 4,
  TERN_ORIGIN_SCRIPT_DELAY = 1 << 5,          /* waits the delay first */
  TERN_ORIGIN_SCRIPT_BEFORE_REQUEST = 1 << 6, /* written at accept; its request gets no more */
  TERN_ORIGIN_SCRIPT_BEFORE_BODY = 1 << 7,    /* written after the head, body unread */
  TERN_ORIGIN_SCRIPT_NO_CONTINUE = 1 << 8,    /* Expect gets no 100 */
  TERN_ORIGIN_SCRIPT_EXTRA = 1 << 9           /* an unasked whole response in the same write */
} TernOriginScriptFlags;

#define TERN_ORIGIN_EXTRA_RESPONSE "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nextra"

/* The next request read on any connection gets exactly these bytes; first in, first out, before
 * any route. @length -1 for text. _split pauses 20 ms after @at bytes. */
void  tern_origin_push_script       (TernOrigin            *origin,
                                     gconstpointer          data,
                                     gssize                 length,
                                     TernOriginScriptFlags  flags);
void  tern_origin_push_script_split (TernOrigin            *origin,
                                     gconstpointer          data,
                                     gssize                 length,
                                     gsize                  at,
                                     TernOriginScriptFlags  flags);
guint tern_origin_n_scripts         (TernOrigin            *origin);

/* ---- the log ---- */

guint              tern_origin_n_requests         (TernOrigin *origin);
guint              tern_origin_n_connections      (TernOrigin *origin);
guint              tern_origin_n_open             (TernOrigin *origin);
guint              tern_origin_max_open           (TernOrigin *origin);
guint64            tern_origin_n_bytes_received   (TernOrigin *origin);
/* A copy; requests are logged before they are answered. */
TernOriginRequest *tern_origin_get_request        (TernOrigin *origin,
                                                   guint       i);
/* Forgets the requests, not the connections. */
void               tern_origin_clear_log          (TernOrigin *origin);

gboolean           tern_origin_wait_requests      (TernOrigin *origin,
                                                   guint       n,
                                                   guint       ms);
gboolean           tern_origin_wait_connections   (TernOrigin *origin,
                                                   guint       n,
                                                   guint       ms);
gboolean           tern_origin_wait_n_open        (TernOrigin *origin,
                                                   guint       n,
                                                   guint       ms);
/* TRUE when the client closed connection @i. */
gboolean           tern_origin_wait_closed        (TernOrigin *origin,
                                                   guint       i,
                                                   guint       ms);

/* Waits up to a second for running answers to end, then closes every idle connection or writes
 * @data on it; returns how many. Not from a handler. */
guint              tern_origin_close_idle         (TernOrigin *origin);
guint              tern_origin_reset_idle         (TernOrigin *origin);
guint              tern_origin_poke_idle          (TernOrigin *origin,
                                                   gconstpointer data,
                                                   gssize      length);

/* ---- TLS of connection @i; strings are NULL when there is none ---- */

gboolean           tern_origin_connection_resumed          (TernOrigin *origin, guint i);
gboolean           tern_origin_connection_got_close_notify (TernOrigin *origin, guint i);
gboolean           tern_origin_connection_has_client_cert  (TernOrigin *origin, guint i);
/* The subject of the client's certificate, "CN=client". */
char              *tern_origin_connection_client           (TernOrigin *origin, guint i);
char              *tern_origin_connection_sni              (TernOrigin *origin, guint i);
char              *tern_origin_connection_alpn             (TernOrigin *origin, guint i);
char              *tern_origin_connection_tls_version      (TernOrigin *origin, guint i);
/* The name of the fatal alert that the client sent; why the handshake failed. */
char              *tern_origin_connection_alert            (TernOrigin *origin, guint i);
char              *tern_origin_connection_error            (TernOrigin *origin, guint i);

/* ---- requests ---- */

const char *tern_origin_request_method      (const TernOriginRequest *request);
const char *tern_origin_request_target      (const TernOriginRequest *request);
/* The target without scheme, authority and query. */
const char *tern_origin_request_path        (const TernOriginRequest *request);
/* "HTTP/1.1" */
const char *tern_origin_request_version     (const TernOriginRequest *request);
/* The undecoded value of a query parameter; free it. NULL when absent. */
char       *tern_origin_request_query       (const TernOriginRequest *request,
                                             const char              *name);
/* The first field of that name in any case, NULL when absent; trailers alike. */
const char *tern_origin_request_header      (const TernOriginRequest *request,
                                             const char              *name);
const char *tern_origin_request_trailer     (const TernOriginRequest *request,
                                             const char              *name);
guint       tern_origin_request_n_headers   (const TernOriginRequest *request,
                                             const char              *name);
/* The head as it came, with its empty line. */
const char *tern_origin_request_head        (const TernOriginRequest *request);
/* The decoded body, NUL-terminated, and its size; empty when unread or discarded. */
const char *tern_origin_request_body        (const TernOriginRequest *request,
                                             gsize                   *length);
guint64     tern_origin_request_body_length (const TernOriginRequest *request);
/* A chunked body as it came, framing and trailers included (kept up to 1 MiB); else NULL. */
const char *tern_origin_request_raw_chunks  (const TernOriginRequest *request);
guint       tern_origin_request_connection  (const TernOriginRequest *request);
guint       tern_origin_request_index       (const TernOriginRequest *request);
/* Milliseconds between the end of the head and the first byte of the body; -1 without body. */
double      tern_origin_request_body_delay  (const TernOriginRequest *request);
void        tern_origin_request_free        (TernOriginRequest       *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernOrigin, tern_origin_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernOriginRequest, tern_origin_request_free)

G_END_DECLS
