/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One plugin of the index. It must never read more of a folder than the descriptor that it was
 * given, and never load anything before it is asked for the type. */
#include "plugin/tern-plugin-entry.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <tern/tern-error.h>
#include <unistd.h>

#include "base/tern-i18n.h"
#include "base/tern-log.h"
#include "plugin/tern-plugin-module.h"

#define MAX_DESCRIPTOR_SIZE (64 * 1024)

static void
set_errno_error (GError **error, const char *file, int code)
{
  g_set_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN, "%s: %s", file,
               g_strerror (code));
}

/* Bounded, and it does not wait for a FIFO that somebody put in the folder. */
static char *
read_descriptor (const char *file, gsize *len, GError **error)
{
  int fd = open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  g_autofree char *text = NULL;
  struct stat info;
  gssize n = -1;
  int code;

  if (fd < 0)
    {
      set_errno_error (error, file, errno);
      return NULL;
    }
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_size <= MAX_DESCRIPTOR_SIZE)
    {
      text = g_malloc (info.st_size + 1);
      n = read (fd, text, info.st_size);
      code = errno;
    }
  else
    code = EINVAL;
  close (fd);
  if (n < 0)
    {
      set_errno_error (error, file, code);
      return NULL;
    }
  text[n] = '\0';
  *len = n;
  return g_steal_pointer (&text);
}

static TernPluginEntry *
entry_alloc (void)
{
  TernPluginEntry *self = g_new0 (TernPluginEntry, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  g_cond_init (&self->done);
  self->old = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  return self;
}

TernPluginEntry *
tern_plugin_entry_new (const char *file)
{
  TernPluginEntry *self = entry_alloc ();
  g_autofree char *text = NULL;
  gsize len;

  self->file = g_strdup (file);
  text = read_descriptor (file, &len, &self->error);
  if (text != NULL)
    self->descriptor = tern_plugin_descriptor_parse (file, text, len, &self->error);
  if (self->descriptor != NULL)
    tern_plugin_descriptor_fits (self->descriptor, file, &self->error);
  if (self->error != NULL)
    tern_log (TERN_LOG_PLUGIN, "plugin: %s", self->error->message);
  return self;
}

static void
translate (char **text)
{
  char *translated = g_strdup (tern_gettext (*text));

  g_free (*text);
  *text = translated;
}

TernPluginEntry *
tern_plugin_entry_new_linked (const TernBuiltinPlugin *row)
{
  TernPluginEntry *self = entry_alloc ();

  self->linked = row->plugin;
  self->descriptor = tern_plugin_descriptor_parse (row->file_name, row->descriptor,
                                                   strlen (row->descriptor), &self->error);
  if (self->descriptor == NULL)
    return self;
  /* These descriptors are compiled in before they are translated. */
  translate (&self->descriptor->title);
  translate (&self->descriptor->description);
  return self;
}

TernPluginEntry *
tern_plugin_entry_ref (TernPluginEntry *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tern_plugin_entry_unref (TernPluginEntry *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->file);
  g_clear_pointer (&self->descriptor, tern_plugin_descriptor_free);
  g_clear_error (&self->error);
  g_clear_error (&self->shadow);
  g_ptr_array_unref (self->old);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->done);
  g_free (self);
}

/* Runs code of the plugin; nothing is locked. */
static GType
load_unlocked (TernPluginEntry *self, GError **error)
{
  const TernPlugin *plugin = self->linked;
  const char *file = self->file != NULL ? self->file : self->descriptor->id;
  GType type;

  /* Plugins translate their messages in the library's domain, which is bound at the first
   * message. */
  tern_gettext (self->descriptor->title);
  if (plugin == NULL)
    {
      g_autofree char *folder = g_path_get_dirname (self->file);

      plugin = tern_plugin_module_open (folder, self->descriptor, error);
      if (plugin == NULL)
        return G_TYPE_INVALID;
    }
  else if (!tern_plugin_check (plugin, self->descriptor, file, error))
    return G_TYPE_INVALID;
  type = tern_plugin_make_type (plugin, file, error);
  if (type != G_TYPE_INVALID)
    tern_log (TERN_LOG_PLUGIN, "plugin: %s loaded", file);
  return type;
}

static GType
load_once (TernPluginEntry *self, GError **error)
{
  g_autoptr (GError) inner = NULL;
  GType type;

  self->loader = g_thread_self ();
  g_mutex_unlock (&self->lock);
  type = load_unlocked (self, &inner);
  g_mutex_lock (&self->lock);
  self->loader = NULL;
  if (type != G_TYPE_INVALID)
    self->type = type;
  else
    {
      tern_log (TERN_LOG_PLUGIN, "plugin: %s", inner->message);
      g_propagate_error (error, g_error_copy (inner));
      if (self->error == NULL)
        self->error = g_steal_pointer (&inner);
    }
  g_cond_broadcast (&self->done);
  return type;
}

GType
tern_plugin_entry_load (TernPluginEntry *self, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  /* A plugin that asks for itself while it is loaded would wait for ever. */
  if (self->loader == g_thread_self ())
    {
      g_set_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN, _ ("%s: needs itself"),
                   self->file != NULL ? self->file : self->descriptor->id);
      return G_TYPE_INVALID;
    }
  while (self->loader != NULL)
    g_cond_wait (&self->done, &self->lock);
  if (self->error != NULL || self->shadow != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error != NULL ? self->error : self->shadow));
      return G_TYPE_INVALID;
    }
  if (self->type != G_TYPE_INVALID)
    return self->type;
  return load_once (self, error);
}

void
tern_plugin_entry_set_shadow (TernPluginEntry *self, const GError *shadow)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  if (self->shadow != NULL)
    g_ptr_array_add (self->old, g_steal_pointer (&self->shadow));
  self->shadow = shadow != NULL ? g_error_copy (shadow) : NULL;
}

gboolean
tern_plugin_entry_is_loaded (TernPluginEntry *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  return self->type != G_TYPE_INVALID;
}

const GError *
tern_plugin_entry_get_error (TernPluginEntry *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  return self->error != NULL ? self->error : self->shadow;
}

gboolean
tern_plugin_entry_has_name (const TernPluginEntry *self, TernPluginKind kind, const char *name)
{
  return self->descriptor != NULL && self->descriptor->kind == kind
         && g_strv_contains ((const char *const *) self->descriptor->names, name);
}
