/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A thread that accepts and one for each connection; all that they share is under one lock. */
#include "memcache-fake.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST_LINE 2048

struct _MemcacheFake
{
  char *path; /* NULL: on a port */
  guint16 port;
  int listener;
  GThread *acceptor;

  GMutex lock;
  gboolean is_ending;
  gboolean meta;
  gboolean endless;
  char *version;
  guint drip;
  gssize cut;
  MemcacheTwist twist;
  gconstpointer twist_data;
  GHashTable *values; /* char * to GBytes */
  GHashTable *counts; /* verb to number */
  GHashTable *last;   /* verb to line */
  GPtrArray *conns;   /* of Conn, also those that have ended */
  guint n_now;
  guint n_peak;
  gsize n_sent;
};

typedef struct
{
  MemcacheFake *fake;
  GThread *thread;
  int fd;
  gboolean has_ended; /* under the fake's lock */
} Conn;

static gboolean
send_some (Conn *conn, const char *bytes, gsize len)
{
  /* Counted before the other side can have it. */
  g_mutex_lock (&conn->fake->lock);
  conn->fake->n_sent += len;
  g_mutex_unlock (&conn->fake->lock);
  return send (conn->fd, bytes, len, MSG_NOSIGNAL) == (gssize)len;
}

/* FALSE when the connection is over. */
static gboolean
send_answer (Conn *conn, const GString *answer, gboolean is_greeting)
{
  MemcacheFake *fake = conn->fake;
  char letters[4096];
  gboolean endless;
  gssize cut;
  guint drip;

  g_mutex_lock (&fake->lock);
  endless = fake->endless && !is_greeting;
  drip = is_greeting ? 0 : fake->drip;
  cut = is_greeting ? -1 : fake->cut;
  g_mutex_unlock (&fake->lock);
  for (gsize i = 0; drip > 0 && i < answer->len; i++)
    {
      if (!send_some (conn, answer->str + i, 1))
        return FALSE;
      g_usleep (drip * 1000);
    }
  if (drip > 0)
    return TRUE;
  if (!send_some (conn, answer->str, cut >= 0 ? MIN ((gsize)cut, answer->len) : answer->len))
    return FALSE;
  memset (letters, 'V', sizeof letters);
  while (endless && send_some (conn, letters, sizeof letters))
    ;
  return !endless && cut < 0;
}

static gboolean
read_bytes (Conn *conn, char *bytes, gsize len)
{
  return len == 0 || recv (conn->fd, bytes, len, MSG_WAITALL) == (gssize)len;
}

/* With its CRLF taken off. */
static char *
read_line (Conn *conn)
{
  g_autoptr (GString) line = g_string_new (NULL);
  char c;

  while (line->len < MOST_LINE && read_bytes (conn, &c, 1))
    {
      g_string_append_c (line, c);
      if (!g_str_has_suffix (line->str, "\r\n"))
        continue;
      g_string_truncate (line, line->len - 2);
      return g_string_free (g_steal_pointer (&line), FALSE);
    }
  return NULL;
}

/* The flags that come back with a meta command's answer. */
static void
echo_flags (GString *answer, char **words, guint from)
{
  for (guint i = from; words[i] != NULL; i++)
    if (words[i][0] == 'k')
      g_string_append_printf (answer, " k%s", words[1]);
    else if (words[i][0] == 'O')
      g_string_append_printf (answer, " %s", words[i]);
  g_string_append (answer, "\r\n");
}

