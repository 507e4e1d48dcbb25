/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readers that undo content codings, and the guard over how much comes out of them. */
#pragma once

#include "io/tern-reader.h"

typedef struct
{
  guint64 limit; /* bytes that may come out; 0 is none */
  guint ratio;   /* out against in, looked at from 10 MiB on; 0 is none */
} TernDecoderLimits;

/* Takes @body; one decoder per coding, in the order of @codings. Reading may fail with
 * DECOMPRESS_FAILED and DECODE_LIMIT, and where a plugin does not load. */
TernReader *tern_decoder_wrap (TernReader *body,
                               char **codings,
                               const TernDecoderLimits *limits,
                               const char *host);

/* Takes both: a body that can only be drained, for reading it fails. A redirect whose coding nobody
 * understands is a redirect all the same. */
TernReader *tern_decoder_refuse (TernReader *body, GError *why);
