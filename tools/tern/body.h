/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of a request, from -d. */
#pragma once

#include <tern/tern-types.h>

/* Gives @request the body that the -d options (all of @data) make, and Content-Type unless it has
 * one. */
gboolean body_attach (TernRequest *request, const char *const *data, GError **error);
