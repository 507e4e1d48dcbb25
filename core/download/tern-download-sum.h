/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The digests of a download while it grows: SHA-256 always, and the one that the program named. It
 * never sees a file. */
#pragma once

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <glib.h>

typedef struct
{
  gnutls_hash_hd_t sha256;
  gnutls_hash_hd_t other; /* where the program wants another one */
  gnutls_digest_algorithm_t algorithm;
  char *wanted; /* in lower case; NULL is none */
  const char *name;
} TernDownloadSum;

/* @wanted: "sha256:" and hexadecimal digits, NULL for none. */
gboolean tern_download_sum_init (TernDownloadSum *self, const char *wanted, GError **error);
void tern_download_sum_clear (TernDownloadSum *self);

/* Back to nothing. */
void tern_download_sum_restart (TernDownloadSum *self);
void tern_download_sum_add (TernDownloadSum *self, gconstpointer data, gsize len);

/* SHA-256 so far; NULL where it cannot be told before the end. */
char *tern_download_sum_peek (const TernDownloadSum *self);

/* At the end: whether it is what the program wanted; a failure is TERN_ERROR_CHECKSUM. */
gboolean tern_download_sum_check (TernDownloadSum *self, const char *name, GError **error);
