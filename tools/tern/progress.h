/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far the transfers of a command are, on standard error: one line for each that changes in
 * place, lines of text, lines of JSON, or nothing. Any thread may call. */
#pragma once

#include "progress-line.h"

#include <tern/tern-types.h>

typedef struct _Progress Progress;

/* @mode is "auto", "bar", "plain", "json", "none" or NULL, which is "auto": a bar where standard
 * error is a terminal, else nothing. */
void progress_begin (const char *mode);

/* A transfer, in the order in which they are shown. Valid until progress_end(). */
Progress *progress_add (const char *name);

/* Follows what @client says of its requests, each to be found by its URI. */
void progress_watch (TernClient *client);

/* Its turn has come, and it asks for @uri; no two that run at the same time ask for the same. */
void progress_start (Progress *self, const char *uri);

/* The request has a body of that length, -1 where it is not known. */
void progress_expect_upload (Progress *self, gint64 length);

void progress_set_phase (Progress *self, ProgressPhase phase);

/* Bytes of the body, of which @skipped were there before; @total is -1 where it is not known. */
void progress_update (Progress *self, guint64 skipped, guint64 done, gint64 total);

/* The body comes to the terminal itself: lines in place would be in its way. */
void progress_hide (void);
void progress_finish (Progress *self, gboolean is_good);

/* Leaves the terminal as if there had been nothing; the keys of an interruption, too. */
void progress_end (gboolean is_interrupted);

/* The same for the thread that ends the program, whatever the others are about. */
void progress_erase (void);
