/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernRealServer: a server that others wrote, started by a test on free ports.
 *
 * What our own origin believes about HTTP, TLS and proxies may be as wrong as what libtern
 * believes; nginx, apache2, squid and their like are the second opinion. It must never need root,
 * touch the system's configuration or outlive the test. */

#pragma once

#include "tern-test-certs.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TernRealServer TernRealServer;

#define TERN_REAL_SERVER_TEXT "Hello from nginx.\n"
#define TERN_REAL_SERVER_APACHE_TEXT "Hello from apache2.\n"
#define TERN_REAL_SERVER_BIG_SIZE (1024 * 1024)

/* What a proxy asks of its users; the one that it knows is user:secret. */
typedef enum
{
  TERN_REAL_SERVER_OPEN,
  TERN_REAL_SERVER_BASIC,
  TERN_REAL_SERVER_DIGEST
} TernRealServerAuth;

/* Every constructor returns NULL with @error NOT_FOUND when its program is not installed: skip
 * then. All of them listen on 127.0.0.1, and gnutls-serv everywhere. */

/* nginx over plain HTTP and, when @certs is given, HTTPS; keep-alive, gzip for text:
 *   /hello.txt /page.html (8 KiB, compressible) /big.bin (1 MiB: byte i is i * 7 % 251)
 *   /basic/hello.txt (user:secret) /redirect → /hello.txt /empty (204)
 *   /status/404 /status/500 /status/503 /cached.txt (max-age=60) /no-store.txt */
TernRealServer *tern_real_server_new_nginx         (const TernTestCerts  *certs,
                                                    GError              **error);
/* apache2 over plain HTTP and, when @certs is given, HTTPS, and HTTPS on a port of its own for
 * those who show a certificate of the CA's; keep-alive, deflate for text:
 *   /hello.txt /page.html /big.bin as above, /basic/hello.txt and /digest/hello.txt (user:secret)
 *   /redirect → /hello.txt /empty (204) /status/404 /status/500 /status/503
 * Locked with Digest as well: /both/ (offers Basic beside it) /short/ (nonces last a second) /once/
 * (each is good for one request, and the next is named) /domain-a/ and /domain-b/ (one space) and
 * /domain-c/. /echo/basic/ and /echo/digest/ send the body of a POST back. Each request is a line
 * "METHOD path status" of the file access.log; with nginx those below /basic/ are. */
TernRealServer *tern_real_server_new_apache        (const TernTestCerts  *certs,
                                                    GError              **error);
/* gnutls-serv --http; each connection gives one page and ends. @priority may be NULL. */
TernRealServer *tern_real_server_new_gnutls        (const TernTestCerts  *certs,
                                                    TernTestCert          which,
                                                    const char           *priority,
                                                    GError              **error);
/* The same, for those who show a certificate of the CA's. */
TernRealServer *tern_real_server_new_gnutls_mutual (const TernTestCerts  *certs,
                                                    const char           *priority,
                                                    GError              **error);
/* TLS in front of 127.0.0.1:@target. */
TernRealServer *tern_real_server_new_stunnel       (const TernTestCerts  *certs,
                                                    TernTestCert          which,
                                                    guint16               target,
                                                    GError              **error);

/* HTTP proxies. squid takes TLS to the proxy when @certs is given, and caches nothing; both put a
 * Via field into what they forward in absolute form. */
TernRealServer *tern_real_server_new_squid         (const TernTestCerts  *certs,
                                                    TernRealServerAuth    auth,
                                                    GError              **error);
/* OPEN or BASIC. */
TernRealServer *tern_real_server_new_tinyproxy     (TernRealServerAuth    auth,
                                                    GError              **error);
/* SOCKS5; BASIC is RFC 1929's user name and password. Its log has "connected to NAME:PORT" with
 * the name as it was asked for. */
TernRealServer *tern_real_server_new_microsocks    (TernRealServerAuth    auth,
                                                    GError              **error);
/* SOCKS4 and SOCKS5 without users; danted does not know SOCKS4a. */
TernRealServer *tern_real_server_new_danted        (GError              **error);
/* @args: more arguments, a blank between two; "" for none. */
TernRealServer *tern_real_server_new_memcached     (const char           *args,
                                                    GError              **error);

void            tern_real_server_free              (TernRealServer       *self);

/* "http://127.0.0.1:PORT" + @path; NULL without a plain port. */
char           *tern_real_server_uri               (const TernRealServer *self,
                                                    const char           *path);
/* "https://localhost:PORT" + @path; NULL without a TLS port. */
char           *tern_real_server_tls_uri           (const TernRealServer *self,
                                                    const char           *path);
/* The same for the port that wants a client certificate. */
char           *tern_real_server_mutual_uri        (const TernRealServer *self,
                                                    const char           *path);
guint16         tern_real_server_get_port          (const TernRealServer *self);
guint16         tern_real_server_get_tls_port      (const TernRealServer *self);
guint16         tern_real_server_get_mutual_port   (const TernRealServer *self);
/* A folder that goes with the server; nginx and apache2 serve its subfolder "www". */
const char     *tern_real_server_get_dir           (const TernRealServer *self);
/* What the server has said so far: its output and its logs. */
char           *tern_real_server_read_log          (const TernRealServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernRealServer, tern_real_server_free)

G_END_DECLS
