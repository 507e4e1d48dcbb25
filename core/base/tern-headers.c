/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The multi-map of header fields behind TernHeaders. Order and case are the caller's; a field with
 * a byte that could break a message apart (CR, LF, NUL) never gets in. */
#include "base/tern-headers-private.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-escape.h"
#include "base/tern-field.h"
#include "base/tern-i18n.h"

/**
 * TernHeaders:
 *
 * An ordered, case-insensitive multi-map of header fields (RFC 9110 §5) that keeps the order and
 * the case in which fields were given. Use it for the fields of a request and to read those of a
 * response. It never holds CR, LF or NUL. It is reference counted and not thread-safe while
 * somebody changes it.
 */
G_DEFINE_BOXED_TYPE (TernHeaders, tern_headers, tern_headers_ref, tern_headers_unref)

/* Offsets are 32 bits; nothing a program or a server sends may make them wrap. A value that is not
 * UTF-8 takes three times its bytes. */
#define MAX_BLOCK (G_MAXUINT32 / 2)

TernHeaders *
tern_headers_new_take (char *block, guint32 len, guint32 size, TernField *fields, guint n,
                       guint n_alloc)
{
  TernHeaders *self = g_new (TernHeaders, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->n = n;
  self->n_alloc = n_alloc;
  self->len = len;
  self->size = size;
  self->block = block;
  self->fields = fields;
  self->poison = NULL;
  return self;
}

/**
 * tern_headers_new:
 *
 * Makes a map without fields.
 *
 * Returns: (transfer full): a map without fields
 */
TernHeaders *
tern_headers_new (void)
{
  return tern_headers_new_take (NULL, 0, 0, NULL, 0, 0);
}

TernHeaders *
tern_headers_new_sized (guint n, gsize size)
{
  return tern_headers_new_take (g_malloc (size), 0, size, g_new (TernField, n), 0, n);
}

TernHeaders *
tern_headers_copy_sized (const TernHeaders *headers, guint more, gsize more_size)
{
  TernHeaders *copy = tern_headers_new_sized (headers->n + more, headers->len + more_size);

  if (headers->len > 0)
    memcpy (copy->block, headers->block, headers->len);
  if (headers->n > 0)
    memcpy (copy->fields, headers->fields, headers->n * sizeof (TernField));
  copy->len = headers->len;
  copy->n = headers->n;
  return copy;
}

/**
 * tern_headers_copy:
 * @headers: the fields
 *
 * Copies the fields.
 *
 * Returns: (transfer full): a map of its own with the same fields
 */
TernHeaders *
tern_headers_copy (const TernHeaders *headers)
{
  TernHeaders *copy;

  copy
      = tern_headers_new_take (g_memdup2 (headers->block, headers->len), headers->len, headers->len,
                               g_memdup2 (headers->fields, headers->n * sizeof (TernField)),
                               headers->n, headers->n);
  if (headers->poison)
    copy->poison = g_error_copy (headers->poison);
  return copy;
}

/**
 * tern_headers_ref:
 * @headers: the fields
 *
 * Takes another reference.
 *
 * Returns: (transfer full): @headers
 */
TernHeaders *
tern_headers_ref (TernHeaders *headers)
{
  g_atomic_ref_count_inc (&headers->ref_count);
  return headers;
}

/**
 * tern_headers_unref:
 * @headers: (transfer full): the fields
 *
 * Lets go of a reference; what nobody refers to is freed.
 */
void
tern_headers_unref (TernHeaders *headers)
{
  if (!g_atomic_ref_count_dec (&headers->ref_count))
    return;
  g_free (headers->block);
  g_free (headers->fields);
  g_clear_error (&headers->poison);
  g_free (headers);
}

/* Moves what is in use to a block of its own of @size bytes: set and remove leave their old bytes
 * behind, and a map that is changed for ever must not grow for ever. */
static void
compact (TernHeaders *self, gsize size)
{
  char *block = g_malloc (size);
  guint32 len = 0;

  for (guint i = 0; i < self->n; i++)
    {
      TernField *field = &self->fields[i];
      const gboolean same = field->raw == field->value;

      memcpy (block + len, self->block + field->name, field->name_len + 1);
      field->name = len;
      len += field->name_len + 1;
      memcpy (block + len, self->block + field->value, field->value_len + 1);
      field->value = len;
      len += field->value_len + 1;
      if (!same)
        {
          memcpy (block + len, self->block + field->raw, field->raw_len);
          block[len + field->raw_len] = '\0';
        }
      field->raw = same ? field->value : len;
      len += same ? 0 : field->raw_len + 1;
    }
  g_free (self->block);
  self->block = block;
  self->len = len;
  self->size = size;
}

static gsize
count_used (const TernHeaders *self)
{
  gsize used = 0;

  for (guint i = 0; i < self->n; i++)
    {
      const TernField *field = &self->fields[i];

      used += field->name_len + field->value_len + 2;
      used += field->raw == field->value ? 0 : field->raw_len + 1;
    }
  return used;
}

/* Makes room for @more bytes. */
static void
reserve (TernHeaders *self, gsize more)
{
  gsize used;

  if (self->size - self->len >= more)
    return;
  used = count_used (self);
  if (used < self->len / 2)
    compact (self, MAX (128, 2 * (used + more)));
  else
    {
      self->size = MIN (MAX (self->len + more, MAX (128, (gsize) self->size * 2)), G_MAXUINT32);
      self->block = g_realloc (self->block, self->size);
    }
}

/* Copies @len bytes and a NUL into the block, which has the room, and returns where they lie. */
static guint32
store (TernHeaders *self, const char *bytes, gsize len)
{
  const guint32 at = self->len;

  if (len > 0)
    memcpy (self->block + at, bytes, len);
  self->block[at + len] = '\0';
  self->len = at + len + 1;
  return at;
}

/* As nearly all values are: then nobody need look whether it is UTF-8. Eight bytes at a time. */
static gboolean
is_ascii (const char *bytes, gsize len)
{
  guint64 all = 0;

  for (; len >= 8; bytes += 8, len -= 8)
    {
      guint64 word;

      memcpy (&word, bytes, 8);
      all |= word;
    }
  for (; len > 0; bytes++, len--)
    all |= (guint8)*bytes;
  return !(all & G_GUINT64_CONSTANT (0x8080808080808080));
}

void
tern_headers_fix_utf8 (TernHeaders *self, guint i)
{
  TernField *field = &self->fields[i];
  char *latin1;
  gsize used = 0;

  field->raw = field->value;
  field->raw_len = field->value_len;
  if (is_ascii (self->block + field->value, field->value_len)
      || g_utf8_validate_len (self->block + field->value, field->value_len, NULL))
    return;
  latin1 = g_malloc (field->raw_len * 2 + 1);
  for (gsize n = 0; n < field->raw_len; n++)
    {
      const guint8 c = self->block[field->raw + n];

      if (c < 0x80)
        latin1[used++] = c;
      else
        {
          latin1[used++] = 0xC0 | c >> 6;
          latin1[used++] = 0x80 | (c & 0x3F);
        }
    }
  reserve (self, used + 1);
  field->value = store (self, latin1, used);
  field->value_len = used;
  g_free (latin1);
}

/* Whether the bytes lie in the block, which may be about to move: a field made from another. */
static gboolean
is_own (const TernHeaders *self, const char *bytes)
{
  return (guintptr)bytes - (guintptr)self->block < self->size;
}

void
tern_headers_append_unchecked (TernHeaders *self, const char *name, gsize name_len,
                               const char *value, gsize value_len)
{
  TernField *field;

  if (is_own (self, name) || is_own (self, value))
    {
      g_autofree char *own_name = g_strndup (name, name_len);
      g_autofree char *own_value = g_strndup (value, value_len);

      tern_headers_append_unchecked (self, own_name, name_len, own_value, value_len);
      return;
    }
  reserve (self, name_len + value_len + 2);
  if (self->n == self->n_alloc)
    {
      self->n_alloc = MAX (8, self->n_alloc * 2);
      self->fields = g_renew (TernField, self->fields, self->n_alloc);
    }
  field = &self->fields[self->n++];
  field->name = store (self, name, name_len);
  field->name_len = name_len;
  field->value = store (self, value, value_len);
  field->value_len = value_len;
  tern_headers_fix_utf8 (self, self->n - 1);
}

/* Keeps the first refusal, so that the send can tell what was wrong. */
static gboolean
refuse (TernHeaders *self, const char *name)
{
  g_autofree char *shown = tern_escape (name, name ? strlen (name) : 0);

  if (!self->poison)
    self->poison
        = g_error_new (TERN_ERROR, TERN_ERROR_INVALID_HEADER,
                       _ ("The header field “%s” has a name or a value that may not be sent"),
                       shown);
  return FALSE;
}

static gboolean
append_len (TernHeaders *self, const char *name, const char *value, gsize len)
{
  gsize name_len;

  if (!name || !value)
    return refuse (self, name);
  name_len = strlen (name);
  tern_field_trim (&value, &len);
  if (!tern_field_is_token (name, name_len) || !tern_field_is_value (value, len)
      || name_len + 3 * len + 3 > MAX_BLOCK - self->len)
    return refuse (self, name);
  tern_headers_append_unchecked (self, name, name_len, value, len);
  return TRUE;
}

/**
 * tern_headers_append:
 * @headers: the fields
 * @name: the name, a token (RFC 9110 §5.1)
 * @value: the value; white space around it is dropped
 *
 * Adds a field behind the others. A name or value that may not be sent is kept out, and the send of
 * a request with these fields then fails with %TERN_ERROR_INVALID_HEADER.
 *
 * Returns: whether the field was taken
 */
gboolean
tern_headers_append (TernHeaders *headers, const char *name, const char *value)
{
  return append_len (headers, name, value, value ? strlen (value) : 0);
}

/**
 * tern_headers_append_bytes:
 * @headers: the fields
 * @name: the name, a token
 * @value: the value, any bytes but CR, LF, NUL and other control bytes
 *
 * As tern_headers_append(), for values that are not UTF-8.
 *
 * Returns: whether the field was taken
 */
gboolean
tern_headers_append_bytes (TernHeaders *headers, const char *name, GBytes *value)
{
  gsize len = 0;
  const char *bytes = value ? g_bytes_get_data (value, &len) : NULL;

  return append_len (headers, name, bytes ? bytes : "", len);
}

/* Most names have another length or begin with another letter, and who asks for a name writes it
 * mostly as servers do. */
static inline gboolean
is_named (const TernHeaders *self, const TernField *field, const char *name, gsize name_len)
{
  const char *own = self->block + field->name;

  return field->name_len == name_len && name_len > 0 && (own[0] | 0x20) == (name[0] | 0x20)
         && (memcmp (own, name, name_len) == 0 || g_ascii_strncasecmp (own, name, name_len) == 0);
}

/**
 * tern_headers_remove:
 * @headers: the fields
 * @name: a name, in any case
 *
 * Removes every field of that name.
 *
 * Returns: whether there was a field of that name
 */
gboolean
tern_headers_remove (TernHeaders *headers, const char *name)
{
  const gsize name_len = name ? strlen (name) : 0;
  guint kept;
  guint from = 0;

  if (!tern_headers_find_next (headers, name, name_len, &from))
    return FALSE;
  kept = from - 1;
  for (guint i = from; i < headers->n; i++)
    if (!is_named (headers, &headers->fields[i], name, name_len))
      headers->fields[kept++] = headers->fields[i];
  headers->n = kept;
  return TRUE;
}

/**
 * tern_headers_set:
 * @headers: the fields
 * @name: the name, a token
 * @value: the value
 *
 * Replaces every field of that name by one, at the end. What tern_headers_append() refuses is
 * refused.
 *
 * Returns: whether the field was taken
 */
gboolean
tern_headers_set (TernHeaders *headers, const char *name, const char *value)
{
  const guint before = headers->n;
  TernField last;

  if (!tern_headers_append (headers, name, value))
    return FALSE;
  last = headers->fields[before];
  headers->n = before;
  tern_headers_remove (headers, name);
  headers->fields[headers->n++] = last;
  return TRUE;
}

const TernField *
tern_headers_find_next (const TernHeaders *self, const char *name, gsize name_len, guint *from)
{
  for (guint i = *from; i < self->n; i++)
    if (is_named (self, &self->fields[i], name, name_len))
      {
        *from = i + 1;
        return &self->fields[i];
      }
  *from = self->n;
  return NULL;
}

const TernField *
tern_headers_find (const TernHeaders *self, const char *name, gsize name_len)
{
  guint from = 0;

  return tern_headers_find_next (self, name, name_len, &from);
}

const GError *
tern_headers_get_poison (const TernHeaders *self)
{
  return self->poison;
}

/**
 * tern_headers_get:
 * @headers: the fields
 * @name: a name, in any case
 *
 * Gets the value of the first field of that name, as UTF-8 (bytes that are not are read as
 * Latin-1).
 *
 * Returns: (nullable) (transfer none): the value of the first field of that name, as UTF-8 (bytes
 *   that are not are read as Latin-1); good until the headers change
 */
const char *
tern_headers_get (const TernHeaders *headers, const char *name)
{
  const TernField *field = name ? tern_headers_find (headers, name, strlen (name)) : NULL;

  return field ? tern_headers_value (headers, field) : NULL;
}

/**
 * tern_headers_get_bytes:
 * @headers: the fields
 * @name: a name, in any case
 *
 * Gets the bytes of the first field of that name, as they came.
 *
 * Returns: (nullable) (transfer full): the bytes of the first field of that name, as they came
 */
GBytes *
tern_headers_get_bytes (const TernHeaders *headers, const char *name)
{
  const TernField *field = name ? tern_headers_find (headers, name, strlen (name)) : NULL;

  return field ? g_bytes_new (tern_headers_raw (headers, field), field->raw_len) : NULL;
}

/**
 * tern_headers_get_combined:
 * @headers: the fields
 * @name: a name, in any case
 *
 * Gets the values of every field of that name, joined by ", " (RFC 9110 §5.3).
 *
 * Returns: (nullable) (transfer full): the values of every field of that name, joined by ", "
 *   (RFC 9110 §5.3)
 */
char *
tern_headers_get_combined (const TernHeaders *headers, const char *name)
{
  const TernField *field;
  GString *all = NULL;
  guint from = 0;

  while (name && (field = tern_headers_find_next (headers, name, strlen (name), &from)))
    {
      if (all)
        g_string_append (all, ", ");
      else
        all = g_string_new (NULL);
      g_string_append_len (all, tern_headers_value (headers, field), field->value_len);
    }
  return all ? g_string_free (all, FALSE) : NULL;
}

/**
 * tern_headers_get_all:
 * @headers: the fields
 * @name: a name, in any case
 *
 * Gets the value of every field of that name, in their order.
 *
 * Returns: (transfer full): the value of every field of that name, in their order
 */
char **
tern_headers_get_all (const TernHeaders *headers, const char *name)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  const TernField *field;
  guint from = 0;

  while (name && (field = tern_headers_find_next (headers, name, strlen (name), &from)))
    g_strv_builder_add (all, tern_headers_value (headers, field));
  return g_strv_builder_end (all);
}

