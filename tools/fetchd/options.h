/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of a call, checked. */
#pragma once

#include "secrets.h"

#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <tern/tern-types.h>

/* Which call the options are of; one takes what another does not. */
typedef enum
{
  OPTIONS_FETCH = 1 << 0,
  OPTIONS_OPEN = 1 << 1,
  OPTIONS_CLAIM = 1 << 2,
} OptionsCall;

typedef struct
{
  char *handle_token; /* NULL for none */
  gboolean detached;
  TernHeaders *headers;
  char *checksum; /* NULL for none */
  guint64 max_size;
  int retries; /* -1 where nothing was said */
  int priority;
  double timeout; /* -1 where nothing was said */
  double total_timeout;
  char *method;
  char *content_type;
  int body;         /* -1 for none */
  gint64 received;  /* -1 where nothing was said */
  Secrets *secrets; /* NULL for none */
  char *agent;      /* NULL for none */
  gsize size;       /* bytes that these take */
} Options;

/* Returns NULL with an error of TERN_FETCH_ERROR for what is unknown, of a wrong type or too much.
 */
Options *options_parse (GVariant *dictionary, OptionsCall call, GUnixFDList *list, GError **error);
void options_free (Options *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Options, options_free)

/* Whether what is to be fetched is a URI that is fetched for others, with no secret in it. */
gboolean options_check_uri (const char *uri, GError **error);
gboolean options_check_token (const char *token, GError **error);
gboolean options_check_priority (int priority, GError **error);
