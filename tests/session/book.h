/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Resolvers of proxies as programs write them, and as desktops have them. What they answer stands
 * in a book, which says as well what they were asked. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  GMutex lock;
  GCond changed;
  char **answer; /* NULL: an error */
  gboolean hangs;
  guint n_sync;
  guint n_async;
  char *asked; /* the last URI */
  GThread *thread;
  GCancellable *cancellable;
} Book;

/* One for the program's resolvers, one for the desktop's: the latter lives as long as the process.
 */
extern Book own, desktop;

/* URIs with "|" between them, NULL for an error; forgets what was asked, and lets go who hangs. */
void book_set (Book *book, const char *uris);
/* From now on nobody is answered. */
void book_hang (Book *book);

/* The program's: with both faces, and with that alone that blocks. */
GProxyResolver *book_new_resolver (void);
GProxyResolver *book_new_half_resolver (void);

/* Before anything asks for the desktop's resolver: GIO makes it once. */
void book_install_desktop (void);

G_END_DECLS
