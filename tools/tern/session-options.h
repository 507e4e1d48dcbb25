/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of every command that talks to servers. */
#pragma once

#include "common/command.h"

typedef struct
{
  char **headers;
  char *user;
  char *bearer; /* the file with the token */
  char *store;  /* NULL: the user's own, where the command caches */
  char *ca_file;
  char *cert;
  char *key; /* NULL: where the certificate is */
  char *proxy;
  char *no_proxy;
  double timeout; /* seconds; negative where it was not given, as the two below */
  double connect_timeout;
  double total_timeout;
  int max_redirects; /* negative where it was not given */
  gboolean no_cache;
  gboolean only_cached;
  gboolean no_follow;
  gboolean insecure;
} SessionOptions;

extern const Option session_options[];

/* What the kinds of the options cannot say; an error is one of usage. */
gboolean session_options_check (const SessionOptions *self, GError **error);
