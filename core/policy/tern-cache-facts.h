/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the fields of a stored response say of its age and its lifetime, read once for the many who
 * ask. Pure. */
#pragma once

#include "policy/tern-cache-control.h"

typedef struct
{
  TernCacheControl control;
  gint64 date;    /* Unix seconds; -1 where there is none, or several that differ, or no date */
  gint64 expires; /* the same */
  gboolean has_expires; /* whatever it says */
  gint64 age;           /* seconds, 0 where there is none */
  gboolean has_validator;
  /* The tag, if there is one, by its place among the bytes of the fields. */
  gsize tag_at;
  gsize tag_len; /* 0 for none */
  gboolean tag_weak;
} TernCacheFacts;

/* To be read again when the fields were changed. */
void tern_cache_facts_read (TernCacheFacts *facts, const TernHeaders *headers);
/* The same where nothing but Date and Age is new since @facts were read, perhaps in other fields
 * that say the same. */
void tern_cache_facts_redate (TernCacheFacts *facts, const TernHeaders *headers);
