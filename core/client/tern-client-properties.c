/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of TernClient as a table: what each is called, where in the settings it lies and
 * what it may be. Reading and writing them is one function each. */
#include "client/tern-client-properties.h"

#include <string.h>

const TernClientProperty tern_client_properties[TERN_CLIENT_N_PROPS] = {
  [TERN_CLIENT_PROP_TIMEOUT] = { "timeout", TERN_CLIENT_SECONDS, TERN_CLIENT_GROUP_NONE,
                                 G_STRUCT_OFFSET (TernSettings, timeout) },
  [TERN_CLIENT_PROP_CONNECT_TIMEOUT]
  = { "connect-timeout", TERN_CLIENT_SECONDS, TERN_CLIENT_GROUP_NONE,
      G_STRUCT_OFFSET (TernSettings, connect_timeout) },
  [TERN_CLIENT_PROP_TOTAL_TIMEOUT] = { "total-timeout", TERN_CLIENT_SECONDS, TERN_CLIENT_GROUP_NONE,
                                       G_STRUCT_OFFSET (TernSettings, total_timeout) },
  [TERN_CLIENT_PROP_RETRIES] = { "retries", TERN_CLIENT_UINT, TERN_CLIENT_GROUP_NONE,
                                 G_STRUCT_OFFSET (TernSettings, retries) },
  [TERN_CLIENT_PROP_MAX_REDIRECTS] = { "max-redirects", TERN_CLIENT_UINT, TERN_CLIENT_GROUP_NONE,
                                       G_STRUCT_OFFSET (TernSettings, max_redirects) },
  [TERN_CLIENT_PROP_FOLLOW_REDIRECTS]
  = { "follow-redirects", TERN_CLIENT_BOOLEAN, TERN_CLIENT_GROUP_NONE,
      G_STRUCT_OFFSET (TernSettings, follow_redirects) },
  [TERN_CLIENT_PROP_FOLLOW_ALL_REDIRECTS]
  = { "follow-all-redirects", TERN_CLIENT_BOOLEAN, TERN_CLIENT_GROUP_NONE,
      G_STRUCT_OFFSET (TernSettings, follow_all_redirects) },
  [TERN_CLIENT_PROP_FORWARD_AUTHORIZATION]
  = { "forward-authorization", TERN_CLIENT_BOOLEAN, TERN_CLIENT_GROUP_NONE,
      G_STRUCT_OFFSET (TernSettings, forward_authorization) },
  [TERN_CLIENT_PROP_IGNORE_ETAG] = { "ignore-etag", TERN_CLIENT_BOOLEAN, TERN_CLIENT_GROUP_NONE,
                                     G_STRUCT_OFFSET (TernSettings, ignore_etag) },
  [TERN_CLIENT_PROP_ALLOW_AUTH_DOWNGRADE]
  = { "allow-auth-downgrade", TERN_CLIENT_BOOLEAN, TERN_CLIENT_GROUP_NONE,
      G_STRUCT_OFFSET (TernSettings, allow_auth_downgrade) },
  [TERN_CLIENT_PROP_PREEMPTIVE_AUTH]
  = { "preemptive-auth", TERN_CLIENT_BOOLEAN, TERN_CLIENT_GROUP_NONE,
      G_STRUCT_OFFSET (TernSettings, preemptive_auth) },
  [TERN_CLIENT_PROP_ERRORS_AS_RESPONSES]
  = { "errors-as-responses", TERN_CLIENT_BOOLEAN, TERN_CLIENT_GROUP_NONE,
      G_STRUCT_OFFSET (TernSettings, errors_as_responses) },
  [TERN_CLIENT_PROP_DEBUG_LEVEL] = { "debug-level", TERN_CLIENT_UINT, TERN_CLIENT_GROUP_NONE,
                                     G_STRUCT_OFFSET (TernSettings, debug_level) },
  [TERN_CLIENT_PROP_USER_AGENT] = { "user-agent", TERN_CLIENT_STRING, TERN_CLIENT_GROUP_NONE,
                                    G_STRUCT_OFFSET (TernSettings, user_agent) },
  [TERN_CLIENT_PROP_MAX_CONNECTIONS]
  = { "max-connections", TERN_CLIENT_UINT, TERN_CLIENT_GROUP_POOL,
      G_STRUCT_OFFSET (TernSettings, max_connections) },
  [TERN_CLIENT_PROP_MAX_CONNECTIONS_PER_HOST]
  = { "max-connections-per-host", TERN_CLIENT_UINT, TERN_CLIENT_GROUP_POOL,
      G_STRUCT_OFFSET (TernSettings, max_connections_per_host) },
  [TERN_CLIENT_PROP_IDLE_CONNECTION_TIMEOUT]
  = { "idle-connection-timeout", TERN_CLIENT_SECONDS, TERN_CLIENT_GROUP_POOL,
      G_STRUCT_OFFSET (TernSettings, idle_connection_timeout) },
  [TERN_CLIENT_PROP_DECODE_LIMIT] = { "decode-limit", TERN_CLIENT_UINT64, TERN_CLIENT_GROUP_NONE,
                                      G_STRUCT_OFFSET (TernSettings, decode_limit) },
  [TERN_CLIENT_PROP_DECODE_RATIO_LIMIT]
  = { "decode-ratio-limit", TERN_CLIENT_UINT, TERN_CLIENT_GROUP_NONE,
      G_STRUCT_OFFSET (TernSettings, decode_ratio_limit) },
  [TERN_CLIENT_PROP_MAX_HEADER_COUNT]
  = { "max-header-count", TERN_CLIENT_UINT, TERN_CLIENT_GROUP_NONE,
      G_STRUCT_OFFSET (TernSettings, max_header_count) },
  [TERN_CLIENT_PROP_MAX_HEADER_SIZE]
  = { "max-header-size", TERN_CLIENT_UINT64, TERN_CLIENT_GROUP_NONE,
      G_STRUCT_OFFSET (TernSettings, max_header_size) },
  [TERN_CLIENT_PROP_CA_FILE] = { "ca-file", TERN_CLIENT_STRING, TERN_CLIENT_GROUP_TLS,
                                 G_STRUCT_OFFSET (TernSettings, ca_file) },
  [TERN_CLIENT_PROP_VALIDATE_CERTIFICATES]
  = { "validate-certificates", TERN_CLIENT_BOOLEAN, TERN_CLIENT_GROUP_TLS,
      G_STRUCT_OFFSET (TernSettings, validate_certificates) },
  [TERN_CLIENT_PROP_TLS_MINIMUM_VERSION]
  = { "tls-minimum-version", TERN_CLIENT_TLS_VERSION, TERN_CLIENT_GROUP_TLS,
      G_STRUCT_OFFSET (TernSettings, tls_minimum_version) },
  [TERN_CLIENT_PROP_TLS_MAXIMUM_VERSION]
  = { "tls-maximum-version", TERN_CLIENT_TLS_VERSION, TERN_CLIENT_GROUP_TLS,
      G_STRUCT_OFFSET (TernSettings, tls_maximum_version) },
};

