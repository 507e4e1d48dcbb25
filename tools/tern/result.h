/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --json */
#pragma once

#include "trace-text.h"

/* Prints what came of a fetch as one object on one line of standard output. */
gboolean result_print (const Fetch *fetch, const Trace *trace, GError **error);
