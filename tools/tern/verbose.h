/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* -v: what went over the wire and how long it took, without secrets. */
#pragma once

#include <tern/tern-types.h>

/* Prints every head that @client sends and receives from now on. */
void verbose_watch (TernClient *client);

/* What is known once the head of the final response is there. */
void verbose_response (TernResponse *response);

/* What is known once the body came, so many microseconds after its head. */
void verbose_body (TernResponse *response, guint64 received, gint64 microseconds);
