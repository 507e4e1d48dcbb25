/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which application a process belongs to, out of what the system says of it. */
#include "app-id.h"

#include <string.h>
#include <unistd.h>

static void
test_flatpak (void)
{
  static const struct
  {
    const char *text;
    const char *id;
  } cases[] = {
    { "[Application]\nname=org.example.App\n", "org.example.App" },
    { "[Application]\nname=../../etc\n", NULL },
    { "[Application]\nname=\n", NULL },
    { "[Instance]\nname=org.example.App\n", NULL },
    { "", NULL },
    { "\xff\xfe", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *id = app_id_from_flatpak_info (cases[i].text, strlen (cases[i].text));

      g_assert_cmpstr (id, ==, cases[i].id);
    }
}

static void
test_cgroup (void)
{
  static const struct
  {
    const char *text;
    const char *id;
  } cases[] = {
    { "0::/user.slice/user-1000.slice/user@1000.service/app.slice/"
      "app-gnome-org.gnome.Maps-2311.scope\n",
      "org.gnome.Maps" },
    { "0::/user.slice/app.slice/app-org.example.App-12.scope\n", "org.example.App" },
    { "0::/user.slice/app.slice/app-org.example.App@autostart.service\n", "org.example.App" },
    { "0::/user.slice/app.slice/app-org.example.App.service\n", "org.example.App" },
    { "0::/user.slice/app.slice/app-gnome-org.example.My\\x2dApp-7.scope\n", "org.example.My-App" },
    { "0::/user.slice/app.slice/app-org.example.App-12.scope/inner\n", "org.example.App" },
    { "1:name=systemd:/user.slice/app-org.example.App-12.scope\n", "org.example.App" },
    { "5:memory:/app-org.example.App-12.scope\n", NULL },
    { "0::/user.slice/session-2.scope\n", NULL },
    { "0::/user.slice/app-.scope\n", NULL },
    { "0::/app-firefox-3.scope\n", NULL },
    { "0::/\n", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *id = app_id_from_cgroup (cases[i].text);

      g_assert_cmpstr (id, ==, cases[i].id);
    }
}

static void
test_process (void)
{
  gboolean sandboxed = TRUE;
  g_autofree char *own G_GNUC_UNUSED = app_id_of_process ((guint32)getpid (), &sandboxed);
  g_autofree char *none = NULL;

  g_assert_cmpint (sandboxed, ==, g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS));
  /* There is no process of that number: nothing is known of it, and nothing assumed. */
  none = app_id_of_process (G_MAXINT32, &sandboxed);
  g_assert_null (none);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fetchd/app-id/flatpak", test_flatpak);
  g_test_add_func ("/fetchd/app-id/cgroup", test_cgroup);
  g_test_add_func ("/fetchd/app-id/process", test_process);
  return g_test_run ();
}
