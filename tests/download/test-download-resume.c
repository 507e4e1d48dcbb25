/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going on where an earlier download was interrupted, and every reason not to. */
#include "load.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define SIZE 300000
#define BROKEN 100000

static TernOriginRequest *
get_request (const Shelf *shelf, guint i)
{
  g_assert_cmpuint (tern_origin_n_requests (shelf->origin), >, i);
  return tern_origin_get_request (shelf->origin, i);
}

static void
assert_range (const Shelf *shelf, guint i, const char *range, const char *condition)
{
  g_autoptr (TernOriginRequest) request = get_request (shelf, i);

  g_assert_cmpstr (tern_origin_request_header (request, "Range"), ==, range);
  g_assert_cmpstr (tern_origin_request_header (request, "If-Range"), ==, condition);
}

/* A download that broke after BROKEN bytes and is not tried again. */
static void
begin (Load *load, Shelf *shelf, gboolean async)
{
  shelf_init (shelf, SIZE);
  load_init (load, async);
  tern_download_options_set_retries (load->options, 0);
  shelf_put (shelf, shelf_break, BROKEN);
  g_assert_false (load_run (load, shelf, "/file", NULL));
  load_assert_tern_error (load, INCOMPLETE_READ, NULL);
  g_assert_cmpint (load_partial_size (load), ==, BROKEN);
  load_assert_n_files (load, 2);
  g_assert_false (g_file_test (load->path, G_FILE_TEST_EXISTS));
}

/* The next one fetched everything. */
static void
assert_anew (Load *load, Shelf *shelf)
{
  load_assert_right (load, shelf);
  load_assert_n_files (load, 1);
  g_assert_cmpuint (tern_download_get_resumed_from (load->download), ==, 0);
}

static void
test_resumed (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *sum = NULL;
  g_autofree char *checksum = NULL;

  begin (&load, &shelf, async);
  sum = shelf_sum (&shelf, G_CHECKSUM_SHA512);
  checksum = g_strconcat ("sha512:", sum, NULL);
  tern_download_options_set_checksum (load.options, checksum);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  load_assert_n_files (&load, 1);
  assert_range (&shelf, 0, NULL, NULL);
  assert_range (&shelf, 1, "bytes=100000-", "\"one\"");
  g_assert_cmpuint (tern_download_get_resumed_from (load.download), ==, BROKEN);
  g_assert_cmpuint (tern_response_get_status (tern_download_get_response (load.download)), ==, 206);
  g_assert_cmpstr (tern_download_get_etag (load.download), ==, "\"one\"");
}

/* Until the program says otherwise, and then nothing is kept either. */
static void
test_not_wished (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  tern_download_options_set_resume (load.options, FALSE);
  shelf_put (&shelf, shelf_break, BROKEN);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  assert_range (&shelf, 1, NULL, NULL);
  load_assert_n_files (&load, 0);
  load_run (&load, &shelf, "/file", NULL);
  assert_anew (&load, &shelf);
}

typedef struct
{
  const char *name;
  const char *etag;
  const char *fields;
  const char *condition; /* NULL: not resumed */
} Validator;

static const Validator validators[] = {
  { "strong", "\"a,b\"", "", "\"a,b\"" },
  { "blank", "\"a b\"", "", NULL },
  { "weak", "W/\"a\"", "", NULL },
  { "malformed", "a", "", NULL },
  { "none", NULL, "", NULL },
  { "date", NULL, "Last-Modified: " SHELF_DATE "\r\nDate: Mon, 07 Nov 1994 08:49:37 GMT\r\n",
    SHELF_DATE },
  { "date-too-young", NULL,
    "Last-Modified: " SHELF_DATE "\r\nDate: Sun, 06 Nov 1994 08:50:00 GMT\r\n", NULL },
  { "date-beside-weak", "W/\"a\"",
    "Last-Modified: " SHELF_DATE "\r\nDate: Mon, 07 Nov 1994 08:49:37 GMT\r\n", NULL },
  { "two-tags", "\"a\"", "ETag: \"b\"\r\n", NULL },
};

/* Only a strong validator is one to go on by (RFC 9110 §13.1.5); without it nothing is kept. */
static void
test_validator (gboolean async, gconstpointer data)
{
  const Validator *validator = data;
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  shelf_init (&shelf, SIZE);
  load_init (&load, async);
  shelf_change (&shelf, SIZE, validator->etag);
  shelf_set_fields (&shelf, validator->fields);
  shelf_put (&shelf, shelf_break, BROKEN);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  load_assert_n_files (&load, 1);
  assert_range (&shelf, 1, validator->condition ? "bytes=100000-" : NULL, validator->condition);
}