typedef struct
{
  const TernClientProperty *property;
  const GValue *value;
} Change;

/* Seconds to microseconds; a time that is too short to count is not none. */
static gint64
from_seconds (double seconds)
{
  if (!(seconds > 0) || seconds > 1e9)
    return 0;
  return MAX (1, (gint64)(seconds * G_TIME_SPAN_SECOND));
}

static void
edit (TernSettings *settings, gconstpointer data)
{
  const Change *change = data;
  const GValue *value = change->value;
  gpointer field = (char *)settings + change->property->offset;

  switch (change->property->kind)
    {
    case TERN_CLIENT_SECONDS:
      *(gint64 *)field = from_seconds (g_value_get_double (value));
      break;
    case TERN_CLIENT_UINT:
      *(guint *)field = g_value_get_uint (value);
      break;
    case TERN_CLIENT_BOOLEAN:
      *(gboolean *)field = g_value_get_boolean (value);
      break;
    case TERN_CLIENT_UINT64:
      *(guint64 *)field = g_value_get_uint64 (value);
      break;
    case TERN_CLIENT_TLS_VERSION:
      *(int *)field = g_value_get_enum (value);
      break;
    case TERN_CLIENT_STRING:
    default:
      g_free (*(char **)field);
      *(char **)field = g_value_dup_string (value);
      break;
    }
  if (change->property->group == TERN_CLIENT_GROUP_TLS)
    tern_settings_renew_tls (settings);
}

