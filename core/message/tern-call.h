/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One hop of a request as the stages edit it: what the program asked for, checked and parsed, and
 * above it the fields that each stage adds. A stage's fields vanish when the stage is reset, so
 * going down again never finds what the last time left behind. */
#pragma once

#include "base/tern-headers-private.h"
#include "base/tern-uri.h"
#include "message/tern-body-source.h"
#include "message/tern-request-private.h"

#define TERN_CALL_LAYERS 8

typedef struct
{
  TernRequest *request; /* the program's, for its options */
  const char *method;   /* own_method, or a literal of a redirect's */
  char *own_method;
  TernUri *uri;
  TernHeaders *headers; /* a copy of the program's */
  TernBodySource body;
  TernHeaders *edits[TERN_CALL_LAYERS];
  guint n_edits;
  gboolean body_sent_once; /* the body's stream has been read from: rewind before it is sent */
  gboolean led_astray;     /* a redirect led to another origin than the program asked */
  gboolean led_down;       /* a redirect led from https to http */
} TernCall;

/* Checks and parses; errors: INVALID_METHOD, INVALID_HEADER and those of tern_uri_parse(). */
gboolean tern_call_init (TernCall *self, TernRequest *request, GError **error);
void tern_call_clear (TernCall *self);

/* A field that stands in place of all of that name; bottom layers stand above top ones. */
gboolean tern_call_edit (TernCall *self, guint layer, const char *name, const char *value);
/* A whole map of such fields (takes a reference); it replaces what the layer had. */
void tern_call_edit_all (TernCall *self, guint layer, TernHeaders *fields);
void tern_call_clear_edits (TernCall *self, guint layer);

/* The value that would be sent, or NULL; the first one where the program gave several. */
const char *tern_call_get (const TernCall *self, const char *name);

/* The fields as they would be sent (transfer full). */
TernHeaders *tern_call_merge (const TernCall *self);

/* Whether a layer above @layer's number replaces that field; @layer -1 is the program's own. */
gboolean tern_call_is_edited (const TernCall *self, int layer, const char *name, gsize name_len);

void tern_call_set_uri (TernCall *self, TernUri *uri);
void tern_call_drop_body (TernCall *self);
