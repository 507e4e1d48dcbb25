/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses and checks the options of `tern get`; it opens no file and asks no server. */
#include "get-options.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* A week is longer than any transfer, and far from where microseconds overflow. */
#define SECONDS_MOST (7.0 * 24 * 3600)

typedef struct
{
  char *timeout;
  char *connect_timeout;
  char *total_timeout;
} Times;

static const char description[] = N_ ("Exit codes:\n"
                                      "  0  all went well            8  TLS or certificate\n"
                                      "  1  anything else            9  a time limit was reached\n"
                                      "  2  wrong command line      10  authentication (401, 407)\n"
                                      "  3  redirect not followed   11  local file\n"
                                      "  4  HTTP 4xx                13  the answer is incomplete\n"
                                      "  5  HTTP 5xx                14  too many redirects\n"
                                      "  6  name not found          15  not in the cache\n"
                                      "  7  cannot connect          16  plugin\n"
                                      "130  interrupted\n"
                                      "\n"
                                      "“tern plugins” lists the plugins. The manual is tern(1).");

static GOptionContext *
make_context (GetOptions *self, Times *times)
{
  const GOptionEntry entries[] = {
    { "include", 'i', 0, G_OPTION_ARG_NONE, &self->include_head,
      N_ ("Print the head of the response before its body"), NULL },
    { "header", 'H', 0, G_OPTION_ARG_FILENAME_ARRAY, &self->headers, N_ ("Send a header field"),
      N_ ("NAME: VALUE") },
    { "data", 'd', 0, G_OPTION_ARG_FILENAME_ARRAY, &self->data,
      N_ ("Send a body, by POST unless -X says otherwise"), N_ ("DATA|@FILE|@-") },
    { "request", 'X', 0, G_OPTION_ARG_FILENAME, &self->method, N_ ("Use this method"),
      N_ ("METHOD") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &self->output,
      N_ ("Write the body to a file, complete or not at all"), N_ ("FILE") },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose,
      N_ ("Show heads and timings on standard error, without secrets"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, N_ ("Print one JSON object for each URL"),
      NULL },
    { "user", 'u', 0, G_OPTION_ARG_FILENAME, &self->user,
      N_ ("Log in; without a password it is asked for"), N_ ("NAME[:PASSWORD]") },
    { "bearer", 0, 0, G_OPTION_ARG_FILENAME, &self->bearer,
      N_ ("Show the token that is in this file"), N_ ("FILE") },
    { "cache", 0, 0, G_OPTION_ARG_FILENAME, &self->cache, N_ ("Use a cache, such as file:///DIR"),
      N_ ("URI") },
    { "no-follow", 0, 0, G_OPTION_ARG_NONE, &self->no_follow, N_ ("Follow no redirects"), NULL },
    { "max-redirects", 0, 0, G_OPTION_ARG_INT, &self->max_redirects,
      N_ ("Follow at most so many redirects"), N_ ("N") },
    { "timeout", 0, 0, G_OPTION_ARG_STRING, &times->timeout,
      N_ ("Give up when nothing moved for that long"), N_ ("SECONDS") },
    { "connect-timeout", 0, 0, G_OPTION_ARG_STRING, &times->connect_timeout,
      N_ ("Give up when no connection stands after that long"), N_ ("SECONDS") },
    { "total-timeout", 0, 0, G_OPTION_ARG_STRING, &times->total_timeout,
      N_ ("Give up after that long"), N_ ("SECONDS") },
    { "proxy", 0, 0, G_OPTION_ARG_FILENAME, &self->proxy,
      N_ ("Go through this proxy; “direct://” is none"), N_ ("URI") },
    { "no-proxy", 0, 0, G_OPTION_ARG_FILENAME, &self->no_proxy,
      N_ ("Go to these hosts without a proxy"), N_ ("HOST,…") },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &self->ca_file,
      N_ ("Trust the certificates in this file, not the system's"), N_ ("FILE") },
    { "cert", 0, 0, G_OPTION_ARG_FILENAME, &self->cert,
      N_ ("Show this certificate to servers that ask for one"), N_ ("FILE|PKCS11-URI") },
    { "key", 0, 0, G_OPTION_ARG_FILENAME, &self->key,
      N_ ("The key of --cert, where it is not in the same file"), N_ ("FILE|PKCS11-URI") },
    { "insecure", 'k', 0, G_OPTION_ARG_NONE, &self->insecure, N_ ("Do not check certificates"),
      NULL },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &self->raw,
      N_ ("Do not ask for content codings, decode nothing"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->show_version, N_ ("Print the version"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->urls, NULL, NULL },
    { NULL }
  };
  GOptionContext *context = g_option_context_new (_ ("[get] URL…"));

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, _ ("Fetch URLs and print their bodies."));
  g_option_context_set_description (context, _ (description));
  return context;
}

