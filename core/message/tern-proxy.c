/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernProxy: what a program says of a proxy. It is a plain description; a host or a port that
 * cannot be dialed is found by the send, never here. It must never write its credentials anywhere.
 */
#include <tern/tern-credentials.h>
#include <tern/tern-enum-types.h>
#include <tern/tern-headers.h>
#include <tern/tern-proxy.h>

/**
 * TernProxy:
 *
 * A proxy: where it is, how it is spoken to, who asks and which hosts go past it. Making one never
 * fails; what is wrong with it is the error of the send. It may be used by several clients and
 * threads, and is not to be changed once one of them has it.
 */
struct _TernProxy
{
  GObject parent;
  TernProxyType kind;
  char *host;
  guint port;
  gboolean remote_dns;
  TernCredentials *credentials; /* NULL for none */
  TernHeaders *headers;
  char **bypass; /* never NULL */
};

enum
{
  PROP_PROXY_TYPE = 1,
  PROP_HOST,
  PROP_PORT,
  PROP_REMOTE_DNS,
  PROP_BYPASS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (TernProxy, tern_proxy, G_TYPE_OBJECT)

static void
tern_proxy_finalize (GObject *object)
{
  TernProxy *self = TERN_PROXY (object);

  g_free (self->host);
  g_clear_pointer (&self->credentials, tern_credentials_unref);
  tern_headers_unref (self->headers);
  g_strfreev (self->bypass);
  G_OBJECT_CLASS (tern_proxy_parent_class)->finalize (object);
}

static void
tern_proxy_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TernProxy *self = TERN_PROXY (object);

