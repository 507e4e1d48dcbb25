/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one place that reads http_proxy and its kin. It must never keep a value: the next request
 * reads them again. */
#include "engine/tern-proxy-environment.h"

#include <string.h>
#include <tern/tern-proxy.h>
#include <unistd.h>

#include "policy/tern-proxy-rules.h"

/* All that the rules look up. The guard says nothing of proxies by itself. */
static const struct
{
  const char *start;
  gsize len;
  gboolean guard;
} variables[] = {
  { "http_proxy=", 11, FALSE },  { "HTTP_PROXY=", 11, FALSE }, { "https_proxy=", 12, FALSE },
  { "HTTPS_PROXY=", 12, FALSE }, { "all_proxy=", 10, FALSE },  { "ALL_PROXY=", 10, FALSE },
  { "no_proxy=", 9, FALSE },     { "NO_PROXY=", 9, FALSE },    { "REQUEST_METHOD=", 15, TRUE },
};

/* Which variables begin with a byte, and have it in the second place, as a bit each: so nearly all
 * others cost two looks. */
static const guint16 by_first[256] = {
  ['h'] = 1 << 0 | 1 << 2, ['H'] = 1 << 1 | 1 << 3, ['a'] = 1 << 4, ['A'] = 1 << 5,
  ['n'] = 1 << 6,          ['N'] = 1 << 7,          ['R'] = 1 << 8,
};
static const guint16 by_second[256] = {
  ['t'] = 1 << 0 | 1 << 2, ['T'] = 1 << 1 | 1 << 3, ['l'] = 1 << 4, ['L'] = 1 << 5,
  ['o'] = 1 << 6,          ['O'] = 1 << 7,          ['E'] = 1 << 8,
};

/* FNV-1a, with the NUL at the end. */
static guint64
add_text (guint64 hash, const char *text)
{
  do
    hash = (hash ^ (guint8)*text) * G_GUINT64_CONSTANT (0x100000001B3);
  while (*text++);
  return hash;
}

guint64
tern_proxy_environment_stamp (void)
{
  guint64 hash = G_GUINT64_CONSTANT (0xCBF29CE484222325);
  gboolean any = FALSE;

  for (char **entry = environ; entry && *entry; entry++)
    {
      guint candidates = by_first[(guint8)entry[0][0]];

      if (G_LIKELY (candidates == 0) || (candidates &= by_second[(guint8)entry[0][1]]) == 0)
        continue;
      for (; candidates != 0; candidates &= candidates - 1)
        {
          const guint i = g_bit_nth_lsf (candidates, -1);

          if (strncmp (*entry, variables[i].start, variables[i].len) != 0)
            continue;
          hash = add_text (hash, *entry);
          any |= !variables[i].guard;
        }
    }
  if (!any)
    return 0;
  return hash != 0 ? hash : 1;
}

static const char *
get_variable (const char *name, gpointer data)
{
  return g_getenv (name);
}

/**
 * tern_proxy_new_from_environment:
 * @scheme: the scheme of the URIs that are asked for, `http` or `https`
 * @error: return location for an error
 *
 * Reads the proxy from the environment's variables as they are now: `http_proxy` or `https_proxy`,
 * else `all_proxy`; each in lower case, else in upper case. Schemes other than `http` and `https`
 * have `all_proxy` alone. A variable that is set and empty means no proxy. `HTTP_PROXY` is not read
 * where `REQUEST_METHOD` is set: in a CGI program it is what the client says. The entries of
 * `no_proxy`, divided by commas and spaces, become [property@Proxy:bypass]; whether one fits is for
 * [method@Proxy.applies_to] to tell.
 *
 * Errors are those of [ctor@Proxy.new_from_uri], with the name of the variable.
 *
 * Returns: (transfer full) (nullable): a proxy; %NULL where there is none, and with @error set
 */
TernProxy *
tern_proxy_new_from_environment (const char *scheme, GError **error)
{
  return tern_proxy_rules_choose (scheme ? scheme : "", get_variable, NULL, error);
}

/**
 * tern_proxy_find_in_environment: (rename-to tern_proxy_new_from_environment)
 * @scheme: the scheme of the URIs that are asked for, `http` or `https`
 * @error: return location for an error
 *
 * Is tern_proxy_new_from_environment() for other languages: some of them take a constructor that
 * finds nothing for a failure.
 *
 * Returns: (transfer full) (nullable): a proxy; %NULL where there is none, and with @error set
 */
TernProxy *
tern_proxy_find_in_environment (const char *scheme, GError **error)
{
  return tern_proxy_new_from_environment (scheme, error);
}
