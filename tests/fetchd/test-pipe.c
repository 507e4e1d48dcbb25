/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Detached jobs that write into what cannot be written anew, a pipe or a socket: whatever happens
 * to the helper, its reader gets each byte once, or is told that it has to say where it is. */
#include "stream.h"

#include <fcntl.h>
#include <unistd.h>

typedef struct
{
  const char *path;
  gboolean socket;
  gboolean gently;
} Kind;

static const Kind kinds[] = {
  { "killed", FALSE, FALSE },
  { "killed-socket", TRUE, FALSE },
  { "ended", FALSE, TRUE },
  { "ended-socket", TRUE, TRUE },
};

/* The reader is slow and the writer fast; the helper is killed three times. What is in the pipe
 * was written, what is not was not: the count says which. */
static void
test_killed (gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (Bus) bus = bus_new (NULL);
  Body body = { .etag = "\"one\"", .ranges = TRUE };
  Reader reader;

  reader_init (&reader, bus, &body, kind->socket);
  reader.gently = kind->gently;
  for (gsize part = 1; part <= 3; part++)
    {
      reader_read (&reader, part * BODY_SIZE / 4 + part * 1234);
      reader_wait_full (&reader);
      reader_kill (&reader);
      g_assert_cmpuint (bus_job_done (reader.caller, reader.job), ==, reader.got->len);
      reader_resume (&reader, NULL);
    }
  reader_finish (&reader);
  g_assert_cmpint (g_atomic_int_get (&body.n_whole), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&body.n_ranges), ==, 3);
}

/* Killed in the middle of whatever it does: it goes on right, or not at all. */
static void
test_killed_anywhere (gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (Bus) bus = bus_new (NULL);
  Body body = { .etag = "\"one\"", .ranges = TRUE };
  Reader reader;

  reader_init (&reader, bus, &body, kind->socket);
  reader.gently = kind->gently;
  for (gsize part = 1; part <= 5; part++)
    {
      g_autoptr (GError) error = NULL;

      reader_read (&reader, part * BODY_SIZE / 7 + part * 777);
      reader_kill (&reader);
      if (!reader_try_resume (&reader, &error))
        {
          /* A helper that ends by itself always knows it. */
          g_assert_false (kind->gently);
          bus_assert_error (error, "PositionUnknown");
          reader_claim (&reader, (gint64)reader.got->len, NULL);
          reader_resume (&reader, NULL);
        }
    }
  reader_finish (&reader);
}

/* What was in the pipe is lost, and the reader says so. */
static void
test_received (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  Body body = { .etag = "\"one\"", .ranges = TRUE };
  g_autoptr (GError) error = NULL;
  Reader reader;
  guint64 written;

  reader_init (&reader, bus, &body, FALSE);
  reader_read (&reader, BODY_SIZE / 3);
  reader_wait_full (&reader);
  reader_lose (&reader);
  reader_claim (&reader, -1, NULL);
  written = bus_job_done (reader.caller, reader.job);
  g_assert_cmpuint (written, >, reader.got->len);
  /* More than was written cannot have been received. */
  g_assert_false (reader_claim (&reader, (gint64)written + 1, &error));
  bus_assert_error (error, "InvalidOption");
  g_clear_error (&error);
  g_assert_false (reader_claim (&reader, G_MAXINT64, &error));
  bus_assert_error (error, "InvalidOption");
  g_clear_error (&error);
  g_assert_cmpuint (bus_job_done (reader.caller, reader.job), ==, written);
  g_assert_true (reader_claim (&reader, (gint64)reader.got->len, NULL));
  g_assert_cmpuint (bus_job_done (reader.caller, reader.job), ==, reader.got->len);
  reader_resume (&reader, NULL);
  /* Not while bytes are under way. */
  g_assert_false (reader_claim (&reader, 0, &error));
  bus_assert_error (error, "WrongState");
  g_clear_error (&error);
  reader_read (&reader, BODY_SIZE / 2);
  reader_lose (&reader);
  /* Nothing is all that is left: it begins anew. */
  g_byte_array_set_size (reader.got, 0);
  reader_claim (&reader, 0, NULL);
  reader_resume (&reader, NULL);
  reader_finish (&reader);
  g_assert_cmpint (g_atomic_int_get (&body.n_whole), ==, 2);
}

/* A paused job in the helper that lives: the new pipe goes on where the reader is. */
static void
test_received_paused (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  Body body = { .etag = "\"one\"", .ranges = TRUE };
  g_autoptr (GError) error = NULL;
  Reader reader;

  reader_init (&reader, bus, &body, FALSE);
  reader_read (&reader, BODY_SIZE / 3);
  reader_wait_full (&reader);
  g_assert_true (bus_job_call (reader.caller, reader.job, "Pause", NULL, -1, &error));
  close (reader.fd);
  g_assert_true (reader_claim (&reader, (gint64)reader.got->len, NULL));
  g_assert_cmpuint (bus_job_done (reader.caller, reader.job), ==, reader.got->len);
  reader_resume (&reader, NULL);
  reader_finish (&reader);
}

