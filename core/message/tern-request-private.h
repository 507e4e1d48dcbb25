/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the library itself reads of a request. Nothing here checks anything: that is the call's
 * work. */
#pragma once

#include <tern/tern-failure.h>
#include <tern/tern-request.h>

#include "base/tern-headers-private.h"
#include "message/tern-body-source.h"

struct _TernRequest
{
  GObject parent_instance;

  char *method;
  char *uri;
  TernHeaders *headers;
  TernBodySource body;
  int max_redirects;    /* -1: the client's */
  double timeout;       /* negative: the client's */
  double total_timeout; /* negative: the client's */
  gboolean expect_continue;
  gboolean accept_encoding;
  char *partition;
  GMutex lock; /* for the failure, which the sending thread writes */
  TernFailure *failure;
};

void tern_request_take_failure (TernRequest *self, TernFailure *failure);

/* What the read of @response that failed had got; kept where the failure is that response's. */
void tern_request_note_partial (TernRequest *self, TernResponse *response, const char *data,
                                gsize len);