/* Outside the client's lock: connections that are too many now are closed here. */
static void
apply_limits (TernClient *self)
{
  g_autoptr (TernSettings) settings = tern_client_get_settings (self);

  tern_pool_set_limits (settings->pool, MAX (1, settings->max_connections),
                        MAX (1, settings->max_connections_per_host),
                        settings->idle_connection_timeout);
}

void
tern_client_write_property (TernClient *self, guint id, const GValue *value)
{
  const Change change = { &tern_client_properties[id], value };

  /* What is no time keeps the old value, as a property does with what is out of its range. */
  if (change.property->kind == TERN_CLIENT_SECONDS && !(g_value_get_double (value) >= 0))
    return;
  tern_client_edit_settings (self, edit, &change);
  if (change.property->group == TERN_CLIENT_GROUP_POOL)
    apply_limits (self);
  g_object_notify (G_OBJECT (self), tern_client_properties[id].name);
}

void
tern_client_read_property (TernClient *self, guint id, GValue *value)
{
  g_autoptr (TernSettings) settings = tern_client_get_settings (self);
  gconstpointer field = (const char *)settings + tern_client_properties[id].offset;

  switch (tern_client_properties[id].kind)
    {
    case TERN_CLIENT_SECONDS:
      g_value_set_double (value, *(const gint64 *)field / (double)G_TIME_SPAN_SECOND);
      break;
    case TERN_CLIENT_UINT:
      g_value_set_uint (value, *(const guint *)field);
      break;
    case TERN_CLIENT_BOOLEAN:
      g_value_set_boolean (value, *(const gboolean *)field);
      break;
    case TERN_CLIENT_UINT64:
      g_value_set_uint64 (value, *(const guint64 *)field);
      break;
    case TERN_CLIENT_TLS_VERSION:
      g_value_set_enum (value, *(const int *)field);
      break;
    case TERN_CLIENT_STRING:
    default:
      g_value_set_string (value, *(char *const *)field);
      break;
    }
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TernClient *self = TERN_CLIENT (object);

  if (id < TERN_CLIENT_N_PROPS)
    tern_client_read_property (self, id, value);
  else if (id == TERN_CLIENT_PROP_CACHE_STORE)
    g_value_take_object (value, tern_client_get_cache_store (self));
  else if (id == TERN_CLIENT_PROP_CONNECTOR)
    g_value_take_object (value, tern_client_get_connector (self));
  else if (id == TERN_CLIENT_PROP_PROXY)
    g_value_take_object (value, tern_client_get_proxy (self));
  else if (id == TERN_CLIENT_PROP_PROXY_RESOLVER)
    g_value_take_object (value, tern_client_get_proxy_resolver (self));
  else if (id == TERN_CLIENT_PROP_OPTIMISTIC_METHODS)
    g_value_take_boxed (value, tern_client_get_optimistic_methods (self));
  else
    g_value_take_boxed (value, tern_client_get_safe_methods (self));
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TernClient *self = TERN_CLIENT (object);

  if (id < TERN_CLIENT_N_PROPS)
    tern_client_write_property (self, id, value);
  else if (id == TERN_CLIENT_PROP_CACHE_STORE)
    tern_client_set_cache_store (self, g_value_get_object (value));
  else if (id == TERN_CLIENT_PROP_CONNECTOR)
    tern_client_set_connector (self, g_value_get_object (value));
  else if (id == TERN_CLIENT_PROP_PROXY)
    tern_client_set_proxy (self, g_value_get_object (value));
  else if (id == TERN_CLIENT_PROP_PROXY_RESOLVER)
    tern_client_set_proxy_resolver (self, g_value_get_object (value));
  else if (id == TERN_CLIENT_PROP_OPTIMISTIC_METHODS)
    tern_client_set_optimistic_methods (self, g_value_get_boxed (value));
  else
    tern_client_set_safe_methods (self, g_value_get_boxed (value));
}

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)

