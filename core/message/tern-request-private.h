/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the library itself reads of a request. Nothing here checks anything: that is the call's
 * work. */
#pragma once

#include <tern/tern-credentials.h>
#include <tern/tern-failure.h>
#include <tern/tern-request.h>

#include "base/tern-headers-private.h"
#include "message/tern-body-source.h"

typedef enum
{
  TERN_QUESTION_NONE,
  TERN_QUESTION_ASKED,
  TERN_QUESTION_DEFERRED,
  TERN_QUESTION_ANSWERED,
} TernQuestionState;

/* See tern-request-question.h. */
typedef struct
{
  TernQuestionState state;
  guint attempt;
  TernCredentials *credentials;
  void (*notify) (gpointer data);
  gpointer data;
  GDestroyNotify free_data;
} TernRequestQuestion;

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
  GMutex lock; /* for the failure, which the sending thread writes, and the question */
  TernFailure *failure;
  TernRequestQuestion question;
};

void tern_request_take_failure (TernRequest *self, TernFailure *failure);

/* What the read of @response that failed had got; kept where the failure is that response's. */
void tern_request_note_partial (TernRequest *self, TernResponse *response, const char *data,
                                gsize len);
