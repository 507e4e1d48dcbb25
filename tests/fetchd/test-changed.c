/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs that go on in a pipe when what is fetched is another content by then, or has no name by
 * which it could be told: what the reader has cannot be taken back. */
#include "stream.h"

#include <unistd.h>

static const struct
{
  const char *path;
  const char *etag; /* of the rest */
  gboolean ranges;
  gboolean killed;
  gboolean done;
} changes[] = {
  { "tag-paused", "\"two\"", TRUE, FALSE, FALSE },
  { "tag-killed", "\"two\"", TRUE, TRUE, FALSE },
  { "tag-no-ranges-paused", "\"two\"", FALSE, FALSE, FALSE },
  { "tag-no-ranges-killed", "\"two\"", FALSE, TRUE, FALSE },
  { "weak-killed", "W/\"one\"", FALSE, TRUE, FALSE },
  { "gone-tag-killed", NULL, FALSE, TRUE, FALSE },
  { "no-ranges-paused", "\"one\"", FALSE, FALSE, TRUE },
  { "no-ranges-killed", "\"one\"", FALSE, TRUE, TRUE },
};

/* Bytes of another content are never put behind those that the reader has. */
static void
test_changed (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (Bus) bus = bus_new (NULL);
  Body body = { .etag = "\"one\"", .ranges = TRUE };
  g_autoptr (GError) error = NULL;
  Reader reader;
  gsize before;

  reader_init (&reader, bus, &body, FALSE);
  reader_read (&reader, BODY_SIZE / 3);
  reader_wait_full (&reader);
  body_change (&body, changes[i].etag, changes[i].ranges);
  if (changes[i].killed)
    {
      reader_kill (&reader);
      reader_resume (&reader, NULL);
    }
  else
    {
      g_assert_true (bus_job_call (reader.caller, reader.job, "Pause", NULL, -1, &error));
      g_assert_true (bus_job_call (reader.caller, reader.job, "Resume", NULL, -1, &error));
    }
  if (changes[i].done)
    {
      reader_finish (&reader);
      return;
    }
  before = reader.got->len + (changes[i].killed ? 0 : reader_count_waiting (&reader));
  reader_wait_failed (&reader, "Incomplete", "has changed on the server");
  reader_read (&reader, G_MAXSIZE);
  g_assert_cmpuint (reader.got->len, ==, before);
  reader_clear (&reader);
}

/* What has no name of its own cannot be gone on with, by no means. */
static void
test_unnamed (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  Body body = { .etag = NULL, .ranges = TRUE };
  Reader reader;
  gsize before;

  reader_init (&reader, bus, &body, FALSE);
  reader_read (&reader, BODY_SIZE / 3);
  reader_wait_full (&reader);
  reader_kill (&reader);
  before = reader.got->len;
  reader_resume (&reader, NULL);
  reader_wait_failed (&reader, "Incomplete", "no strong validator");
  reader_read (&reader, G_MAXSIZE);
  g_assert_cmpuint (reader.got->len, ==, before);
  reader_clear (&reader);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *path = g_strconcat ("/fetchd/changed/", changes[i].path, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_changed);
    }
  g_test_add_func ("/fetchd/changed/unnamed", test_unnamed);
  return g_test_run ();
}