static void
test_changed (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  shelf_change (&shelf, GPOINTER_TO_UINT (data), "\"two\"");
  load_run (&load, &shelf, "/file", NULL);
  assert_anew (&load, &shelf);
  g_assert_cmpuint (tern_origin_n_requests (shelf.origin), ==, 2);
  g_assert_cmpstr (tern_download_get_etag (load.download), ==, "\"two\"");
}

/* The server knows no ranges. */
static void
test_ignored (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  shelf_put (&shelf, shelf_whole, 0);
  load_run (&load, &shelf, "/file", NULL);
  assert_anew (&load, &shelf);
  g_assert_cmpuint (tern_origin_n_requests (shelf.origin), ==, 2);
}

/* A 206 that is not exactly what was asked for is not put behind anything. */
static void
test_lie (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  shelf_put (&shelf, shelf_lie, GPOINTER_TO_UINT (data));
  load_run (&load, &shelf, "/file", NULL);
  assert_anew (&load, &shelf);
  assert_range (&shelf, 1, "bytes=100000-", "\"one\"");
  assert_range (&shelf, 2, NULL, NULL);
}

static void
test_multipart (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  shelf_put (&shelf, shelf_multipart, 0);
  load_run (&load, &shelf, "/file", NULL);
  assert_anew (&load, &shelf);
}

/* Nobody asked, and there is nothing else to be had. */
static void
test_unasked_part (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  shelf_init (&shelf, SIZE);
  load_init (&load, async);
  shelf_put (&shelf, shelf_multipart, 0);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_tern_error (&load, BAD_FRAMING, "nobody asked");
  load_assert_n_files (&load, 0);
}

/* If-Range that is not understood: the part of another content says so itself. */
static void
test_condition_ignored (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  shelf_change (&shelf, SIZE, "\"two\"");
  shelf_put (&shelf, shelf_unknown, 0);
  load_run (&load, &shelf, "/file", NULL);
  assert_anew (&load, &shelf);
}

/* The rest comes in several parts. */
static void
test_parts (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  shelf_put (&shelf, shelf_short_part, 50000);
  shelf_put (&shelf, shelf_short_part, 50000);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  g_assert_cmpuint (tern_download_get_resumed_from (load.download), ==, BROKEN);
  assert_range (&shelf, 2, "bytes=150000-", "\"one\"");
  assert_range (&shelf, 3, "bytes=200000-", "\"one\"");
}

/* How long the whole is, is said by the 416 behind its end. */
static void
test_unknown_total (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  shelf_init (&shelf, SIZE);
  load_init (&load, async);
  shelf_put (&shelf, shelf_break, BROKEN);
  shelf_put (&shelf, shelf_unknown, 0);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  assert_range (&shelf, 2, "bytes=300000-", "\"one\"");
}

/* All is there but for its name, because a file of that name appeared meanwhile: the next download
 * asks whether it is still the same and fetches nothing. */
static void
on_finishing (
    TernDownloadOptions *options, guint64 received, gint64 total, const char *what, gpointer data)
{
  const Load *load = data;

  if (strcmp (what, "receiving") == 0)
    g_assert_true (g_file_set_contents (load->path, "mine", -1, NULL));
}

