/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* MemcacheFake: a memcached in the test's process that can be made to lie. Without lies it keeps
 * values and answers as memcached does; it never expires one. It must never know the plugin: what
 * it believes about the protocol is the tests' own. */
#pragma once

#include <gio/gio.h>

#include "tern-test-util.h"

typedef struct _MemcacheFake MemcacheFake;

/* Changes an honest answer before it is sent. @verb is the command's: "mg", "set"; "mn" and
 * "version", too. Called in the thread of a connection. */
typedef void (*MemcacheTwist) (GString *answer,
                               const char *verb,
                               const char *name,
                               gconstpointer data);

/* Listens on a port of the loopback. */
MemcacheFake *memcache_fake_new (gboolean meta);
/* On a socket in the file system. */
MemcacheFake *memcache_fake_new_at (const char *path);
void memcache_fake_free (MemcacheFake *self);

guint16 memcache_fake_get_port (MemcacheFake *self);

/* From the next command on. */
void memcache_fake_set_meta (MemcacheFake *self, gboolean meta);
void memcache_fake_set_twist (MemcacheFake *self, MemcacheTwist twist, gconstpointer data);
/* What "version" says. */
void memcache_fake_set_version (MemcacheFake *self, const char *version);
/* Answers come byte by byte with that pause; 0: at once. */
void memcache_fake_set_drip (MemcacheFake *self, guint ms);
/* Answers but those to the greeting end after so many bytes, and with them the connection; -1:
 * they do not. */
void memcache_fake_set_cut (MemcacheFake *self, gssize at);
/* An answer goes on with letters until nobody reads it any more. */
void memcache_fake_set_endless (MemcacheFake *self, gboolean endless);

/* Closes all connections. */
void memcache_fake_drop (MemcacheFake *self);
/* Sends bytes that nobody asked for, on all connections. */
void memcache_fake_blurt (MemcacheFake *self, const char *text);
/* Stops listening, and listens again on the same port. */
void memcache_fake_stop (MemcacheFake *self);
void memcache_fake_start (MemcacheFake *self);

/* How many commands of that verb have come. */
guint memcache_fake_count (MemcacheFake *self, const char *verb);
/* The last line of that verb, without CRLF. */
char *memcache_fake_last (MemcacheFake *self, const char *verb);
/* The most connections that there were at once. */
guint memcache_fake_count_peak (MemcacheFake *self);
/* Bytes that were sent, all together. */
gsize memcache_fake_count_sent (MemcacheFake *self);

/* The names of what is kept, in order. */
char **memcache_fake_list (MemcacheFake *self);
/* NULL deletes. */
void memcache_fake_put (MemcacheFake *self, const char *name, GBytes *value);
GBytes *memcache_fake_get (MemcacheFake *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MemcacheFake, memcache_fake_free)
