/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One request as the command line describes it: what is fetched, printed as a curl line or shown
 * offline is made from the same. */
#pragma once

#include <glib.h>

typedef struct
{
  char *method;
  char *url;          /* complete */
  char *shown_url;    /* without the password in it */
  GPtrArray *headers; /* "Name: value", the bytes that were typed */
  GPtrArray *removed; /* names of fields that are not to be sent unless they are above */
  char **data;        /* the parts of -d, the caller's; NULL where there are none */
  char *type;         /* Content-Type, unless a header says it; NULL for none */
  char *file;         /* what the body is streamed from, "-" is standard input; or NULL */
  GBytes *body;       /* or this */
  GPtrArray *parts;   /* of a multipart body, as curl's --form takes them; or NULL */
} Plan;

/* @url is what was typed. */
Plan *plan_new (const char *method, const char *url);
void plan_free (Plan *self);

/* @lines may be NULL. */
void plan_add_headers (Plan *self, char **lines);
gboolean plan_has_header (const Plan *self, const char *name);
void plan_remove_header (Plan *self, const char *name);

/* Whether it was taken away and not given again: nothing is to be sent in its place. */
gboolean plan_lacks_header (const Plan *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Plan, plan_free)
