/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A detached job that writes into a pipe or a socket, its reader, and a body of which every byte
 * can be told. */
#pragma once

#include "bus.h"

#define BODY_SIZE 3000000

/* Where the count of a job has what (tools/fetchd/count.c). */
#define COUNT_BOOT 8
#define COUNT_DONE 48
#define COUNT_INTENT 56

typedef struct
{
  const char *etag; /* NULL for none */
  gboolean ranges;
  int stopped; /* atomically: in the middle */
  int n_whole;
  int n_ranges;
} Body;

/* What is answered from now on. */
void body_change (Body *body, const char *etag, gboolean ranges);
void body_assert (gconstpointer data, gsize length);

/* Of its job. */
#define READER_TOKEN "0123456789abcdefPIPE"

typedef struct
{
  Bus *bus;
  GDBusConnection *caller;
  char *job;
  gboolean socket;
  gboolean gently; /* the helper is told to end, and not killed */
  int fd;          /* to read from */
  GByteArray *got;
} Reader;

/* Starts the job. */
void reader_init (Reader *self, Bus *bus, Body *body, gboolean socket);
/* The same into a file of the test's; there is nothing to read then. */
void reader_init_file (Reader *self, Bus *bus, Body *body, const char *name);
void reader_clear (Reader *self);
/* Reads until it has that much, or to the end. */
void reader_read (Reader *self, gsize length);
/* Waits until nothing more is written, for there is no room. */
void reader_wait_full (Reader *self);
gsize reader_count_waiting (Reader *self);
/* Waits until the state of the job, too, knows of what was written. */
void reader_wait_state (Reader *self);
/* Kills the helper; the rest that is in the pipe is read. The second claims the job. */
void reader_stop (Reader *self);
void reader_kill (Reader *self);
/* Kills the helper, and what is in the pipe is lost. */
void reader_lose (Reader *self);
/* @received is -1 to say nothing; without @error it has to succeed. */
gboolean reader_claim (Reader *self, gint64 received, GError **error);
/* Into a new pipe or socket. */
gboolean reader_try_resume (Reader *self, GError **error);
void reader_resume (Reader *self, GError **error);
/* Reads to the end, compares, and lets go of all. */
void reader_finish (Reader *self);
/* With that name and those words. */
void reader_wait_failed (Reader *self, const char *error, const char *text);

GBytes *reader_read_count (Reader *self);
/* Puts @bytes at @offset of the count, or cuts it there where they are NULL; G_MAXSIZE is to take
 * it away. */
void
reader_damage_count (Reader *self, GBytes *whole, gsize offset, const char *bytes, gsize length);
