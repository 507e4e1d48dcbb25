/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The protocol of memcached by tables: what is asked, and what is taken for an answer. */
#include <string.h>

#include "memcache-wire.h"

#define MOST 10

/* Of answers: the text is one; or '~' stands for as many bytes as a line may not have. */
typedef struct
{
  MemcacheDialect dialect;
  MemcacheVerb verb;
  const char *text;
  MemcacheWord word;
  const char *data;
} Case;

static const Case good[] = {
  { MEMCACHE_META, MEMCACHE_GET, "VA 2 kname O7\r\nhi\r\n", MEMCACHE_FOUND, "hi" },
  { MEMCACHE_META, MEMCACHE_GET, "VA 0 O7 kname\r\n\r\n", MEMCACHE_FOUND, "" },
  { MEMCACHE_META, MEMCACHE_GET, "VA 2 s2 kname O7 f0 W\r\n\r\n\r\n", MEMCACHE_FOUND, "\r\n" },
  { MEMCACHE_META, MEMCACHE_GET, "VA 10 kname O7\r\n0123456789\r\n", MEMCACHE_FOUND, "0123456789" },
  { MEMCACHE_META, MEMCACHE_GET, "EN\r\n", MEMCACHE_MISSING, NULL },
  { MEMCACHE_META, MEMCACHE_GET, "EN kname O7\r\n", MEMCACHE_MISSING, NULL },
  { MEMCACHE_META, MEMCACHE_GET, "SERVER_ERROR out of memory\r\n", MEMCACHE_REFUSED, NULL },
  { MEMCACHE_META, MEMCACHE_SET, "HD kname O7\r\n", MEMCACHE_DONE, NULL },
  { MEMCACHE_META, MEMCACHE_SET, "NS O7\r\n", MEMCACHE_REFUSED, NULL },
  { MEMCACHE_META, MEMCACHE_SET, "SERVER_ERROR object too large for cache\r\n", MEMCACHE_REFUSED,
    NULL },
  { MEMCACHE_META, MEMCACHE_DELETE, "HD O7 kname\r\n", MEMCACHE_DONE, NULL },
  { MEMCACHE_META, MEMCACHE_DELETE, "NF\r\n", MEMCACHE_DONE, NULL },
  { MEMCACHE_META, MEMCACHE_DELETE, "NF kname O7\r\n", MEMCACHE_DONE, NULL },
  { MEMCACHE_CLASSIC, MEMCACHE_GET, "VALUE name 0 2\r\nhi\r\nEND\r\n", MEMCACHE_FOUND, "hi" },
  { MEMCACHE_CLASSIC, MEMCACHE_GET, "VALUE name 7 5\r\nEND\r\n\r\nEND\r\n", MEMCACHE_FOUND,
    "END\r\n" },
  { MEMCACHE_CLASSIC, MEMCACHE_GET, "VALUE name 0 0\r\n\r\nEND\r\n", MEMCACHE_FOUND, "" },
  { MEMCACHE_CLASSIC, MEMCACHE_GET, "END\r\n", MEMCACHE_MISSING, NULL },
  { MEMCACHE_CLASSIC, MEMCACHE_SET, "STORED\r\n", MEMCACHE_DONE, NULL },
  { MEMCACHE_CLASSIC, MEMCACHE_SET, "NOT_STORED\r\n", MEMCACHE_REFUSED, NULL },
  { MEMCACHE_CLASSIC, MEMCACHE_SET, "SERVER_ERROR\r\n", MEMCACHE_REFUSED, NULL },
  { MEMCACHE_CLASSIC, MEMCACHE_DELETE, "DELETED\r\n", MEMCACHE_DONE, NULL },
  { MEMCACHE_CLASSIC, MEMCACHE_DELETE, "NOT_FOUND\r\n", MEMCACHE_DONE, NULL },
};

#define META_GET(text)                                                                             \
  {                                                                                                \
    MEMCACHE_META, MEMCACHE_GET, text, MEMCACHE_BAD, NULL                                          \
  }
#define CLASSIC_GET(text)                                                                          \
  {                                                                                                \
    MEMCACHE_CLASSIC, MEMCACHE_GET, text, MEMCACHE_BAD, NULL                                       \
  }

