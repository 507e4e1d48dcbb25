/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The proxy-auth stage: which way a hop goes, who is told which secret, and whose word a refusal
 * is. */

#include "fake-schemes.h"
#include "script.h"

#include <string.h>
#include <tern/tern-error.h>

#include "message/tern-response-private.h"

#define PROXY "http://proxy.example:8080"
#define AGAIN UP_TO_PROXY "~ proxy-auth, " FROM_RETRY
#define RETRIED ", ~ retry, = exchange"

/* What comes from the proxy itself, in absolute form and in place of a tunnel. */
#define ASKS(challenge, ...)                                                                       \
  EXCHANGE (.asked = "GET /a", .status = 407, .body = "who?",                                      \
            .fields = "Proxy-Authenticate: " challenge, .proxy = PROXY, .facts.via_proxy = TRUE,   \
            __VA_ARGS__)
#define REFUSES(number, ...)                                                                       \
  EXCHANGE (.asked = "GET /a", .status = number, .proxy = PROXY, .facts.refused_tunnel = TRUE,     \
            __VA_ARGS__)
#define LETS_IN(...)                                                                               \
  EXCHANGE (.asked = "GET /a", .status = 200, .body = "in", .proxy = PROXY, __VA_ARGS__)
#define CANNOT_REACH(name, ...)                                                                    \
  EXCHANGE (.asked = "GET /a", .domain = g_io_error_quark, .code = G_IO_ERROR_CONNECTION_REFUSED,  \
            .facts.phase = TERN_PHASE_CONNECT, .proxy = name, __VA_ARGS__)

static void
use_finder (Script *s, TernProxy *proxy, GProxyResolver *resolver)
{
  tern_proxy_finder_unref (s->settings->proxy_finder);
  s->settings->proxy_finder = tern_proxy_finder_new (proxy, resolver);
}

static TernProxy *
use_proxy (Script *s, const char *uri)
{
  GError *error = NULL;
  TernProxy *proxy = tern_proxy_new_from_uri (uri, &error);

  g_assert_no_error (error);
  use_finder (s, proxy, NULL);
  return proxy;
}

static void
use_resolver (Script *s)
{
  g_autoptr (GProxyResolver) resolver = g_simple_proxy_resolver_new (NULL, NULL);

  use_finder (s, NULL, resolver);
}

static void
script_init_tls (Script *s, gboolean async)
{
  script_init (s, async, "GET", "/a");
  tern_request_set_uri (s->request, "https://origin.example/a");
}

/* ---- absolute form ---- */

/* Asked once, then known: by proxy and by who logs in there. */
static void
test_absolute (gboolean async, gconstpointer data)
{
  static const Step first[] = {
    ASKS ("Weak, Strong nonce=\"1\"", .sent = "Proxy-Authorization:"),
    DRAIN,
    LETS_IN (.sent = "Proxy-Authorization: Strong me 1"),
  };
  static const Step second[] = { LETS_IN (.sent = "Proxy-Authorization: Strong me 1") };
  static const Step other[] = { LETS_IN (.sent = "Proxy-Authorization:") };
  g_autoptr (TernProxy) proxy = NULL;
  g_autoptr (TernProxy) nobody = NULL;
  g_autoptr (TernProxy) you = NULL;
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  proxy = use_proxy (&s, "http://me:secret@proxy.example:8080");
  script_run (&s, first, DOWN AGAIN UP);
  script_assert_status (&s, 200);
  script_run (&s, second, DOWN UP);
  nobody = use_proxy (&s, PROXY);
  script_run (&s, other, DOWN UP);
  you = use_proxy (&s, "http://you:secret@proxy.example:8080");
  script_run (&s, other, DOWN UP);
  use_finder (&s, proxy, NULL);
  tern_request_set_partition (s.request, "apart");
  script_run (&s, other, DOWN UP);
}

