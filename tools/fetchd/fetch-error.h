/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the library's errors to those that go over the bus. */
#pragma once

#include <glib.h>

/* A copy of @error in TERN_FETCH_ERROR, the message kept. */
GError *fetch_error_from (const GError *error);
/* "org.libtern.Fetch1.Error.TimedOut" */
char *fetch_error_name (const GError *error);
