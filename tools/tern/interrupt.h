/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ctrl-C and SIGTERM as a GCancellable. */
#pragma once

#include <gio/gio.h>

/* To be called before any other thread is there; all that wait get the cancellable. */
GCancellable *interrupt_begin (void);

/* The exit code of an interrupted program, 0 when nothing interrupted it. */
int interrupt_exit_code (void);

/* A file that must not be left behind, however the program ends; NULL when it is none any more. */
void interrupt_set_temporary (const char *path);
