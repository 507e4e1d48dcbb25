/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a fuzz target is made of: the entry point that libFuzzer and fuzz-main.c call, and the seeds
 * from which fuzz-main.c makes its inputs. */
#pragma once

#include <glib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  const char *text;
  gsize len;
} FuzzSeed;

#define FUZZ_SEED(text) { text, sizeof (text) - 1 }

/* Ended by a seed without text. */
extern const FuzzSeed fuzz_seeds[];

/* Pieces that mutations put in: what the grammar knows. Ended by one without text. */
extern const FuzzSeed fuzz_words[];

/* Checks that an error, where there is one, is fit to be shown. */
void fuzz_check_error (const GError *error);
