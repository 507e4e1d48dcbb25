/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The jobs as objects on the bus, each for its owners alone. */
#pragma once

#include "jobs.h"

typedef struct _Face Face;

Face *face_new (GDBusConnection *connection, Jobs *jobs, GError **error);
void face_free (Face *face);
