/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernClient as an object: its signals, its snapshot of settings, its credentials. What a request
 * does is in tern-client-send.c, and beneath. */
#include "client/tern-client-private.h"

/**
 * TernClient:
 *
 * An HTTP client: kept connections, redirects, authentication, content codings and a private cache
 * under one policy, the same for sync and async calls. A client may be used from any thread, by
 * many at once; its properties may change between requests, and a request keeps the values with
 * which it began.
 */
G_DEFINE_FINAL_TYPE (TernClient, tern_client, G_TYPE_OBJECT)

guint tern_client_signals[TERN_CLIENT_N_SIGNALS];

TernSettings *
tern_client_get_settings (TernClient *self)
{
  TernSettings *settings;

  g_mutex_lock (&self->lock);
  settings = tern_settings_ref (self->settings);
  g_mutex_unlock (&self->lock);
  return settings;
}

void
tern_client_edit_settings (TernClient *self,
                           void (*edit) (TernSettings *settings, gconstpointer data),
                           gconstpointer data)
{
  TernSettings *old;
  TernSettings *edited;

  g_mutex_lock (&self->lock);
  edited = tern_settings_copy (self->settings);
  edit (edited, data);
  old = self->settings;
  self->settings = edited;
  g_mutex_unlock (&self->lock);
  tern_settings_unref (old);
}

typedef struct
{
  TernLookupFunc lookup;
  gpointer data;
} Lookup;

static void
edit_lookup (TernSettings *settings, gconstpointer data)
{
  const Lookup *lookup = data;

  settings->lookup = lookup->lookup;
  settings->lookup_data = lookup->data;
}

void
tern_client_set_lookup (TernClient *self, TernLookupFunc lookup, gpointer data)
{
  const Lookup both = { lookup, data };

  tern_client_edit_settings (self, edit_lookup, &both);
}

TernPool *
tern_client_peek_pool (TernClient *self)
{
  return self->settings->pool;
}

static void
tern_client_finalize (GObject *object)
{
  TernClient *self = TERN_CLIENT (object);

  tern_pool_close (self->settings->pool);
  tern_settings_unref (self->settings);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (tern_client_parent_class)->finalize (object);
}

/* The first credentials end the emission. */
static gboolean
take_credentials (GSignalInvocationHint *hint,
                  GValue *taken,
                  const GValue *returned,
                  gpointer data)
{
  g_value_copy (returned, taken);
  return g_value_get_boxed (returned) == NULL;
}

/* The signals that ask the program something. */
static void
install_questions (void)
{
  /**
   * TernClient::certificate-error:
   * @self: a client
   * @chain: (element-type GBytes): the certificates that the server sent, its own first, each in
   *   DER (RFC 5280)
   * @flags: every check that failed
   *
   * A server's certificate did not pass the checks. %TRUE lets the request go on all the same: this
   * one connection, for everything that @flags says; it is never kept, nor is its session resumed,
   * so that the next request asks again. The first handler that returns %TRUE decides; with none
   * the request fails with %TERN_ERROR_CERTIFICATE. Compare the certificate with one that is known
   * for the host, for to accept any is the same as to check none. Not emitted when
   * #TernClient:validate-certificates is %FALSE. Emitted in the thread that asked; the time that a
   * handler takes counts for #TernClient:total-timeout alone.
   *
   * Returns: whether to go on
   */
  tern_client_signals[TERN_CLIENT_CERTIFICATE_ERROR] = g_signal_new (
      "certificate-error", TERN_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0,
      g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 2, G_TYPE_PTR_ARRAY,
      G_TYPE_TLS_CERTIFICATE_FLAGS);
  /**
   * TernClient::authenticate:
   * @self: the client
   * @challenge: the challenge that would be answered; tern_challenge_is_for_proxy() tells who asks
   * @request: the request; tern_request_get_authentication_attempt() tells how often it was asked
   *
   * A server or proxy asks who is there, and none of the credentials of the program was right.
   * Emitted in the thread that asked. Who needs time for the answer calls
   * tern_request_defer_authentication() here, returns %NULL, and calls
   * tern_request_authenticate() later. The first handler that returns credentials is the last
   * that is asked; without any the refusal is the response. When the credentials turn out wrong
   * it is asked again, in a bounded number of rounds.
   *
   * Returns: (transfer full) (nullable): the credentials, or %NULL
   */
  tern_client_signals[TERN_CLIENT_AUTHENTICATE]
      = g_signal_new ("authenticate", TERN_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0,
                      take_credentials, NULL, NULL, TERN_TYPE_CREDENTIALS, 2,
                      TERN_TYPE_CHALLENGE, TERN_TYPE_REQUEST);
}

