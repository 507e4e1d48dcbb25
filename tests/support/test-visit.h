/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Visit: a blocking TLS client in bare GnuTLS, for the support library's own tests. It must never
 * fail by itself: it tells what it found. */

#pragma once

#include "tern-test-certs.h"

#include <gnutls/gnutls.h>

G_BEGIN_DECLS

typedef struct
{
  /* What to do, all optional. */
  const char     *request;    /* GET / */
  gboolean        identified; /* shows the client certificate */
  gnutls_datum_t *ticket;     /* to resume with; replaced */

  /* What came of it. */
  int             handshake;
  guint           verify; /* GNUTLS_CERT_… */
  int             last;   /* of the reads */
  char           *answer;
} Visit;

void visit_clear (Visit               *visit);
/* To @port, or through the connection @fd when that is not negative; it is closed. */
void visit_run   (Visit               *visit,
                  guint16              port,
                  const TernTestCerts *certs,
                  const char          *host);
void visit_run_on (Visit               *visit,
                   int                  fd,
                   const TernTestCerts *certs,
                   const char          *host);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Visit, visit_clear)

G_END_DECLS
