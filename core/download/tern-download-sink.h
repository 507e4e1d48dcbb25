/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the bytes of a download go: a file that appears when it is whole, or a descriptor of the
 * program's. A sink knows nothing of HTTP and never closes what is not its own. */
#pragma once

#include "download/tern-download-state.h"
#include "io/tern-step.h"

typedef struct _TernDownloadSink TernDownloadSink;

/* Around each write of what cannot be taken back: how much of the content is there surely, and at
 * most. */
typedef void (*TernDownloadWritingFunc) (gpointer data, guint64 done, guint64 most);

typedef struct
{
  /* As much as goes at once, *@n > 0 when DONE; the length grows by it. */
  TernStep (*write) (TernDownloadSink *self,
                     gconstpointer data,
                     gsize len,
                     gsize *n,
                     TernWait *wait,
                     GError **error);
  /* Of what is there, for its checksum: 0 at the end, -1 on error. */
  gssize (*read) (TernDownloadSink *self, guint64 offset, gpointer data, gsize len, GError **error);
  /* Only the first @length bytes count from now on; not without can_cut. */
  gboolean (*cut) (TernDownloadSink *self, guint64 length, GError **error);
  /* Whether that many more will go; unknown is yes. */
  gboolean (*check_room) (TernDownloadSink *self, guint64 more, GError **error);
  /* The name that the server gives, in the file system's bytes; NULL where the sink has one. */
  gboolean (*set_name) (TernDownloadSink *self, const char *name, GError **error);
  /* Keeps what is known for the next time; NULL where there is no next time. */
  void (*note) (TernDownloadSink *self, const TernDownloadState *state);
  /* All is there and right: shows it. @mtime is in seconds, -1 where it is not known. */
  TernStep (*finish) (TernDownloadSink *self, gint64 mtime, TernWait *wait, GError **error);
  /* Lets go: of a download that did not end, what is there stays only where it is to be @kept. */
  void (*free) (TernDownloadSink *self, gboolean kept);
} TernDownloadSinkClass;

struct _TernDownloadSink
{
  const TernDownloadSinkClass *klass;
  guint64 length; /* of the content that is there */
  gboolean can_cut;
  gboolean can_read;
  gboolean needs_name;
  char *shown; /* its name for messages */
  TernDownloadWritingFunc writing; /* NULL where nobody wants to know */
  gpointer writing_data;
};

/* An error of the operating system's, with the sink's name. */
void tern_download_sink_set_error (const char *shown, int number, GError **error);
