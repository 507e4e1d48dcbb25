/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Clients that share one store: two processes with threads on one folder and on one database, and a
 * ring of memcached servers of which one dies in the middle. A body of another version, of another
 * page or of two halves is seen at once. */

#include "page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define N_PAGES 6
#define N_ROUNDS 150

/* ---- an origin whose pages change ---- */

typedef struct
{
  GMutex lock;
  guint version[N_PAGES];
} Pages;

static gsize
size_of (guint version)
{
  return 100 + version * 7919 % 30000;
}

/* "PAGE VERSION " and letters of one kind, of which the version says how many. */
static char *
make_body (guint page, guint version)
{
  g_autofree char *letters = g_strnfill (size_of (version), (char)('a' + version % 26));

  return g_strdup_printf ("%u %u %s", page, version, letters);
}

static gboolean
is_right (guint page, GBytes *content)
{
  gsize size;
  const char *data = g_bytes_get_data (content, &size);
  g_autofree char *found = g_strndup (data, size);
  g_autofree char *whole = NULL;
  guint of = G_MAXUINT, version = 0;

  if (sscanf (found, "%u %u ", &of, &version) != 2 || of != page)
    return FALSE;
  whole = make_body (page, version);
  return strcmp (whole, found) == 0;
}

/* Half of the answers are fresh for a while, the others are always asked about. */
static void
on_page (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Pages *pages = data;
  const guint page = (guint)atoi (strrchr (tern_origin_request_path (request), '/') + 1) % N_PAGES;
  const gboolean changes = strcmp (tern_origin_request_method (request), "PUT") == 0;
  const char *given = tern_origin_request_header (request, "If-None-Match");
  g_autofree char *tag = NULL;
  g_autofree char *fields = NULL;
  g_autofree char *body = NULL;
  guint version;

  g_mutex_lock (&pages->lock);
  if (changes)
    pages->version[page]++;
  version = pages->version[page];
  g_mutex_unlock (&pages->lock);
  tag = g_strdup_printf ("\"%u\"", version);
  fields = g_strdup_printf ("ETag: %s\r\nCache-Control: %s\r\n", tag,
                            page % 2 ? "max-age=60" : "no-cache");
  body = make_body (page, version);
  if (changes)
    tern_origin_reply (conn, 204, NULL, NULL, NULL);
  else if (given && strstr (given, tag))
    tern_origin_reply (conn, 304, NULL, fields, NULL);
  else
    tern_origin_reply (conn, 200, NULL, fields, body);
}

/* ---- one who asks ---- */

typedef struct
{
  TernClient *client;
  guint port;
  gint n_hits; /* atomic, as the rest */
  gint n_done;
  gint n_wrong;
} Load;

/* Sync or async, in this thread; NULL for what cannot be. */
static TernResponse *
fetch (Load *load, gboolean async, const char *method, guint page, GBytes **content)
{
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/pages/%u", load->port, page);
  /* It borrows the client for one request; the origin is not its own. */
  Session session = { .async = async, .client = load->client };
  TernResponse *response;

  session_ask (&session, method, uri);
  session_fetch (&session);
  g_assert_no_error (session.error);
  response = g_steal_pointer (&session.response);
  *content = g_steal_pointer (&session.content);
  g_object_unref (session.request);
  return response;
}

static void
ask_once (Load *load, gboolean async, guint page, gboolean changes)
{
  g_autoptr (GBytes) content = NULL;
  g_autoptr (TernResponse) response = fetch (load, async, changes ? "PUT" : "GET", page, &content);

  if (changes)
    g_assert_cmpuint (tern_response_get_status (response), ==, 204);
  else if (tern_response_get_status (response) != 200 || !is_right (page, content))
    g_atomic_int_inc (&load->n_wrong);
  if (tern_response_get_from_cache (response))
    g_atomic_int_inc (&load->n_hits);
  g_atomic_int_inc (&load->n_done);
}

/* Every second thread asks async. */
static void
ask_often (guint number, gpointer data)
{
  GRand *rand = g_rand_new_with_seed (number + 10 * (guint)getpid ());

  for (guint i = 0; i < N_ROUNDS; i++)
    ask_once (data, number % 2, g_rand_int_range (rand, 0, N_PAGES),
              g_rand_int_range (rand, 0, 15) == 0);
  g_rand_free (rand);
}

static void
load_init (Load *load, const char *store_uri, guint port)
{
  g_autoptr (TernCacheStore) store = shelf_open (store_uri);

  *load = (Load){ .client = tern_client_new (), .port = port };
  tern_client_set_timeout (load->client, 60);
  tern_client_set_cache_store (load->client, store);
}

/* ---- processes ---- */

static int
run_child (const char *store_uri, const char *port)
{
  Load load;

  load_init (&load, store_uri, (guint)atoi (port));
  tern_test_run_threads (2, ask_often, &load);
  g_object_unref (load.client);
  if (load.n_wrong > 0)
    return 1;
  return load.n_hits > 0 ? 0 : 2;
}

