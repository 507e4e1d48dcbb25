/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which application a process belongs to: what Flatpak wrote into its root, or the systemd unit
 * that it was started in. A process outside of any sandbox can pretend to be another, which gains
 * it nothing: it may read all of its user's files. A process inside of one cannot, and where it is
 * not clear what it is, it is nobody but itself. */
#include "app-id.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#define FILE_MOST 65536

/* The text of a file below /proc/PID, at most FILE_MOST bytes; NULL with errno where there is none.
 */
static char *
read_below (guint32 pid, const char *name, gsize *length)
{
  g_autofree char *path = g_strdup_printf ("/proc/%u/%s", pid, name);
  g_autofree char *text = g_malloc0 (FILE_MOST + 1);
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  gssize n;

  if (fd < 0)
    return NULL;
  n = read (fd, text, FILE_MOST);
  close (fd);
  if (n < 0)
    return NULL;
  *length = (gsize)n;
  return g_steal_pointer (&text);
}

char *
app_id_from_flatpak_info (const char *text, gsize length)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *name = NULL;

  if (!g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, NULL))
    return NULL;
  name = g_key_file_get_string (file, "Application", "name", NULL);
  return name && g_application_id_is_valid (name) ? g_steal_pointer (&name) : NULL;
}

/* systemd writes "\x2d" for what would be read as a separator. */
static char *
unescape_unit (const char *text, gsize length)
{
  GString *plain = g_string_new (NULL);

  for (gsize i = 0; i < length; i++)
    {
      const gboolean escaped = text[i] == '\\' && i + 3 < length && text[i + 1] == 'x'
                               && g_ascii_isxdigit (text[i + 2]) && g_ascii_isxdigit (text[i + 3]);
      const int byte
          = escaped ? g_ascii_xdigit_value (text[i + 2]) * 16 + g_ascii_xdigit_value (text[i + 3])
                    : text[i];

      /* An application's identifier has no NUL and so no more behind it. */
      if (byte == '\0')
        break;
      g_string_append_c (plain, (char)byte);
      i += escaped ? 3 : 0;
    }
  return g_string_free (plain, FALSE);
}

/* "app-gnome-org.example.App-1234.scope", "app-org.example.App@1.service": the naming scheme for
 * desktops of systemd's documentation. */
static char *
app_id_from_unit (const char *unit)
{
  const char *start, *end, *dash;
  g_autofree char *id = NULL;

  if (!g_str_has_prefix (unit, "app-"))
    return NULL;
  start = unit + strlen ("app-");
  if (g_str_has_suffix (unit, ".scope"))
    {
      end = strrchr (start, '-'); /* a random number follows */
      if (!end)
        return NULL;
    }
  else if (g_str_has_suffix (unit, ".service"))
    {
      end = strchr (start, '@');
      end = end ? end : unit + strlen (unit) - strlen (".service");
    }
  else
    return NULL;
  if (end <= start)
    return NULL;
  /* A launcher may stand in front; no identifier has a dash that is not escaped. */
  dash = g_strrstr_len (start, end - start, "-");
  start = dash ? dash + 1 : start;
  id = unescape_unit (start, (gsize)(end - start));
  return g_application_id_is_valid (id) ? g_steal_pointer (&id) : NULL;
}

static char *
find_unit (const char *text, const char *prefix)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", 64);

  for (guint i = 0; lines[i]; i++)
    {
      g_auto (GStrv) parts = NULL;

      /* cgroup v2's line, or systemd's own hierarchy where both are there. */
      if (!g_str_has_prefix (lines[i], "0::") && !strstr (lines[i], ":name=systemd:"))
        continue;
      parts = g_strsplit (lines[i], "/", 64);
      for (guint n = g_strv_length (parts); n > 0; n--)
        {
          const char *unit = parts[n - 1];
          char *id = g_str_has_prefix (unit, prefix) ? app_id_from_unit (unit) : NULL;

          if (id)
            return id;
        }
    }
  return NULL;
}

char *
app_id_from_cgroup (const char *text)
{
  return find_unit (text, "app-");
}

/* Flatpak makes a scope for each application that it starts, from outside of the sandbox. Where it
 * cannot, its processes stay in that of whoever called it, which is not to be taken for theirs. */
char *
app_id_from_flatpak_cgroup (const char *text)
{
  return find_unit (text, "app-flatpak-");
}

gboolean
app_id_may_gain_privileges (const char *status)
{
  return strstr (status, "\nNoNewPrivs:\t0\n") != NULL;
}

/* One that has ended has neither a root nor an application any more. */
static gboolean
is_alive (const char *status)
{
  return !strstr (status, "\nState:\tZ") && !strstr (status, "\nState:\tX");
}

char *
app_id_of_process (guint32 pid, gboolean *sandboxed)
{
  g_autofree char *info = NULL, *cgroup = NULL, *status = NULL;
  gsize length = 0;
  int reason;

  *sandboxed = TRUE;
  info = read_below (pid, "root/.flatpak-info", &length);
  reason = errno;
  if (info)
    return app_id_from_flatpak_info (info, length);
  status = read_below (pid, "status", &length);
  cgroup = read_below (pid, "cgroup", &length);
  /* Who let the process end that made the connection shall not gain by it. */
  if (!status || !cgroup || !is_alive (status))
    return NULL;
  /* A helper in a user namespace of its own (PrivateUsers=yes) may look into no root. But
   * bubblewrap forbids new privileges, for good: who may gain some is in no sandbox of Flatpak's.
   */
  *sandboxed = reason != ENOENT && !(reason == EACCES && app_id_may_gain_privileges (status));
  return *sandboxed ? app_id_from_flatpak_cgroup (cgroup) : app_id_from_cgroup (cgroup);
}
