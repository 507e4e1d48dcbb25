/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memcached's doc/protocol.txt: what is asked, and the table of what may be answered. It must never
 * go on after a line that is not in the table. */
#include "memcache-wire.h"

#include <string.h>

/* Meta commands have their final form (a length behind the key, HD for success) from here on; a
 * server before it would take a value for commands. */
#define FIRST_META_RELEASE 10

/* A line without its CRLF; what was taken from it is not in it any more. */
typedef struct
{
  const char *at;
  gsize len;
} Line;

/* What stands behind the first word. */
typedef enum
{
  NOTHING,
  FLAGS,     /* of meta commands; key and opaque, where they stand, are ours */
  ECHO,      /* the same, and both must stand there */
  SIZE_ECHO, /* the same behind a size; data follow */
  KEY_SIZE,  /* key, number, size; data and END follow */
  ANY_TEXT
} Rest;

typedef struct
{
  MemcacheDialect dialect;
  MemcacheVerb verb;
  const char *text;
  Rest rest;
  MemcacheWord word;
} Row;

/* Older servers tell a miss without flags, so there they may be absent. */
static const Row rows[] = {
  { MEMCACHE_META, MEMCACHE_GET, "VA", SIZE_ECHO, MEMCACHE_FOUND },
  { MEMCACHE_META, MEMCACHE_GET, "EN", FLAGS, MEMCACHE_MISSING },
  { MEMCACHE_META, MEMCACHE_SET, "HD", ECHO, MEMCACHE_DONE },
  { MEMCACHE_META, MEMCACHE_SET, "NS", FLAGS, MEMCACHE_REFUSED },
  { MEMCACHE_META, MEMCACHE_DELETE, "HD", ECHO, MEMCACHE_DONE },
  { MEMCACHE_META, MEMCACHE_DELETE, "NF", FLAGS, MEMCACHE_DONE },
  { MEMCACHE_CLASSIC, MEMCACHE_GET, "VALUE", KEY_SIZE, MEMCACHE_FOUND },
  { MEMCACHE_CLASSIC, MEMCACHE_GET, "END", NOTHING, MEMCACHE_MISSING },
  { MEMCACHE_CLASSIC, MEMCACHE_SET, "STORED", NOTHING, MEMCACHE_DONE },
  { MEMCACHE_CLASSIC, MEMCACHE_SET, "NOT_STORED", NOTHING, MEMCACHE_REFUSED },
  { MEMCACHE_CLASSIC, MEMCACHE_DELETE, "DELETED", NOTHING, MEMCACHE_DONE },
  { MEMCACHE_CLASSIC, MEMCACHE_DELETE, "NOT_FOUND", NOTHING, MEMCACHE_DONE },
};

static const char server_error[] = "SERVER_ERROR";

void
memcache_wire_write (GString *line, const MemcacheQuestion *question, gsize size, guint32 expiry)
{
  const char *name = question->name;
  gboolean meta = question->dialect == MEMCACHE_META;

  if (question->verb == MEMCACHE_GET && !meta)
    g_string_append_printf (line, "get %s\r\n", name);
  else if (question->verb == MEMCACHE_SET && !meta)
    g_string_append_printf (line, "set %s 0 %u %" G_GSIZE_FORMAT "\r\n", name, expiry, size);
  else if (question->verb == MEMCACHE_DELETE && !meta)
    g_string_append_printf (line, "delete %s\r\n", name);
  else if (question->verb == MEMCACHE_GET)
    g_string_append_printf (line, "mg %s v k O%u\r\n", name, question->opaque);
  else if (question->verb == MEMCACHE_SET)
    g_string_append_printf (line, "ms %s %" G_GSIZE_FORMAT " T%u k O%u\r\n", name, size, expiry,
                            question->opaque);
  else
    g_string_append_printf (line, "md %s k O%u\r\n", name, question->opaque);
}