static void
answer_meta (MemcacheFake *self, char **words, GBytes *data, GString *answer)
{
  GBytes *value = g_hash_table_lookup (self->values, words[1]);

  if (g_str_equal (words[0], "ms"))
    {
      g_hash_table_replace (self->values, g_strdup (words[1]), g_bytes_ref (data));
      g_string_append (answer, "HD");
      echo_flags (answer, words, 3);
    }
  else if (g_str_equal (words[0], "md"))
    {
      g_string_append (answer, g_hash_table_remove (self->values, words[1]) ? "HD" : "NF");
      echo_flags (answer, words, 2);
    }
  else if (value == NULL)
    g_string_append (answer, "EN\r\n");
  else
    {
      g_string_append_printf (answer, "VA %" G_GSIZE_FORMAT, g_bytes_get_size (value));
      echo_flags (answer, words, 2);
      g_string_append_len (answer, g_bytes_get_data (value, NULL), g_bytes_get_size (value));
      g_string_append (answer, "\r\n");
    }
}

static void
answer_classic (MemcacheFake *self, char **words, GBytes *data, GString *answer)
{
  GBytes *value = g_hash_table_lookup (self->values, words[1]);

  if (g_str_equal (words[0], "set"))
    {
      g_hash_table_replace (self->values, g_strdup (words[1]), g_bytes_ref (data));
      g_string_append (answer, "STORED\r\n");
    }
  else if (g_str_equal (words[0], "delete"))
    g_string_append (answer, g_hash_table_remove (self->values, words[1]) ? "DELETED\r\n"
                                                                          : "NOT_FOUND\r\n");
  else if (value == NULL)
    g_string_append (answer, "END\r\n");
  else
    {
      g_string_append_printf (answer, "VALUE %s 0 %" G_GSIZE_FORMAT "\r\n", words[1],
                              g_bytes_get_size (value));
      g_string_append_len (answer, g_bytes_get_data (value, NULL), g_bytes_get_size (value));
      g_string_append (answer, "\r\nEND\r\n");
    }
}

static gboolean
is_any (const char *word, const char *a, const char *b, const char *c)
{
  return g_str_equal (word, a) || g_str_equal (word, b) || g_str_equal (word, c);
}

/* Under the lock. */
static void
answer (MemcacheFake *self, char **words, GBytes *data, GString *text)
{
  const char *verb = words[0] != NULL ? words[0] : "";
  gboolean has_name = words[0] != NULL && words[1] != NULL;

  if (g_str_equal (verb, "version"))
    g_string_append_printf (text, "VERSION %s\r\n", self->version);
  else if (self->meta && g_str_equal (verb, "mn"))
    g_string_append (text, "MN\r\n");
  else if (has_name && self->meta && is_any (verb, "mg", "ms", "md"))
    answer_meta (self, words, data, text);
  else if (has_name && is_any (verb, "get", "set", "delete"))
    answer_classic (self, words, data, text);
  else
    g_string_append (text, "ERROR\r\n");
}

/* Under the lock. */
static void
note (MemcacheFake *self, const char *verb, const char *line)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, verb));

  g_hash_table_replace (self->counts, g_strdup (verb), GUINT_TO_POINTER (n + 1));
  g_hash_table_replace (self->last, g_strdup (verb), g_strdup (line));
}

/* What follows a SET's line; memcached takes it only where it knows the command. */
static gboolean
read_data (Conn *conn, char **words, gboolean meta, GBytes **data)
{
  const char *size = NULL;
  char *bytes;
  gsize len;

  if (g_strv_length (words) > 4 && g_str_equal (words[0], "set"))
    size = words[4];
  else if (g_strv_length (words) > 2 && meta && g_str_equal (words[0], "ms"))
    size = words[2];
  if (size == NULL)
    return TRUE;
  len = g_ascii_strtoull (size, NULL, 10);
  bytes = g_malloc (len + 2);
  *data = g_bytes_new_take (bytes, len);
  return read_bytes (conn, bytes, len + 2) && memcmp (bytes + len, "\r\n", 2) == 0;
}

