/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which names a certificate's name covers (RFC 9525), and how tickets are kept. */
#include "net/tern-tls-name.h"

#include <string.h>

#include "net/tern-tls-tickets.h"

static const struct
{
  const char *name;
  const char *host;
  gboolean covers;
} names[] = {
  { "a.example", "a.example", TRUE },
  { "A.Example", "a.eXAMPLE", TRUE },
  { "a.example", "a.example.", TRUE },
  { "a.example", "b.example", FALSE },
  { "a.example", "xa.example", FALSE },
  { "a.example", "a.example.org", FALSE },
  { "example", "a.example", FALSE },
  { "a.example.", "a.example", FALSE },
  { "", "a.example", FALSE },
  { "a.example", "", FALSE },
  { "*.example.org", "a.example.org", TRUE },
  { "*.EXAMPLE.org", "A.example.ORG.", TRUE },
  { "*.example.org", "example.org", FALSE },
  { "*.example.org", ".example.org", FALSE },
  { "*.example.org", "b.a.example.org", FALSE },
  { "*.example.org", "a.example.com", FALSE },
  { "*.org", "example.org", FALSE },
  { "*", "localhost", FALSE },
  { "*.", "localhost.", FALSE },
  { "*.*.org", "a.example.org", FALSE },
  { "a.*.org", "a.example.org", FALSE },
  { "a*.example.org", "ab.example.org", FALSE },
  { "*a.example.org", "ba.example.org", FALSE },
  { "**.example.org", "a.example.org", FALSE },
  { "*.example.org", "*.example.org", TRUE },
};

static void
test_covers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_test_message ("“%s” and “%s”", names[i].name, names[i].host);
      g_assert_cmpint (
          tern_tls_name_covers (names[i].name, strlen (names[i].name), names[i].host), ==,
          names[i].covers);
    }
  /* The name for the eye ends where the one for the comparison does not. */
  g_assert_false (tern_tls_name_covers ("a.example\0.evil", 15, "a.example"));
  g_assert_false (tern_tls_name_covers ("a.example\0", 10, "a.example"));
}

static void
test_literals (void)
{
  static const struct
  {
    const char *host;
    gsize len;
  } literals[] = {
    { "127.0.0.1", 4 }, { "::1", 16 },           { "fe80::1%eth0", 16 }, { "1.2.3", 0 },
    { "1.2.3.4.", 0 },  { "::1::2", 0 },         { "localhost", 0 },     { "", 0 },
    { "0x7f.1", 0 },    { "127.0.0.1%eth0", 0 }, { "%", 0 },
    { "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb", 0 },
  };
  guint8 address[16];

  for (guint i = 0; i < G_N_ELEMENTS (literals); i++)
    g_assert_cmpuint (tern_tls_name_parse_ip (literals[i].host, address), ==, literals[i].len);
}

static void
test_printable (void)
{
  g_autofree char *plain = tern_tls_name_printable ("CN=Ünï", 8);
  g_autofree char *wild = tern_tls_name_printable ("a\033[2J\nb\377", 8);
  g_autofree char *huge = g_strnfill (100000, 'x');
  g_autofree char *cut = tern_tls_name_printable (huge, 100000);

  g_assert_cmpstr (plain, ==, "CN=Ünï");
  g_assert_cmpstr (wild, ==, "a?[2J?b\357\277\275");
  g_assert_cmpuint (strlen (cut), <=, 1000);
}

/* ---- tickets ---- */

static TernTlsTicket *
ticket_new (const char *text, gint64 now, gint64 not_after, gboolean single_use)
{
  gnutls_datum_t data = { gnutls_malloc (strlen (text) + 1), (unsigned) strlen (text) + 1 };

  memcpy (data.data, text, strlen (text) + 1);
  return tern_tls_ticket_new (data, now, not_after, single_use);
}

static void
assert_takes (TernTlsTickets *tickets, const char *key, gint64 now, const char *expected)
{
  g_autoptr (TernTlsTicket) ticket = tern_tls_tickets_take (tickets, key, now);

  g_assert_cmpstr (ticket ? (const char *) ticket->data.data : NULL, ==, expected);
}

static void
test_single_use (void)
{
  TernTlsTickets *tickets = tern_tls_tickets_new ();
  guint n = TERN_TLS_TICKETS_PER_ORIGIN + 2;

  assert_takes (tickets, "a", 100, NULL);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      tern_tls_tickets_put (tickets, "a", ticket_new (text, 100, 1000, TRUE));
    }
  /* The newest first, each once, and no more than are kept. */
  assert_takes (tickets, "b", 100, NULL);
  for (guint i = 0; i < TERN_TLS_TICKETS_PER_ORIGIN; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", n - 1 - i);

      assert_takes (tickets, "a", 100, text);
    }
  assert_takes (tickets, "a", 100, NULL);
  tern_tls_tickets_free (tickets);
}

static void
test_many_uses (void)
{
  TernTlsTickets *tickets = tern_tls_tickets_new ();

  tern_tls_tickets_put (tickets, "a", ticket_new ("old", 100, 1000, FALSE));
  tern_tls_tickets_put (tickets, "a", ticket_new ("new", 100, 1000, FALSE));
  for (guint i = 0; i < 3; i++)
    assert_takes (tickets, "a", 100, "new");
  assert_takes (tickets, "a", 1000, NULL);
  tern_tls_tickets_free (tickets);
}

static void
test_expiry (void)
{
  TernTlsTickets *tickets = tern_tls_tickets_new ();

  /* With the certificate, and a day after it came whatever the certificate says. */
  tern_tls_tickets_put (tickets, "a", ticket_new ("cert", 100, 150, TRUE));
  assert_takes (tickets, "a", 150, NULL);
  tern_tls_tickets_put (tickets, "a", ticket_new ("day", 100, G_MAXINT64, TRUE));
  assert_takes (tickets, "a", 100 + 24 * 60 * 60, NULL);
  tern_tls_tickets_put (tickets, "a", ticket_new ("good", 100, G_MAXINT64, TRUE));
  tern_tls_tickets_put (tickets, "a", ticket_new ("bad", 100, 120, TRUE));
  assert_takes (tickets, "a", 130, "good");
  tern_tls_tickets_free (tickets);
}

static void
test_origins (void)
{
  TernTlsTickets *tickets = tern_tls_tickets_new ();

  for (guint i = 0; i < TERN_TLS_TICKETS_ORIGINS; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      tern_tls_tickets_put (tickets, key, ticket_new (key, 100, 1000, TRUE));
    }
  /* 0 was used again, so 1 is the one that gives way. */
  tern_tls_tickets_put (tickets, "0", ticket_new ("again", 100, 1000, TRUE));
  tern_tls_tickets_put (tickets, "more", ticket_new ("more", 100, 1000, TRUE));
  assert_takes (tickets, "0", 100, "again");
  assert_takes (tickets, "1", 100, NULL);
  assert_takes (tickets, "2", 100, "2");
  assert_takes (tickets, "more", 100, "more");
  tern_tls_tickets_free (tickets);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tls-name/covers", test_covers);
  g_test_add_func ("/tls-name/literals", test_literals);
  g_test_add_func ("/tls-name/printable", test_printable);
  g_test_add_func ("/tls-name/tickets/single-use", test_single_use);
  g_test_add_func ("/tls-name/tickets/many-uses", test_many_uses);
  g_test_add_func ("/tls-name/tickets/expiry", test_expiry);
  g_test_add_func ("/tls-name/tickets/origins", test_origins);
  return g_test_run ();
}
