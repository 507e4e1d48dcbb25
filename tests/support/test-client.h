/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The plain client of the support library's own tests: sockets and text. It must never know HTTP:
 * it judges those who do. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Connects, sends @request and reads until the other side ends or @wanted has come (NULL: until
 * the end). Returns all that came. */
int   test_connect    (guint16     port);
void  test_send       (int         fd,
                       const char *text);
char *test_read_until (int         fd,
                       const char *wanted);
char *test_exchange   (guint16     port,
                       const char *request);

G_END_DECLS