static const Case bad[] = {
  /* Of another key, another question, or nobody knows of which. */
  META_GET ("VA 2 kother O7\r\nhi\r\n"),
  META_GET ("VA 2 knam O7\r\nhi\r\n"),
  META_GET ("VA 2 knames O7\r\nhi\r\n"),
  META_GET ("VA 2 kname O8\r\nhi\r\n"),
  META_GET ("VA 2 kname O77\r\nhi\r\n"),
  META_GET ("VA 2 kname O4294967303\r\nhi\r\n"),
  META_GET ("VA 2 kname O\r\nhi\r\n"),
  META_GET ("VA 2 kname\r\nhi\r\n"),
  META_GET ("VA 2 O7\r\nhi\r\n"),
  META_GET ("VA 2\r\nhi\r\n"),
  META_GET ("VA 2 kname kname O7\r\nhi\r\n"),
  META_GET ("VA 2 kname O7 O7\r\nhi\r\n"),
  META_GET ("EN kother\r\n"),
  META_GET ("EN O8\r\n"),
  CLASSIC_GET ("VALUE other 0 2\r\nhi\r\nEND\r\n"),
  CLASSIC_GET ("VALUE name 0 2\r\nhi\r\nVALUE other 0 2\r\nho\r\nEND\r\n"),
  /* Numbers that are none. */
  META_GET ("VA -2 kname O7\r\nhi\r\n"),
  META_GET ("VA +2 kname O7\r\nhi\r\n"),
  META_GET ("VA 0x2 kname O7\r\nhi\r\n"),
  META_GET ("VA 2a kname O7\r\nhi\r\n"),
  META_GET ("VA  kname O7\r\nhi\r\n"),
  META_GET ("VA kname O7\r\nhi\r\n"),
  META_GET ("VA 18446744073709551616 kname O7\r\nhi\r\n"),
  META_GET ("VA 18446744073709551618 kname O7\r\nhi\r\n"),
  META_GET ("VA 99999999999999999999999999999 kname O7\r\nhi\r\n"),
  CLASSIC_GET ("VALUE name 0 -2\r\nhi\r\nEND\r\n"),
  CLASSIC_GET ("VALUE name -1 2\r\nhi\r\nEND\r\n"),
  CLASSIC_GET ("VALUE name 4294967296 2\r\nhi\r\nEND\r\n"),
  CLASSIC_GET ("VALUE name 0 2 5\r\nhi\r\nEND\r\n"),
  CLASSIC_GET ("VALUE name 0\r\nhi\r\nEND\r\n"),
  CLASSIC_GET ("VALUE name\r\nhi\r\nEND\r\n"),
  CLASSIC_GET ("VALUE\r\nhi\r\nEND\r\n"),
  /* Lengths that are wrong. */
  META_GET ("VA 1 kname O7\r\nhi\r\n"),
  META_GET ("VA 2 kname O7\r\nhi!\r\n"),
  META_GET ("VA 2 kname O7\r\nhi\n\n"),
  META_GET ("VA 2 kname O7\r\nhi\r\r"),
  META_GET ("VA 2 kname O7\r\nhi\r\nEN\r\n"),
  META_GET ("EN\r\nEN\r\n"),
  CLASSIC_GET ("VALUE name 0 2\r\nhi!\r\nEND\r\n"),
  CLASSIC_GET ("VALUE name 0 2\r\nhi\r\nENDE\r\n"),
  CLASSIC_GET ("VALUE name 0 2\r\nhi\r\nEND\r\nEND\r\n"),
  CLASSIC_GET ("END\r\n\r\n"),
  /* Lines that are none. */
  META_GET ("EN\n"),
  META_GET ("EN\r\r\n"),
  META_GET ("EN \r\n"),
  META_GET (" EN\r\n"),
  META_GET ("\r\n"),
  META_GET ("\n"),
  META_GET ("\x80\x01"),
  META_GET ("VA 2  kname O7\r\nhi\r\n"),
  META_GET ("VA 2 kname O7 \r\nhi\r\n"),
  META_GET ("VA 2 kname\tO7\r\nhi\r\n"),
  META_GET ("VA 2 kname O7\nhi\r\n"),
  CLASSIC_GET ("END \r\n"),
  CLASSIC_GET ("END x\r\n"),
  /* Words of others. */
  META_GET ("HD kname O7\r\n"),
  META_GET ("END\r\n"),
  META_GET ("VALUE name 0 2\r\nhi\r\nEND\r\n"),
  META_GET ("va 2 kname O7\r\nhi\r\n"),
  META_GET ("ENx\r\n"),
  META_GET ("MN\r\n"),
  META_GET ("ERROR\r\n"),
  META_GET ("CLIENT_ERROR bad command line format\r\n"),
  META_GET ("SERVER_ERRORS\r\n"),
  META_GET ("HTTP/1.1 400 Bad Request\r\n"),
  CLASSIC_GET ("VA 2 kname O7\r\nhi\r\n"),
  CLASSIC_GET ("EN\r\n"),
  CLASSIC_GET ("STORED\r\n"),
  CLASSIC_GET ("ERROR\r\n"),
  CLASSIC_GET ("CLIENT_ERROR line too long\r\n"),
  { MEMCACHE_META, MEMCACHE_SET, "HD\r\n", MEMCACHE_BAD, NULL },
  { MEMCACHE_META, MEMCACHE_SET, "HD kname O8\r\n", MEMCACHE_BAD, NULL },
  { MEMCACHE_META, MEMCACHE_SET, "EN\r\n", MEMCACHE_BAD, NULL },
  { MEMCACHE_META, MEMCACHE_SET, "NF kname O7\r\n", MEMCACHE_BAD, NULL },
  { MEMCACHE_META, MEMCACHE_SET, "OK\r\n", MEMCACHE_BAD, NULL },
  { MEMCACHE_META, MEMCACHE_DELETE, "HD\r\n", MEMCACHE_BAD, NULL },
  { MEMCACHE_META, MEMCACHE_DELETE, "NF kother O7\r\n", MEMCACHE_BAD, NULL },
  { MEMCACHE_CLASSIC, MEMCACHE_SET, "STORED x\r\n", MEMCACHE_BAD, NULL },
  { MEMCACHE_CLASSIC, MEMCACHE_SET, "DELETED\r\n", MEMCACHE_BAD, NULL },
  { MEMCACHE_CLASSIC, MEMCACHE_DELETE, "STORED\r\n", MEMCACHE_BAD, NULL },
};

