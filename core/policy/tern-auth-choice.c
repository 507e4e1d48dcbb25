/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Orders challenges by the strength of their schemes; it must never prefer what stands first over
 * what is stronger, or a server's (or attacker's) order could talk us into Basic. */
#include "policy/tern-auth-choice.h"

typedef struct
{
  TernChallenge *challenge;
  int rank;
  guint place;
} Offer;

static int
compare_offers (gconstpointer a, gconstpointer b)
{
  const Offer *left = a, *right = b;

  if (left->rank != right->rank)
    return left->rank > right->rank ? -1 : 1;
  return left->place < right->place ? -1 : 1;
}

GPtrArray *
tern_auth_choice_sort (GPtrArray *challenges, TernAuthRankFunc rank, gpointer data)
{
  g_autoptr (GArray) offers = g_array_new (FALSE, FALSE, sizeof (Offer));
  GPtrArray *sorted = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_challenge_unref);

  for (guint i = 0; i < challenges->len; i++)
    {
      TernChallenge *challenge = challenges->pdata[i];
      const Offer offer = { challenge, rank (tern_challenge_get_scheme (challenge), data), i };

      if (offer.rank >= 0)
        g_array_append_val (offers, offer);
    }
  g_array_sort (offers, compare_offers);
  for (guint i = 0; i < offers->len; i++)
    g_ptr_array_add (sorted, tern_challenge_ref (g_array_index (offers, Offer, i).challenge));
  return sorted;
}
