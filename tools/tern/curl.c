/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The curl command that does the same, for bug reports and for machines without tern. It ends up in
 * public, so no secret may be in it. */
#include "curl.h"

#include "escape.h"
#include "head.h"
#include "report.h"
#include "target.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>
#include <tern/tern.h>
#include <unistd.h>

#define HARMLESS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=@%+,"

static void
append_word (GString *out, const char *word)
{
  g_autofree char *quoted = NULL;

  if (out->len > 0)
    g_string_append_c (out, ' ');
  if (*word && strspn (word, HARMLESS) == strlen (word))
    {
      g_string_append (out, word);
      return;
    }
  quoted = g_shell_quote (word);
  g_string_append (out, quoted);
}

static void
append_option (GString *out, const char *option, const char *value)
{
  append_word (out, option);
  if (value)
    append_word (out, value);
}

/* The library's own, which is sent whatever a header says (session-options.c). */
static gboolean
is_never_sent (const char *name)
{
  static const char *const names[]
      = { "Host", "Expect", "Content-Length", "Proxy-Connection", "Transfer-Encoding" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

static void
append_headers (GString *out, const Plan *plan)
{
  for (guint i = 0; i < plan->headers->len; i++)
    {
      const char *line = g_ptr_array_index (plan->headers, i);
      const gsize length = strcspn (line, ":");
      g_autofree char *name = g_strndup (line, length);
      const char *value = line[length] ? line + length + 1 : "";
      const gboolean is_empty = strspn (value, " \t") == strlen (value);
      g_autofree char *shown = NULL;

      if (is_never_sent (name))
        continue;
      /* curl takes "Name:" for the wish to send none, "Name;" for an empty one. */
      if (is_empty)
        shown = g_strconcat (name, ";", NULL);
      else
        shown = head_hide_secrets (line);
      append_option (out, "--header", shown);
    }
}

/* curl takes "Name:" for the wish to send none of its own. */
static void
append_removed (GString *out, const Plan *plan)
{
  for (guint i = 0; i < plan->removed->len; i++)
    {
      const char *name = g_ptr_array_index (plan->removed, i);
      g_autofree char *line = g_strconcat (name, ":", NULL);

      if (plan_lacks_header (plan, name))
        append_option (out, "--header", line);
    }
}

static void
append_body (GString *out, const Plan *plan)
{
  g_autofree char *from = plan->file ? g_strconcat ("@", plan->file, NULL) : NULL;

  for (char **part = plan->data; part && *part; part++)
    append_option (out, **part == '@' ? "--data-binary" : "--data-raw", *part);
  if (plan->data)
    return;
  for (guint i = 0; plan->parts && i < plan->parts->len; i++)
    {
      const char *part = g_ptr_array_index (plan->parts, i);
      const gboolean is_file = strstr (part, "=@") == strchr (part, '=');

      append_option (out, is_file ? "--form" : "--form-string", part);
    }
  if (plan->parts)
    return;
  if (plan->type && !plan_has_header (plan, "Content-Type")
      && !plan_lacks_header (plan, "Content-Type"))
    {
      g_autofree char *type = g_strconcat ("Content-Type: ", plan->type, NULL);

      append_option (out, "--header", type);
    }
  if (from)
    append_option (out, "--data-binary", from);
  else if (plan->body)
    {
      gsize length;
      const char *data = g_bytes_get_data (plan->body, &length);
      g_autofree char *text = g_strndup (data, length);

      append_option (out, "--data-raw", text);
    }
}

static void
append_seconds (GString *out, const char *option, double seconds)
{
  g_autofree char *text = g_strdup_printf ("%.0f", ceil (seconds));

  if (seconds > 0)
    append_option (out, option, text);
}

static void
append_session (GString *out, const SessionOptions *session)
{
  const char *colon = session->user ? strchr (session->user, ':') : NULL;
  g_autofree char *name = colon ? g_strndup (session->user, (gsize) (colon - session->user))
                                : g_strdup (session->user);
  g_autofree char *user = name ? g_strconcat (name, ":***", NULL) : NULL;
  g_autofree char *proxy = session->proxy ? target_hide_password (session->proxy) : NULL;
  g_autofree char *redirects
      = g_strdup_printf ("%d", session->max_redirects >= 0 ? session->max_redirects : 5);

  if (!session->no_follow)
    {
      append_word (out, "--location");
      append_option (out, "--max-redirs", redirects);
    }
  if (user)
    {
      append_word (out, "--anyauth");
      append_option (out, "--user", user);
    }
  if (session->bearer)
    append_option (out, "--oauth2-bearer", "***");
  if (proxy)
    append_option (out, "--proxy", strcmp (proxy, "direct://") == 0 ? "" : proxy);
  if (session->no_proxy)
    append_option (out, "--noproxy", session->no_proxy);
  if (session->ca_file)
    append_option (out, "--cacert", session->ca_file);
  if (session->cert)
    append_option (out, "--cert", session->cert);
  if (session->key)
    append_option (out, "--key", session->key);
  if (session->insecure)
    append_word (out, "--insecure");
  append_seconds (out, "--connect-timeout",
                  session->connect_timeout >= 0 ? session->connect_timeout : 30);
  append_seconds (out, "--max-time", session->total_timeout);
}

static void
append_method (GString *out, const Plan *plan)
{
  const gboolean has_body = plan->data || plan->file || plan->body;

  if (strcmp (plan->method, "HEAD") == 0 && !has_body)
    append_word (out, "--head");
  else if (strcmp (plan->method, has_body ? "POST" : "GET") != 0)
    append_option (out, "--request", plan->method);
}

gboolean
curl_print (const FetchOptions *options, const Plan *plan, GError **error)
{
  g_autoptr (GString) out = g_string_new ("curl --fail-with-body");
  /* As it is sent: curl neither encodes what is no part of a URL nor knows every name. */
  g_autofree char *plain = tern_uri_normalize (plan->url, NULL);
  g_autofree char *url = target_hide_password (plain ? plain : plan->url);

  /* Brackets and braces mean something to curl alone. */
  if (strpbrk (url, "[]{}"))
    append_word (out, "--globoff");
  append_method (out, plan);
  if (!options->raw && !plan_lacks_header (plan, "Accept-Encoding"))
    append_word (out, "--compressed");
  append_session (out, &options->session);
  append_headers (out, plan);
  append_removed (out, plan);
  append_body (out, plan);
  if (options->transfer.verbose)
    append_word (out, "--verbose");
  if (options->include_head)
    append_word (out, "--include");
  if (options->output)
    append_option (out, "--output", options->output);
  append_word (out, url);
  g_string_append_c (out, '\n');
  if (isatty (STDOUT_FILENO))
    {
      g_autofree char *safe = escape_text (out->str);

      return write_fully (STDOUT_FILENO, safe, strlen (safe), error);
    }
  return write_fully (STDOUT_FILENO, out->str, out->len, error);
}
