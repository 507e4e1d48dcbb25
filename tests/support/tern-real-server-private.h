/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the kinds of TernRealServer share: a kind says which program, which ports, which files and
 * which arguments; starting, trying other ports and stopping are the same for all. A kind must
 * never start a process or look for a port by itself. */

#pragma once

#include "tern-guard.h"
#include "tern-real-server.h"

G_BEGIN_DECLS

struct _TernRealServer
{
  char     *dir;
  TernGuard guard;
  guint16   port;
  guint16   tls_port;
  guint16   mutual_port;
};

typedef enum
{
  TERN_REAL_PORT_PLAIN  = 1 << 0,
  TERN_REAL_PORT_TLS    = 1 << 1,
  TERN_REAL_PORT_MUTUAL = 1 << 2 /* TLS with a client certificate */
} TernRealPorts;

typedef struct
{
  const char *program;
  /* Once: what does not depend on the ports. May be NULL. */
  void (*put_files) (TernRealServer *self,
                     gconstpointer   options);
  /* At each try: configuration, and the arguments behind the program's name. */
  void (*configure) (TernRealServer *self,
                     gconstpointer   options,
                     GPtrArray      *argv);
  /* Files that the program, once killed, leaves outside its folder. May be NULL. */
  void (*add_litter) (TernRealServer *self,
                      GPtrArray      *litter);
} TernRealKind;

TernRealServer *tern_real_server_launch    (const TernRealKind   *kind,
                                            TernRealPorts         ports,
                                            gconstpointer         options,
                                            GError              **error);

/* Files in the server's folder. */
void            tern_real_server_put       (TernRealServer       *self,
                                            const char           *name,
                                            const char           *data,
                                            gssize                length);
void            tern_real_server_put_text  (TernRealServer       *self,
                                            const char           *name,
                                            const char           *format,
                                            ...) G_GNUC_PRINTF (3, 4);
/* "server.pem", "server.key" and "ca.pem". */
void            tern_real_server_put_certs (TernRealServer       *self,
                                            const TernTestCerts  *certs,
                                            TernTestCert          which);
/* The folder "www", with @text as hello.txt. */
void            tern_real_server_put_site  (TernRealServer       *self,
                                            const char           *text);

/* Appends one argument. */
void            tern_real_server_arg       (GPtrArray            *argv,
                                            const char           *format,
                                            ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
