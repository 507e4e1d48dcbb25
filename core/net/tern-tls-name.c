/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a certificate is for a host, by RFC 9525: subjectAltName only, one whole left-most
 * wildcard label, IP addresses as iPAddress and byte by byte. GnuTLS's own check falls back to the
 * common name and takes an address written as a dNSName, so it must never be used in place of this.
 */
#include "net/tern-tls-name.h"

#include <arpa/inet.h>
#include <gnutls/x509-ext.h>
#include <string.h>

/* How much of a stranger's text goes into a message. */
#define MAX_TEXT 200
#define MAX_NAMES 6

gsize
tern_tls_name_parse_ip (const char *host, guint8 *address)
{
  char literal[INET6_ADDRSTRLEN];
  /* A zone names an interface of this machine (RFC 6874); no certificate knows it. */
  gsize len = strcspn (host, "%");

  if (len >= sizeof literal)
    return 0;
  memcpy (literal, host, len);
  literal[len] = '\0';
  if (host[len] == '\0' && inet_pton (AF_INET, literal, address) == 1)
    return 4;
  return inet_pton (AF_INET6, literal, address) == 1 ? 16 : 0;
}

static gboolean
equal_ignoring_case (const char *a, gsize a_len, const char *b, gsize b_len)
{
  return a_len == b_len && g_ascii_strncasecmp (a, b, a_len) == 0;
}

gboolean
tern_tls_name_covers (const char *name, gsize len, const char *host)
{
  gsize host_len = strlen (host);
  const char *rest;

  /* The root's dot is no part of a name that is compared (RFC 9525 §6.3 on absolute names). */
  if (host_len > 0 && host[host_len - 1] == '.')
    host_len--;
  /* A NUL would end the name for who prints it, not for who compares it. */
  if (len == 0 || host_len == 0 || memchr (name, '\0', len))
    return FALSE;
  if (!memchr (name, '*', len))
    return equal_ignoring_case (name, len, host, host_len);

  /* RFC 9525 §6.3: the asterisk is the whole left-most label and stands for exactly one label;
   * beneath a single label ("*.com") it would stand for strangers. */
  if (len < 3 || name[0] != '*' || name[1] != '.' || memchr (name + 1, '*', len - 1)
      || !memchr (name + 2, '.', len - 2))
    return FALSE;
  rest = memchr (host, '.', host_len);
  return rest && rest > host
         && equal_ignoring_case (name + 1, len - 1, rest, host_len - (gsize) (rest - host));
}

/* The subjectAltName extension taken apart once, or NULL where there is none that can be read. */
static gnutls_subject_alt_names_t
read_names (gnutls_x509_crt_t crt)
{
  gnutls_subject_alt_names_t names;
  gnutls_datum_t der = { NULL, 0 };
  int result;

  if (gnutls_x509_crt_get_extension_by_oid2 (crt, GNUTLS_X509EXT_OID_SAN, 0, &der, NULL) < 0)
    return NULL;
  if (gnutls_subject_alt_names_init (&names) < 0)
    {
      gnutls_free (der.data);
      return NULL;
    }
  result = gnutls_x509_ext_import_subject_alt_names (&der, names, 0);
  gnutls_free (der.data);
  if (result >= 0)
    return names;
  gnutls_subject_alt_names_deinit (names);
  return NULL;
}

static gboolean
is_for (unsigned type, const gnutls_datum_t *name, const char *host, const guint8 *address,
        gsize address_len)
{
  if (address_len > 0)
    return type == GNUTLS_SAN_IPADDRESS && name->size == address_len
           && memcmp (name->data, address, address_len) == 0;
  return type == GNUTLS_SAN_DNSNAME
         && tern_tls_name_covers ((const char *) name->data, name->size, host);
}

gboolean
tern_tls_name_check (gnutls_x509_crt_t crt, const char *host)
{
  gnutls_subject_alt_names_t names = read_names (crt);
  guint8 address[16];
  gsize address_len = tern_tls_name_parse_ip (host, address);
  gboolean found = FALSE;
  gnutls_datum_t name;
  unsigned type;

  if (!names)
    return FALSE;
  for (unsigned i = 0;
       !found && gnutls_subject_alt_names_get (names, i, &type, &name, NULL) >= 0; i++)
    found = is_for (type, &name, host, address, address_len);
  gnutls_subject_alt_names_deinit (names);
  return found;
}

char *
tern_tls_name_printable (const char *bytes, gsize len)
{
  g_autofree char *valid = g_utf8_make_valid (bytes, (gssize) MIN (len, MAX_TEXT));

  for (char *p = valid; *p; p = g_utf8_next_char (p))
    if (g_ascii_iscntrl (*p))
      *p = '?';
  return g_steal_pointer (&valid);
}

static void
append_name (GString *list, unsigned type, const gnutls_datum_t *name)
{
  char literal[INET6_ADDRSTRLEN];
  g_autofree char *text = NULL;

  if (type == GNUTLS_SAN_DNSNAME)
    text = tern_tls_name_printable ((const char *) name->data, name->size);
  else if (type == GNUTLS_SAN_IPADDRESS && (name->size == 4 || name->size == 16))
    text = g_strdup (inet_ntop (name->size == 4 ? AF_INET : AF_INET6, name->data, literal,
                                sizeof literal));
  if (text)
    g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", text);
}

char *
tern_tls_name_list (gnutls_x509_crt_t crt)
{
  gnutls_subject_alt_names_t names = read_names (crt);
  g_autoptr (GString) list = g_string_new (NULL);
  gnutls_datum_t name;
  unsigned type;

  if (!names)
    return NULL;
  for (unsigned i = 0; gnutls_subject_alt_names_get (names, i, &type, &name, NULL) >= 0; i++)
    {
      if (i < MAX_NAMES)
        append_name (list, type, &name);
      else if (i == MAX_NAMES)
        g_string_append (list, ", …");
    }
  gnutls_subject_alt_names_deinit (names);
  return list->len > 0 ? g_string_free (g_steal_pointer (&list), FALSE) : NULL;
}
