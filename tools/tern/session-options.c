/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of every command that talks to servers: a table and what has to be checked in it; no
 * file is opened here. */
#include "session-options.h"

#include <glib/gi18n.h>

#define AT(member) G_STRUCT_OFFSET (SessionOptions, member)

const Option session_options[] = {
  { "header", 'H', OPTION_TEXTS, AT (headers), N_ ("NAME: VALUE"), N_ ("Send a header field"),
    "May be given several times. `Host`, `Content-Length` and `Transfer-Encoding` are the "
    "library's own and cannot be set; a `Host` that is not the URL's is told." },
  { "user", 'u', OPTION_TEXT, AT (user), N_ ("NAME[:PASSWORD]"),
    N_ ("Log in; without a password it is asked for"),
    "The servers that the URLs name get it, and no other. The password is asked for on the "
    "terminal, and other users do not see it in the list of processes.",
    .is_secret = TRUE },
  { "bearer", 0, OPTION_FILE, AT (bearer), N_ ("FILE"), N_ ("Show the token that is in this file"),
    "It goes (RFC 6750) to the servers that the URLs name, with the first request, and to no "
    "other." },
  { "store", 0, OPTION_TEXT, AT (store), N_ ("URI"), N_ ("Use this cache, such as file:///DIR"),
    "The user's own is `file://$XDG_CACHE_HOME/tern`. Other stores are `gdbm:///FILE`, "
    "`memcache://HOST:PORT` and `memory:`; `tern plugins` names what there is." },
  { "cache", 0, OPTION_TEXT, AT (store), N_ ("URI"), N_ ("The same as --store") },
  { "no-cache", 0, OPTION_FLAG, AT (no_cache), NULL, N_ ("Use no cache: neither read nor store") },
  { "only-cached", 0, OPTION_FLAG, AT (only_cached), NULL,
    N_ ("Use the cache and never the network"),
    "What is not there ends with exit code 15 (RFC 9111, only-if-cached)." },
  { "no-follow", 0, OPTION_FLAG, AT (no_follow), NULL, N_ ("Follow no redirects") },
  { "max-redirects", 0, OPTION_NUMBER, AT (max_redirects), N_ ("N"),
    N_ ("Follow at most so many redirects"), "Unless said otherwise they are 5." },
  { "timeout", 0, OPTION_SECONDS, AT (timeout), N_ ("SECONDS"),
    N_ ("Give up when nothing moved for that long"),
    "60 unless said otherwise. Fractions are allowed; 0 is no limit." },
  { "connect-timeout", 0, OPTION_SECONDS, AT (connect_timeout), N_ ("SECONDS"),
    N_ ("Give up when no connection stands after that long"),
    "Looking up the name, connecting and TLS together; 30 unless said otherwise." },
  { "total-timeout", 0, OPTION_SECONDS, AT (total_timeout), N_ ("SECONDS"),
    N_ ("Give up after that long"),
    "Everything, redirects and body included; no limit unless said otherwise." },
  { "proxy", 0, OPTION_TEXT, AT (proxy), N_ ("URI"),
    N_ ("Go through this proxy; “direct://” is none"),
    "Such as `http://name:password@proxy.example:8080` or `socks5h://127.0.0.1:1080`. The schemes "
    "are `http`, `https`, `socks4`, `socks4a`, `socks5` and `socks5h`; with `socks4a` and "
    "`socks5h` the proxy looks up names. Without this option the variables `http_proxy`, "
    "`https_proxy`, `all_proxy` and `no_proxy` are used, else the desktop's settings.",
    .is_secret = TRUE },
  { "no-proxy", 0, OPTION_TEXT, AT (no_proxy), N_ ("HOST,…"),
    N_ ("Go to these hosts without a proxy"),
    "Names (which stand for the names below them too), addresses, networks such as `10.0.0.0/8`, "
    "each with a port where only that is meant, or `*` for all. It stands in place of "
    "`no_proxy`." },
  { "ca-file", 0, OPTION_FILE, AT (ca_file), N_ ("FILE"),
    N_ ("Trust the certificates in this file, not the system's"), "The file is PEM." },
  { "cert", 0, OPTION_FILE, AT (cert), N_ ("FILE|PKCS11-URI"),
    N_ ("Show this certificate to servers that ask for one"),
    "Only to servers that the URLs name. The PEM file may hold the intermediates behind it." },
  { "key", 0, OPTION_FILE, AT (key), N_ ("FILE|PKCS11-URI"),
    N_ ("The key of --cert, where it is not in the same file"),
    "The password of a key that is encrypted is asked for on the terminal; the PIN of a token is "
    "part of its URI (`pin-source`, RFC 7512)." },
  { "insecure", 'k', OPTION_FLAG, AT (insecure), NULL, N_ ("Do not check certificates"),
    "Whoever is in between can then read and change everything." },
  { NULL },
};

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  return FALSE;
}

gboolean
session_options_check (const SessionOptions *self, GError **error)
{
  if (self->key && !self->cert)
    return refuse (error, _ ("A key needs its certificate (--cert)"));
  if (self->user && (!*self->user || *self->user == ':'))
    return refuse (error, _ ("A user has a name: -u NAME:PASSWORD"));
  if (self->no_cache && (self->store || self->only_cached))
    return refuse (error, _ ("--no-cache and another option about the cache exclude each other"));
  return TRUE;
}