static MemcacheWord
read_text (const Case *c, const char *text, gsize len, MemcacheAnswer *answer)
{
  const MemcacheQuestion question = { c->dialect, c->verb, "name", 7, MOST };
  /* Of exactly that size, so that a sanitizer sees what is read beyond it. */
  g_autofree guint8 *exact = g_memdup2 (text, len);

  return memcache_wire_read (answer, &question, exact, len);
}

/* Whole it is an answer; every beginning of it wants more. */
static void
test_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      gsize len = strlen (good[i].text);
      MemcacheAnswer answer;

      for (gsize n = 0; n < len; n++)
        {
          g_assert_cmpint (read_text (&good[i], good[i].text, n, &answer), ==, MEMCACHE_MORE);
          g_assert_true (answer.need == 0 || answer.need == len);
        }
      g_assert_cmpint (read_text (&good[i], good[i].text, len, &answer), ==, good[i].word);
      g_assert_cmpuint (answer.need, ==, len);
      if (good[i].data != NULL)
        g_assert_cmpmem (good[i].text + answer.data_at, answer.data_len, good[i].data,
                         strlen (good[i].data));
    }
}

/* No beginning of it is an answer either, but for what is good and has more behind it. */
static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      gsize len = strlen (bad[i].text);
      MemcacheAnswer answer;

      if (read_text (&bad[i], bad[i].text, len, &answer) != MEMCACHE_BAD)
        g_error ("“%s” was taken for an answer", bad[i].text);
    }
}

static void
test_excess (void)
{
  static const Case cases[] = {
    META_GET ("VA 11 kname O7\r\n"),
    META_GET ("VA 18446744073709551615 kname O7\r\n"),
    CLASSIC_GET ("VALUE name 0 11\r\n"),
    CLASSIC_GET ("VALUE name 0 18446744073709551615\r\n"),
  };
  MemcacheAnswer answer;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (read_text (&cases[i], cases[i].text, strlen (cases[i].text), &answer), ==,
                     MEMCACHE_EXCESS);
}

static void
test_nul (void)
{
  static const Case get = META_GET (NULL);
  MemcacheAnswer answer;

  g_assert_cmpint (read_text (&get, "E\0N\r\n", 5, &answer), ==, MEMCACHE_BAD);
  g_assert_cmpint (read_text (&get, "EN\0\r\n", 5, &answer), ==, MEMCACHE_BAD);
  g_assert_cmpint (read_text (&get, "VA 2 kname O7\r\n\0\0\r\n", 19, &answer), ==, MEMCACHE_FOUND);
}

static void
test_endless_line (void)
{
  static const Case get = META_GET (NULL);
  g_autofree char *line = g_strnfill (10000, 'V');
  MemcacheAnswer answer;

  g_assert_cmpint (read_text (&get, line, MEMCACHE_WIRE_MAX_LINE - 1, &answer), ==, MEMCACHE_MORE);
  for (gsize n = MEMCACHE_WIRE_MAX_LINE; n <= 10000; n += 97)
    g_assert_cmpint (read_text (&get, line, n, &answer), ==, MEMCACHE_BAD);
}

