/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How header fields lie in memory: one block of bytes and offsets into it, so that a parsed head
 * costs one copy and two allocations. Only the library sees this; it must never hold CR, LF or NUL
 * in a field. */
#pragma once

#include <tern/tern-headers.h>

typedef struct
{
  guint32 name;
  guint32 name_len;
  guint32 value; /* valid UTF-8, NUL behind it */
  guint32 value_len;
  guint32 raw; /* the bytes as they came; the same as value where those were valid UTF-8 */
  guint32 raw_len;
} TernField;

struct _TernHeaders
{
  gatomicrefcount ref_count;
  guint n;
  guint n_alloc;
  guint32 len;
  guint32 size;
  char *block;
  TernField *fields;
  GError *poison; /* the first field that was refused; the send fails with it */
};

/* Takes @block (g_malloc'ed, @len bytes used of @size) and @fields (g_malloc'ed, offsets into it).
 * Every name and value must have a NUL behind it; value must be valid UTF-8 (see
 * tern_headers_fix_utf8). */
TernHeaders *tern_headers_new_take (char *block, guint32 len, guint32 size, TernField *fields,
                                    guint n, guint n_alloc);

/* A map without fields that has room for @n, and for @size bytes: their names and values with a NUL
 * behind each. */
TernHeaders *tern_headers_new_sized (guint n, gsize size);

/* A copy of the fields with room for more of them. What was refused is not remembered. */
TernHeaders *tern_headers_copy_sized (const TernHeaders *headers, guint more, gsize more_size);

/* Makes the value of field @i valid UTF-8 by reading it as Latin-1 where it is not; raw keeps the
 * bytes. */
void tern_headers_fix_utf8 (TernHeaders *self, guint i);

/* Appends without checking: for fields whose bytes are known to be good. */
void tern_headers_append_unchecked (TernHeaders *self, const char *name, gsize name_len,
                                    const char *value, gsize value_len);

/* The first field of that name, or NULL; the pointer is good until the headers change. */
const TernField *tern_headers_find (const TernHeaders *self, const char *name, gsize name_len);

/* The same, from field number @from on; @from is set behind the hit. */
const TernField *tern_headers_find_next (const TernHeaders *self, const char *name, gsize name_len,
                                         guint *from);

/* The error of the first field that append or set refused, or NULL. */
const GError *tern_headers_get_poison (const TernHeaders *self);

static inline const char *
tern_headers_name (const TernHeaders *self, const TernField *field)
{
  return self->block + field->name;
}

static inline const char *
tern_headers_value (const TernHeaders *self, const TernField *field)
{
  return self->block + field->value;
}

static inline const char *
tern_headers_raw (const TernHeaders *self, const TernField *field)
{
  return self->block + field->raw;
}
