/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The states of a talk with a SOCKS proxy, each with what it waits for:
 *
 *   SOCKS5  methods ──> METHOD ──> REPLY ──> ADDRESS ──> REST ──> DONE
 *                         └──> AUTH ──┘
 *   SOCKS4  request ──> REPLY4 ──> REST ──> DONE
 *
 * Every length is known before a byte is read: none is taken from the wire but the one byte of a
 * name's length. It must never ask for a byte more than the reply has: what follows is the
 * target's. */
#include "net/tern-socks.h"

#include <netinet/in.h>
#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "io/tern-resolver.h"

typedef enum
{
  STATE_METHOD,
  STATE_AUTH,
  STATE_REPLY,
  STATE_ADDRESS,
  STATE_REST,
  STATE_REPLY4,
  STATE_DONE,
} State;

typedef gboolean (*Eat) (TernSocks *self, const guint8 *reply, GError **error);

static gboolean eat_method (TernSocks *self, const guint8 *reply, GError **error);
static gboolean eat_auth (TernSocks *self, const guint8 *reply, GError **error);
static gboolean eat_reply (TernSocks *self, const guint8 *reply, GError **error);
static gboolean eat_address (TernSocks *self, const guint8 *reply, GError **error);
static gboolean eat_rest (TernSocks *self, const guint8 *reply, GError **error);
static gboolean eat_reply4 (TernSocks *self, const guint8 *reply, GError **error);

/* A refusal is looked for as soon as its byte is there: some proxies close behind it. */
static const struct
{
  gsize need;
  Eat eat;
} states[] = {
  [STATE_METHOD] = { 2, eat_method },   /* VER METHOD */
  [STATE_AUTH] = { 2, eat_auth },       /* VER STATUS */
  [STATE_REPLY] = { 2, eat_reply },     /* VER REP */
  [STATE_ADDRESS] = { 3, eat_address }, /* RSV ATYP, and one of BND.ADDR */
  [STATE_REST] = { 0, eat_rest },       /* what ADDRESS or REPLY4 found out */
  [STATE_REPLY4] = { 2, eat_reply4 },   /* VN CD */
  [STATE_DONE] = { 0, NULL },
};

#define MAX_TEXT 255
/* The commands and types that are used here. */
#define CMD_CONNECT 1
#define METHOD_NONE 0
#define METHOD_PASSWORD 2
#define METHOD_REFUSED 0xFF
#define ATYP_IPV4 1
#define ATYP_NAME 3
#define ATYP_IPV6 4

struct _TernSocks
{
  State state;
  gsize rest;      /* of the reply, in STATE_REST */
  GBytes *output;  /* to be sent now */
  GBytes *request; /* to be sent once the proxy knows who we are */
  GBytes *auth;    /* NULL where there are no credentials */
  char *target;    /* for messages */
};

/* --- what is said ---------------------------------------------------------------------------- */

static void
put_byte (GByteArray *out, guint8 byte)
{
  g_byte_array_append (out, &byte, 1);
}

static void
put_bytes (GByteArray *out, GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  g_byte_array_append (out, data, len);
}

static void
put_port (GByteArray *out, guint16 port)
{
  put_byte (out, port >> 8);
  put_byte (out, port & 0xFF);
}

/* A name that could end early, or be read as two, is none (the URI parser lets no such pass). */
static gboolean
check_name (const char *host, GError **error)
{
  const gsize len = strlen (host);
  gsize i = 0;

  while (i < len && host[i] > 0x20 && host[i] < 0x7F)
    i++;
  if (len > 0 && len <= MAX_TEXT && i == len)
    return TRUE;
  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL,
               _ ("A proxy of SOCKS takes names of 1 to %d bytes without blanks, not one of %zu"),
               MAX_TEXT, len);
  return FALSE;
}

static gboolean
has_text (GBytes *text)
{
  const gsize len = text ? g_bytes_get_size (text) : 0;

  return len >= 1 && len <= MAX_TEXT;
}

/* VER NMETHODS METHODS (RFC 1928 §3). */
static GBytes *
write_methods (gboolean with_password)
{
  static const guint8 none[] = { 5, 1, METHOD_NONE };
  static const guint8 both[] = { 5, 2, METHOD_NONE, METHOD_PASSWORD };

  return with_password ? g_bytes_new_static (both, sizeof both)
                       : g_bytes_new_static (none, sizeof none);
}

/* VER ULEN UNAME PLEN PASSWD (RFC 1929 §2). */
static GBytes *
write_auth (const TernSocksPlan *plan, GError **error)
{
  GByteArray *out;

  if (!has_text (plan->user) || !has_text (plan->password))
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_PROXY_AUTH,
                   _ ("SOCKS takes a user name and a password of 1 to %d bytes each"), MAX_TEXT);
      return NULL;
    }
  out = g_byte_array_new ();
  put_byte (out, 1);
  put_byte (out, g_bytes_get_size (plan->user));
  put_bytes (out, plan->user);
  put_byte (out, g_bytes_get_size (plan->password));
  put_bytes (out, plan->password);
  return g_byte_array_free_to_bytes (out);
}