static gboolean
serve_command (Conn *conn)
{
  MemcacheFake *self = conn->fake;
  g_autofree char *line = read_line (conn);
  g_auto (GStrv) words = line != NULL ? g_strsplit (line, " ", -1) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) data = NULL;
  gboolean meta;
  MemcacheTwist twist;

  if (line == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  meta = self->meta;
  g_mutex_unlock (&self->lock);
  if (!read_data (conn, words, meta, &data))
    return FALSE;
  g_mutex_lock (&self->lock);
  note (self, words[0] != NULL ? words[0] : "", line);
  answer (self, words, data, text);
  twist = self->twist;
  if (twist != NULL)
    twist (text, words[0] != NULL ? words[0] : "", words[0] != NULL ? words[1] : NULL,
           self->twist_data);
  g_mutex_unlock (&self->lock);
  return send_answer (conn, text, is_any (line, "mn", "version", "version"));
}

static gpointer
serve (gpointer data)
{
  Conn *conn = data;

  while (serve_command (conn))
    ;
  shutdown (conn->fd, SHUT_RDWR);
  g_mutex_lock (&conn->fake->lock);
  conn->has_ended = TRUE;
  conn->fake->n_now--;
  g_mutex_unlock (&conn->fake->lock);
  return NULL;
}

/* Descriptors and threads of connections that have ended are not kept until the end of the test. */
static void
reap (MemcacheFake *self, gboolean all)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new ();

  g_mutex_lock (&self->lock);
  for (guint i = self->conns->len; i > 0; i--)
    {
      Conn *conn = self->conns->pdata[i - 1];

      if (all || conn->has_ended)
        g_ptr_array_add (gone, g_ptr_array_remove_index (self->conns, i - 1));
    }
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < gone->len; i++)
    {
      Conn *conn = gone->pdata[i];

      g_thread_join (conn->thread);
      close (conn->fd);
      g_free (conn);
    }
}

