/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which application a process belongs to, out of what the system says of it. */
#include "app-id.h"

#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
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
  g_assert_true (sandboxed);
}

/* A process that has ended and that nobody has waited for is in /proc still, without a root. */
static void
test_ended (void)
{
  const pid_t pid = fork ();
  siginfo_t info;
  gboolean sandboxed = FALSE;
  g_autofree char *none = NULL;

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    _exit (0);
  g_assert_cmpint (waitid (P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), ==, 0);
  none = app_id_of_process ((guint32)pid, &sandboxed);
  g_assert_null (none);
  g_assert_true (sandboxed);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

/* 0 and 1 are what it says of being sandboxed, 2 is that there are no namespaces here. */
static int
ask_from_namespace (pid_t about)
{
  gboolean sandboxed = TRUE;
  g_autofree char *id = NULL;

  if (unshare (CLONE_NEWUSER) != 0)
    return 2;
  id = app_id_of_process ((guint32)about, &sandboxed);
  return sandboxed ? 1 : 0;
}

/* As systemd starts the helper: with PrivateUsers=yes it may look into no other process's root. */
static void
test_private_users (void)
{
  const pid_t own = getpid ();
  const pid_t pid = fork ();
  int status;

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    _exit (ask_from_namespace (own));
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  if (WEXITSTATUS (status) == 2)
    {
      g_test_skip ("there are no user namespaces to be had");
      return;
    }
  g_assert_cmpint (WEXITSTATUS (status), ==, prctl (PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

static void
test_sandbox (void)
{
  g_autofree char *id
      = app_id_from_flatpak_cgroup ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/"
                                    "app-flatpak-org.example.App-2311.scope\n");

  g_assert_cmpstr (id, ==, "org.example.App");
  /* That of the terminal in which it was started. */
  g_assert_null (
      app_id_from_flatpak_cgroup ("0::/user.slice/app.slice/app-gnome-org.gnome.Terminal-1.scope"));
  g_assert_true (app_id_may_gain_privileges ("Name:\ta\nNoNewPrivs:\t0\nSeccomp:\t0\n"));
  g_assert_false (app_id_may_gain_privileges ("Name:\ta\nNoNewPrivs:\t1\nSeccomp:\t2\n"));
  g_assert_false (app_id_may_gain_privileges ("Name:\tNoNewPrivs:\t0\nSeccomp:\t2\n"));
  g_assert_false (app_id_may_gain_privileges (""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fetchd/app-id/flatpak", test_flatpak);
  g_test_add_func ("/fetchd/app-id/cgroup", test_cgroup);
  g_test_add_func ("/fetchd/app-id/process", test_process);
  g_test_add_func ("/fetchd/app-id/ended", test_ended);
  g_test_add_func ("/fetchd/app-id/private-users", test_private_users);
  g_test_add_func ("/fetchd/app-id/sandbox", test_sandbox);
  return g_test_run ();
}
