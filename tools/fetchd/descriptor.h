/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors that come with a message: taken out, checked, owned. */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

typedef enum
{
  DESCRIPTOR_FILE,   /* a regular file: it has a position and a size */
  DESCRIPTOR_PIPE,   /* a pipe or FIFO */
  DESCRIPTOR_SOCKET, /* a stream socket */
} DescriptorKind;

/* Takes a copy of descriptor @handle of the message, or -1 with an error. To be closed by who asks.
 */
int descriptor_take_output (GUnixFDList *list, gint32 handle, DescriptorKind *kind, GError **error);
int descriptor_take_input (GUnixFDList *list, gint32 handle, GError **error);
/* The one descriptor of an array (`ah`) of none or one; -1 without an error is none. */
int descriptor_take_outputs (GUnixFDList *list,
                             GVariant *handles,
                             DescriptorKind *kind,
                             GError **error);