static void
install (GObjectClass *klass, guint id, GParamSpec *pspec)
{
  g_object_class_install_property (klass, id, pspec);
}

static void
install_limits (GObjectClass *klass)
{
  /**
   * TernClient:timeout:
   *
   * How long, in seconds, a request waits while no byte moves; fractions are allowed, 0 is no
   * limit. The time that the program takes between its reads does not count.
   */
  install (klass, TERN_CLIENT_PROP_TIMEOUT,
           g_param_spec_double ("timeout", NULL, NULL, 0, G_MAXDOUBLE, 60, FLAGS));
  /**
   * TernClient:connect-timeout:
   *
   * How long, in seconds, looking up the name, connecting and the TLS handshake may take
   * together; 0 is no limit.
   */
  install (klass, TERN_CLIENT_PROP_CONNECT_TIMEOUT,
           g_param_spec_double ("connect-timeout", NULL, NULL, 0, G_MAXDOUBLE, 30, FLAGS));
  /**
   * TernClient:total-timeout:
   *
   * How long, in seconds, a whole call may take: redirects, authentication, retries and the body
   * included; 0 is no limit.
   */
  install (klass, TERN_CLIENT_PROP_TOTAL_TIMEOUT,
           g_param_spec_double ("total-timeout", NULL, NULL, 0, G_MAXDOUBLE, 0, FLAGS));
  /**
   * TernClient:retries:
   *
   * How often a request is tried when a kept connection died, or connecting failed, before a
   * byte of the answer came. A request that the server may have read is tried again only if its
   * method is idempotent (RFC 9110 §9.2.2).
   */
  install (klass, TERN_CLIENT_PROP_RETRIES,
           g_param_spec_uint ("retries", NULL, NULL, 0, G_MAXUINT, 2, FLAGS));
  /**
   * TernClient:max-redirects:
   *
   * How many redirects of one request are followed.
   */
  install (klass, TERN_CLIENT_PROP_MAX_REDIRECTS,
           g_param_spec_uint ("max-redirects", NULL, NULL, 0, G_MAXUINT, 5, FLAGS));
  /**
   * TernClient:max-connections:
   *
   * How many connections may be open at once; more requests wait their turn.
   */
  install (klass, TERN_CLIENT_PROP_MAX_CONNECTIONS,
           g_param_spec_uint ("max-connections", NULL, NULL, 0, G_MAXUINT, 64, FLAGS));
  /**
   * TernClient:max-connections-per-host:
   *
   * How many connections may be open at once to one origin. A response whose body was not read
   * holds its connection, and who waits for one is bounded by #TernClient:total-timeout alone.
   */
  install (klass, TERN_CLIENT_PROP_MAX_CONNECTIONS_PER_HOST,
           g_param_spec_uint ("max-connections-per-host", NULL, NULL, 0, G_MAXUINT, 6, FLAGS));
  /**
   * TernClient:idle-connection-timeout:
   *
   * How long, in seconds, an unused connection is kept; 0 keeps none.
   */
  install (klass, TERN_CLIENT_PROP_IDLE_CONNECTION_TIMEOUT,
           g_param_spec_double ("idle-connection-timeout", NULL, NULL, 0, G_MAXDOUBLE, 90, FLAGS));
}

static void
install_sizes (GObjectClass *klass)
{
  /**
   * TernClient:decode-limit:
   *
   * How many bytes may come out of a content coding; 0 is no limit.
   */
  install (klass, TERN_CLIENT_PROP_DECODE_LIMIT,
           g_param_spec_uint64 ("decode-limit", NULL, NULL, 0, G_MAXUINT64, 0, FLAGS));
  /**
   * TernClient:decode-ratio-limit:
   *
   * How many times larger than what went in a decoded body may be, once more than 10 MiB came
   * out; 0 is no limit.
   */
  install (klass, TERN_CLIENT_PROP_DECODE_RATIO_LIMIT,
           g_param_spec_uint ("decode-ratio-limit", NULL, NULL, 0, G_MAXUINT, 1000, FLAGS));
  /**
   * TernClient:max-header-count:
   *
   * How many fields the head of a response may have.
   */
  install (klass, TERN_CLIENT_PROP_MAX_HEADER_COUNT,
           g_param_spec_uint ("max-header-count", NULL, NULL, 0, G_MAXUINT, 2000, FLAGS));
  /**
   * TernClient:max-header-size:
   *
   * How many bytes the head of a response may have.
   */
  install (klass, TERN_CLIENT_PROP_MAX_HEADER_SIZE,
           g_param_spec_uint64 ("max-header-size", NULL, NULL, 0, G_MAXUINT64, 262144, FLAGS));
}

