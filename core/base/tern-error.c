/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two error domains; it must never make an error itself. */
#include <tern/tern-error.h>

G_DEFINE_QUARK (tern-error-quark, tern_error)
G_DEFINE_QUARK (tern-plugin-error-quark, tern_plugin_error)
