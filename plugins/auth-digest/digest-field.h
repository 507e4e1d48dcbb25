/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The value of the Authorization field (RFC 7616 §3.4). */
#pragma once

#include "digest-answer.h"

/* NULL where the name cannot be sent to this server. The order of the parameters is that of
 * httplib2, which its tests compare as text. */
GBytes *digest_field_write (const DigestOptions *options,
                            const DigestUse *use,
                            GBytes *name,
                            const char *response,
                            GError **error);
