/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The question for credentials that a request may wait for: asked by the thread that sends,
 * answered by any. */
#pragma once

#include <tern/tern-request.h>

/* From here on the request may be answered. @attempt: how often it was asked in this send. */
void tern_request_question_begin (TernRequest *self, guint attempt);

/* TRUE: it is settled; *@credentials are the answer (transfer full), NULL is nobody. FALSE: it was
 * put off; @notify is called once, in some thread, when there is an answer, and not after the end.
 * Takes @data, and frees it. */
gboolean tern_request_question_poll (TernRequest *self,
                                     TernCredentials **credentials,
                                     void (*notify) (gpointer data),
                                     gpointer data,
                                     GDestroyNotify free_data);

/* Nobody waits any more; a late answer is dropped. */
void tern_request_question_end (TernRequest *self);