/**
 * tern_headers_has:
 * @headers: the fields
 * @name: a name, in any case
 *
 * Tells whether there is a field of that name.
 *
 * Returns: whether there is a field of that name
 */
gboolean
tern_headers_has (const TernHeaders *headers, const char *name)
{
  return name && tern_headers_find (headers, name, strlen (name)) != NULL;
}

/**
 * tern_headers_get_n:
 * @headers: the fields
 *
 * Gets how many fields there are.
 *
 * Returns: how many fields there are
 */
guint
tern_headers_get_n (const TernHeaders *headers)
{
  return headers->n;
}

/**
 * tern_headers_get_nth:
 * @headers: the fields
 * @i: which one, from 0
 * @name: (out) (optional) (transfer none): its name, as given
 * @value: (out) (optional) (transfer none): its value
 *
 * Looks a field up by its place.
 *
 * Returns: whether there is a field number @i
 */
gboolean
tern_headers_get_nth (const TernHeaders *headers, guint i, const char **name, const char **value)
{
  const TernField *field;

  if (name)
    *name = NULL;
  if (value)
    *value = NULL;
  if (i >= headers->n)
    return FALSE;
  field = &headers->fields[i];
  if (name)
    *name = tern_headers_name (headers, field);
  if (value)
    *value = tern_headers_value (headers, field);
  return TRUE;
}
