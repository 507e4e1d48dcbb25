/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The exit codes: a contract with scripts, documented in tern(1); none is ever renumbered. */
#pragma once

#include <tern/tern-failure.h>
#include <tern/tern-types.h>

typedef enum
{
  TERN_EXIT_OK = 0,
  TERN_EXIT_OTHER = 1,
  TERN_EXIT_USAGE = 2,
  TERN_EXIT_REDIRECT = 3,
  TERN_EXIT_CLIENT_ERROR = 4,
  TERN_EXIT_SERVER_ERROR = 5,
  TERN_EXIT_LOOK_UP = 6,
  TERN_EXIT_CONNECT = 7,
  TERN_EXIT_TLS = 8,
  TERN_EXIT_TIMEOUT = 9,
  TERN_EXIT_AUTHENTICATION = 10,
  TERN_EXIT_LOCAL_FILE = 11,
  TERN_EXIT_CHECKSUM = 12,
  TERN_EXIT_INCOMPLETE = 13,
  TERN_EXIT_TOO_MANY_REDIRECTS = 14,
  TERN_EXIT_NOT_IN_CACHE = 15,
  TERN_EXIT_PLUGIN = 16,
  TERN_EXIT_HELPER = 17, /* the fetch helper cannot be reached */
  TERN_EXIT_INTERRUPTED = 130,
} TernExit;

typedef struct
{
  TernExit code;
  const char *text; /* N_(): a few words for a usage; NULL ends the table */
  const char *more; /* for the manual */
} ExitText;

extern const ExitText exit_texts[];

/* The table as it stands at the end of a usage. */
char *exit_code_describe (void);

/* What the status of a final response means; @cache_only when the request allowed no network. */
TernExit exit_code_of_status (guint status, gboolean cache_only);

/* What a failed request means; the phase and the response tell where it failed. */
TernExit exit_code_of_error (const GError *error, TernPhase phase, gboolean answered);
