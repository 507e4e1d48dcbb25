/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bodies that callers read through a pipe. */
#pragma once

#include "callers.h"
#include "options.h"

typedef struct _Streams Streams;

Streams *streams_new (GDBusConnection *connection,
                      TernClient *client,
                      Callers *callers,
                      const Limits *limits);
void streams_free (Streams *streams);
/* Takes @options; answers @invocation when the head is there, or with what went wrong. */
void streams_open (Streams *streams,
                   Caller *caller,
                   const char *uri,
                   Options *options,
                   GDBusMethodInvocation *invocation);
/* Answers @invocation when the stream of that token has ended. */
void streams_finish (Streams *streams,
                     const char *caller,
                     const char *token,
                     GDBusMethodInvocation *invocation);
void streams_drop_caller (Streams *streams, const char *caller);
gboolean streams_are_busy (Streams *streams);