/* A line ends with CRLF and has no other control byte. MORE, DONE, BAD. */
static MemcacheWord
take_line (const guint8 *bytes, gsize len, Line *line)
{
  gsize most = MIN (len, MEMCACHE_WIRE_MAX_LINE);

  *line = (Line){ (const char *)bytes, 0 };
  for (gsize i = 0; i < most; i++)
    {
      if (bytes[i] == '\r')
        {
          line->len = i;
          if (i + 1 == len)
            return MEMCACHE_MORE;
          return bytes[i + 1] == '\n' ? MEMCACHE_DONE : MEMCACHE_BAD;
        }
      if (bytes[i] < 0x20 || bytes[i] == 0x7f)
        return MEMCACHE_BAD;
    }
  return most < MEMCACHE_WIRE_MAX_LINE ? MEMCACHE_MORE : MEMCACHE_BAD;
}

/* The next word; one space stands between two. */
static gboolean
take_word (Line *line, Line *word)
{
  const char *space = line->len > 0 ? memchr (line->at, ' ', line->len) : NULL;
  gsize len = space != NULL ? (gsize)(space - line->at) : line->len;
  gsize taken = space != NULL ? len + 1 : len;

  *word = (Line){ line->at, len };
  *line = (Line){ line->at + taken, line->len - taken };
  /* Neither two spaces nor one at the end; memcached does not write them. */
  return len > 0 && (space == NULL || line->len > 0);
}

static gboolean
equals (const Line *word, const char *text)
{
  return word->len == strlen (text) && memcmp (word->at, text, word->len) == 0;
}

/* 1*DIGIT that fits; no sign, no blank, nothing behind. */
static gboolean
parse_number (const Line *word, guint64 most, guint64 *number)
{
  *number = 0;
  if (word->len == 0)
    return FALSE;
  for (gsize i = 0; i < word->len; i++)
    {
      guint digit = (guint)(word->at[i] - '0');

      if (word->at[i] < '0' || word->at[i] > '9' || *number > (most - digit) / 10)
        return FALSE;
      *number = *number * 10 + digit;
    }
  return TRUE;
}

static gboolean
take_number (Line *line, guint64 most, guint64 *number)
{
  Line word;

  return take_word (line, &word) && parse_number (&word, most, number);
}

/* Flags: a letter each, and what belongs to it without a blank. Those that we do not know are left
 * alone, for 1.6.20 sent one that nobody had asked for; ours may not stand there twice. */
static gboolean
check_flags (Line line, const MemcacheQuestion *question, gboolean all)
{
  guint n_keys = 0, n_opaques = 0;

  while (line.len > 0)
    {
      Line word;
      guint64 opaque;

      if (!take_word (&line, &word))
        return FALSE;
      const Line value = { word.at + 1, word.len - 1 };
      if (word.at[0] == 'k' && (n_keys++ > 0 || !equals (&value, question->name)))
        return FALSE;
      if (word.at[0] == 'O'
          && (n_opaques++ > 0 || !parse_number (&value, G_MAXUINT32, &opaque)
              || opaque != question->opaque))
        return FALSE;
    }
  return !all || (n_keys == 1 && n_opaques == 1);
}

static gboolean
check_key (Line *line, const MemcacheQuestion *question)
{
  Line word;

  return take_word (line, &word) && equals (&word, question->name);
}

/* The end of an answer whose line took @line_len bytes, CRLF counted, and after which come the data
 * and @tail. */
static MemcacheWord
finish (MemcacheAnswer *answer, MemcacheWord word, const char *tail, const guint8 *bytes, gsize len)
{
  gsize tail_len = strlen (tail);

  answer->need = answer->data_at + answer->data_len + tail_len;
  if (len < answer->need)
    return MEMCACHE_MORE;
  if (len > answer->need || memcmp (bytes + len - tail_len, tail, tail_len) != 0)
    return MEMCACHE_BAD;
  return word;
}

