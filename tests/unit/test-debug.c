/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is shown of heads, fields and URIs in debug output, and what never is. */
#include "base/tern-debug.h"

#include <gio/gio.h>
#include <string.h>
#include <tern/tern-enum-types.h>
#include <unistd.h>

#include "base/tern-debug-text.h"
#include "base/tern-error-line.h"

static void
test_fields (void)
{
  static const char *const rows[][3] = {
    { "Host", "a.example", "Host: a.example" },
    { "Authorization", "Basic dTpw", "Authorization: Basic ***" },
    { "AUTHORIZATION", "bEARER token", "AUTHORIZATION: Bearer ***" },
    { "authorization", "Digest username=\"u\", response=\"0f\"", "authorization: Digest ***" },
    { "Authorization", "token-without-a-scheme", "Authorization: ***" },
    { "Authorization", "my secret", "Authorization: ***" },
    { "Authorization", "Basic", "Authorization: ***" },
    { "Authorization", "", "Authorization: " },
    { "Proxy-Authorization", "basic dTpw", "Proxy-Authorization: Basic ***" },
    { "Cookie", "a=b; c=d", "Cookie: ***" },
    { "set-cookie", "a=b; Path=/", "set-cookie: ***" },
    { "Set-Cookie2", "a=b", "Set-Cookie2: ***" },
    { "X-WSSE", "UsernameToken Username=\"u\", PasswordDigest=\"x\"", "X-WSSE: ***" },
    { "Authentication-Info", "rspauth=\"f00\", nextnonce=\"1\"", "Authentication-Info: ***" },
    { "Proxy-Authentication-Info", "rspauth=\"f00\"", "Proxy-Authentication-Info: ***" },
    { "x-api-key", "k", "x-api-key: ***" },
    { "X-Auth-Token", "t", "X-Auth-Token: ***" },
    { "Authorization-Policy", "x", "Authorization-Policy: x" },
    { "X-Cookie", "x", "X-Cookie: x" },
    { "WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\"",
      "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"" },
    { "Proxy-Authenticate", "Basic realm=\"r\"", "Proxy-Authenticate: Basic realm=\"r\"" },
    { "Location", "http://u:p@a.example/x?q=1#f", "Location: http://***@a.example/x?q=1#f" },
    { "Location", "//u:p@a.example/", "Location: //***@a.example/" },
    { "Location", "/path//u@x", "Location: /path//u@x" },
    { "Referer", "https://u@a.example/", "Referer: https://***@a.example/" },
    { "Link", "<http://u:p@a.example/>; rel=next, <ftp://x:y@b/>",
      "Link: <http://***@a.example/>; rel=next, <ftp://***@b/>" },
    { "Refresh", "0; url=http://u:p@a/", "Refresh: 0; url=http://***@a/" },
    { "From", "someone@a.example", "From: someone@a.example" },
    { "X", "http://a/?mail=u@b&token=1", "X: http://a/?mail=u@b&token=1" },
    { "X", "http://a/u@b", "X: http://a/u@b" },
    { "X", "http://a#u@b", "X: http://a#u@b" },
    { "X", "http://u@v:p@a/", "X: http://***@a/" },
    { "X", "http://", "X: http://" },
    { "X", "http://@a", "X: http://***@a" },
    { "X", "a\x1b[31mb\rc\x7f", "X: a\\x1B[31mb\\rc\\x7F" },
    { "X", "caf\xc3\xa9 \xff", "X: caf\xc3\xa9 \\xFF" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = tern_debug_text_of_field (rows[i][0], rows[i][1]);

      g_assert_cmpstr (text, ==, rows[i][2]);
      g_assert_true (g_utf8_validate (text, -1, NULL));
    }
}

static void
test_heads (void)
{
  static const char *const rows[][2] = {
    { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "'GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n'" },
    { "GET http://u:p@a/?x=y@z HTTP/1.1\r\n\r\n",
      "'GET http://***@a/?x=y@z HTTP/1.1\\r\\n\\r\\n'" },
    { "GET /a:b//c@d HTTP/1.1\r\nHost:a\r\n\r\n",
      "'GET /a:b//c@d HTTP/1.1\\r\\nHost:a\\r\\n\\r\\n'" },
    { "G / HTTP/1.1\r\ncookie: a=1\r\nX: 1\r\nCOOKIE:b=2\r\n\r\n",
      "'G / HTTP/1.1\\r\\ncookie: ***\\r\\nX: 1\\r\\nCOOKIE:***\\r\\n\\r\\n'" },
    { "G / HTTP/1.1\r\nAuthorization: Digest a=\"1\",\r\n\tresponse=\"2\",\r\n nc=3\r\nX: "
      "1\r\n\r\n",
      "'G / HTTP/1.1\\r\\nAuthorization: Digest ***\\r\\nX: 1\\r\\n\\r\\n'" },
    { "G / HTTP/1.1\r\nAuthorization: Basic\r\n dTpw\r\n\r\n",
      "'G / HTTP/1.1\\r\\nAuthorization: ***\\r\\n\\r\\n'" },
    { "G / HTTP/1.1\r\nAuthorization:\r\n dTpw\r\n\r\n",
      "'G / HTTP/1.1\\r\\nAuthorization:***\\r\\n\\r\\n'" },
    { "G / HTTP/1.1\r\nX: 1\r\n 2\r\n\r\n", "'G / HTTP/1.1\\r\\nX: 1\\r\\n 2\\r\\n\\r\\n'" },
    { "G / HTTP/1.1\nCookie : a\n\n", "'G / HTTP/1.1\\nCookie : ***\\n\\n'" },
    { "G / HTTP/1.1\r\nCookie: cut", "'G / HTTP/1.1\\r\\nCookie: ***'" },
    { "G / HTTP/1.1\r\nno colon\r\n", "'G / HTTP/1.1\\r\\nno colon\\r\\n'" },
    { "CONNECT a:443 HTTP/1.1\r\nProxy-Authorization: Basic eA==\r\n\r\n",
      "'CONNECT a:443 HTTP/1.1\\r\\nProxy-Authorization: Basic ***\\r\\n\\r\\n'" },
    { "", "''" },
    { "\r\n", "'\\r\\n'" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *head = rows[i][0];
      g_autofree char *text = tern_debug_text_of_head (head, strlen (head));

      g_assert_cmpstr (text, ==, rows[i][1]);
    }
}

/* Wherever a head is cut, and whatever byte stands where, nothing of the secret is shown. */
static void
test_cuts (void)
{
  static const char head[]
      = "GET http://SECRET:SECRET@a/ HTTP/1.1\r\nAuthorization: Basic SECRET\r\n"
        "\tSECRET\r\nSet-Cookie: SECRET\r\nX-WSSE:SECRET\r\n\r\n";
  const gsize len = sizeof head - 1;

  /* A URI that is cut off within its userinfo is not known to have any. */
  for (gsize i = strlen ("GET http://SECRET:SECRET@"); i <= len; i++)
    {
      g_autofree char *text = tern_debug_text_of_head (head, i);

      g_assert_null (strstr (text, "SEC"));
      g_assert_null (strchr (text, '\n'));
    }
}

/* Errors quote the line that they are about: a malformed one may be meant as any field. */
static void
test_messages (void)
{
  static const char *const rows[][2] = {
    { "X: a\\x01", "X: a\\x01" },
    { "Set-Cookie: SECRET", "Set-Cookie: ***" },
    { "Set-Cookie : SECRET", "Set-Cookie: ***" },
    { " Set-Cookie: SECRET", "***" },
    { "\\tSECRET", "***" },
    { "Cookie\\x00: SECRET", "Cookie: ***" },
    { "Set\\x00-Cookie: SECRET", "Set: ***" },
    { "authorization SECRET", "authorization: ***" },
    { "HTTP/1.1 abc: d", "HTTP/1.1 abc: d" },
    { "SSH-2.0-OpenSSH", "SSH-2.0-OpenSSH" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = g_error_new (TERN_ERROR, TERN_ERROR_INVALID_HEADER,
                                              "Before: “%s” and behind", rows[i][0]);
      g_autofree char *wanted = g_strdup_printf ("Before: “%s” and behind", rows[i][1]);
      g_autofree char *text = NULL;

      tern_error_set_line (&error, rows[i][0]);
      text = tern_debug_message (error);
      g_assert_cmpstr (text, ==, wanted);
    }
}

/* An error without a line is told as it is. */
static void
test_messages_without_line (void)
{
  g_autoptr (GError) io = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "Cookie: x");
  g_autoptr (GError) ours = g_error_new (TERN_ERROR, TERN_ERROR_TLS, "Cookie: x");
  g_autofree char *io_text = tern_debug_message (io);
  g_autofree char *our_text = tern_debug_message (ours);

  g_assert_cmpstr (io_text, ==, "Cookie: x");
  g_assert_cmpstr (our_text, ==, "Cookie: x");
}

static void
test_statuses (void)
{
  static const struct
  {
    guint version, status;
    const char *reason, *text;
  } rows[] = {
    { 11, 200, "OK", "'HTTP/1.1 200 OK'" },
    { 10, 404, "", "'HTTP/1.0 404'" },
    { 9, 200, "", "'HTTP/0.9 200'" },
    { 11, 500, "a\nb", "'HTTP/1.1 500 a\\nb'" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text
          = tern_debug_text_of_status (rows[i].version, rows[i].status, rows[i].reason);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static void
gather (gpointer data, TernLogEvent event, const char *text)
{
  g_string_append_printf (data, "%d %s\n", event, text);
}

static void
test_events (void)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  g_autofree char *wanted = NULL;

  tern_headers_append (headers, "Server", "x");
  tern_headers_append (headers, "Set-Cookie", "a=b");
  tern_headers_append (headers, "Set-Cookie", "c=d");
  tern_debug_send (gather, seen, "G / HTTP/1.1\r\n\r\n", 16);
  tern_debug_reply (gather, seen, 11, 200, "OK", headers);
  tern_debug_reply (gather, seen, 11, 100, "", NULL);
  tern_debug_tell (gather, seen, TERN_LOG_EVENT_PROXY, "%s", "http://u:p@proxy:3128\n");
  wanted = g_strdup_printf ("%d 'G / HTTP/1.1\\r\\n\\r\\n'\n%d 'HTTP/1.1 200 OK'\n%d Server: x\n"
                            "%d Set-Cookie: ***\n%d Set-Cookie: ***\n%d 'HTTP/1.1 100'\n"
                            "%d http://***@proxy:3128\\n\n",
                            TERN_LOG_EVENT_SEND, TERN_LOG_EVENT_REPLY, TERN_LOG_EVENT_HEADER,
                            TERN_LOG_EVENT_HEADER, TERN_LOG_EVENT_HEADER, TERN_LOG_EVENT_REPLY,
                            TERN_LOG_EVENT_PROXY);
  g_assert_cmpstr (seen->str, ==, wanted);
}

static void
test_shown_heads (void)
{
  static const struct
  {
    gboolean is_sent;
    const char *text, *seen;
  } rows[] = {
    { TRUE, "GET / HTTP/1.1\nHost: a\nCookie: x\n",
      "4 'GET / HTTP/1.1\\r\\nHost: a\\r\\nCookie: ***\\r\\n\\r\\n'\n" },
    { FALSE, "HTTP/1.1 200 OK\nA: b: c\nSet-Cookie: x\nE: \nF:g\n",
      "5 'HTTP/1.1 200 OK'\n6 A: b: c\n6 Set-Cookie: ***\n6 E: \n6 F: g\n" },
    { FALSE, "HTTP/1.0 204\n", "5 'HTTP/1.0 204'\n" },
    { FALSE, "HTTP/1.0 204\nno colon\n", "5 'HTTP/1.0 204'\n6 no colon: \n" },
    { FALSE, "", "5 ''\n" },
  };

  g_assert_cmpint (TERN_LOG_EVENT_SEND, ==, 4);
  g_assert_cmpint (TERN_LOG_EVENT_HEADER, ==, 6);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) seen = g_string_new (NULL);

      tern_debug_head (gather, seen, rows[i].is_sent, rows[i].text);
      g_assert_cmpstr (seen->str, ==, rows[i].seen);
    }
}

/* Every event there is has a name and a level. */
static void
test_levels (void)
{
  GEnumClass *klass = g_type_class_ref (TERN_TYPE_LOG_EVENT);

  for (guint i = 0; i < klass->n_values; i++)
    {
      const guint level = tern_debug_get_level (klass->values[i].value);

      g_assert_cmpuint (level, >=, 1);
      g_assert_cmpuint (level, <=, 3);
    }
  g_assert_cmpuint (tern_debug_get_level (TERN_LOG_EVENT_SEND), ==, 1);
  g_assert_cmpuint (tern_debug_get_level (TERN_LOG_EVENT_TIMING), ==, 2);
  g_type_class_unref (klass);
}

static void
test_print (void)
{
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stderr ("connect: (a, 80)\nconnect fail: (a, 80)\npool: kept\n");
      return;
    }
  tern_debug_print (0, TERN_LOG_EVENT_CONNECT, "never");
  tern_debug_print (1, TERN_LOG_EVENT_CONNECT, "(a, 80)");
  tern_debug_print (1, TERN_LOG_EVENT_POOL, "never");
  tern_debug_print (2, TERN_LOG_EVENT_CONNECT_FAILED, "(a, 80)");
  tern_debug_print (2, TERN_LOG_EVENT_POOL, "kept");
  /* Nobody to tell. */
  close (STDERR_FILENO);
  tern_debug_print (2, TERN_LOG_EVENT_POOL, "lost");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/debug/fields", test_fields);
  g_test_add_func ("/debug/heads", test_heads);
  g_test_add_func ("/debug/cuts", test_cuts);
  g_test_add_func ("/debug/messages", test_messages);
  g_test_add_func ("/debug/messages/without-line", test_messages_without_line);
  g_test_add_func ("/debug/statuses", test_statuses);
  g_test_add_func ("/debug/events", test_events);
  g_test_add_func ("/debug/shown-heads", test_shown_heads);
  g_test_add_func ("/debug/levels", test_levels);
  g_test_add_func ("/debug/print", test_print);
  return g_test_run ();
}