static void
test_complete (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *content = NULL;
  gulong id;

  shelf_init (&shelf, SIZE);
  load_init (&load, async);
  id = g_signal_connect (load.options, "progress", G_CALLBACK (on_finishing), &load);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  g_signal_handler_disconnect (load.options, id);
  load_assert_io_error (&load, EXISTS, "appeared meanwhile");
  g_assert_true (g_file_get_contents (load.path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "mine");
  g_assert_cmpint (load_partial_size (&load), ==, SIZE);
  tern_download_options_set_overwrite (load.options, TRUE);
  if (GPOINTER_TO_INT (data))
    shelf_change (&shelf, SIZE, "\"two\"");
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  load_assert_n_files (&load, 1);
  assert_range (&shelf, 1, "bytes=300000-", "\"one\"");
  g_assert_cmpuint (tern_download_get_resumed_from (load.download), ==,
                    GPOINTER_TO_INT (data) ? 0 : SIZE);
}

static void
test_behind_state (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *partial = NULL;
  FILE *file;

  begin (&load, &shelf, async);
  partial = load_partial (&load);
  file = g_fopen (partial, "ae");
  g_assert_nonnull (file);
  fputs ("what nobody vouches for", file);
  fclose (file);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  assert_range (&shelf, 1, "bytes=100000-", "\"one\"");
}

static void
test_unsatisfiable (gboolean async, gconstpointer data)
{
  const gsize total = GPOINTER_TO_SIZE (data);
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  shelf_put (&shelf, shelf_unsatisfiable, total);
  load_run (&load, &shelf, "/file", NULL);
  assert_anew (&load, &shelf);
  assert_range (&shelf, 2, NULL, NULL);
}

typedef struct
{
  const char *name;
  void (*damage) (const char *partial, const char *state);
} Damage;

static void
cut_partial (const char *partial, const char *state)
{
  g_assert_cmpint (truncate (partial, 50000), ==, 0);
}

static void
change_partial (const char *partial, const char *state)
{
  g_autofree char *text = NULL;
  gsize len;

  g_assert_true (g_file_get_contents (partial, &text, &len, NULL));
  text[77777] ^= 1;
  g_assert_true (g_file_set_contents (partial, text, (gssize)len, NULL));
}

static void
remove_partial (const char *partial, const char *state)
{
  g_assert_cmpint (g_unlink (partial), ==, 0);
}

static void
remove_state (const char *partial, const char *state)
{
  g_assert_cmpint (g_unlink (state), ==, 0);
}

static void
cut_state (const char *partial, const char *state)
{
  g_assert_cmpint (truncate (state, 100), ==, 0);
}

static void
change_state (const char *partial, const char *state)
{
  g_autofree char *text = NULL;
  gsize len;

  g_assert_true (g_file_get_contents (state, &text, &len, NULL));
  *strstr (text, "one") = 'O';
  g_assert_true (g_file_set_contents (state, text, (gssize)len, NULL));
}

static void
empty_both (const char *partial, const char *state)
{
  g_assert_cmpint (truncate (partial, 0), ==, 0);
  g_assert_cmpint (truncate (state, 0), ==, 0);
}

static const Damage damages[] = {
  { "cut-partial", cut_partial },       { "change-partial", change_partial },
  { "remove-partial", remove_partial }, { "remove-state", remove_state },
  { "cut-state", cut_state },           { "change-state", change_state },
  { "empty-both", empty_both },
};

/* What does not fit together is nothing to go on with. */
static void
test_damage (gboolean async, gconstpointer data)
{
  const Damage *damage = data;
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *partial = NULL;
  g_autofree char *state = NULL;

  begin (&load, &shelf, async);
  partial = load_partial (&load);
  state = g_strconcat (partial, ".state", NULL);
  damage->damage (partial, state);
  load_run (&load, &shelf, "/file", NULL);
  assert_anew (&load, &shelf);
  assert_range (&shelf, 1, NULL, NULL);
}

/* What another URI left is not gone on with, nor what came from another place in the end. */
static void
test_other_uri (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  load_run (&load, &shelf, "/other", NULL);
  assert_anew (&load, &shelf);
  assert_range (&shelf, 1, NULL, NULL);
}

static void
test_other_place (gboolean async, gconstpointer data)
{
  const gboolean same = GPOINTER_TO_INT (data);
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  shelf_init (&shelf, SIZE);
  load_init (&load, async);
  tern_origin_add_reply (shelf.origin, "/go", 302, "Location: /a?key=1\r\n", "");
  shelf_put (&shelf, shelf_break, BROKEN);
  tern_download_options_set_retries (load.options, 0);
  g_assert_false (load_run (&load, &shelf, "/go", NULL));
  tern_origin_add_reply (shelf.origin, "/go", 302,
                         same ? "Location: /a?key=2\r\n" : "Location: /b\r\n", "");
  load_run (&load, &shelf, "/go", NULL);
  load_assert_right (&load, &shelf);
  g_assert_cmpuint (tern_download_get_resumed_from (load.download), ==, same ? BROKEN : 0);
  g_assert_cmpuint (tern_origin_n_requests (shelf.origin), ==, same ? 4 : 6);
}

/* Who cancels goes on the next time. */
static void
test_cancelled (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  shelf_init (&shelf, 4 * 1024 * 1024);
  load_init (&load, async);
  shelf_put (&shelf, shelf_stall, 2 * 1024 * 1024);
  load_cancel_at (&load, cancellable, 1);
  g_assert_false (load_run (&load, &shelf, "/file", cancellable));
  load_assert_io_error (&load, CANCELLED, NULL);
  g_assert_cmpint (load_partial_size (&load), >, 0);
  load_assert_n_files (&load, 2);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  load_assert_n_files (&load, 1);
  g_assert_cmpuint (tern_download_get_resumed_from (load.download), >, 0);
}

static void
test_cancelled_before (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  shelf_init (&shelf, SIZE);
  load_init (&load, async);
  g_cancellable_cancel (cancellable);
  g_assert_false (load_run (&load, &shelf, "/file", cancellable));
  load_assert_io_error (&load, CANCELLED, NULL);
  load_assert_n_files (&load, 0);
  g_assert_cmpuint (tern_origin_n_requests (shelf.origin), ==, 0);
}

/* Into a folder: the same URI finds its part again, and the name that the server gave. */
static void
test_folder (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *expected = NULL;

  shelf_init (&shelf, SIZE);
  load_init (&load, async);
  tern_download_options_set_retries (load.options, 0);
  expected = g_build_filename (load.dir, "name.bin", NULL);
  g_free (load.path);
  load.path = g_strdup (load.dir);
  shelf_set_fields (&shelf, "Content-Disposition: attachment; filename=name.bin\r\n");
  shelf_put (&shelf, shelf_break, BROKEN);
  g_assert_false (load_run (&load, &shelf, "/get?id=1", NULL));
  load_assert_n_files (&load, 2);
  shelf_set_fields (&shelf, "");
  load_run (&load, &shelf, "/get?id=1", NULL);
  load_assert_right_at (G_STRLOC, &load, &shelf, expected);
  g_assert_cmpuint (tern_download_get_resumed_from (load.download), ==, BROKEN);
  load_assert_n_files (&load, 1);
}

static void
add_tables (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (validators); i++)
    {
      g_autofree char *path = g_strconcat ("/resume/validator/", validators[i].name, NULL);

      tern_test_add_both (path, test_validator, &validators[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autofree char *path = g_strconcat ("/resume/damage/", damages[i].name, NULL);

      tern_test_add_both (path, test_damage, &damages[i]);
    }
  for (guint i = 0; i < SHELF_N_LIES; i++)
    {
      g_autofree char *path = g_strdup_printf ("/resume/lie/%u", i);

      tern_test_add_both (path, test_lie, GUINT_TO_POINTER (i));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/resume/resumed", test_resumed, NULL);
  tern_test_add_both ("/resume/not-wished", test_not_wished, NULL);
  tern_test_add_both ("/resume/changed/longer", test_changed, GUINT_TO_POINTER (SIZE + 1));
  tern_test_add_both ("/resume/changed/same-size", test_changed, GUINT_TO_POINTER (SIZE));
  tern_test_add_both ("/resume/changed/shorter", test_changed, GUINT_TO_POINTER (BROKEN / 2));
  tern_test_add_both ("/resume/changed/empty", test_changed, GUINT_TO_POINTER (0));
  tern_test_add_both ("/resume/ignored", test_ignored, NULL);
  tern_test_add_both ("/resume/multipart", test_multipart, NULL);
  tern_test_add_both ("/resume/unasked-part", test_unasked_part, NULL);
  tern_test_add_both ("/resume/condition-ignored", test_condition_ignored, NULL);
  tern_test_add_both ("/resume/parts", test_parts, NULL);
  tern_test_add_both ("/resume/unknown-total", test_unknown_total, NULL);
  tern_test_add_both ("/resume/complete", test_complete, GINT_TO_POINTER (FALSE));
  tern_test_add_both ("/resume/complete-but-changed", test_complete, GINT_TO_POINTER (TRUE));
  tern_test_add_both ("/resume/behind-state", test_behind_state, NULL);
  tern_test_add_both ("/resume/unsatisfiable/shorter", test_unsatisfiable,
                      GSIZE_TO_POINTER (BROKEN - 1));
  tern_test_add_both ("/resume/unsatisfiable/no-longer-the-same", test_unsatisfiable,
                      GSIZE_TO_POINTER (BROKEN));
  tern_test_add_both ("/resume/unsatisfiable/unsaid", test_unsatisfiable,
                      GSIZE_TO_POINTER (G_MAXSIZE));
  tern_test_add_both ("/resume/other-uri", test_other_uri, NULL);
  tern_test_add_both ("/resume/place/other", test_other_place, GINT_TO_POINTER (FALSE));
  tern_test_add_both ("/resume/place/other-query", test_other_place, GINT_TO_POINTER (TRUE));
  tern_test_add_both ("/resume/cancelled", test_cancelled, NULL);
  tern_test_add_both ("/resume/cancelled-before", test_cancelled_before, NULL);
  tern_test_add_both ("/resume/folder", test_folder, NULL);
  add_tables ();
  return g_test_run ();
}
