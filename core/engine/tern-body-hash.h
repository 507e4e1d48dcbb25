/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hash of a request's body, for answers that sign it (RFC 7616 §3.4.3). */
#pragma once

#include "io/tern-worker.h"
#include "message/tern-body-source.h"

/* Of bytes, in lower-case hexadecimal digits; NULL for a hash that nobody knows. */
char *tern_body_hash_bytes (const char *algorithm, gconstpointer data, gsize len);

/* Reads a file, or a stream that can be rewound, on a worker. */
TernJob *tern_body_hash_start (const char *algorithm, const TernBodySource *body, TernWake *wake);
/* Of a job that is done (transfer full): NULL where the body could not be read, or the hash is
 * unknown. */
char *tern_body_hash_steal (TernJob *job);
