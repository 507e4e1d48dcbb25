/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernRealServer: a server that others wrote, started by a test on free ports.
 *
 * What our own origin believes about HTTP and TLS may be as wrong as what libtern believes; nginx
 * and gnutls-serv are the second opinion. It must never need root, touch the system's
 * configuration or outlive the test. */

#pragma once

#include "tern-test-certs.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TernRealServer TernRealServer;

#define TERN_REAL_SERVER_TEXT "Hello from nginx.\n"
#define TERN_REAL_SERVER_BIG_SIZE (1024 * 1024)

/* nginx over plain HTTP and, when @certs is given, HTTPS; keep-alive, gzip for text:
 *   /hello.txt /page.html (8 KiB, compressible) /big.bin (1 MiB: byte i is i * 7 % 251)
 *   /basic/hello.txt (user:secret) /redirect → /hello.txt /empty (204)
 *   /status/404 /status/500 /status/503 /cached.txt (max-age=60) /no-store.txt
 * The server dies with the thread that started it: start it in the main thread.
 * NULL with @error NOT_FOUND when nginx is not installed: skip then. */
TernRealServer *tern_real_server_new_nginx      (const TernTestCerts  *certs,
                                                 GError              **error);
/* gnutls-serv --http; each connection gives one page and ends. @priority may be NULL. */
TernRealServer *tern_real_server_new_gnutls     (const TernTestCerts  *certs,
                                                 TernTestCert          which,
                                                 const char           *priority,
                                                 GError              **error);
void            tern_real_server_free           (TernRealServer       *self);

/* "http://127.0.0.1:PORT" + @path; NULL without a plain port. */
char           *tern_real_server_uri            (const TernRealServer *self,
                                                 const char           *path);
/* "https://localhost:PORT" + @path; NULL without a TLS port. */
char           *tern_real_server_tls_uri        (const TernRealServer *self,
                                                 const char           *path);
guint16         tern_real_server_get_port       (const TernRealServer *self);
guint16         tern_real_server_get_tls_port   (const TernRealServer *self);
/* A folder that goes with the server; nginx serves its subfolder "www". */
const char     *tern_real_server_get_dir        (const TernRealServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernRealServer, tern_real_server_free)

G_END_DECLS
