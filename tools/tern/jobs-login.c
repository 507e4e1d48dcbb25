/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The login of a job: it goes to the helper for one server, and never as an option of the job. */
#include "jobs-login.h"

#include "session.h"
#include "target.h"

#include <glib/gi18n.h>
#include <string.h>

const Option jobs_login_options[] = {
  { "user", 'u', OPTION_TEXT, G_STRUCT_OFFSET (JobsOptions, user), N_ ("NAME[:PASSWORD]"),
    N_ ("Log in; without a password it is asked for"),
    "The server of the URL gets it, and no other. It goes to the helper through a descriptor, is "
    "in no message and in no file: a job that is interrupted needs it again, from `tern jobs "
    "resume`.",
    NULL, TRUE },
  { "bearer", 0, OPTION_FILE, G_STRUCT_OFFSET (JobsOptions, bearer), N_ ("FILE"),
    N_ ("Show the token that is in this file"), "As a password is with `-u`.", NULL, FALSE },
  { NULL },
};

static gboolean
add_password (TernFetchService *service, const char *user, const char *server, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *password = session_get_password (user, &name, NULL, error);
  g_autoptr (GBytes) name_bytes = g_bytes_new (name, strlen (name));
  g_autoptr (GBytes) bytes = password ? g_bytes_new_static (password, strlen (password)) : NULL;
  const gboolean added
      = bytes
        && tern_fetch_service_add_credentials_bytes (service, name_bytes, bytes, server, error);

  if (password)
    explicit_bzero (password, strlen (password));
  return added;
}

static gboolean
add_token (TernFetchService *service, const char *path, const char *server, GError **error)
{
  g_autofree char *token = NULL;
  gsize length = 0;
  gboolean added;

  if (!g_file_get_contents (path, &token, &length, error))
    return FALSE;
  added = tern_fetch_service_add_token (service, g_strstrip (token), server, error);
  explicit_bzero (token, strlen (token));
  return added;
}

gboolean
jobs_login_add (TernFetchService *service,
                const JobsOptions *options,
                const char *uri,
                GError **error)
{
  g_autofree char *server = target_server (uri);

  if (options->user && !add_password (service, options->user, server, error))
    return FALSE;
  return !options->bearer || add_token (service, options->bearer, server, error);
}