  switch (id)
    {
    case PROP_PROXY_TYPE:
      g_value_set_enum (value, self->kind);
      break;
    case PROP_HOST:
      g_value_set_string (value, self->host);
      break;
    case PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    case PROP_REMOTE_DNS:
      g_value_set_boolean (value, self->remote_dns);
      break;
    case PROP_BYPASS:
      g_value_set_boxed (value, self->bypass);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tern_proxy_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TernProxy *self = TERN_PROXY (object);

  switch (id)
    {
    case PROP_PROXY_TYPE:
      self->kind = g_value_get_enum (value);
      break;
    case PROP_HOST:
      self->host = g_value_dup_string (value);
      break;
    case PROP_PORT:
      self->port = g_value_get_uint (value);
      break;
    case PROP_REMOTE_DNS:
      tern_proxy_set_remote_dns (self, g_value_get_boolean (value));
      break;
    case PROP_BYPASS:
      tern_proxy_set_bypass (self, g_value_get_boxed (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tern_proxy_class_init (TernProxyClass *klass)
{
  const GParamFlags once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tern_proxy_finalize;
  object_class->get_property = tern_proxy_get_property;
  object_class->set_property = tern_proxy_set_property;

  /**
   * TernProxy:proxy-type: (getter get_kind)
   *
   * How the proxy is spoken to.
   */
  props[PROP_PROXY_TYPE]
      = g_param_spec_enum ("proxy-type", NULL, NULL, TERN_TYPE_PROXY_TYPE, TERN_PROXY_HTTP, once);
  /**
   * TernProxy:host:
   *
   * Its name or address.
   */
  props[PROP_HOST] = g_param_spec_string ("host", NULL, NULL, NULL, once);
  /**
   * TernProxy:port:
   *
   * Its port; anything but 1 to 65535 is the error of the send.
   */
  props[PROP_PORT] = g_param_spec_uint ("port", NULL, NULL, 0, G_MAXUINT, 0, once);
  /**
   * TernProxy:remote-dns:
   *
   * Whether the proxy looks up the names of servers, and not this machine.
   */
  props[PROP_REMOTE_DNS] = g_param_spec_boolean ("remote-dns", NULL, NULL, TRUE, flags);
  /**
   * TernProxy:bypass:
   *
   * The hosts that are reached without this proxy, each as in the variable `no_proxy`.
   */
  props[PROP_BYPASS] = g_param_spec_boxed ("bypass", NULL, NULL, G_TYPE_STRV, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
tern_proxy_init (TernProxy *self)
{
  self->remote_dns = TRUE;
  self->headers = tern_headers_new ();
  self->bypass = g_new0 (char *, 1);
}

/**
 * tern_proxy_new:
 * @type: how the proxy is spoken to
 * @host: its name or address; an IPv6 address with or without brackets
 * @port: its port
 *
 * Describes a proxy. Never fails: a host or port that cannot be is the error of the send,
 * %TERN_ERROR_INVALID_URL.
 *
 * Returns: (transfer full): a proxy
 */
TernProxy *
tern_proxy_new (TernProxyType type, const char *host, guint port)
{
  TernProxy *self = g_object_new (TERN_TYPE_PROXY, NULL);

  /* Not by the properties: those would warn of a type that is none. */
  self->kind = type;
  self->host = g_strdup (host);
  self->port = port;
  return self;
}

/**
 * tern_proxy_get_kind: (get-property proxy-type)
 * @self: a proxy
 *
 * Gets how the proxy is spoken to.
 *
 * Returns: the type
 */
TernProxyType
tern_proxy_get_kind (TernProxy *self)
{
  return self->kind;
}

/**
 * tern_proxy_get_host:
 * @self: a proxy
 *
 * Gets the host as it was given.
 *
 * Returns: (nullable) (transfer none): the host
 */
const char *
tern_proxy_get_host (TernProxy *self)
{
  return self->host;
}

/**
 * tern_proxy_get_port:
 * @self: a proxy
 *
 * Gets the port.
 *
 * Returns: the port
 */
guint
tern_proxy_get_port (TernProxy *self)
{
  return self->port;
}

/**
 * tern_proxy_get_remote_dns:
 * @self: a proxy
 *
 * Tells whether the proxy looks up the names of servers.
 *
 * Returns: whether the proxy looks up the names of servers
 */
gboolean
tern_proxy_get_remote_dns (TernProxy *self)
{
  return self->remote_dns;
}

/**
 * tern_proxy_set_remote_dns:
 * @self: a proxy
 * @remote_dns: whether the proxy looks up the names of servers
 *
 * With %TRUE, which is the default, the proxy is told the name of the server; with %FALSE this
 * machine looks it up and the proxy is told an address. What an HTTP proxy is asked in absolute
 * form always has the name.
 */
void
tern_proxy_set_remote_dns (TernProxy *self, gboolean remote_dns)
{
  if (self->remote_dns == !!remote_dns)
    return;
  self->remote_dns = !!remote_dns;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_REMOTE_DNS]);
}

/**
 * tern_proxy_set_credentials:
 * @self: a proxy
 * @name: (nullable): the name, UTF-8; %NULL for no credentials
 * @password: (nullable): the password, UTF-8; %NULL for an empty one
 *
 * Sets who asks: Proxy-Authorization for HTTP proxies (RFC 9110 §11.7.2), the user ID of SOCKS 4,
 * name and password of SOCKS 5 (RFC 1929). The proxy alone is told them.
 */
void
tern_proxy_set_credentials (TernProxy *self, const char *name, const char *password)
{
  g_clear_pointer (&self->credentials, tern_credentials_unref);
  if (name)
    self->credentials = tern_credentials_new (name, password);
}

/**
 * tern_proxy_set_credentials_bytes:
 * @self: a proxy
 * @name: (nullable): the name, any bytes; %NULL for no credentials
 * @password: (nullable): the password, any bytes; %NULL for an empty one
 *
 * As tern_proxy_set_credentials(), for what is not UTF-8.
 */
void
tern_proxy_set_credentials_bytes (TernProxy *self, GBytes *name, GBytes *password)
{
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);

  g_clear_pointer (&self->credentials, tern_credentials_unref);
  if (name)
    self->credentials = tern_credentials_new_bytes (name, password ? password : empty);
}

/**
 * tern_proxy_get_credentials:
 * @self: a proxy
 *
 * Gets who asks.
 *
 * Returns: (nullable) (transfer none): the credentials, %NULL for none
 */
TernCredentials *
tern_proxy_get_credentials (TernProxy *self)
{
  return self->credentials;
}

/**
 * tern_proxy_get_headers:
 * @self: a proxy
 *
 * Gets the fields that an HTTP proxy is sent: with each CONNECT, and with each request in absolute
 * form. A field that may not be sent is the error of the send, %TERN_ERROR_INVALID_HEADER. SOCKS
 * proxies are sent none.
 *
 * Returns: (transfer none): the fields, to be filled before the proxy is used
 */
TernHeaders *
tern_proxy_get_headers (TernProxy *self)
{
  return self->headers;
}

/**
 * tern_proxy_get_bypass:
 * @self: a proxy
 *
 * Gets the hosts that are reached without this proxy.
 *
 * Returns: (transfer none) (array zero-terminated=1): the entries, as they were given
 */
const char *const *
tern_proxy_get_bypass (TernProxy *self)
{
  return (const char *const *)self->bypass;
}

/**
 * tern_proxy_set_bypass:
 * @self: a proxy
 * @hosts: (nullable) (array zero-terminated=1): entries; %NULL for none
 *
 * Sets the hosts that are reached without this proxy, each as in the variable `no_proxy`: `*` is
 * every host; `example.com` and `.example.com` are that host and all below it; `host:8080` is one
 * port; an address or a range of addresses (`10.0.0.0/8`, `fe80::/10`, `[::1]:80`) is what is
 * written as an address in the URI. Case and a dot at the end do not matter. An entry that makes no
 * sense fits nothing.
 */
void
tern_proxy_set_bypass (TernProxy *self, const char *const *hosts)
{
  char **copy = hosts ? g_strdupv ((char **)hosts) : g_new0 (char *, 1);

  g_strfreev (self->bypass);
  self->bypass = copy;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BYPASS]);
}
