/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program has told to log in with, as the helper reads it. */
#pragma once

#include <glib.h>

/* For GMutex, since calls may come from several threads. */
typedef struct
{
  GMutex lock;
  GByteArray *fields; /* each ends with a NUL */
} TernFetchSecrets;

void tern_fetch_secrets_init (TernFetchSecrets *self);
void tern_fetch_secrets_clear (TernFetchSecrets *self);
/* Forgets all. */
void tern_fetch_secrets_reset (TernFetchSecrets *self);
/* A record of these fields, all of it or nothing. An error where one of them holds a NUL, where it
 * is for nobody, or where the helper would not read so much. */
gboolean tern_fetch_secrets_add (TernFetchSecrets *self,
                                 const char *kind,
                                 const char *domain,
                                 GBytes *name,
                                 GBytes *secret,
                                 GError **error);
/* A new descriptor that holds all of them and can be changed by nobody; -1 with no error where
 * there are none, with an error where it cannot be made. */
int tern_fetch_secrets_open (TernFetchSecrets *self, GError **error);