/* What nobody can answer comes up, as with a 401. */
static void
test_unanswered (gboolean async, gconstpointer data)
{
  static const Step steps[] = { ASKS ("Weak", .sent = "Proxy-Authorization:") };
  static const Step wrong[] = {
    ASKS ("Weak", .sent = "Proxy-Authorization:"),
    DRAIN,
    ASKS ("Weak", .sent = "Proxy-Authorization: Weak me"),
  };
  g_autoptr (TernProxy) proxy = NULL;
  g_autoptr (TernProxy) me = NULL;
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  proxy = use_proxy (&s, PROXY);
  script_run (&s, steps, DOWN UP);
  script_assert_status (&s, 407);
  g_assert_nonnull (s.flow->result.body);
  me = use_proxy (&s, "http://me:secret@proxy.example:8080");
  script_run (&s, wrong, DOWN AGAIN UP);
  script_assert_status (&s, 407);
}

/* A 407 of an origin, directly or through what cannot ask, draws nothing. */
static void
test_not_a_proxy (gboolean async, gconstpointer data)
{
  static const Step direct[]
      = { EXCHANGE (.asked = "GET /a", .status = 407, .fields = "Proxy-Authenticate: Weak",
                    .sent = "Proxy-Authorization:", .tunnel = "Proxy-Authorization:") };
  static const Step inside[]
      = { EXCHANGE (.asked = "GET /a", .status = 407, .proxy = PROXY,
                    .fields = "Proxy-Authenticate: Weak",
                    .sent = "Proxy-Authorization:", .tunnel = "Proxy-Authorization:") };
  static const Step socks[]
      = { EXCHANGE (.asked = "GET /a", .status = 407, .proxy = "socks5://proxy.example:1080",
                    .fields = "Proxy-Authenticate: Weak",
                    .sent = "Proxy-Authorization:", .tunnel = "Proxy-Authorization:") };
  g_autoptr (TernProxy) proxy = NULL;
  g_autoptr (TernProxy) five = NULL;
  g_auto (Script) s;

  script_init_tls (&s, async);
  script_run (&s, direct, DOWN UP);
  script_assert_status (&s, 407);
  proxy = use_proxy (&s, "http://me:secret@proxy.example:8080");
  script_run (&s, inside, DOWN UP);
  script_assert_status (&s, 407);
  five = use_proxy (&s, "socks5://me:secret@proxy.example");
  s.settings->preemptive_auth = TRUE;
  script_run (&s, socks, DOWN UP);
  script_assert_status (&s, 407);
}

static void
test_body (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    EXCHANGE (.asked = "POST /a", .status = 407, .fields = "Proxy-Authenticate: Weak",
              .proxy = PROXY, .facts.via_proxy = TRUE, .touches_body = TRUE),
    DRAIN,
    EXCHANGE (.asked = "POST /a", .status = 200, .proxy = PROXY,
              .sent = "Proxy-Authorization: Weak me"),
  };
  g_autoptr (TernProxy) proxy = NULL;
  g_auto (Script) s;

  script_init (&s, async, "POST", "/a");
  proxy = use_proxy (&s, "http://me:secret@proxy.example:8080");
  script_body (&s, FALSE);
  script_run_at (G_STRLOC, &s, steps, 1, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_BODY_NOT_REWINDABLE);
  script_body (&s, TRUE);
  script_run (&s, steps, DOWN AGAIN UP);
  script_assert_status (&s, 200);
}

/* ---- tunnels ---- */

/* The proxy is told with CONNECT; the origin, never. */
static void
test_tunnel (gboolean async, gconstpointer data)
{
  static const Step first[] = {
    REFUSES (407, .fields = "Proxy-Authenticate: Strong nonce=\"1\"",
             .tunnel = "Proxy-Authorization:", .sent = "Proxy-Authorization:"),
    LETS_IN (.tunnel = "Proxy-Authorization: Strong me 1", .sent = "Proxy-Authorization:"),
  };
  static const Step second[] = {
    LETS_IN (.tunnel = "Proxy-Authorization: Strong me 1", .sent = "Proxy-Authorization:"),
  };
  g_autoptr (TernProxy) proxy = NULL;
  g_auto (Script) s;

  script_init_tls (&s, async);
  proxy = use_proxy (&s, "http://me:secret@proxy.example:8080");
  script_run (&s, first, DOWN AGAIN UP);
  script_assert_status (&s, 200);
  script_run (&s, second, DOWN UP);
}