static void
test_write (void)
{
  static const struct
  {
    MemcacheDialect dialect;
    MemcacheVerb verb;
    const char *text;
  } cases[] = {
    { MEMCACHE_META, MEMCACHE_GET, "mg name v k O4294967295\r\n" },
    { MEMCACHE_META, MEMCACHE_SET, "ms name 70000 T99 k O4294967295\r\n" },
    { MEMCACHE_META, MEMCACHE_DELETE, "md name k O4294967295\r\n" },
    { MEMCACHE_CLASSIC, MEMCACHE_GET, "get name\r\n" },
    { MEMCACHE_CLASSIC, MEMCACHE_SET, "set name 0 99 70000\r\n" },
    { MEMCACHE_CLASSIC, MEMCACHE_DELETE, "delete name\r\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const MemcacheQuestion question
          = { cases[i].dialect, cases[i].verb, "name", G_MAXUINT32, MOST };
      g_autoptr (GString) line = g_string_new (NULL);

      memcache_wire_write (line, &question, 70000, 99);
      g_assert_cmpstr (line->str, ==, cases[i].text);
    }
}

static void
test_greeting (void)
{
  static const struct
  {
    const char *text;
    MemcacheWord word;
    MemcacheDialect dialect;
  } cases[] = {
    { "MN\r\nVERSION 1.6.18\r\n", MEMCACHE_DONE, MEMCACHE_META },
    { "MN\r\nVERSION 1.6.10\r\n", MEMCACHE_DONE, MEMCACHE_META },
    { "MN\r\nVERSION 1.6.10_beta3\r\n", MEMCACHE_DONE, MEMCACHE_META },
    { "MN\r\nVERSION 1.7.0\r\n", MEMCACHE_DONE, MEMCACHE_META },
    { "MN\r\nVERSION 1.60.1\r\n", MEMCACHE_DONE, MEMCACHE_META },
    { "MN\r\nVERSION mcrouter 41.0\r\n", MEMCACHE_DONE, MEMCACHE_META },
    { "MN\r\nVERSION 1.6.9\r\n", MEMCACHE_DONE, MEMCACHE_CLASSIC },
    { "MN\r\nVERSION 1.6.6-amazon\r\n", MEMCACHE_DONE, MEMCACHE_CLASSIC },
    { "MN\r\nERROR\r\n", MEMCACHE_DONE, MEMCACHE_CLASSIC },
    { "ERROR\r\nVERSION 1.4.39\r\n", MEMCACHE_DONE, MEMCACHE_CLASSIC },
    { "ERROR\r\nVERSION 1.6.18\r\n", MEMCACHE_DONE, MEMCACHE_CLASSIC },
    { "ERROR\r\nERROR\r\n", MEMCACHE_DONE, MEMCACHE_CLASSIC },
    { "MN\r\nVERSION\r\n", MEMCACHE_DONE, MEMCACHE_META },
    { "MN\r\nVERSION 1.6.18\r\nX", MEMCACHE_BAD, 0 },
    { "MN\r\nMN\r\n", MEMCACHE_BAD, 0 },
    { "MN x\r\nVERSION 1.6.18\r\n", MEMCACHE_BAD, 0 },
    { "MN\nVERSION 1.6.18\n", MEMCACHE_BAD, 0 },
    { "VERSION 1.6.18\r\nMN\r\n", MEMCACHE_BAD, 0 },
    { "HTTP/1.1 400 Bad Request\r\n", MEMCACHE_BAD, 0 },
    { "SSH-2.0-OpenSSH_9.2\r\n", MEMCACHE_BAD, 0 },
    { "\x16\x03\x01", MEMCACHE_BAD, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize len = strlen (cases[i].text);
      const guint8 *bytes = (const guint8 *)cases[i].text;
      MemcacheDialect dialect;

      for (gsize n = 0; n < len && cases[i].word == MEMCACHE_DONE; n++)
        g_assert_cmpint (memcache_wire_read_greeting (&dialect, bytes, n), ==, MEMCACHE_MORE);
      g_assert_cmpint (memcache_wire_read_greeting (&dialect, bytes, len), ==, cases[i].word);
      if (cases[i].word == MEMCACHE_DONE)
        g_assert_cmpint (dialect, ==, cases[i].dialect);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-memcache/wire/good", test_good);
  g_test_add_func ("/cache-memcache/wire/bad", test_bad);
  g_test_add_func ("/cache-memcache/wire/excess", test_excess);
  g_test_add_func ("/cache-memcache/wire/nul", test_nul);
  g_test_add_func ("/cache-memcache/wire/endless-line", test_endless_line);
  g_test_add_func ("/cache-memcache/wire/write", test_write);
  g_test_add_func ("/cache-memcache/wire/greeting", test_greeting);
  return g_test_run ();
}
