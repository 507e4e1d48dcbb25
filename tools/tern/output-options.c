/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of every command that prints results, and of those that transfer something: two
 * tables. */
#include "output-options.h"

#include <glib/gi18n.h>

const Option output_options[] = {
  { "json", 0, OPTION_FLAG, G_STRUCT_OFFSET (OutputOptions, json), NULL,
    N_ ("Print one JSON object for each result"), "On one line; see `JSON OUTPUT`." },
  { "color", 0, OPTION_CHOICE, G_STRUCT_OFFSET (OutputOptions, color), N_ ("auto|always|never"),
    N_ ("When to use colours"),
    "With `auto`, the default, where a terminal reads, unless `NO_COLOR` is set.",
    "auto|always|never" },
  { NULL },
};

const Option transfer_options[] = {
  { "progress", 0, OPTION_CHOICE, G_STRUCT_OFFSET (TransferOptions, progress),
    N_ ("auto|bar|plain|json|none"), N_ ("How to tell on standard error how far it is"),
    "`bar` has a line for each URL that changes in place, `plain` prints a line each second, "
    "`json` an object. `auto`, the default, is `bar` where standard error is a terminal, else "
    "`none`.",
    "auto|bar|plain|json|none" },
  { "verbose", 'v', OPTION_FLAG, G_STRUCT_OFFSET (TransferOptions, verbose), NULL,
    N_ ("Show heads and timings on standard error, without secrets"),
    "Every head that is sent (`>`) and received (`<`), the TLS connection, what the cache did, and "
    "how long each phase took. The values of Authorization, Proxy-Authorization, Cookie and "
    "Set-Cookie are shown as `***`." },
  { NULL },
};