static void
install_auth (GObjectClass *klass)
{
  /**
   * TernClient:preemptive-auth:
   *
   * Whether credentials are sent with the first request, where their scheme can do without a
   * challenge.
   */
  install (klass, TERN_CLIENT_PROP_PREEMPTIVE_AUTH,
           g_param_spec_boolean ("preemptive-auth", NULL, NULL, FALSE, FLAGS));
  /**
   * TernClient:allow-auth-downgrade:
   *
   * Whether a password, or a token, is shown over plain http where the same server has asked for
   * a proof that hides it before (RFC 7616 §5.10), or where a redirect led there from https. With
   * %FALSE such a challenge is not answered.
   */
  install (klass, TERN_CLIENT_PROP_ALLOW_AUTH_DOWNGRADE,
           g_param_spec_boolean ("allow-auth-downgrade", NULL, NULL, FALSE, FLAGS));
}

static void
install_choices (GObjectClass *klass)
{
  /**
   * TernClient:follow-redirects:
   *
   * Whether redirects are followed where the method is safe; %FALSE wins over
   * #TernClient:follow-all-redirects.
   */
  install (klass, TERN_CLIENT_PROP_FOLLOW_REDIRECTS,
           g_param_spec_boolean ("follow-redirects", NULL, NULL, TRUE, FLAGS));
  /**
   * TernClient:follow-all-redirects:
   *
   * Whether redirects are followed whatever the method.
   */
  install (klass, TERN_CLIENT_PROP_FOLLOW_ALL_REDIRECTS,
           g_param_spec_boolean ("follow-all-redirects", NULL, NULL, FALSE, FLAGS));
  /**
   * TernClient:forward-authorization:
   *
   * Whether Authorization is kept when a redirect leads to another origin. Leave it off unless
   * every origin of the chain is trusted.
   */
  install (klass, TERN_CLIENT_PROP_FORWARD_AUTHORIZATION,
           g_param_spec_boolean ("forward-authorization", NULL, NULL, FALSE, FLAGS));
  /**
   * TernClient:ignore-etag:
   *
   * Whether entity tags of the cache are left out of requests: `If-None-Match` and `If-Match`.
   */
  install (klass, TERN_CLIENT_PROP_IGNORE_ETAG,
           g_param_spec_boolean ("ignore-etag", NULL, NULL, FALSE, FLAGS));
  /**
   * TernClient:user-agent:
   *
   * The User-Agent field of requests that have none of their own; %NULL sends none.
   */
  install (klass, TERN_CLIENT_PROP_USER_AGENT,
           g_param_spec_string ("user-agent", NULL, NULL, NULL, FLAGS));
  /**
   * TernClient:ca-file:
   *
   * A PEM file with the certificates of trusted authorities; %NULL is the trust store of the
   * system. A file that cannot be read is an error of the request.
   */
  install (klass, TERN_CLIENT_PROP_CA_FILE,
           g_param_spec_string ("ca-file", NULL, NULL, NULL, FLAGS));
  /**
   * TernClient:validate-certificates:
   *
   * Whether the certificates of servers are verified.
   */
  install (klass, TERN_CLIENT_PROP_VALIDATE_CERTIFICATES,
           g_param_spec_boolean ("validate-certificates", NULL, NULL, TRUE, FLAGS));
  /**
   * TernClient:tls-minimum-version:
   *
   * The oldest TLS version that is spoken.
   */
  install (klass, TERN_CLIENT_PROP_TLS_MINIMUM_VERSION,
           g_param_spec_enum ("tls-minimum-version", NULL, NULL, TERN_TYPE_TLS_VERSION,
                              TERN_TLS_VERSION_1_2, FLAGS));
  /**
   * TernClient:tls-maximum-version:
   *
   * The newest TLS version that is spoken; unset is the newest there is.
   */
  install (klass, TERN_CLIENT_PROP_TLS_MAXIMUM_VERSION,
           g_param_spec_enum ("tls-maximum-version", NULL, NULL, TERN_TYPE_TLS_VERSION,
                              TERN_TLS_VERSION_UNSET, FLAGS));
}

