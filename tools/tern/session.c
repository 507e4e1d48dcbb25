/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From options to a TernClient, and the one question that is ever asked. */
#include "session.h"

#include "store.h"
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <tern/tern.h>
#include <termios.h>
#include <unistd.h>

#define PASSWORD_MOST 1024

/* FALSE when Ctrl-C came first: nobody may be left in a terminal that does not echo. */
static gboolean
wait_for_line (int tty, GCancellable *cancellable)
{
  GPollFD fds[2] = { { tty, G_IO_IN, 0 } };
  const guint n = g_cancellable_make_pollfd (cancellable, &fds[1]) ? 2 : 1;

  while (g_poll (fds, n, -1) < 0 && errno == EINTR)
    continue;
  if (n == 2)
    g_cancellable_release_fd (cancellable);
  return !g_cancellable_is_cancelled (cancellable);
}

/* Reads a line from the terminal without showing it. */
static char *
read_hidden (int tty, GCancellable *cancellable)
{
  struct termios before, hidden;
  char line[PASSWORD_MOST];
  char *password;
  gssize n = 0;

  if (tcgetattr (tty, &before) != 0)
    return NULL;
  hidden = before;
  hidden.c_lflag &= ~(tcflag_t) ECHO;
  tcsetattr (tty, TCSAFLUSH, &hidden);
  if (wait_for_line (tty, cancellable))
    n = read (tty, line, sizeof line);
  tcsetattr (tty, TCSAFLUSH, &before);
  if (n <= 0)
    return NULL;
  password = g_strndup (line, (gsize) n - (line[n - 1] == '\n'));
  explicit_bzero (line, sizeof line);
  return password;
}

/* Where there is no terminal the error is @otherwise. */
static char *
ask_password (const char *name, const char *otherwise, GCancellable *cancellable, GError **error)
{
  /* Standard input may be the body. */
  const int tty = open ("/dev/tty", O_RDWR | O_CLOEXEC);
  g_autofree char *question = g_strdup_printf (_ ("Password of %s: "), name);
  char *password = NULL;

  if (tty >= 0)
    {
      if (write (tty, question, strlen (question)) > 0)
        password = read_hidden (tty, cancellable);
      if (write (tty, "\n", 1) < 0)
        errno = 0;
      close (tty);
    }
  if (!password)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, otherwise);
  return password;
}

char *
session_get_password (const char *user, char **name, GCancellable *cancellable, GError **error)
{
  const char *colon = strchr (user, ':');

  *name = colon ? g_strndup (user, (gsize) (colon - user)) : g_strdup (user);
  if (colon)
    return g_strdup (colon + 1);
  return ask_password (*name, _ ("There is no terminal to ask for a password: -u NAME:PASSWORD"),
                       cancellable, error);
}

/* Each server that was named on the command line gets the credentials, and no other: a redirect
 * must not lead them away. */
static gboolean
add_credentials (TernClient *client,
                 const SessionOptions *options,
                 char **urls,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *password = session_get_password (options->user, &name, cancellable, error);
  g_autoptr (GBytes) name_bytes = g_bytes_new (name, strlen (name));
  g_autoptr (GBytes) password_bytes = password ? g_bytes_new (password, strlen (password)) : NULL;

  if (!password)
    return FALSE;
  for (char **url = urls; *url; url++)
    {
      g_autofree char *target = target_complete (*url);
      g_autofree char *server = target_server (target);

      if (server)
        tern_client_add_credentials_bytes (client, name_bytes, password_bytes, server);
    }
  explicit_bzero (password, strlen (password));
  return TRUE;
}

/* The token in the file, which may be empty; all @size bytes are to be wiped. */
static char *
read_token (const SessionOptions *options, gsize *size, GError **error)
{
  char *token = NULL;

  if (!g_file_get_contents (options->bearer, &token, size, error))
    return NULL;
  return g_strstrip (token);
}

/* At once, since few servers ask for it; and only to those that were named. */
static gboolean
add_token (TernClient *client, const SessionOptions *options, char **urls, GError **error)
{
  gsize size = 0;
  char *token = read_token (options, &size, error);

  if (!token)
    return FALSE;
  for (char **url = urls; *url && *token; url++)
    {
      g_autofree char *target = target_complete (*url);
      g_autofree char *server = target_server (target);

      if (server)
        tern_client_add_token (client, token, server);
    }
  tern_client_set_preemptive_auth (client, TRUE);
  explicit_bzero (token, size);
  g_free (token);
  return TRUE;
}

gboolean
session_pretend_login (TernClient *client,
                       const SessionOptions *options,
                       const char *url,
                       GError **error)
{
  g_autofree char *server = target_server (url);
  char *token = NULL;
  gsize size = 0;

  if (options->bearer && !(token = read_token (options, &size, error)))
    return FALSE;
  if (token && *token && server)
    tern_client_add_token (client, "token", server);
  if (options->user && server)
    tern_client_add_credentials (client, "user", "password", server);
  tern_client_set_preemptive_auth (client, options->bearer != NULL);
  if (token)
    explicit_bzero (token, size);
  g_free (token);
  return TRUE;
}