static void
tern_client_class_init (TernClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_client_finalize;
  tern_client_install_properties (G_OBJECT_CLASS (klass));
  tern_client_install_log ();

  /**
   * TernClient::head:
   * @self: the client
   * @request: the request
   * @is_sent: whether it is the head of a request, else it is that of a response
   * @text: the start line and the fields, one a line, without the empty line
   *
   * A head goes out, or came in: of each hop, each try and each interim response. It may hold
   * secrets (Authorization, Cookie, Set-Cookie). Emitted in the thread that asked.
   */
  tern_client_signals[TERN_CLIENT_HEAD]
      = g_signal_new ("head", TERN_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                      3, TERN_TYPE_REQUEST, G_TYPE_BOOLEAN, G_TYPE_STRING);
  /**
   * TernClient::informational:
   * @self: the client
   * @request: the request
   * @status: the status code, 100 to 199
   * @headers: the fields of the interim response
   *
   * An interim response came (RFC 9110 §15.2). Emitted in the thread that asked.
   */
  tern_client_signals[TERN_CLIENT_INFORMATIONAL]
      = g_signal_new ("informational", TERN_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 3, TERN_TYPE_REQUEST, G_TYPE_UINT, TERN_TYPE_HEADERS);
  /**
   * TernClient::redirected:
   * @self: the client
   * @previous: the response that says so
   * @next: the URI that is asked next
   *
   * A redirect is about to be followed. Emitted in the thread that asked.
   */
  tern_client_signals[TERN_CLIENT_REDIRECTED]
      = g_signal_new ("redirected", TERN_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 2, TERN_TYPE_RESPONSE, G_TYPE_STRING);
  /**
   * TernClient::progress:
   * @self: the client
   * @request: the request
   * @sent: bytes of the request's body that were sent
   * @received: bytes of the response's body that were read
   * @total: bytes that the response's body will have, -1 where that is not known
   *
   * Something moved. Emitted in the thread that sends or reads.
   */
  tern_client_signals[TERN_CLIENT_PROGRESS] = g_signal_new (
      "progress", TERN_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4,
      TERN_TYPE_REQUEST, G_TYPE_UINT64, G_TYPE_UINT64, G_TYPE_INT64);
  install_questions ();
}

static void
tern_client_init (TernClient *self)
{
  g_mutex_init (&self->lock);
  self->settings = tern_settings_new ();
}

/**
 * tern_client_new:
 *
 * Makes a client with the default settings.
 *
 * Returns: (transfer full): a client with the default settings
 */
TernClient *
tern_client_new (void)
{
  return g_object_new (TERN_TYPE_CLIENT, NULL);
}

/**
 * tern_client_close:
 * @self: a client
 *
 * Closes every kept connection; those in use close when their response was read. The client stays
 * usable.
 */
void
tern_client_close (TernClient *self)
{
  g_autoptr (TernSettings) settings = tern_client_get_settings (self);

  tern_pool_close (settings->pool);
}

/* The list is shared by snapshots, so a longer one is made. */
static void
edit_add_credentials (TernSettings *settings, gconstpointer data)
{
  const TernDomainCredentials *added = data;
  GPtrArray *list = tern_domain_credentials_list_copy (settings->credentials);

  g_ptr_array_add (list, tern_domain_credentials_new (added->credentials, added->domain));
  g_ptr_array_unref (settings->credentials);
  settings->credentials = list;
}

static void
edit_clear_credentials (TernSettings *settings, gconstpointer data)
{
  g_ptr_array_unref (settings->credentials);
  settings->credentials = tern_domain_credentials_list_copy (NULL);
  /* New memories: what a call under way still learns goes into the old ones, which nobody asks. */
  tern_auth_memory_unref (settings->auth_memory);
  settings->auth_memory = tern_auth_memory_new ();
  tern_auth_memory_unref (settings->proxy_memory);
  settings->proxy_memory = tern_auth_memory_new ();
}

static void
add_credentials (TernClient *self, TernCredentials *credentials, const char *domain)
{
  TernDomainCredentials added = { credentials, (char *)domain };

  tern_client_edit_settings (self, edit_add_credentials, &added);
}

/**
 * tern_client_add_credentials:
 * @self: a client
 * @name: the name
 * @password: the password
 * @domain: (nullable): the host, or host:port, that they are for; %NULL for every host that asks
 *
 * Adds credentials for authentication; they are tried in the order in which they were added.
 */
void
tern_client_add_credentials (TernClient *self,
                             const char *name,
                             const char *password,
                             const char *domain)
{
  g_autoptr (TernCredentials) credentials = tern_credentials_new (name, password);

  add_credentials (self, credentials, domain);
}

/**
 * tern_client_add_credentials_bytes:
 * @self: a client
 * @name: the name, any bytes
 * @password: the password, any bytes
 * @domain: (nullable): the host, or host:port, that they are for; %NULL for every host that asks
 *
 * As tern_client_add_credentials(), for what is not UTF-8 or holds a NUL.
 */
void
tern_client_add_credentials_bytes (TernClient *self,
                                   GBytes *name,
                                   GBytes *password,
                                   const char *domain)
{
  g_autoptr (TernCredentials) credentials = tern_credentials_new_bytes (name, password);

  add_credentials (self, credentials, domain);
}

/**
 * tern_client_add_token:
 * @self: a client
 * @token: the token, as its issuer gave it
 * @domain: (nullable): the host, or host:port, that it is for; %NULL for every host that asks,
 *   which is rarely wise
 *
 * Adds a token for Bearer authentication (RFC 6750). It is sent where it is asked for; with
 * #TernClient:preemptive-auth at once.
 */
void
tern_client_add_token (TernClient *self, const char *token, const char *domain)
{
  g_autoptr (TernCredentials) credentials = tern_credentials_new_token (token);

  add_credentials (self, credentials, domain);
}

/**
 * tern_client_clear_credentials:
 * @self: a client
 *
 * Forgets every credential and every authorization that was remembered.
 */
void
tern_client_clear_credentials (TernClient *self)
{
  tern_client_edit_settings (self, edit_clear_credentials, NULL);
}
