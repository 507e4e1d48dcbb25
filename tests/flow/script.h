/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A flow without a network: the operations that its stages ask for are answered from a script,
 * which checks what was asked, and the way through the stages is compared with the expected one,
 * driven sync and async. It must never do what an operation would do. */

#pragma once

#include "engine/tern-walker.h"
#include "tern-test-util.h"

G_BEGIN_DECLS

/* The way down to the exchange, and parts of it. */
#define FROM_RETRY "v retry, = exchange"
#define FROM_PROXY "v proxy-auth, " FROM_RETRY
#define FROM_CACHE "v cache, " FROM_PROXY
#define FROM_CODING "v coding, " FROM_CACHE
#define FROM_AUTH "v auth, " FROM_CODING
#define DOWN "v redirect, " FROM_AUTH
/* The way up, to the stage that says AGAIN. */
#define UP_TO_RETRY ", "
#define UP_TO_PROXY ", ^ retry, "
#define UP_TO_CACHE UP_TO_PROXY "^ proxy-auth, "
#define UP_TO_AUTH UP_TO_CACHE "^ cache, ^ coding, "
#define UP_TO_REDIRECT UP_TO_AUTH "^ auth, "
#define UP UP_TO_REDIRECT "^ redirect"

/* One operation. @asked is compared with what was asked: "METHOD target" with "fresh" and
 * "no-expect" behind it where the exchange is to be so, a key of the store (from the path on), or
 * "drain", "keep", "hash ALGORITHM", "SCHEME ATTEMPT" for the person's credentials. */
typedef struct
{
  TernOperationKind kind;
  const char *asked;

  /* An exchange: a field that is sent, or is not (ends in ":"); the answer. */
  const char *sent;
  guint status; /* 0: it fails, with what follows */
  const char *fields;
  const char *body; /* NULL is none; the same for what a GET, a FIND or an OPEN finds */
  TernExchangeFacts facts;
  GQuark (*domain) (void);
  int code;

  gboolean touches_body; /* the body of the request was read */
  GBytes *value;         /* what is found, where it is not text */
  GBytes *opened;        /* the body that a FIND finds with it, in a store that takes entries */

  /* An exchange that was asked to go through this proxy (NULL: direct), and what goes with its
   * CONNECT, as @sent; of a question for proxies the answer, "|" between them. */
  const char *proxy;
  const char *tunnel;

  TernFlightState flight; /* of a JOIN */
} Step;

#define EXCHANGE(...) { .kind = TERN_OP_EXCHANGE, __VA_ARGS__ }
#define FIND(key, ...) { .kind = TERN_OP_CACHE_FIND, .asked = key, __VA_ARGS__ }
#define OPEN(key, ...) { .kind = TERN_OP_CACHE_OPEN, .asked = key, __VA_ARGS__ }
#define GET(key, ...) { .kind = TERN_OP_CACHE_GET, .asked = key, __VA_ARGS__ }
#define SET(key) { .kind = TERN_OP_CACHE_SET, .asked = key }
#define STORE(key) { .kind = TERN_OP_CACHE_STORE, .asked = key }
#define JOIN(key, what) { .kind = TERN_OP_JOIN, .asked = key, .flight = what }
#define DELETE(key) { .kind = TERN_OP_CACHE_DELETE, .asked = key }
#define PROXIES(list, ...)                                                                         \
  { .kind = TERN_OP_PROXY_FIND, .asked = "proxy", .proxy = list, __VA_ARGS__ }
#define KEEP { .kind = TERN_OP_KEEP, .asked = "keep" }
#define PERSON(question, ...) { .kind = TERN_OP_CREDENTIALS, .asked = question, __VA_ARGS__ }
#define HASH(name, ...) { .kind = TERN_OP_BODY_HASH, .asked = "hash " name, __VA_ARGS__ }
#define DRAIN { .kind = TERN_OP_DRAIN, .asked = "drain" }

typedef struct
{
  gboolean async;
  gboolean has_person; /* who may be asked for credentials */
  guint top;           /* the stage at which a question in the background begins; 0: none such */
  TernSettings *settings;
  TernRequest *request;
  TernFlow *flow;
  GError *error;
  gboolean done;

  const Step *steps;
  guint n_steps;
  guint at;
  gboolean waited;  /* the step that is due has waited once */
  gboolean looping; /* the last step is for ever */
  GBytes *stored;   /* the last value of a STORE */
  guint n_finds;    /* questions for proxies that no step is about: all is direct */
} Script;

/* A request for http://origin.example and @path. */
void script_init (Script *self, gboolean async, const char *method, const char *path);
void script_clear (Script *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Script, script_clear)

void script_body (Script *self, gboolean seekable);

/* Runs the flow; every step was asked for in turn, and no more; the trace is @trace (NULL: any). A
 * flow that ran before is forgotten, settings and request stay. */
#define script_run(self, steps, trace)                                                             \
  script_run_at (G_STRLOC, (self), (steps), G_N_ELEMENTS (steps), (trace))
void script_run_at (const char *where, Script *self, const Step *steps, guint n_steps,
                    const char *trace);

#define script_assert_status(self, number)                                                         \
  script_assert_status_at (G_STRLOC, (self), (number))
#define script_assert_error(self, domain, code)                                                    \
  script_assert_error_at (G_STRLOC, (self), (domain), (int)(code))
void script_assert_status_at (const char *where, Script *self, guint status);
void script_assert_error_at (const char *where, Script *self, GQuark domain, int code);

/* Reads the body of the result to its end, so that it is stored. */
void script_read (Script *self);

/* A store that is not called for operations: the script stands in its place. What was stored
 * without one, as bodies are, can be looked at; NULL where there is no such key. */
TernCacheStore *script_store_new (void);
/* The same that takes entries, for JOIN; nothing can be stored in it. */
TernCacheStore *script_store_new_entries (void);
GBytes *script_store_peek (TernCacheStore *store, const char *suffix);

G_END_DECLS