static void
test_refused (gboolean async, gconstpointer data)
{
  static const Step forbidden[] = { REFUSES (403, .fields = "X-Why: policy") };
  static const Step redirect[] = { REFUSES (302, .fields = "Location: http://evil.example/") };
  static const Step asks[] = { REFUSES (407, .fields = "Proxy-Authenticate: Weak") };
  /* An expectation belongs to the origin, whatever a proxy says of it. */
  static const Step expectation[] = { REFUSES (417, .facts.expected = TRUE) };
  g_autoptr (TernProxy) proxy = NULL;
  g_auto (Script) s;

  script_init_tls (&s, async);
  proxy = use_proxy (&s, PROXY);
  script_run (&s, forbidden, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_PROXY_TUNNEL);
  g_assert_nonnull (strstr (s.error->message, PROXY));
  g_assert_nonnull (strstr (s.error->message, "403"));
  g_assert_cmpint (s.flow->result.failure->phase, ==, TERN_PHASE_CONNECT);
  g_assert_cmpuint (s.flow->result.failure->response->status, ==, 403);
  g_assert_cmpstr (tern_headers_get (s.flow->result.failure->response->headers, "X-Why"), ==,
                   "policy");
  script_run (&s, redirect, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_PROXY_TUNNEL);
  script_run (&s, expectation, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_PROXY_TUNNEL);
  script_run (&s, asks, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_PROXY_AUTH);
  g_assert_cmpuint (s.flow->result.failure->response->status, ==, 407);
}

/* A proxy that goes on and on, and one that takes no password. */
static void
test_bounded (gboolean async, gconstpointer data)
{
  static const Step step[] = {
    REFUSES (407, .fields = "Proxy-Authenticate: Strong nonce=\"1\", step=1"),
  };
  static const Step wrong[] = {
    REFUSES (407, .fields = "Proxy-Authenticate: Weak"),
    REFUSES (407, .fields = "Proxy-Authenticate: Weak", .tunnel = "Proxy-Authorization: Weak me"),
  };
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (Step));
  g_autoptr (TernProxy) proxy = NULL;
  g_auto (Script) s;

  for (guint i = 0; i < 11; i++)
    g_array_append_vals (steps, step, 1);
  script_init_tls (&s, async);
  proxy = use_proxy (&s, "http://me:secret@proxy.example:8080");
  script_run_at (G_STRLOC, &s, (const Step *)(gpointer)steps->data, steps->len, NULL);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_PROXY_AUTH);
  g_assert_cmpuint (s.flow->n_again, ==, 10);
  s.settings->allow_auth_downgrade = TRUE; /* it has asked for more before */
  script_run (&s, wrong, DOWN AGAIN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_PROXY_AUTH);
}

/* What a scheme is told of the request that goes to the proxy. */
static void
test_target (gboolean async, gconstpointer data)
{
  static const Step absolute[] = {
    LETS_IN (.sent = "Proxy-Authorization: Weak GET http://origin.example/a"),
  };
  static const Step tunnel[] = {
    LETS_IN (.tunnel = "Proxy-Authorization: Weak CONNECT origin.example:443"),
  };
  g_autoptr (TernProxy) proxy = NULL;
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  s.settings->preemptive_auth = TRUE;
  proxy = use_proxy (&s, "http://tell:secret@proxy.example:8080");
  tern_request_set_uri (s.request, "http://you:secret@origin.example/a");
  script_run (&s, absolute, DOWN UP);
  tern_request_set_uri (s.request, "https://origin.example/a");
  script_run (&s, tunnel, DOWN UP);
}

/* ---- the program's own ---- */

static void
test_own_field (gboolean async, gconstpointer data)
{
  static const Step absolute[] = { ASKS ("Weak", .sent = "Proxy-Authorization: mine") };
  static const Step tunnel[] = {
    REFUSES (407, .fields = "Proxy-Authenticate: Weak", .tunnel = "Proxy-Authorization: mine"),
  };
  static const Step of_proxy[] = { ASKS ("Weak", .sent = "Proxy-Authorization:") };
  g_autoptr (TernProxy) proxy = NULL;
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  proxy = use_proxy (&s, "http://me:secret@proxy.example:8080");
  tern_headers_append (tern_request_get_headers (s.request), "proxy-authorization", "mine");
  script_run (&s, absolute, DOWN UP);
  script_assert_status (&s, 407);
  tern_request_set_uri (s.request, "https://origin.example/a");
  script_run (&s, tunnel, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_PROXY_AUTH);
  /* The fields of the proxy itself are put into the request further down. */
  tern_headers_remove (tern_request_get_headers (s.request), "proxy-authorization");
  tern_headers_append (tern_proxy_get_headers (proxy), "Proxy-Authorization", "of the proxy");
  use_finder (&s, proxy, NULL);
  tern_request_set_uri (s.request, "http://origin.example/a");
  script_run (&s, of_proxy, DOWN UP);
  script_assert_status (&s, 407);
}

