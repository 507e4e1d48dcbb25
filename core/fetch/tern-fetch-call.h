/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call to the helper, sync and async, with errors that programs can tell apart. */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#define TERN_FETCH_NAME "org.libtern.Fetch1"
#define TERN_FETCH_PATH "/org/libtern/Fetch1"
#define TERN_FETCH_JOB_INTERFACE "org.libtern.Fetch1.Job"

typedef struct
{
  GVariant *reply;
  GUnixFDList *list; /* NULL for none */
} TernFetchReply;

/* Takes floating @arguments; @list is that of the descriptors, or NULL. NULL with an error of
 * TERN_FETCH_ERROR, or G_IO_ERROR_CANCELLED. */
TernFetchReply *tern_fetch_call (GDBusConnection *connection,
                                 const char *path,
                                 const char *interface,
                                 const char *method,
                                 GVariant *arguments,
                                 const char *type,
                                 GUnixFDList *list,
                                 GCancellable *cancellable,
                                 GError **error);
/* The same; the task gets the reply, or the error. */
void tern_fetch_call_async (GDBusConnection *connection,
                            const char *path,
                            const char *interface,
                            const char *method,
                            GVariant *arguments,
                            const char *type,
                            GUnixFDList *list,
                            GTask *task);
void tern_fetch_reply_free (TernFetchReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernFetchReply, tern_fetch_reply_free)

/* An error of GDBus's as one of ours; takes it. */
GError *tern_fetch_error_take (GError *error);
/* The same without a call; takes both. */
void tern_fetch_task_fail (GTask *task, GError *error);
/* "ah" of @fd, of which @list gets a copy, or of none where it is -1; floating. NULL with an error.
 */
GVariant *tern_fetch_handles (GUnixFDList *list, int fd, GError **error);

/* The helper refuses a URI with a secret; but then it has been on the bus, where everybody may
 * listen. So it is looked at before. */
gboolean tern_fetch_check_uri (const char *uri, GError **error);
