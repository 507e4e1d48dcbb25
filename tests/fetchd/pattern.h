/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A body that a test can tell from any other, which stops in the middle until the test lets it go
 * on. */
#pragma once

#include "bus.h"

#define PATTERN_SIZE 400000

typedef struct
{
  int opened; /* atomically: the second half may go */
  int n_whole;
  int n_ranges;
} Pattern;

/* Serves it under @path, with an ETag and ranges (RFC 9110 §14); @pattern NULL: nothing stops. */
void pattern_serve (Bus *bus, const char *path, Pattern *pattern);
void pattern_open (Pattern *pattern);
void pattern_assert (gconstpointer data, gsize length);
void pattern_assert_file (Bus *bus, const char *name);
