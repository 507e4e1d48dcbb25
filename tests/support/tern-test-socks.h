/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernTestSocks: a SOCKS proxy in the test's process that answers as it is told: SOCKS4, SOCKS4a
 * and SOCKS5, with replies replaced, cut short or held back, and a log of what it heard.
 *
 * Whatever name it is asked for, it connects to the loopback address with that port. It must never
 * share a line with libtern: it is the witness. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TernTestSocks TernTestSocks;

TernTestSocks *tern_test_socks_new           (void);
void           tern_test_socks_free          (TernTestSocks *self);
guint16        tern_test_socks_get_port      (TernTestSocks *self);

/* Before it is used. SOCKS5 wants this name and password; SOCKS4 this name. */
void           tern_test_socks_set_login     (TernTestSocks *self,
                                              const char    *user,
                                              const char    *password);
/* Says @data in place of the reply number @turn of a connection, then goes on as if it had said the
 * right thing. */
void           tern_test_socks_set_reply     (TernTestSocks *self,
                                              guint          turn,
                                              gconstpointer  data,
                                              gsize          length);
/* After so many bytes of replies it closes, or is silent for ever. */
void           tern_test_socks_set_limit     (TernTestSocks *self,
                                              gsize          limit,
                                              gboolean       hang);
/* Each reply byte by byte, each in a packet of its own. */
void           tern_test_socks_set_slow      (TernTestSocks *self);

guint          tern_test_socks_n_connections (TernTestSocks *self);
/* What connection @i said to the proxy itself; free it. */
GBytes        *tern_test_socks_get_heard     (TernTestSocks *self,
                                              guint          i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernTestSocks, tern_test_socks_free)

G_END_DECLS