/* VER CMD RSV ATYP DST.ADDR DST.PORT (RFC 1928 §4). */
static GBytes *
write_request5 (const TernSocksPlan *plan, const TernAddress *literal, GError **error)
{
  GByteArray *out;

  if (!literal && !check_name (plan->host, error))
    return NULL;
  out = g_byte_array_new ();
  put_byte (out, 5);
  put_byte (out, CMD_CONNECT);
  put_byte (out, 0);
  if (!literal)
    {
      put_byte (out, ATYP_NAME);
      put_byte (out, strlen (plan->host));
      g_byte_array_append (out, (const guint8 *)plan->host, strlen (plan->host));
    }
  else if (literal->addr.any.sa_family == AF_INET)
    {
      put_byte (out, ATYP_IPV4);
      g_byte_array_append (
          out, (const guint8 *)&((const struct sockaddr_in *)&literal->addr.any)->sin_addr, 4);
    }
  else
    {
      put_byte (out, ATYP_IPV6);
      g_byte_array_append (
          out, (const guint8 *)&((const struct sockaddr_in6 *)&literal->addr.any)->sin6_addr, 16);
    }
  put_port (out, plan->port);
  return g_byte_array_free_to_bytes (out);
}

/* The four bytes of the address; 0.0.0.x says that a name follows. An address of that kind would be
 * taken for it, so it cannot be carried. */
static gboolean
find_address4 (const TernSocksPlan *plan,
               const TernAddress *literal,
               guint8 *address,
               GError **error)
{
  static const guint8 name_follows[] = { 0, 0, 0, 1 };

  memcpy (address, name_follows, 4);
  if (!literal)
    return check_name (plan->host, error);
  if (literal->addr.any.sa_family == AF_INET)
    {
      memcpy (address, &((const struct sockaddr_in *)&literal->addr.any)->sin_addr, 4);
      if (memcmp (address, name_follows, 3) != 0 || address[3] == 0)
        return TRUE;
    }
  g_set_error (error, TERN_ERROR, TERN_ERROR_PROXY_TUNNEL, _ ("SOCKS4 cannot carry the address %s"),
               plan->host);
  return FALSE;
}

/* VN CD DSTPORT DSTIP USERID NUL, and in SOCKS4a the name and a NUL. */
static GBytes *
write_request4 (const TernSocksPlan *plan, const TernAddress *literal, GError **error)
{
  const gsize user_len = plan->user ? g_bytes_get_size (plan->user) : 0;
  GByteArray *out;
  guint8 address[4];

  if (user_len > MAX_TEXT
      || (user_len > 0 && memchr (g_bytes_get_data (plan->user, NULL), 0, user_len)))
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_PROXY_AUTH,
                   _ ("SOCKS4 takes at most %d bytes, and no NUL, as the user name for the proxy"),
                   MAX_TEXT);
      return NULL;
    }
  if (!find_address4 (plan, literal, address, error))
    return NULL;
  out = g_byte_array_new ();
  put_byte (out, 4);
  put_byte (out, CMD_CONNECT);
  put_port (out, plan->port);
  g_byte_array_append (out, address, 4);
  if (user_len > 0)
    put_bytes (out, plan->user);
  put_byte (out, 0);
  if (!literal)
    g_byte_array_append (out, (const guint8 *)plan->host, strlen (plan->host) + 1);
  return g_byte_array_free_to_bytes (out);
}

TernSocks *
tern_socks_new (const TernSocksPlan *plan, GError **error)
{
  g_autoptr (TernSocks) self = g_new0 (TernSocks, 1);
  TernAddress address;
  const TernAddress *literal
      = tern_address_from_literal (plan->host, plan->port, &address) ? &address : NULL;

  self->target
      = g_strdup_printf (strchr (plan->host, ':') ? "[%s]:%u" : "%s:%u", plan->host, plan->port);
  if (plan->version == 4)
    {
      self->state = STATE_REPLY4;
      self->output = write_request4 (plan, literal, error);
      return self->output ? g_steal_pointer (&self) : NULL;
    }
  self->state = STATE_METHOD;
  self->request = write_request5 (plan, literal, error);
  if (!self->request)
    return NULL;
  if (plan->user && !(self->auth = write_auth (plan, error)))
    return NULL;
  self->output = write_methods (plan->user != NULL);
  return g_steal_pointer (&self);
}

void
tern_socks_free (TernSocks *self)
{
  g_clear_pointer (&self->output, g_bytes_unref);
  g_clear_pointer (&self->request, g_bytes_unref);
  g_clear_pointer (&self->auth, g_bytes_unref);
  g_free (self->target);
  g_free (self);
}

/* --- what is answered ------------------------------------------------------------------------ */

G_GNUC_PRINTF (4, 5)
static gboolean
fail (TernSocks *self, TernError code, GError **error, const char *format, ...)
{
  g_autofree char *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, TERN_ERROR, code, _ ("No connection to %s: %s"), self->target, reason);
  return FALSE;
}

static gboolean
check_version (TernSocks *self, guint8 version, guint8 expected, GError **error)
{
  if (version == expected)
    return TRUE;
  return fail (self, TERN_ERROR_PROXY_TUNNEL, error,
               _ ("the proxy answers as version %u, not %u, of what it speaks"), version, expected);
}