static const struct
{
  const char *what;
  gsize offset;
  const char *bytes;
  gsize length;
} damages[] = {
  { "a write that was begun and not ended", COUNT_INTENT, "\xff\xff\xff\xff", 4 },
  { "less than the state says", COUNT_DONE, "\0\0\0\0\0\0\0\0", 8 },
  { "another boot", COUNT_BOOT, "00000000-0000-4000", 18 },
  { "no count at all", 0, "#!/bin/sh\n", 10 },
  { "a file cut", 20, NULL, 0 },
  { "an empty file", 0, NULL, 0 },
  { "no file", G_MAXSIZE, NULL, 0 },
};

/* Where it is not known how much was written nothing is written behind it, until the reader says
 * where it is. The job is left as it is. */
static void
test_unknown (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  Body body = { .etag = "\"one\"", .ranges = TRUE };
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GError) error = NULL;
  Reader reader;

  reader_init (&reader, bus, &body, FALSE);
  reader_read (&reader, BODY_SIZE / 3);
  reader_wait_full (&reader);
  reader_wait_state (&reader);
  reader_stop (&reader);
  whole = reader_read_count (&reader);
  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_test_message ("%s", damages[i].what);
      reader_damage_count (&reader, whole, damages[i].offset, damages[i].bytes, damages[i].length);
      reader_claim (&reader, -1, NULL);
      for (guint twice = 0; twice < 2; twice++)
        {
          g_assert_false (reader_try_resume (&reader, &error));
          bus_assert_error_at (damages[i].what, error, FETCHD_ERROR "PositionUnknown");
          g_clear_error (&error);
        }
      bus_job_wait (reader.caller, reader.job, "Interrupted");
      bus_helper_kill (reader.caller);
    }
  g_assert_cmpint (g_atomic_int_get (&body.n_ranges), ==, 0);
  /* With the last of them, who reads says it; the next helper knows it by itself again. */
  g_assert_true (reader_claim (&reader, (gint64)reader.got->len, NULL));
  reader_resume (&reader, NULL);
  reader_read (&reader, BODY_SIZE / 2);
  reader_wait_full (&reader);
  reader_kill (&reader);
  reader_resume (&reader, NULL);
  reader_finish (&reader);
}

/* A regular file is read over, and needs to know no more than what is surely there. */
static void
test_unknown_to_file (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  Body body = { .etag = "\"one\"", .ranges = TRUE };
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GError) error = NULL;
  Reader reader;
  int fd;

  reader_init (&reader, bus, &body, FALSE);
  reader_read (&reader, BODY_SIZE / 3);
  reader_wait_full (&reader);
  reader_stop (&reader);
  whole = reader_read_count (&reader);
  reader_damage_count (&reader, whole, COUNT_INTENT, "\xff\xff\xff\xff", 4);
  fd = bus_file (bus, "file");
  g_assert_cmpint (write (fd, reader.got->data, reader.got->len), ==, reader.got->len);
  reader_claim (&reader, -1, NULL);
  g_assert_true (bus_job_call (reader.caller, reader.job, "Resume", NULL, fd, &error));
  close (fd);
  bus_job_wait (reader.caller, reader.job, "Done");
  whole = (g_bytes_unref (whole), bus_read (bus, "file"));
  body_assert (g_bytes_get_data (whole, NULL), g_bytes_get_size (whole));
  reader_clear (&reader);
}

/* Claim takes it as a number of that type alone, and Fetch not at all. */
static void
test_option (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  static const char *const values[] = { "-1",
                                        "int64 1",
                                        "uint32 1",
                                        "1.5",
                                        "'1'",
                                        "<uint64 1>",
                                        "[uint64 1]",
                                        "uint64 18446744073709551615",
                                        "uint64 9223372036854775808" };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *text
          = g_strdup_printf ("('0123456789abcdefNONE', {'received': <%s>})", values[i]);
      g_autoptr (GVariant) reply = bus_call (caller, FETCHD_PATH, FETCHD_NAME, "Claim",
                                             g_variant_new_parsed (text), -1, NULL, &error);

      g_assert_null (reply);
      bus_assert_error_at (values[i], error, FETCHD_ERROR "InvalidOption");
      g_clear_error (&error);
    }
  g_assert_null (bus_fetch (caller, "http://127.0.0.1/", -1, "{'received': <uint64 1>}", &error));
  bus_assert_error (error, "InvalidOption");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strconcat ("/fetchd/pipe/", kinds[i].path, NULL);
      g_autofree char *anywhere = g_strconcat (path, "-anywhere", NULL);

      g_test_add_data_func (path, &kinds[i], test_killed);
      g_test_add_data_func (anywhere, &kinds[i], test_killed_anywhere);
    }
  g_test_add_func ("/fetchd/pipe/received", test_received);
  g_test_add_func ("/fetchd/pipe/received-paused", test_received_paused);
  g_test_add_func ("/fetchd/pipe/unknown", test_unknown);
  g_test_add_func ("/fetchd/pipe/unknown-to-file", test_unknown_to_file);
  g_test_add_func ("/fetchd/pipe/option", test_option);
  return g_test_run ();
}
