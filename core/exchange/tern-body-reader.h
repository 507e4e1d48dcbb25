/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of one response as it comes off the wire, its framing undone. It owns the lease and
 * gives it back the moment the last byte was read. */
#pragma once

#include "base/tern-uri.h"
#include "exchange/tern-deadline.h"
#include "exchange/tern-receive.h"
#include "http1/tern-http1-framing.h"
#include "http1/tern-http1-head.h"
#include "io/tern-reader.h"
#include "net/tern-pool.h"

/* Takes @lease and what lies in @receive. */
TernReader *tern_body_reader_new (TernLease *lease,
                                  TernReceive *receive,
                                  const TernFraming *framing,
                                  const TernHttp1Limits *limits,
                                  const TernDeadline *deadline,
                                  TernUri *uri);
