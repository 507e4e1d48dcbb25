/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line a fact, in one order, and the digest of them all at the end. */
#include "download/tern-download-state.h"

#include <string.h>

#include "base/tern-field.h"
#include "download/tern-disposition.h"

#define HEAD "tern download 1\n"
#define CHECK "check "
#define DIGEST_LEN 64

static void
add_line (GString *out, const char *name, const char *value)
{
  if (value)
    g_string_append_printf (out, "%s %s\n", name, value);
}

static void
add_number (GString *out, const char *name, gint64 number)
{
  if (number >= 0)
    g_string_append_printf (out, "%s %" G_GINT64_FORMAT "\n", name, number);
}

char *
tern_download_state_write (const TernDownloadState *self)
{
  g_autoptr (GString) out = g_string_new (HEAD);
  g_autofree char *check = NULL;

  add_line (out, "uri", self->uri);
  add_line (out, "place", self->identity.place);
  add_line (out, "tag", self->identity.tag);
  add_line (out, "date", self->identity.date);
  add_number (out, "total", self->identity.total);
  add_number (out, "length", (gint64)self->length);
  add_line (out, "sum", self->sum);
  add_line (out, "name", self->name);
  check = g_compute_checksum_for_string (G_CHECKSUM_SHA256, out->str, (gssize)out->len);
  add_line (out, "check", check);
  if (out->len > TERN_DOWNLOAD_STATE_SIZE)
    return NULL;
  while (out->len < TERN_DOWNLOAD_STATE_SIZE)
    g_string_append_c (out, '\n');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* The lines before the last one, when that one vouches for them. */
static char *
take_checked (const char *text, gsize len)
{
  g_autofree char *copy = g_strndup (text, len);
  g_autofree char *sum = NULL;
  char *check;

  if (strlen (copy) != len || !g_str_has_prefix (copy, HEAD))
    return NULL;
  g_strchomp (copy);
  check = strrchr (copy, '\n');
  if (!check || !g_str_has_prefix (check + 1, CHECK))
    return NULL;
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)copy,
                                     (gsize)(check + 1 - copy));
  if (strcmp (check + 1 + strlen (CHECK), sum) != 0)
    return NULL;
  check[1] = '\0';
  return g_steal_pointer (&copy);
}

static gboolean
take_number (const char *text, gint64 *number)
{
  guint64 value;

  if (!tern_field_parse_uint (text, strlen (text), &value) || value > G_MAXINT64)
    return FALSE;
  *number = (gint64)value;
  return TRUE;
}

static gboolean
is_digest (const char *text)
{
  return text && strlen (text) == DIGEST_LEN && strspn (text, "0123456789abcdef") == DIGEST_LEN;
}

/* The name goes to the file system: only what would be made of it anyway. */
static gboolean
is_clean (const char *name)
{
  g_autofree char *clean = tern_disposition_clean (name);

  return g_strcmp0 (name, clean) == 0;
}

/* One line, cut at its blank. */
static gboolean
take_line (TernDownloadState *self, const char *name, const char *value)
{
  const struct
  {
    const char *name;
    char **field;
  } texts[] = { { "uri", &self->uri },          { "place", &self->identity.place },
                { "tag", &self->identity.tag }, { "date", &self->identity.date },
                { "sum", &self->sum },          { "name", &self->name } };
  gint64 length;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (strcmp (name, texts[i].name) == 0)
      {
        g_free (*texts[i].field);
        *texts[i].field = g_strdup (value);
        return TRUE;
      }
  if (strcmp (name, "total") == 0)
    return take_number (value, &self->identity.total);
  if (strcmp (name, "length") != 0 || !take_number (value, &length))
    return FALSE;
  self->length = (guint64)length;
  return TRUE;
}

static gboolean
take_lines (TernDownloadState *self, char **lines)
{
  for (char **line = lines; *line; line++)
    {
      char *blank = strchr (*line, ' ');

      if (**line == '\0')
        continue;
      if (!blank)
        return FALSE;
      *blank = '\0';
      if (!take_line (self, *line, blank + 1))
        return FALSE;
    }
  return is_digest (self->uri) && is_digest (self->sum) && is_digest (self->identity.place)
         && (!self->name || is_clean (self->name))
         && tern_download_identity_get_validator (&self->identity) != NULL
         && (self->identity.total < 0 || self->length <= (guint64)self->identity.total);
}

gboolean
tern_download_state_read (TernDownloadState *self, const char *text, gsize len)
{
  g_autofree char *checked = take_checked (text, len);
  g_auto (GStrv) lines = checked ? g_strsplit (checked + strlen (HEAD), "\n", -1) : NULL;

  *self = (TernDownloadState){ .identity.total = -1 };
  if (lines && take_lines (self, lines))
    return TRUE;
  tern_download_state_clear (self);
  return FALSE;
}

void
tern_download_state_clear (TernDownloadState *self)
{
  g_clear_pointer (&self->uri, g_free);
  g_clear_pointer (&self->sum, g_free);
  g_clear_pointer (&self->name, g_free);
  tern_download_identity_clear (&self->identity);
  self->length = 0;
}