/* What was not asked for may not fail: without a home there is no cache. */
static gboolean
open_cache (TernClient *client, const SessionOptions *options, GError **error)
{
  g_autofree char *own = options->store ? NULL : tern_tool_store_uri ();
  g_autoptr (TernCacheStore) store = NULL;

  if (options->no_cache)
    return TRUE;
  store = tern_tool_store_open (own ? own : options->store, own ? NULL : error);
  if (store)
    tern_client_set_cache_store (client, store);
  return own || store;
}

static gboolean
is_uri (const char *name)
{
  return strncmp (name, "pkcs11:", 7) == 0;
}

static gboolean
check_readable (const char *name, GError **error)
{
  g_autofree char *shown = NULL;

  if (!name || is_uri (name) || access (name, R_OK) == 0)
    return TRUE;
  shown = g_filename_display_name (name);
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), _ ("Cannot read %s: %s"),
               shown, g_strerror (errno));
  return FALSE;
}

/* What a PEM file says of its key; a token's PIN is part of its URI, or where that says. */
static gboolean
is_locked (const char *name)
{
  g_autofree char *pem = NULL;
  gsize len = 0;
  gboolean locked;

  if (is_uri (name) || !g_file_get_contents (name, &pem, &len, NULL))
    return FALSE;
  locked = strstr (pem, "BEGIN ENCRYPTED PRIVATE KEY") || strstr (pem, "Proc-Type: 4,ENCRYPTED");
  explicit_bzero (pem, len);
  return locked;
}

/* For each server that was named on the command line, as the credentials. */
static gboolean
add_certificate (TernClient *client,
                 const SessionOptions *options,
                 char **urls,
                 GCancellable *cancellable,
                 GError **error)
{
  const char *key = options->key ? options->key : options->cert;
  g_autofree char *shown = g_filename_display_name (key);
  g_autofree char *password = NULL;

  if (!check_readable (options->cert, error) || !check_readable (key, error))
    return FALSE;
  if (is_locked (key))
    {
      password = ask_password (shown, _ ("There is no terminal to ask for the password of the key"),
                               cancellable, error);
      if (!password)
        return FALSE;
    }
  for (char **url = urls; *url; url++)
    {
      g_autofree char *target = target_complete (*url);
      g_autofree char *server = target_server (target);

      if (server)
        tern_client_add_certificate (client, key, options->cert, server, password);
    }
  if (password)
    explicit_bzero (password, strlen (password));
  return TRUE;
}

/* Hosts that no proxy is asked for are those of the environment's proxy too. */
static gboolean
set_proxy (TernClient *client, const SessionOptions *options, GError **error)
{
  const char *const hosts[] = { options->no_proxy, NULL };
  g_autoptr (TernProxy) proxy = NULL;

  if (options->no_proxy)
    g_setenv ("no_proxy", options->no_proxy, TRUE);
  if (!options->proxy)
    return TRUE;
  if (!*options->proxy || strcmp (options->proxy, "direct://") == 0)
    {
      g_autoptr (GProxyResolver) direct = g_simple_proxy_resolver_new ("direct://", NULL);

      tern_client_set_proxy_resolver (client, direct);
      return TRUE;
    }
  proxy = tern_proxy_new_from_uri (options->proxy, error);
  if (!proxy)
    return FALSE;
  tern_proxy_set_bypass (proxy, hosts);
  tern_client_set_proxy (client, proxy);
  return TRUE;
}

TernClient *
session_make_client (const SessionOptions *options,
                     char **urls,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (TernClient) client = tern_client_new ();

  if (options->timeout >= 0)
    tern_client_set_timeout (client, options->timeout);
  if (options->connect_timeout >= 0)
    tern_client_set_connect_timeout (client, options->connect_timeout);
  if (options->total_timeout >= 0)
    tern_client_set_total_timeout (client, options->total_timeout);
  if (options->max_redirects >= 0)
    tern_client_set_max_redirects (client, (guint) options->max_redirects);
  if (options->no_follow)
    tern_client_set_follow_redirects (client, FALSE);
  if (!check_readable (options->ca_file, error))
    return NULL;
  if (options->ca_file)
    tern_client_set_ca_file (client, options->ca_file);
  if (options->insecure)
    tern_client_set_validate_certificates (client, FALSE);
  if (!set_proxy (client, options, error))
    return NULL;
  if (!open_cache (client, options, error))
    return NULL;
  if (options->cert && !add_certificate (client, options, urls, cancellable, error))
    return NULL;
  if (options->bearer && !add_token (client, options, urls, error))
    return NULL;
  if (options->user && !add_credentials (client, options, urls, cancellable, error))
    return NULL;
  return g_steal_pointer (&client);
}
