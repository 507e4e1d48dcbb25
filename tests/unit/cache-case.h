/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests and stored responses as the tables of the cache tests write them. */
#pragma once

#include "policy/tern-cache-record.h"
#include "test-fields.h"

/* Sun, 06 Nov 1994 08:49:37 GMT: when everything that is stored was asked for and came. */
#define NOV 784111777
#define DAY "Sun, 06 Nov 1994 08:49:37 GMT"
#define DATE "Date: " DAY "\n"

/* A GET of http://a/ unless it is changed. */
typedef struct
{
  TernUri *uri;
  TernHeaders *headers;
  TernCacheRequest request;
} Case;

static inline void
case_init (Case *self, const char *method, const char *fields)
{
  self->uri = tern_uri_parse ("http://a/", NULL);
  self->headers = fields_new (fields);
  self->request = (TernCacheRequest){ method, self->uri, NULL, self->headers, NULL };
}

static inline void
case_clear (Case *self)
{
  tern_uri_unref (self->uri);
  tern_headers_unref (self->headers);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

/* What is stored of such a request; its body has 100 bytes, or those of its part. */
static inline TernCacheRecord *
case_record_at (const char *asked, guint status, const char *fields, gint64 when)
{
  g_autoptr (TernHeaders) headers = fields_new (fields);
  g_auto (Case) c;
  TernCacheRecord *record;

  case_init (&c, "GET", asked);
  record = tern_cache_record_new (&c.request, status, "Why", 11, headers, when, when);
  record->body_length = record->partial ? record->part.end - record->part.first : 100;
  return record;
}

static inline TernCacheRecord *
case_record (const char *asked, guint status, const char *fields)
{
  return case_record_at (asked, status, fields, NOV);
}