static gpointer
accept_all (gpointer data)
{
  MemcacheFake *self = data;
  int on = 1;
  int fd;

  while ((fd = accept4 (self->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
    {
      Conn *conn = g_new0 (Conn, 1);

      /* Bytes that come late are to come when the test says so. */
      if (self->path == NULL)
        setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      reap (self, FALSE);
      conn->fake = self;
      conn->fd = fd;
      g_mutex_lock (&self->lock);
      g_ptr_array_add (self->conns, conn);
      self->n_now++;
      self->n_peak = MAX (self->n_peak, self->n_now);
      conn->thread = g_thread_new ("memcache-fake", serve, conn);
      g_mutex_unlock (&self->lock);
    }
  return NULL;
}

void
memcache_fake_start (MemcacheFake *self)
{
  struct sockaddr_in in = { .sin_family = AF_INET,
                            .sin_port = htons (self->port),
                            .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct sockaddr_un un = { .sun_family = AF_UNIX };
  socklen_t size = sizeof in;
  int on = 1;

  self->listener = socket (self->path != NULL ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (self->listener, >=, 0);
  setsockopt (self->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (self->path != NULL)
    {
      g_strlcpy (un.sun_path, self->path, sizeof un.sun_path);
      g_assert_no_errno (bind (self->listener, (struct sockaddr *)&un, sizeof un));
    }
  else
    {
      g_assert_no_errno (bind (self->listener, (struct sockaddr *)&in, sizeof in));
      g_assert_no_errno (getsockname (self->listener, (struct sockaddr *)&in, &size));
      self->port = ntohs (in.sin_port);
    }
  g_assert_no_errno (listen (self->listener, 64));
  self->acceptor = g_thread_new ("memcache-fake", accept_all, self);
}

void
memcache_fake_stop (MemcacheFake *self)
{
  shutdown (self->listener, SHUT_RDWR);
  g_clear_pointer (&self->acceptor, g_thread_join);
  close (self->listener);
  memcache_fake_drop (self);
}

static MemcacheFake *
create (const char *path, gboolean meta)
{
  MemcacheFake *self = g_new0 (MemcacheFake, 1);

  self->path = g_strdup (path);
  self->meta = meta;
  self->cut = -1;
  self->version = g_strdup ("1.6.18");
  self->values
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->last = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->conns = g_ptr_array_new ();
  g_mutex_init (&self->lock);
  memcache_fake_start (self);
  return self;
}

MemcacheFake *
memcache_fake_new (gboolean meta)
{
  return create (NULL, meta);
}

MemcacheFake *
memcache_fake_new_at (const char *path)
{
  return create (path, TRUE);
}

void
memcache_fake_drop (MemcacheFake *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->conns->len; i++)
    shutdown (((Conn *)self->conns->pdata[i])->fd, SHUT_RDWR);
  g_mutex_unlock (&self->lock);
  reap (self, TRUE);
}

void
memcache_fake_free (MemcacheFake *self)
{
  if (self->acceptor != NULL)
    memcache_fake_stop (self);
  g_hash_table_unref (self->values);
  g_hash_table_unref (self->counts);
  g_hash_table_unref (self->last);
  g_ptr_array_unref (self->conns);
  g_mutex_clear (&self->lock);
  g_free (self->version);
  g_free (self->path);
  g_free (self);
}

guint16
memcache_fake_get_port (MemcacheFake *self)
{
  return self->port;
}

#define WITH_LOCK(self)                                                                            \
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&(self)->lock)

void
memcache_fake_set_meta (MemcacheFake *self, gboolean meta)
{
  WITH_LOCK (self);
  self->meta = meta;
}

void
memcache_fake_set_twist (MemcacheFake *self, MemcacheTwist twist, gconstpointer data)
{
  WITH_LOCK (self);
  self->twist = twist;
  self->twist_data = data;
}

void
memcache_fake_set_version (MemcacheFake *self, const char *version)
{
  WITH_LOCK (self);
  g_free (self->version);
  self->version = g_strdup (version);
}

void
memcache_fake_set_drip (MemcacheFake *self, guint ms)
{
  WITH_LOCK (self);
  self->drip = ms;
}

void
memcache_fake_set_cut (MemcacheFake *self, gssize at)
{
  WITH_LOCK (self);
  self->cut = at;
}

void
memcache_fake_set_endless (MemcacheFake *self, gboolean endless)
{
  WITH_LOCK (self);
  self->endless = endless;
}

void
memcache_fake_blurt (MemcacheFake *self, const char *text)
{
  WITH_LOCK (self);
  for (guint i = 0; i < self->conns->len; i++)
    send (((Conn *)self->conns->pdata[i])->fd, text, strlen (text), MSG_NOSIGNAL);
}

guint
memcache_fake_count (MemcacheFake *self, const char *verb)
{
  WITH_LOCK (self);
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, verb));
}

char *
memcache_fake_last (MemcacheFake *self, const char *verb)
{
  WITH_LOCK (self);
  return g_strdup (g_hash_table_lookup (self->last, verb));
}

guint
memcache_fake_count_peak (MemcacheFake *self)
{
  WITH_LOCK (self);
  return self->n_peak;
}

gsize
memcache_fake_count_sent (MemcacheFake *self)
{
  WITH_LOCK (self);
  return self->n_sent;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

char **
memcache_fake_list (MemcacheFake *self)
{
  WITH_LOCK (self);
  GPtrArray *names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->values);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **)g_ptr_array_free (names, FALSE);
}

void
memcache_fake_put (MemcacheFake *self, const char *name, GBytes *value)
{
  WITH_LOCK (self);
  if (value == NULL)
    g_hash_table_remove (self->values, name);
  else
    g_hash_table_replace (self->values, g_strdup (name), g_bytes_ref (value));
}

GBytes *
memcache_fake_get (MemcacheFake *self, const char *name)
{
  WITH_LOCK (self);
  GBytes *value = g_hash_table_lookup (self->values, name);

  return value != NULL ? g_bytes_ref (value) : NULL;
}
