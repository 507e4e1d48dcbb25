/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two schemes for the flow tests, in place of all plugins; of a user "tell" they say the method and
 * the target that they were asked for:
 *
 *   Strong  says "Strong NAME NONCE", refuses a challenge with alg=unknown, has no answer for a
 *           user "mute", and takes a new challenge with stale=true as STALE, with step= as
 *           CONTINUE; with alg=unsupported it fails as Digest does, with sign= it adds the MD5 of
 *           the body, with count= the number of the answer; "bad" in the server's
 *           Authentication-Info does not pass
 *   Weak    says "Weak NAME", also before it is asked
 *
 * They must never remember anything between two objects. */

#pragma once

#include <tern/tern-plugin.h>

extern const TernPlugin tern_plugin_fake_strong;
extern const TernPlugin tern_plugin_fake_weak;