/* ---- which way ---- */

/* Every hop finds its own; what one proxy was told is not told anywhere else. */
static void
test_hops (gboolean async, gconstpointer data)
{
  static const char *const bypass[] = { "other.example", NULL };
  static const Step steps[] = {
    ASKS ("Weak"),
    DRAIN,
    EXCHANGE (.asked = "GET /a", .status = 302, .fields = "Location: http://other.example/b",
              .proxy = PROXY, .sent = "Proxy-Authorization: Weak me"),
    DRAIN,
    EXCHANGE (.asked = "GET other.example/b", .status = 302, .sent = "Proxy-Authorization:",
              .tunnel = "Proxy-Authorization:", .fields = "Location: https://third.example/c"),
    DRAIN,
    EXCHANGE (.asked = "GET third.example/c", .status = 200, .proxy = PROXY,
              .sent = "Proxy-Authorization:", .tunnel = "Proxy-Authorization: Weak me"),
  };
  g_autoptr (TernProxy) proxy = NULL;
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  proxy = use_proxy (&s, "http://me:secret@proxy.example:8080");
  tern_proxy_set_bypass (proxy, bypass);
  use_finder (&s, proxy, NULL);
  script_run (&s, steps,
              DOWN AGAIN UP_TO_REDIRECT "~ redirect, " FROM_AUTH UP_TO_REDIRECT
                                        "~ redirect, " FROM_AUTH UP);
  script_assert_status (&s, 200);
}

static void
test_resolver (gboolean async, gconstpointer data)
{
  static const Step found[] = {
    PROXIES ("ftp://no.example|" PROXY "|direct://"),
    LETS_IN (.sent = "Proxy-Authorization:"),
  };
  static const Step none[] = {
    PROXIES (NULL),
    EXCHANGE (.asked = "GET /a", .status = 200),
  };
  static const Step fails[] = {
    PROXIES (NULL, .domain = tern_error_quark, .code = TERN_ERROR_PROXY_UNAVAILABLE),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  use_resolver (&s);
  script_run (&s, found, DOWN UP);
  script_run (&s, none, DOWN UP);
  script_run (&s, fails,
              "v redirect, v auth, v coding, v cache, = proxy-auth, ^ cache, ^ coding, ^ auth, "
              "^ redirect");
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_PROXY_UNAVAILABLE);
  g_assert_cmpint (s.flow->result.failure->phase, ==, TERN_PHASE_RESOLVE);
}

/* A connector has its own way to an origin; a proxy that was set is still asked, through it. */
#define FLOW_TYPE_CONNECTOR (flow_connector_get_type ())
G_DECLARE_FINAL_TYPE (FlowConnector, flow_connector, FLOW, CONNECTOR, GObject)

struct _FlowConnector
{
  GObject parent;
};

static void
flow_connector_iface_init (TernConnectorInterface *iface)
{
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FlowConnector,
                               flow_connector,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CONNECTOR,
                                                      flow_connector_iface_init))

static void
flow_connector_class_init (FlowConnectorClass *klass)
{
}

static void
flow_connector_init (FlowConnector *self)
{
}

static void
test_connector (gboolean async, gconstpointer data)
{
  static const Step direct[] = { EXCHANGE (.asked = "GET /a", .status = 200) };
  static const Step fixed[] = { LETS_IN (.sent = "Proxy-Authorization:") };
  g_autoptr (FlowConnector) connector = g_object_new (FLOW_TYPE_CONNECTOR, NULL);
  g_autoptr (TernProxy) proxy = NULL;
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  use_resolver (&s);
  script_run (&s, direct, DOWN UP);
  g_assert_cmpuint (s.n_finds, ==, 1);
  tern_settings_set_connector (s.settings, TERN_CONNECTOR (connector));
  script_run (&s, direct, DOWN UP);
  g_assert_cmpuint (s.n_finds, ==, 1);
  proxy = use_proxy (&s, PROXY);
  script_run (&s, fixed, DOWN UP);
}