static GPid
start_child (const char *store_uri, guint port)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *number = g_strdup_printf ("%u", port);
  const char *argv[] = { self, "--child", store_uri, number, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_spawn_async (NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

static void
on_damage (const char *name, const char *what, gpointer data)
{
  g_error ("%s: %s", name, what);
}

/* Whatever they did to it, the store is whole. */
static void
verify (TernCacheStore *store)
{
  g_autoptr (GError) error = NULL;

  if (!tern_cache_store_verify (store, on_damage, NULL, &error))
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

static void
test_processes (gconstpointer kind)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernCacheStore) store = NULL;
  g_autofree char *dir = NULL;
  g_autofree char *uri = shelf_make_uri (GPOINTER_TO_UINT (kind), &dir);
  Pages pages = { 0 };
  GPid children[2];
  Load load;

  g_mutex_init (&pages.lock);
  tern_origin_add_route (origin, "/pages", on_page, &pages);
  load_init (&load, uri, tern_origin_get_port (origin));
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    children[i] = start_child (uri, load.port);
  tern_test_run_threads (2, ask_often, &load);
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      int status = -1;

      g_assert_cmpint (waitpid (children[i], &status, 0), ==, children[i]);
      g_assert_cmpint (status, ==, 0);
    }
  g_assert_cmpint (load.n_wrong, ==, 0);
  g_assert_cmpint (load.n_hits, >, 0);
  /* What one process stored another one has: all there is now is there for a third. */
  for (guint i = 1; i < N_PAGES; i += 2)
    ask_once (&load, FALSE, i, FALSE);
  store = shelf_open (uri);
  tern_client_set_cache_store (load.client, store);
  load.n_hits = 0;
  for (guint i = 1; i < N_PAGES; i += 2)
    ask_once (&load, FALSE, i, FALSE);
  g_assert_cmpint (load.n_hits, ==, N_PAGES / 2);
  verify (store);
  g_object_unref (load.client);
  g_clear_pointer (&origin, tern_origin_free);
  g_mutex_clear (&pages.lock);
  if (dir)
    tern_test_remove_dir (dir);
}

/* ---- a ring of which one dies ---- */

typedef struct
{
  Load load;
  TernRealServer *servers[SHELF_RING_SIZE];
} Dying;

static void
ask_while_dying (guint number, gpointer data)
{
  Dying *dying = data;

  if (number < 4)
    {
      ask_often (number, &dying->load);
      return;
    }
  while (g_atomic_int_get (&dying->load.n_done) < 2 * N_ROUNDS)
    g_usleep (100);
  tern_real_server_free (g_steal_pointer (&dying->servers[1]));
}

static void
test_killed_under_load (void)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autofree char *uri = NULL;
  Pages pages = { 0 };
  Dying dying = { 0 };

  if (!shelf_start_ring (dying.servers))
    return;
  g_mutex_init (&pages.lock);
  tern_origin_add_route (origin, "/pages", on_page, &pages);
  uri = shelf_make_ring_uri (dying.servers, SHELF_RING_SIZE, "killed");
  load_init (&dying.load, uri, tern_origin_get_port (origin));
  tern_test_run_threads (5, ask_while_dying, &dying);
  g_assert_cmpint (dying.load.n_wrong, ==, 0);
  g_assert_cmpint (dying.load.n_done, ==, 4 * N_ROUNDS);
  g_assert_cmpint (dying.load.n_hits, >, 0);
  g_assert_null (dying.servers[1]);
  g_object_unref (dying.load.client);
  g_clear_pointer (&origin, tern_origin_free);
  g_mutex_clear (&pages.lock);
  tern_real_server_free (dying.servers[0]);
  tern_real_server_free (dying.servers[2]);
}

#define N_KEYS 40

/* How many of the keys the origin was asked for. */
static guint
ask_for_all (Page *p)
{
  const guint before = page_get_n_asked (p);

  for (guint i = 0; i < N_KEYS; i++)
    {
      g_autofree char *path = g_strdup_printf ("/page/%u", i);

      session_get (&p->session, path, 200, "page");
    }
  return page_get_n_asked (p) - before;
}

/* The keys of the dead are misses, and those of the others stay where they are. */
static void
test_killed (gboolean async, gconstpointer data)
{
  TernRealServer *servers[SHELF_RING_SIZE];
  g_autoptr (TernCacheStore) store = NULL;
  g_autofree char *uri = NULL;
  guint n_missed;
  g_auto (Page) p;

  page_init (&p, async, STORE_NONE);
  if (!shelf_start_ring (servers))
    return;
  uri = shelf_make_ring_uri (servers, SHELF_RING_SIZE, "killed");
  store = shelf_open (uri);
  tern_client_set_cache_store (p.session.client, store);
  page_set (&p, 200, "Cache-Control: max-age=600\r\n", "page");
  g_assert_cmpuint (ask_for_all (&p), ==, N_KEYS);
  g_assert_cmpuint (ask_for_all (&p), ==, 0);
  tern_real_server_free (servers[1]);
  n_missed = ask_for_all (&p);
  g_assert_cmpuint (n_missed, >, 0);
  g_assert_cmpuint (n_missed, <, N_KEYS);
  g_assert_cmpuint (ask_for_all (&p), ==, n_missed);
  tern_real_server_free (servers[0]);
  tern_real_server_free (servers[2]);
  g_assert_cmpuint (ask_for_all (&p), ==, N_KEYS);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "--child") == 0)
    return run_child (argv[2], argv[3]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/cache/shared/processes/file", GUINT_TO_POINTER (STORE_FILE),
                        test_processes);
  if (shelf_has (STORE_GDBM))
    g_test_add_data_func ("/cache/shared/processes/gdbm", GUINT_TO_POINTER (STORE_GDBM),
                          test_processes);
  if (shelf_has (STORE_RING))
    {
      g_test_add_data_func ("/cache/shared/processes/ring", GUINT_TO_POINTER (STORE_RING),
                            test_processes);
      g_test_add_func ("/cache/shared/killed-under-load", test_killed_under_load);
      tern_test_add_both ("/cache/shared/killed", test_killed, NULL);
    }
  return g_test_run ();
}