/* What stands behind the first word, where that has a row. */
static gboolean
check_rest (const Row *row, const MemcacheQuestion *question, Line line, guint64 *size)
{
  guint64 flags;

  switch (row->rest)
    {
    case FLAGS:
    case ECHO:
      return check_flags (line, question, row->rest == ECHO);
    case SIZE_ECHO:
      return take_number (&line, G_MAXUINT64, size) && check_flags (line, question, TRUE);
    case KEY_SIZE:
      return check_key (&line, question) && take_number (&line, G_MAXUINT32, &flags)
             && take_number (&line, G_MAXUINT64, size) && line.len == 0;
    case NOTHING:
      return line.len == 0;
    case ANY_TEXT:
    default:
      return TRUE;
    }
}

static const Row *
find_row (const MemcacheQuestion *question, const Line *word)
{
  static const Row refused = { .text = server_error, .rest = ANY_TEXT, .word = MEMCACHE_REFUSED };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].dialect == question->dialect && rows[i].verb == question->verb
        && equals (word, rows[i].text))
      return &rows[i];
  return equals (word, server_error) ? &refused : NULL;
}

MemcacheWord
memcache_wire_read (MemcacheAnswer *answer,
                    const MemcacheQuestion *question,
                    const guint8 *bytes,
                    gsize len)
{
  Line line, word;
  guint64 size = 0;
  const Row *row;

  *answer = (MemcacheAnswer){ 0 };
  switch (take_line (bytes, len, &line))
    {
    case MEMCACHE_MORE:
      return MEMCACHE_MORE;
    case MEMCACHE_DONE:
      break;
    default:
      return MEMCACHE_BAD;
    }
  answer->data_at = line.len + 2;
  /* "END" and its like are a whole line, so a word without blanks behind is one. */
  row = take_word (&line, &word) ? find_row (question, &word) : NULL;
  if (row == NULL || !check_rest (row, question, line, &size))
    return MEMCACHE_BAD;
  if (size > question->most)
    return MEMCACHE_EXCESS;
  answer->data_len = (gsize)size;
  return finish (answer, row->word,
                 row->rest == SIZE_ECHO  ? "\r\n"
                 : row->rest == KEY_SIZE ? "\r\nEND\r\n"
                                         : "",
                 bytes, len);
}

/* "VERSION 1.6.9": whether its meta commands are not yet ours. Other programs that speak the
 * protocol have versions of their own, and the final commands if any. */
static gboolean
is_early (Line version)
{
  static const char series[] = "1.6.";
  gsize skip = strlen (series);
  Line digits = { version.at + skip, 0 };
  guint64 release;

  if (version.len <= skip || memcmp (version.at, series, skip) != 0)
    return FALSE;
  while (skip + digits.len < version.len && g_ascii_isdigit (digits.at[digits.len]))
    digits.len++;
  return parse_number (&digits, G_MAXUINT32, &release) && release < FIRST_META_RELEASE;
}

MemcacheWord
memcache_wire_read_greeting (MemcacheDialect *dialect, const guint8 *bytes, gsize len)
{
  Line first, second, word;
  MemcacheWord had = take_line (bytes, len, &first);
  gsize skip = first.len + 2;

  *dialect = MEMCACHE_CLASSIC;
  if (had != MEMCACHE_DONE)
    return had;
  if (!equals (&first, "MN") && !equals (&first, "ERROR"))
    return MEMCACHE_BAD;
  had = take_line (bytes + skip, len - skip, &second);
  if (had != MEMCACHE_DONE)
    return had;
  skip += second.len + 2;
  if (skip != len)
    return MEMCACHE_BAD;
  if (equals (&second, "ERROR"))
    return MEMCACHE_DONE;
  if (!take_word (&second, &word) || !equals (&word, "VERSION"))
    return MEMCACHE_BAD;
  if (equals (&first, "MN") && !is_early (second))
    *dialect = MEMCACHE_META;
  return MEMCACHE_DONE;
}
