/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernGuard: see the header. Between fork and exec of a process with threads only system calls are
 * allowed, so all that the guard needs is made before. */

#include "tern-guard.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long the killed may take to be gone. */
#define GONE_MS 3000

typedef struct
{
  const char *dir;
  const char *const *argv;
  const char *const *litter;
  const char *const *env;
  uid_t uid; /* 0: as it is */
  gid_t gid;
} Launch;

static const struct passwd *
find_nobody (void)
{
  static struct passwd nobody;
  static gsize once;

  if (g_once_init_enter (&once))
    {
      const struct passwd *found = getpwnam ("nobody");

      if (found)
        nobody = *found;
      g_once_init_leave (&once, 1);
    }
  return &nobody;
}

void
tern_guard_give (const char *path)
{
  const struct passwd *nobody = find_nobody ();

  if (geteuid () == 0 && nobody->pw_uid != 0 && chown (path, nobody->pw_uid, nobody->pw_gid) != 0)
    g_warning ("guard: %s: %s", path, g_strerror (errno));
}

/* Some servers refuse to be root and the others behave differently then. Where the folder is out
 * of reach for an ordinary user (a TMPDIR below /root), root it stays. */
static void
become_ordinary (const Launch *launch)
{
  struct stat info;

  if (launch->uid == 0 || setegid (launch->gid) != 0 || seteuid (launch->uid) != 0)
    return;
  gboolean reachable = stat (launch->dir, &info) == 0;
  if (seteuid (0) != 0 || setegid (0) != 0)
    _exit (126);
  if (reachable
      && (setgroups (0, NULL) != 0 || setgid (launch->gid) != 0 || setuid (launch->uid) != 0))
    _exit (126);
}

static void
run_program (const Launch *launch)
{
  sigset_t none;

  setpgid (0, 0);
  become_ordinary (launch);
  int null = open ("/dev/null", O_RDWR);
  if (chdir (launch->dir) != 0 || null < 0)
    _exit (127);
  int output = open ("output", O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2 (null, 0);
  dup2 (output < 0 ? null : output, 1);
  dup2 (output < 0 ? null : output, 2);
  close_range (3, ~0u, 0);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  execve (launch->argv[0], (char **)launch->argv, (char **)launch->env);
  _exit (127);
}

/* Buries who has died; TRUE when @pid is among them, and @all says whether nobody is left. */
static gboolean
reap (pid_t pid, gboolean *all)
{
  gboolean found = FALSE;
  pid_t dead;

  while ((dead = waitpid (-1, NULL, WNOHANG)) > 0)
    found |= dead == pid;
  *all = dead < 0;
  return found;
}

/* Fd 0 is the pipe to the test and nothing else is open: a connection of the test's that was
 * inherited would never end. */
static int
isolate (int pipe)
{
  sigset_t child;

  setpgid (0, 0);
  prctl (PR_SET_CHILD_SUBREAPER, 1);
  signal (SIGCHLD, SIG_DFL);
  dup2 (pipe, 0);
  if (close_range (1, ~0u, 0) != 0)
    for (int fd = 1; fd < 1024; fd++)
      close (fd);
  sigemptyset (&child);
  sigaddset (&child, SIGCHLD);
  sigprocmask (SIG_BLOCK, &child, NULL);
  return signalfd (-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void
drain (int children)
{
  struct signalfd_siginfo info;

  while (read (children, &info, sizeof info) > 0)
    ;
}

/* Nobody is left who would remove the folder. */
static void
remove_folder (const char *dir)
{
  execl ("/bin/rm", "rm", "-rf", "--", dir, (char *)NULL);
}

static void
stand_guard (const Launch *launch, int pipe)
{
  struct pollfd fds[2]
      = { { .fd = 0, .events = POLLIN }, { .fd = isolate (pipe), .events = POLLIN } };
  gboolean ended = FALSE, all = FALSE;
  char word;
  pid_t pid = fork ();

  if (pid == 0)
    run_program (launch);
  setpgid (pid, pid);
  while (pid > 0 && !ended)
    {
      if (poll (fds, 2, -1) < 0 && errno != EINTR)
        break;
      drain (fds[1].fd);
      ended = reap (pid, &all);
      if (fds[0].revents != 0)
        break;
    }
  if (pid > 0)
    kill (-pid, SIGKILL);
  for (int waited = 0; !all && waited < GONE_MS; waited += 10)
    {
      reap (pid, &all);
      if (!all)
        poll (&fds[1], 1, 10);
      drain (fds[1].fd);
    }
  for (guint i = 0; launch->litter && launch->litter[i]; i++)
    unlink (launch->litter[i]);
  /* The pipe ended without a word: the test has died. */
  if (fds[0].revents != 0 && read (0, &word, 1) == 0)
    remove_folder (launch->dir);
  _exit (ended ? 1 : 0);
}

gboolean
tern_guard_start (TernGuard *self,
                  const char *dir,
                  const char *const *argv,
                  const char *const *litter,
                  GError **error)
{
  g_autofree char *home = g_strconcat ("HOME=", dir, NULL);
  g_autofree char *temp = g_strconcat ("TMPDIR=", dir, NULL);
  /* No proxies, no preloaded run-time library of a sanitizer, no language. */
  const char *env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", home, temp, NULL };
  Launch launch = { .dir = dir, .argv = argv, .litter = litter, .env = env };
  int fds[2];

  if (geteuid () == 0)
    {
      launch.uid = find_nobody ()->pw_uid;
      launch.gid = find_nobody ()->pw_gid;
    }
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "socketpair: %s", g_strerror (errno));
      return FALSE;
    }
  self->pid = fork ();
  if (self->pid == 0)
    stand_guard (&launch, fds[0]);
  close (fds[0]);
  self->pipe = fds[1];
  if (self->pid > 0)
    return TRUE;
  close (fds[1]);
  self->pid = 0;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "fork: %s", g_strerror (errno));
  return FALSE;
}

gboolean
tern_guard_has_ended (TernGuard *self)
{
  if (self->pid == 0 || waitpid (self->pid, NULL, WNOHANG) != self->pid)
    return self->pid == 0;
  self->pid = 0;
  close (self->pipe);
  return TRUE;
}

void
tern_guard_stop (TernGuard *self)
{
  if (self->pid == 0)
    return;
  /* It may have ended by itself: no SIGPIPE then. */
  send (self->pipe, "s", 1, MSG_NOSIGNAL);
  close (self->pipe);
  while (waitpid (self->pid, NULL, 0) < 0 && errno == EINTR)
    ;
  self->pid = 0;
}
