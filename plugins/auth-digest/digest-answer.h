/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The computation of a Digest answer (RFC 7616 §3.4.1 to §3.4.4). */
#pragma once

#include <tern/tern-plugin.h>

#include "digest-options.h"

/* What goes into one answer; the texts are borrowed. */
typedef struct
{
  const char *method;
  const char *target;
  const char *cnonce;
  const char *body_hash; /* for auth-int */
  char nc[9];
} DigestUse;

/* The response of the client; with method "" that of the server (§3.5, rspauth). */
void digest_answer_compute (
    const DigestOptions *options, const DigestUse *use, GBytes *name, GBytes *password, char *hex);
