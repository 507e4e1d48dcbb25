/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How one value lies in its file: a head, the key, the value. A record proves itself: whoever
 * reads one knows that it is whole, undamaged and of that key, or takes it for nothing. Pure. */
#pragma once

#include <glib.h>

#define FILE_RECORD_HEAD_SIZE 40
/* 64 hexadecimal digits and the suffix. */
#define FILE_RECORD_NAME_SIZE (64 + 5 + 1)
#define FILE_RECORD_SUFFIX ".tern"

void file_record_make_name (const char *key, char name[FILE_RECORD_NAME_SIZE]);
gboolean file_record_is_name (const char *name);

void file_record_write_head (guint8 head[FILE_RECORD_HEAD_SIZE], const char *key, gsize key_len,
                             const void *value, gsize value_len, gint64 keep_until);

/* Whether a file of @len bytes that starts like this can be a record of a key of that length. */
gboolean file_record_fits (const guint8 head[FILE_RECORD_HEAD_SIZE], guint64 len, gsize key_len);

/* Whether the @len bytes are a whole record of that key. */
gboolean file_record_check (const guint8 *record, gsize len, const char *key, gsize key_len);

/* From a head that need not have been checked; 0 where it is not known. */
gint64 file_record_get_keep_until (const guint8 head[FILE_RECORD_HEAD_SIZE]);
