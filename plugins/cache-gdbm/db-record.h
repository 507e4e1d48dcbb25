/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How one value lies in the database: a head, the key, the value. A record proves itself: whoever
 * reads one knows that it is whole, undamaged and of that key, or takes it for nothing. Pure. */
#pragma once

#include <glib.h>

#define DB_RECORD_HEAD_SIZE 48

typedef enum
{
  DB_RECORD_VALUE = 1,
  DB_RECORD_TOMBSTONE = 2, /* hides what the older file has under the key */
} DbRecordKind;

/* The bytes of a record; @value is NULL for a tombstone. The sum depends on @seed, which no server
 * knows: what one sends can never pass for the record of another key. */
guint8 *db_record_make (
    DbRecordKind kind, const char *key, GBytes *value, gint64 keep_until, guint64 seed, gsize *len);

/* Whether the @len bytes are a whole record of that key. */
gboolean
db_record_check (const guint8 *record, gsize len, const char *key, gsize key_len, guint64 seed);

/* The key of a whole record; NULL where the bytes are none. */
char *db_record_dup_key (const guint8 *record, gsize len, guint64 seed);

/* Whether one begins somewhere in there; nothing is said of whether it is good. */
gboolean db_record_is_in (const void *bytes, gsize len);

/* Of a record that was checked. */
DbRecordKind db_record_get_kind (const guint8 *record);
gint64 db_record_get_keep_until (const guint8 *record);
