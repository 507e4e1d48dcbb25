/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Translated messages of the library: binds the domain the first time one is made, so that a
 * program which never fails pays nothing. It must be included by sources only. */
#pragma once

#include <glib.h>

const char *tern_gettext (const char *message) G_GNUC_FORMAT (1);

#define _(message) tern_gettext (message)
#define N_(message) (message)