static void
send_next (TernSocks *self, GBytes **output, State state)
{
  g_clear_pointer (&self->output, g_bytes_unref);
  self->output = g_steal_pointer (output);
  self->state = state;
}

static gboolean
eat_method (TernSocks *self, const guint8 *reply, GError **error)
{
  if (!check_version (self, reply[0], 5, error))
    return FALSE;
  if (reply[1] == METHOD_NONE)
    return send_next (self, &self->request, STATE_REPLY), TRUE;
  if (reply[1] == METHOD_PASSWORD && self->auth)
    return send_next (self, &self->auth, STATE_AUTH), TRUE;
  if (reply[1] == METHOD_PASSWORD || (reply[1] == METHOD_REFUSED && !self->auth))
    return fail (self, TERN_ERROR_PROXY_AUTH, error,
                 _ ("the proxy wants a user name and a password, and there are none"));
  if (reply[1] == METHOD_REFUSED)
    return fail (self, TERN_ERROR_PROXY_AUTH, error,
                 _ ("the proxy takes no user name and password"));
  return fail (self, TERN_ERROR_PROXY_TUNNEL, error,
               _ ("the proxy chose the method %u, which was not offered"), reply[1]);
}

static gboolean
eat_auth (TernSocks *self, const guint8 *reply, GError **error)
{
  if (!check_version (self, reply[0], 1, error))
    return FALSE;
  if (reply[1] != 0)
    return fail (self, TERN_ERROR_PROXY_AUTH, error,
                 _ ("the proxy refused the user name or the password"));
  send_next (self, &self->request, STATE_REPLY);
  return TRUE;
}

/* RFC 1928 §6. */
static const char *
describe_reply (guint8 code)
{
  static const char *const texts[] = {
    NULL,
    N_ ("the proxy failed"),
    N_ ("the rules of the proxy do not allow it"),
    N_ ("the proxy cannot reach the network"),
    N_ ("the proxy cannot reach the host"),
    N_ ("the host refused the connection"),
    N_ ("the time to live was over"),
    N_ ("the proxy does not know the command"),
    N_ ("the proxy does not know the type of address"),
  };

  return code < G_N_ELEMENTS (texts) ? _ (texts[code]) : _ ("the proxy refused");
}

static gboolean
eat_reply (TernSocks *self, const guint8 *reply, GError **error)
{
  if (!check_version (self, reply[0], 5, error))
    return FALSE;
  if (reply[1] != 0)
    return fail (self, TERN_ERROR_PROXY_TUNNEL, error, _ ("%s (code %u)"),
                 describe_reply (reply[1]), reply[1]);
  self->state = STATE_ADDRESS;
  return TRUE;
}

/* BND.ADDR is of no use here, only its length. One byte of it has been read; the port follows. */
static gboolean
eat_address (TernSocks *self, const guint8 *reply, GError **error)
{
  self->state = STATE_REST;
  switch (reply[1])
    {
    case ATYP_IPV4:
      self->rest = 3 + 2;
      return TRUE;
    case ATYP_IPV6:
      self->rest = 15 + 2;
      return TRUE;
    case ATYP_NAME:
      self->rest = reply[2] + 2; /* that byte was the length */
      return TRUE;
    default:
      return fail (self, TERN_ERROR_PROXY_TUNNEL, error,
                   _ ("the proxy named an address of the unknown type %u"), reply[1]);
    }
}

static gboolean
eat_rest (TernSocks *self, const guint8 *reply, GError **error)
{
  self->state = STATE_DONE;
  return TRUE;
}

/* VN is 0 in replies; 92 and 93 are about who we are. */
static gboolean
eat_reply4 (TernSocks *self, const guint8 *reply, GError **error)
{
  if (!check_version (self, reply[0], 0, error))
    return FALSE;
  self->state = STATE_REST;
  self->rest = 6;
  switch (reply[1])
    {
    case 90:
      return TRUE;
    case 91:
      return fail (self, TERN_ERROR_PROXY_TUNNEL, error,
                   _ ("the proxy rejected the request, or failed (code 91)"));
    case 92:
      return fail (self, TERN_ERROR_PROXY_AUTH, error,
                   _ ("the proxy found no identd here to ask for the user (code 92)"));
    case 93:
      return fail (self, TERN_ERROR_PROXY_AUTH, error,
                   _ ("the identd here names another user than was given (code 93)"));
    default:
      return fail (self, TERN_ERROR_PROXY_TUNNEL, error,
                   _ ("the proxy answered with the unknown code %u"), reply[1]);
    }
}

GBytes *
tern_socks_get_output (TernSocks *self)
{
  return self->output;
}

gsize
tern_socks_get_need (TernSocks *self)
{
  if (self->state == STATE_REST)
    return self->rest;
  return states[self->state].need;
}

gboolean
tern_socks_eat (TernSocks *self, const guint8 *reply, GError **error)
{
  g_clear_pointer (&self->output, g_bytes_unref);
  return states[self->state].eat (self, reply, error);
}
