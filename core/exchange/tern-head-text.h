/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Heads as text, for programs that listen to what goes over the wire. Pure. */
#pragma once

#include "http1/tern-http1-head.h"

/* Lines that end in LF, valid UTF-8, without the empty line. */
char *tern_head_text_of_request (const GByteArray *head);
char *tern_head_text_of_response (const TernHttp1Head *head);
