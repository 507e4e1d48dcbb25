/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One login in rounds, as the stages for 401 and for 407 both do it (RFC 9110 §11): strongest
 * scheme first, one set of credentials after the other, then those that a person gives, in a
 * bounded number of rounds. It decides what is said and remembers what opened; it waits for
 * nothing and edits no request. */
#pragma once

#include <tern/tern-response.h>

#include "base/tern-debug.h"
#include "engine/tern-auth-memory.h"
#include "message/tern-body-source.h"

/* What differs between the two; a constant of the stage. */
typedef struct
{
  guint status;           /* that asks */
  const char *challenges; /* the field that it asks in */
  const char *answer;     /* the field that answers */
  const char *info;       /* the field that comes with success */
  gboolean for_proxy;
} TernLoginKind;

/* Who asks, and what for; all borrowed. The URI, whatever it is the URI of, is what credentials
 * and memory go by. */
typedef struct
{
  TernAuthMemory *memory;
  GPtrArray *credentials; /* of TernDomainCredentials; NULL for none */
  TernUri *uri;
  const char *partition;
  gboolean preemptive;      /* credentials are told before anybody asks */
  gboolean allow_downgrade; /* the secret may be shown where it was once hidden */
  gboolean can_ask;         /* somebody is there who may be asked */
  gboolean led_astray;
  gboolean led_down; /* from https, where the secret could be shown */
  gboolean is_late; /* what is sent there is not known before tern_login_say() */
  /* The request that is sent there. */
  const char *method;
  const char *target;
  const TernHeaders *headers;
  const TernBodySource *body; /* NULL for none */
} TernLoginPlace;

/* Zeroed it is one that has not begun. */
typedef struct
{
  TernAuthSession *session; /* what was answered with in the last round, or is about to be */
  TernAuthSession *opened;  /* the one that had opened the place before; NULL for a new answer */
  GPtrArray *offers;        /* of the last refusal, strongest first */
  TernChallenge *question;  /* one of them: what the person is asked about */
  TernCredentials *told;    /* by the person, and being tried */
  char *body_hash;          /* that the session has asked for */
  GError *unsupported;      /* why the only scheme there is could not be used */
  GError *broken;           /* why the plugin of a scheme that is asked for cannot be used */
  guint rounds;
  guint stale;
  guint asked;            /* how often the person was */
  guint next_credentials; /* which set is tried next */
  guint next_offer;       /* and with which offer */
  guint32 nonce_count;    /* of the last answer */
  guint32 unsent_count;   /* the same of one that was made and is not sent; 0 for none */
} TernLogin;

typedef enum
{
  TERN_LOGIN_GIVE_UP, /* nothing is left to be said */
  TERN_LOGIN_SEND,    /* with the fields */
  TERN_LOGIN_ASK,     /* the person, about the question; then tern_login_hear() */
  TERN_LOGIN_HASH,    /* the body; then tern_login_take_hash() */
} TernLoginGo;

void tern_login_clear (TernLogin *self);

/* Before the first request: what has opened the place before, else nothing, unless it is to be
 * preemptive. *@fields with SEND (transfer full), here and below; none here where the place is
 * late. */
TernLoginGo tern_login_begin (TernLogin *self,
                              const TernLoginKind *kind,
                              const TernLoginPlace *place,
                              TernHeaders **fields);

/* After a refusal. */
TernLoginGo tern_login_answer (TernLogin *self,
                               const TernLoginKind *kind,
                               const TernLoginPlace *place,
                               TernResponse *refusal,
                               TernHeaders **fields);

/* What the person said; NULL is nothing. */
TernLoginGo tern_login_hear (TernLogin *self,
                             const TernLoginKind *kind,
                             const TernLoginPlace *place,
                             TernCredentials *told,
                             TernHeaders **fields);

/* Takes @hash; NULL where the body cannot be hashed, and another offer has to do. */
TernLoginGo tern_login_take_hash (TernLogin *self,
                                  const TernLoginKind *kind,
                                  const TernLoginPlace *place,
                                  char *hash,
                                  TernHeaders **fields);

/* Where the place is late: the fields, now that its target is known (transfer full); NULL where
 * there is nothing to be said. What the functions above gave is not to be sent. */
TernHeaders *
tern_login_say (TernLogin *self, const TernLoginKind *kind, const TernLoginPlace *place);

/* After GIVE_UP: why the one scheme that there is could not be used, or the plugin of one, where
 * that is the reason. */
GError *tern_login_steal_error (TernLogin *self);

/* Tells who listens (NULL is nobody) with which scheme it is tried next; @fields as answered, never
 * shown themselves. */
void tern_login_tell (const TernLogin *self,
                      const TernLoginKind *kind,
                      const TernHeaders *fields,
                      TernDebugFunc log,
                      gpointer data);

/* The place has let the request pass; @response is its own word for it, or NULL. */
void tern_login_remember (TernLogin *self,
                          const TernLoginKind *kind,
                          const TernLoginPlace *place,
                          TernResponse *response);
