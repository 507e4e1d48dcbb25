/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bus of the test's own on which the helper is activated, an origin, and callers. */
#pragma once

#include "tern-origin.h"
#include "tern-test-util.h"

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#define FETCHD_NAME "org.libtern.Fetch1"
#define FETCHD_PATH "/org/libtern/Fetch1"
#define FETCHD_JOB "org.libtern.Fetch1.Job"
#define FETCHD_ERROR "org.libtern.Fetch1.Error."
/* Long: machines that run tests are busy, and a test that waits in vain has failed anyway. */
#define BUS_TIMEOUT_MS 60000

typedef struct
{
  GTestDBus *bus;
  TernOrigin *origin;
  char *folder; /* for files; the helper's own are below it too */
} Bus;

/* @arguments of the helper, one string, beside those that every test needs. */
Bus *bus_new (const char *arguments);
void bus_free (Bus *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bus, bus_free)

/* A caller: a connection to the bus, to be closed to let the caller die. */
GDBusConnection *bus_caller (Bus *self);
void bus_caller_die (GDBusConnection *caller);
/* The process behind the name; 0 when nobody has it. It is not started. */
guint32 bus_helper_pid (GDBusConnection *caller);
void bus_helper_kill (GDBusConnection *caller);
void bus_helper_end (GDBusConnection *caller, int signal);
guint bus_helper_count_fds (GDBusConnection *caller);
/* Waits until the helper holds no more descriptors than @n. */
gboolean bus_helper_wait_fds (GDBusConnection *caller, guint n);

/* A call with @fd, or none where it is -1. The reply's descriptors in @out, if it is not NULL. */
GVariant *bus_call (GDBusConnection *caller,
                    const char *path,
                    const char *interface,
                    const char *method,
                    GVariant *arguments,
                    int fd,
                    GUnixFDList **out,
                    GError **error);
/* The job's path; the options as text of a GVariant, NULL for none; @fd stays the caller's. */
char *
bus_fetch (GDBusConnection *caller, const char *uri, int fd, const char *options, GError **error);
/* The reading end, or -1. */
int bus_open (
    GDBusConnection *caller, const char *uri, const char *options, guint *status, GError **error);
gboolean bus_job_call (GDBusConnection *caller,
                       const char *job,
                       const char *method,
                       GVariant *arguments,
                       int fd,
                       GError **error);
GVariant *
bus_job_get (GDBusConnection *caller, const char *job, const char *property, GError **error);
char *bus_job_state (GDBusConnection *caller, const char *job);
guint64 bus_job_done (GDBusConnection *caller, const char *job);
/* Waits, and fails the test with the job's error where it comes to something else. */
void bus_job_wait (GDBusConnection *caller, const char *job, const char *state);
/* The name of the error that is expected below FETCHD_ERROR. */
#define bus_assert_error(error, name) bus_assert_error_at (G_STRLOC, (error), FETCHD_ERROR name)
void bus_assert_error_at (const char *where, const GError *error, const char *name);

/* A file of the test's, open for reading and writing; and what is in it. */
int bus_file (Bus *self, const char *name);
GBytes *bus_read (Bus *self, const char *name);
char *bus_path (Bus *self, const char *name);
/* All that comes out of a pipe, which is closed. */
GByteArray *bus_drain (int fd);
