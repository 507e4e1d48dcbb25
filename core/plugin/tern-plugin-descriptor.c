/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses and checks plugin descriptors. It must never look at a file or make a path: what it
 * accepts as a module's name cannot leave the folder of the descriptor. */
#include "plugin/tern-plugin-descriptor.h"

#include <string.h>
#include <tern/tern-error.h>
#include <tern/tern-version.h>

#include "base/tern-field.h"
#include "base/tern-i18n.h"

#define GROUP "Plugin"
#define MAX_NAMES 16
#define MAX_NAME_LEN 64
#define MAX_MODULE_LEN 128
#define MAX_RANK 1000000

static const char *const kind_names[] = {
  [TERN_PLUGIN_AUTH_SCHEME] = "auth-scheme",
  [TERN_PLUGIN_CACHE_STORE] = "cache-store",
  [TERN_PLUGIN_CONTENT_CODING] = "content-coding",
};

static gboolean
parse_kind (const char *text, TernPluginKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_names); i++)
    if (g_str_equal (text, kind_names[i]))
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

/* The name of the one symbol is made from it, so it is what a C identifier can carry. */
static gboolean
is_id (const char *text, gsize len)
{
  if (len == 0 || len > MAX_NAME_LEN || !g_ascii_islower (text[0]))
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_islower (text[i]) && !g_ascii_isdigit (text[i]) && text[i] != '-')
      return FALSE;
  return TRUE;
}

/* No slash, so it cannot name another folder; no leading dot and no "..", for those who read it. */
static gboolean
is_module_name (const char *text)
{
  gsize len = strlen (text);

  if (len == 0 || len > MAX_MODULE_LEN || text[0] == '.' || strstr (text, "..") != NULL)
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("._+-", text[i]) == NULL)
      return FALSE;
  return TRUE;
}

char **
tern_plugin_descriptor_split_names (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", MAX_NAMES + 2);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *name = g_strstrip (parts[i]);
      gsize len = strlen (name);

      /* A list of GKeyFile may end with its separator. */
      if (len == 0 && i > 0 && parts[i + 1] == NULL)
        break;
      if (i >= MAX_NAMES || len > MAX_NAME_LEN || !tern_field_is_token (name, len))
        return NULL;
      for (gsize j = 0; j < len; j++)
        name[j] = g_ascii_tolower (name[j]);
      if (!g_hash_table_add (seen, name))
        return NULL;
      g_strv_builder_add (builder, name);
    }
  if (g_hash_table_size (seen) == 0)
    return NULL;
  return g_strv_builder_end (builder);
}

/* Takes one number of a version and the dot behind it. */
static gboolean
take_number (const char **at, guint *number)
{
  const char *end = *at;

  while (g_ascii_isdigit (*end))
    end++;
  if (end == *at || end - *at > 6)
    return FALSE;
  *number = (guint) g_ascii_strtoull (*at, NULL, 10);
  if (*end == '.' && end[1] == '\0')
    return FALSE;
  *at = *end == '.' ? end + 1 : end;
  return *end == '.' || *end == '\0';
}

/* "1.2" or "1.2.3". */
static gboolean
parse_version (const char *text, guint version[3])
{
  for (guint i = 0; i < 3 && (i == 0 || *text != '\0'); i++)
    if (!take_number (&text, &version[i]))
      return FALSE;
  return *text == '\0';
}

static char *
get_required (GKeyFile *keys, const char *file_name, const char *key, GError **error)
{
  g_autoptr (GError) inner = NULL;
  char *value = g_key_file_get_string (keys, GROUP, key, &inner);

  if (value == NULL)
    g_set_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN, "%s: %s", file_name,
                 inner->message);
  return value;
}

static gboolean
bad_value (const char *file_name, const char *key, const char *value, GError **error)
{
  g_set_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN,
               _ ("%s: “%s” is not a valid value of %s"), file_name, value, key);
  return FALSE;
}

/* What is needed to find the plugin and to load it. */
static gboolean
read_identity (TernPluginDescriptor *self, GKeyFile *keys, const char *file_name, GError **error)
{
  g_autofree char *kind = get_required (keys, file_name, "Kind", error);
  g_autofree char *names = kind ? get_required (keys, file_name, "Names", error) : NULL;
  g_autofree char *module = names ? get_required (keys, file_name, "Module", error) : NULL;

  if (module == NULL)
    return FALSE;
  if (!parse_kind (kind, &self->kind))
    return bad_value (file_name, "Kind", kind, error);
  self->names = tern_plugin_descriptor_split_names (names);
  if (self->names == NULL)
    return bad_value (file_name, "Names", names, error);
  if (!is_module_name (module))
    return bad_value (file_name, "Module", module, error);
  self->module = g_steal_pointer (&module);
  return TRUE;
}

