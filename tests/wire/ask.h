/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking a client the same thing sync and async.
 *
 * Every request-level test is written once and run through both; an async call runs in a main
 * context of its own, so that whatever strays into another one is never seen, and it is watched for
 * a second callback. It must never judge an answer: that is the test's work. */
#pragma once

#include <string.h>
#include <tern/tern-client.h>
#include <tern/tern-error.h>
#include <tern/tern-failure.h>
#include <tern/tern-headers.h>

#include "tern-origin.h"
#include "tern-test-util.h"

G_BEGIN_DECLS

/* A string literal with the NULs in it, as data and length. */
#define LITERAL(text) (text), (sizeof (text) - 1)

typedef struct
{
  gboolean async;
  TernClient *client;
  TernRequest *request;
  TernResponse *response;
  GBytes *content; /* of a fetch */
  GError *error;
  double ms; /* how long the call took */
} Ask;

/* A client, and a request for @path of @origin (or for the URI @path without an origin). */
void ask_init (Ask *self, gboolean async, TernOrigin *origin, const char *method, const char *path);
/* The same client asks for something else; what came before is forgotten. */
void ask_again (Ask *self, TernOrigin *origin, const char *method, const char *path);
void ask_clear (Ask *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ask, ask_clear)

void ask_header (Ask *self, const char *name, const char *value);

/* FALSE when it failed; then @error is set. */
gboolean ask_fetch (Ask *self, GCancellable *cancellable);
gboolean ask_send (Ask *self, GCancellable *cancellable);

/* The rest of the body through tern_response_read_all() or its async form. */
GBytes *ask_read_all (Ask *self, GCancellable *cancellable, GError **error);
GBytes *ask_read (Ask *self, gsize size, GCancellable *cancellable, GError **error);
/* One read of the body's stream. */
gssize
ask_read_stream (Ask *self, void *buffer, gsize size, GCancellable *cancellable, GError **error);

/* It worked, with this status and body (NULL: any). */
#define ask_assert_ok(self, status, body) ask_assert_ok_at (G_STRLOC, (self), (status), (body))
void ask_assert_ok_at (const char *where, Ask *self, guint status, const char *body);

/* It failed: with this code of TERN_ERROR, or of G_IO_ERROR. */
#define ask_assert_tern_error(self, code, text)                                                    \
  tern_test_assert_error ((self)->error, TERN_ERROR, TERN_ERROR_##code, (text))
#define ask_assert_io_error(self, code, text)                                                      \
  tern_test_assert_error ((self)->error, G_IO_ERROR, G_IO_ERROR_##code, (text))

TernPhase ask_phase (Ask *self);

/* Cancels @cancellable after @ms from another thread; join it with g_thread_join(). */
GThread *ask_cancel_later (GCancellable *cancellable, guint ms);

/* Machines are busy, sanitizers and memcheck are slow: upper bounds on time are this many times
 * wider than what it takes. */
double ask_slack (void);
/* And their memory is their own: what is resident says nothing there. */
gboolean ask_memory_counts (void);

G_END_DECLS
