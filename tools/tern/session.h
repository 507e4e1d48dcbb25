/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The client of one run of the program, set up as its options say. */
#pragma once

#include "get-options.h"

#include <gio/gio.h>
#include <tern/tern-types.h>

TernClient *
session_make_client (const GetOptions *options, GCancellable *cancellable, GError **error);
