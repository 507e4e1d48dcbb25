/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Takes the proxies of the machine out of every test program before it begins: a test that wants
 * some sets them itself. It must never run after main() has begun. */

#include <glib.h>

static const char *const variables[] = {
  "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",    "all_proxy",
  "ALL_PROXY",  "no_proxy",   "NO_PROXY",    "REQUEST_METHOD",
};

__attribute__ ((constructor)) static void
forget_proxies (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);
  /* The desktop's settings: everything is direct. */
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
}