static void
install_reports (GObjectClass *klass)
{
  /**
   * TernClient:errors-as-responses:
   *
   * Whether a call that fails gives a response instead (httplib2's force_exception_to_status_code).
   * Too many redirects, one that leads nowhere, a body that does not decode and Digest options that
   * are not supported become status 500 with the message as its reason and the fields and redirects
   * of the response that they are about, in whose field "status" is what was on the wire; its body
   * is there as well, where it can be read. A timeout becomes 408 "Request Timeout", anything else
   * 400 "Bad Request", with the message as a body of text/plain. A call that was cancelled stays an
   * error, and so does what fails later, while the program reads the body. None of these responses
   * is ever put into the cache; tern_request_get_failure() knows what is behind one.
   */
  install (klass, TERN_CLIENT_PROP_ERRORS_AS_RESPONSES,
           g_param_spec_boolean ("errors-as-responses", NULL, NULL, FALSE, FLAGS));
  /**
   * TernClient:debug-level:
   *
   * How much is printed to stderr of what requests do (httplib's set_debuglevel): 0 is nothing, 1
   * are the events of #TernLogEvent that connect, send, receive and decide, 2 are nearly all of
   * them, 3 has the way through the stages too. Secrets are hidden and bodies are never printed;
   * #TernClient::log has the same for programs.
   */
  install (klass, TERN_CLIENT_PROP_DEBUG_LEVEL,
           g_param_spec_uint ("debug-level", NULL, NULL, 0, G_MAXUINT, 0, FLAGS));
}

void
tern_client_install_properties (GObjectClass *klass)
{
  klass->get_property = get_property;
  klass->set_property = set_property;
  install_limits (klass);
  install_sizes (klass);
  install_choices (klass);
  install_auth (klass);
  install_reports (klass);
  tern_client_install_proxies (klass);
  /**
   * TernClient:cache-store:
   *
   * The private cache (RFC 9111); %NULL is no cache.
   */
  install (klass, TERN_CLIENT_PROP_CACHE_STORE,
           g_param_spec_object ("cache-store", NULL, NULL, TERN_TYPE_CACHE_STORE, FLAGS));
  /**
   * TernClient:connector:
   *
   * Opens the streams that requests go over, in place of looking up the host and connecting to it;
   * %NULL does just that. No proxy is looked for then, but a fixed one is reached through it.
   */
  install (klass, TERN_CLIENT_PROP_CONNECTOR,
           g_param_spec_object ("connector", NULL, NULL, TERN_TYPE_CONNECTOR, FLAGS));
  /**
   * TernClient:safe-methods:
   *
   * The methods whose redirects are followed; GET, HEAD, OPTIONS and TRACE by default.
   */
  install (klass, TERN_CLIENT_PROP_SAFE_METHODS,
           g_param_spec_boxed ("safe-methods", NULL, NULL, G_TYPE_STRV, FLAGS));
  /**
   * TernClient:optimistic-methods:
   *
   * The methods that overwrite what the program has seen; PUT and PATCH by default. They are sent
   * with `If-Match` and the strong ETag that the cache has of the URI, unless the program compares
   * by itself or #TernClient:ignore-etag is set; what somebody else has changed in between is
   * answered with 412 (RFC 9110 §13.1.1).
   */
  install (klass, TERN_CLIENT_PROP_OPTIMISTIC_METHODS,
           g_param_spec_boxed ("optimistic-methods", NULL, NULL, G_TYPE_STRV, FLAGS));
}
