/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of the variables names the proxy. */
#include "policy/tern-proxy-rules.h"

#include <string.h>

#include "proxy-errors.h"

#define MAX_VARIABLES 5

static const struct
{
  const char *scheme;
  const char *variables[MAX_VARIABLES]; /* NAME=value */
  const char *host;                     /* NULL: none; "!code" is an error of that variable */
  const char *bypass;
} environments[] = {
  { "http", { NULL }, NULL, NULL },
  { "http", { "http_proxy=http://a:1" }, "a", "" },
  { "http", { "HTTP_PROXY=http://a:1" }, "a", "" },
  { "http", { "http_proxy=a", "HTTP_PROXY=b" }, "a", "" },
  { "http", { "http_proxy=", "HTTP_PROXY=b" }, NULL, NULL },
  { "http", { "http_proxy=", "all_proxy=b" }, NULL, NULL },
  { "http", { "http_proxy= \t", "all_proxy=b" }, NULL, NULL },
  { "http", { "http_proxy= a " }, "a", "" },
  { "http", { "HTTP_PROXY=a", "REQUEST_METHOD=GET" }, NULL, NULL },
  { "http", { "HTTP_PROXY=a", "REQUEST_METHOD=" }, NULL, NULL },
  { "http", { "http_proxy=a", "REQUEST_METHOD=GET" }, "a", "" },
  { "http", { "HTTP_PROXY=a", "all_proxy=b", "REQUEST_METHOD=GET" }, "b", "" },
  { "https", { "HTTPS_PROXY=a", "REQUEST_METHOD=GET" }, "a", "" },
  { "http", { "Http_Proxy=a" }, NULL, NULL },
  { "http", { "https_proxy=a" }, NULL, NULL },
  { "https", { "http_proxy=a", "HTTP_PROXY=a" }, NULL, NULL },
  { "https", { "https_proxy=a" }, "a", "" },
  { "https", { "HTTPS_PROXY=a" }, "a", "" },
  { "HTTPS", { "https_proxy=a", "HTTPS_PROXY=b" }, "a", "" },
  { "http", { "all_proxy=a" }, "a", "" },
  { "https", { "ALL_PROXY=a" }, "a", "" },
  { "https", { "all_proxy=a", "ALL_PROXY=b" }, "a", "" },
  { "http", { "http_proxy=a", "all_proxy=b" }, "a", "" },
  { "http", { "HTTP_PROXY=a", "all_proxy=b" }, "a", "" },
  { "ftp", { "ftp_proxy=a", "http_proxy=b" }, NULL, NULL },
  { "ftp", { "all_proxy=a" }, "a", "" },
  { "", { "_proxy=a", "http_proxy=a" }, NULL, NULL },
  { "http", { "http_proxy=a", "no_proxy=x, .y" }, "a", "x|.y" },
  { "http", { "http_proxy=a", "NO_PROXY=x" }, "a", "x" },
  { "http", { "http_proxy=a", "no_proxy=", "NO_PROXY=x" }, "a", "" },
  { "http", { "http_proxy=a", "no_proxy=x", "NO_PROXY=y" }, "a", "x" },
  { "http", { "no_proxy=x" }, NULL, NULL },
  { "http", { "http_proxy=u:hush" }, "!http_proxy: ", NULL },
  { "http", { "HTTP_PROXY=u:hush@" }, "!HTTP_PROXY: ", NULL },
  { "http", { "http_proxy=a\nb", "all_proxy=b" }, "!http_proxy: ", NULL },
  { "https", { "https_proxy=ftp://u:hush@h" }, "!https_proxy: ", NULL },
  { "https", { "all_proxy=http://h:0" }, "!all_proxy: ", NULL },
};

static const char *
look_up (const char *name, gpointer data)
{
  const char *const *variables = data;
  const gsize len = strlen (name);

  for (guint i = 0; i < MAX_VARIABLES && variables[i]; i++)
    if (strncmp (variables[i], name, len) == 0 && variables[i][len] == '=')
      return variables[i] + len + 1;
  return NULL;
}

static void
test_environment (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (environments); i++)
    {
      const char *host = environments[i].host;
      g_autoptr (GError) error = NULL;
      g_autoptr (TernProxy) proxy = tern_proxy_rules_choose (
          environments[i].scheme, look_up, (gpointer)environments[i].variables, &error);
      g_autofree char *bypass = NULL;

      g_test_message ("%" G_GSIZE_FORMAT, i);
      if (host && host[0] == '!')
        {
          g_assert_null (proxy);
          g_assert_nonnull (error);
          g_assert_true (g_str_has_prefix (error->message, host + 1));
          check_fit_to_show (error);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpstr (proxy ? tern_proxy_get_host (proxy) : NULL, ==, host);
      if (!proxy)
        continue;
      bypass = g_strjoinv ("|", (char **)tern_proxy_get_bypass (proxy));
      g_assert_cmpstr (bypass, ==, environments[i].bypass);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proxy-rules/environment", test_environment);
  return g_test_run ();
}