/* The next of the list where one cannot be reached; each has its own tries. */
static void
test_list (gboolean async, gconstpointer data)
{
  static const Step steps[] = {
    PROXIES ("http://one.example:1|socks5://two.example:2|direct://"),
    CANNOT_REACH ("http://one.example:1"),
    CANNOT_REACH ("http://one.example:1"),
    EXCHANGE (.asked = "GET /a", .domain = tern_error_quark, .code = TERN_ERROR_PROXY_UNAVAILABLE,
              .facts.phase = TERN_PHASE_RESOLVE, .proxy = "socks5://two.example:2"),
    EXCHANGE (.asked = "GET /a", .status = 200, .sent = "Proxy-Authorization:"),
  };
  static const Step all_dead[] = {
    PROXIES ("http://me:secret@one.example:1|direct://"),
    CANNOT_REACH ("http://one.example:1"),
    CANNOT_REACH ("http://one.example:1"),
    CANNOT_REACH (NULL),
    CANNOT_REACH (NULL),
  };
  g_auto (Script) s;

  script_init (&s, async, "GET", "/a");
  use_resolver (&s);
  script_run (&s, steps, DOWN RETRIED AGAIN AGAIN UP);
  script_assert_status (&s, 200);
  script_run (&s, all_dead, DOWN RETRIED AGAIN RETRIED UP);
  script_assert_error (&s, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* Who was reached has spoken, and a single proxy has none after it. */
static void
test_fails_closed (gboolean async, gconstpointer data)
{
  static const Step refused[] = {
    PROXIES (PROXY "|direct://"),
    REFUSES (502),
  };
  static const Step socks[] = {
    PROXIES ("socks5://two.example:2|direct://"),
    EXCHANGE (.asked = "GET /a", .domain = tern_error_quark, .code = TERN_ERROR_PROXY_AUTH,
              .facts.phase = TERN_PHASE_CONNECT, .proxy = "socks5://two.example:2"),
  };
  static const Step sent[] = {
    PROXIES (PROXY "|direct://"),
    EXCHANGE (.asked = "GET /a", .domain = tern_error_quark, .code = TERN_ERROR_REMOTE_DISCONNECTED,
              .facts.phase = TERN_PHASE_WAIT, .facts.request_sent = TRUE, .proxy = PROXY),
  };
  static const Step single[] = { CANNOT_REACH (PROXY), CANNOT_REACH (PROXY) };
  g_autoptr (TernProxy) proxy = NULL;
  g_auto (Script) s;

  script_init_tls (&s, async);
  use_resolver (&s);
  script_run (&s, refused, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_PROXY_TUNNEL);
  script_run (&s, socks, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_PROXY_AUTH);
  script_run (&s, sent, DOWN UP);
  script_assert_error (&s, TERN_ERROR, TERN_ERROR_REMOTE_DISCONNECTED);
  proxy = use_proxy (&s, PROXY);
  script_run (&s, single, DOWN RETRIED UP);
  script_assert_error (&s, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/flow/proxy/absolute", test_absolute, NULL);
  tern_test_add_both ("/flow/proxy/unanswered", test_unanswered, NULL);
  tern_test_add_both ("/flow/proxy/not-a-proxy", test_not_a_proxy, NULL);
  tern_test_add_both ("/flow/proxy/body", test_body, NULL);
  tern_test_add_both ("/flow/proxy/tunnel", test_tunnel, NULL);
  tern_test_add_both ("/flow/proxy/refused", test_refused, NULL);
  tern_test_add_both ("/flow/proxy/bounded", test_bounded, NULL);
  tern_test_add_both ("/flow/proxy/target", test_target, NULL);
  tern_test_add_both ("/flow/proxy/own-field", test_own_field, NULL);
  tern_test_add_both ("/flow/proxy/hops", test_hops, NULL);
  tern_test_add_both ("/flow/proxy/resolver", test_resolver, NULL);
  tern_test_add_both ("/flow/proxy/connector", test_connector, NULL);
  tern_test_add_both ("/flow/proxy/list", test_list, NULL);
  tern_test_add_both ("/flow/proxy/fails-closed", test_fails_closed, NULL);
  return g_test_run ();
}