static gboolean
refuse (GError **error, char *message)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  g_free (message);
  return FALSE;
}

static gboolean
parse_seconds (const char *name, const char *text, double *seconds, GError **error)
{
  char *end;

  if (!text)
    return TRUE;
  *seconds = g_ascii_strtod (text, &end);
  if (end == text || *end || !isfinite (*seconds) || *seconds < 0 || *seconds > SECONDS_MOST)
    return refuse (error,
                   g_strdup_printf (_ ("--%s: “%s” is not a number of seconds"), name, text));
  return TRUE;
}

static gboolean
check_data (GetOptions *self, GError **error)
{
  guint n_stdin = 0;

  for (char **data = self->data; data && *data; data++)
    n_stdin += strcmp (*data, "@-") == 0;
  if (n_stdin > 1)
    return refuse (error, g_strdup (_ ("Standard input can be sent once only (-d @-)")));
  return TRUE;
}

static gboolean
check (GetOptions *self, const Times *times, GError **error)
{
  if (!parse_seconds ("timeout", times->timeout, &self->timeout, error)
      || !parse_seconds ("connect-timeout", times->connect_timeout, &self->connect_timeout, error)
      || !parse_seconds ("total-timeout", times->total_timeout, &self->total_timeout, error)
      || !check_data (self, error))
    return FALSE;
  if (self->show_version)
    return TRUE;
  if (self->max_redirects < 0 && self->max_redirects != G_MININT)
    return refuse (error, g_strdup (_ ("--max-redirects: a number of 0 or more is needed")));
  if (!self->urls || !self->urls[0])
    return refuse (error, g_strdup (_ ("No URL was given; see “tern --help”")));
  if (self->urls[1] && self->output && strcmp (self->output, "-") != 0)
    return refuse (error, g_strdup (_ ("One file cannot take the bodies of several URLs (-o)")));
  if (self->key && !self->cert)
    return refuse (error, g_strdup (_ ("A key needs its certificate (--cert)")));
  if (self->user && (!*self->user || *self->user == ':'))
    return refuse (error, g_strdup (_ ("A user has a name: -u NAME:PASSWORD")));
  return TRUE;
}

gboolean
get_options_parse (GetOptions *self, int argc, char **argv, GError **error)
{
  Times times = { NULL };
  g_autoptr (GOptionContext) context = NULL;
  gboolean is_good;

  *self = (GetOptions){
    .timeout = -1, .connect_timeout = -1, .total_timeout = -1, .max_redirects = G_MININT
  };
  context = make_context (self, &times);
  is_good = g_option_context_parse (context, &argc, &argv, error) && check (self, &times, error);
  g_free (times.timeout);
  g_free (times.connect_timeout);
  g_free (times.total_timeout);
  return is_good;
}

void
get_options_clear (GetOptions *self)
{
  /* What is secret does not stay in freed memory. */
  if (self->user)
    memset (self->user, 0, strlen (self->user));
  if (self->proxy)
    memset (self->proxy, 0, strlen (self->proxy));
  g_strfreev (self->urls);
  g_strfreev (self->headers);
  g_strfreev (self->data);
  g_free (self->method);
  g_free (self->output);
  g_free (self->user);
  g_free (self->bearer);
  g_free (self->cache);
  g_free (self->proxy);
  g_free (self->no_proxy);
  g_free (self->ca_file);
  g_free (self->cert);
  g_free (self->key);
}
