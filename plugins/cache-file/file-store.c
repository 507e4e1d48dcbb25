/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of what is shared. */
#include "file-store.h"

FileStore *
file_store_new (void)
{
  FileStore *self = g_atomic_rc_box_new0 (FileStore);

  self->folder.fd = -1;
  file_sweep_init (&self->sweep);
  file_recent_init (&self->recent);
  return self;
}

FileStore *
file_store_ref (FileStore *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  FileStore *self = data;

  file_recent_clear (&self->recent);
  file_sweep_clear (&self->sweep);
  file_folder_close (&self->folder);
  file_names_clear (&self->names);
}

void
file_store_unref (FileStore *self)
{
  g_atomic_rc_box_release_full (self, clear);
}
