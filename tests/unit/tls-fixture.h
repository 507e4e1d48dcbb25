/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One TLS connection to a server that does one thing, for the tests of what comes after the
 * handshake. It must never judge: that is the tests' part. */
#pragma once

#include "tls-peer.h"

#define ONLY_12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define ONLY_13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"

typedef struct
{
  TlsPeer *peer;
  TernTlsSettings *settings;
  TlsConn *conn;
  TlsPipe pipe;
  TernTransport *transport;
  /* The server goes on when the test says so, and the other way round. */
  GAsyncQueue *go;
  GAsyncQueue *done;
} TlsFixture;

/* Made once by the test's main(). */
extern TernTestCerts *tls_certs;

/* @serve runs in the server's thread; the connection's data is the fixture. */
void tls_fixture_init (TlsFixture *self, const char *priority, TlsServe serve);
void tls_fixture_clear (TlsFixture *self);

/* One side tells the other to go on. */
void tls_say (GAsyncQueue *queue);
void tls_await (GAsyncQueue *queue);

/* The client's doings, asserted. */
void tls_fixture_send (TlsFixture *self, const char *text);
void tls_fixture_expect (TlsFixture *self, const char *text);
void tls_fixture_expect_end (TlsFixture *self);
void tls_fixture_expect_failure (TlsFixture *self, const char *text);
