/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The turn of one call: first that of its thread, then that of its process; and the refusal of
 * what is not the store's. */
#pragma once

#include "db-file.h"
#include "db-gate.h"
#include "db-options.h"
#include "db-place.h"

typedef struct
{
  DbPlace place;
  DbOptions options;
  DbGate *gate;
  int is_stuck; /* atomic: the last call waited in vain, so nobody waits until one comes through */
} DbStore;

/* @deadline: of what is waited for after it, too. */
gboolean db_turn_enter (DbStore *self, gint64 *deadline, GError **error);
void db_turn_leave (DbStore *self);

/* The file, locked; as db_place_open(). Within a turn. */
int db_turn_lock (DbStore *self, DbPlaceAccess access, gint64 deadline, GError **error);

/* Whether the older file is one of ours, or there is none. */
gboolean db_turn_may_replace_old (DbStore *self, GError **error);

/* Of a file that is FOREIGN or FAILED; always FALSE. */
gboolean db_turn_refuse (DbStore *self, DbFileState state, GError **error);
