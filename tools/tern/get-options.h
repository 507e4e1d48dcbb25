/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the command line of `tern get` asks for, checked. */
#pragma once

#include <glib.h>

typedef struct
{
  char **urls;
  char *method;
  char **headers;
  char **data;
  char *output;
  char *user;
  char *bearer; /* the file with the token */
  char *cache;
  char *ca_file;
  char *cert;
  char *key; /* NULL: where the certificate is */
  char *proxy;
  char *no_proxy;
  double timeout; /* seconds; negative where it was not given, as the two below */
  double connect_timeout;
  double total_timeout;
  int max_redirects; /* negative where it was not given */
  gboolean include_head;
  gboolean verbose;
  gboolean json;
  gboolean no_follow;
  gboolean insecure;
  gboolean raw;
  gboolean show_version;
} GetOptions;

/* FALSE with an error for a wrong command line; --help prints and ends the program. */
gboolean get_options_parse (GetOptions *self, int argc, char **argv, GError **error);
void get_options_clear (GetOptions *self);