static gboolean
read_core (TernPluginDescriptor *self, GKeyFile *keys, const char *file_name, GError **error)
{
  g_autofree char *abi = get_required (keys, file_name, "Abi", error);
  g_autofree char *min_core = NULL;

  if (abi == NULL)
    return FALSE;
  if (!tern_field_parse_uint (abi, strlen (abi), &self->abi))
    return bad_value (file_name, "Abi", abi, error);
  min_core = g_key_file_get_string (keys, GROUP, "MinCore", NULL);
  if (min_core != NULL && !parse_version (min_core, self->min_core))
    return bad_value (file_name, "MinCore", min_core, error);
  return TRUE;
}

gboolean
tern_plugin_descriptor_fits (const TernPluginDescriptor *self, const char *file_name,
                             GError **error)
{
  const guint core[] = { TERN_MAJOR_VERSION, TERN_MINOR_VERSION, TERN_MICRO_VERSION };

  if (self->abi != TERN_PLUGIN_ABI)
    {
      g_set_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_WRONG_ABI,
                   _ ("%s: made for plugin ABI %u, this library has %u"), file_name,
                   (guint) MIN (self->abi, G_MAXUINT), TERN_PLUGIN_ABI);
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (core) && self->min_core[i] >= core[i]; i++)
    if (self->min_core[i] > core[i])
      {
        g_set_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_WRONG_ABI,
                     _ ("%s: needs version %u.%u.%u of the library"), file_name, self->min_core[0],
                     self->min_core[1], self->min_core[2]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
read_rank (TernPluginDescriptor *self, GKeyFile *keys, const char *file_name, GError **error)
{
  g_autofree char *text = g_key_file_get_string (keys, GROUP, "Rank", NULL);
  gint64 rank = 0;

  if (text != NULL && !g_ascii_string_to_signed (text, 10, -MAX_RANK, MAX_RANK, &rank, NULL))
    return bad_value (file_name, "Rank", text, error);
  self->rank = (int) rank;
  return TRUE;
}

static char *
get_text (GKeyFile *keys, const char *key)
{
  char *text = g_key_file_get_locale_string (keys, GROUP, key, NULL, NULL);

  return text != NULL ? text : g_strdup ("");
}

TernPluginDescriptor *
tern_plugin_descriptor_parse (const char *file_name, const char *text, gsize len, GError **error)
{
  g_autoptr (TernPluginDescriptor) self = g_new0 (TernPluginDescriptor, 1);
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GError) inner = NULL;

  self->id = g_path_get_basename (file_name);
  if (g_str_has_suffix (self->id, TERN_PLUGIN_DESCRIPTOR_SUFFIX))
    self->id[strlen (self->id) - strlen (TERN_PLUGIN_DESCRIPTOR_SUFFIX)] = '\0';
  if (!is_id (self->id, strlen (self->id)))
    {
      g_set_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN,
                   _ ("%s: the name of a plugin is lower-case letters, digits and “-”"), file_name);
      return NULL;
    }
  /* A NUL would end the text early for GKeyFile, and the rest of the file would go unseen. */
  if (memchr (text, '\0', len) != NULL
      || !g_key_file_load_from_data (keys, text, len, G_KEY_FILE_NONE, &inner))
    {
      g_set_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN, "%s: %s", file_name,
                   inner ? inner->message : _ ("a NUL byte in the text"));
      return NULL;
    }
  if (!read_identity (self, keys, file_name, error) || !read_core (self, keys, file_name, error)
      || !read_rank (self, keys, file_name, error))
    return NULL;
  self->title = get_text (keys, "Name");
  self->description = get_text (keys, "Description");
  self->licence = get_text (keys, "Licence");
  return g_steal_pointer (&self);
}

void
tern_plugin_descriptor_free (TernPluginDescriptor *self)
{
  g_free (self->id);
  g_strfreev (self->names);
  g_free (self->module);
  g_free (self->title);
  g_free (self->description);
  g_free (self->licence);
  g_free (self);
}
