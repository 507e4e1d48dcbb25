/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which challenge is tried first: the strongest, whatever the server's order (RFC 7616 §5.10).
 * Pure. */
#pragma once

#include <tern/tern-challenge.h>

/* The strength of a scheme (lower case); negative where nobody can answer it. */
typedef int (*TernAuthRankFunc) (const char *scheme, gpointer data);

/* (element-type TernChallenge): a new array of those that can be answered, strongest first;
 * equals keep the server's order. */
GPtrArray *tern_auth_choice_sort (GPtrArray *challenges, TernAuthRankFunc rank, gpointer data);
