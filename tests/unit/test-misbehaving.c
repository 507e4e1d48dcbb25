/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects that break the contract of their kind: the wrappers make errors of it, with a text and
 * of the right domain, whatever the object left out or said. */
#include <string.h>
#include <tern/plugin/tern-content-coding.h>
#include <tern/tern-cache.h>
#include <tern/tern-error.h>

#include "plugin/tern-auth-request.h"
#include "plugin/tern-auth-scheme-private.h"

/* --- a type of each kind whose slots the test fills
 * --------------------------------------------- */

static TernAuthSchemeInterface *scheme_slots;
static TernCacheStoreInterface *store_slots;
static TernContentCodingInterface *coding_slots;

static void
note_scheme (gpointer iface, gpointer data)
{
  scheme_slots = iface;
}

static void
note_store (gpointer iface, gpointer data)
{
  store_slots = iface;
}

static void
note_coding (gpointer iface, gpointer data)
{
  coding_slots = iface;
}

static GObject *
make_object (void)
{
  static GType type = 0;

  if (type == 0)
    {
      const GInterfaceInfo scheme = { note_scheme, NULL, NULL };
      const GInterfaceInfo store = { note_store, NULL, NULL };
      const GInterfaceInfo coding = { note_coding, NULL, NULL };

      type = g_type_register_static_simple (G_TYPE_OBJECT, "TestMisbehaving", sizeof (GObjectClass),
                                            NULL, sizeof (GObject), NULL, G_TYPE_FLAG_NONE);
      g_type_add_interface_static (type, TERN_TYPE_AUTH_SCHEME, &scheme);
      g_type_add_interface_static (type, TERN_TYPE_CACHE_STORE, &store);
      g_type_add_interface_static (type, TERN_TYPE_CONTENT_CODING, &coding);
    }
  return g_object_new (type, NULL);
}

static void
assert_told (const GError *error, GQuark domain, int code)
{
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, "TestMisbehaving"));
}

/* --- stores
 * ------------------------------------------------------------------------------------- */

static GBytes *
get_with_error (TernCacheStore *store, const char *key, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "value and error at once");
  return g_bytes_new_static ("value", 5);
}

static gboolean
set_false (TernCacheStore *store, const char *key, GBytes *value, gint64 keep_until, GError **error)
{
  return FALSE;
}

static gboolean
set_true_with_error (TernCacheStore *store, const char *key, GBytes *value, gint64 keep_until,
                     GError **error)
{
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_TOO_LARGE, "true, but");
  return TRUE;
}

static gboolean
delete_false (TernCacheStore *store, const char *key, GError **error)
{
  return FALSE;
}

static void
test_store (void)
{
  g_autoptr (GObject) object = make_object ();
  TernCacheStore *store = TERN_CACHE_STORE (object);
  g_autoptr (GBytes) value = g_bytes_new_static ("value", 5);
  g_autoptr (GError) error = NULL;

  /* Nothing is there: it holds nothing and keeps nothing. */
  g_assert_null (tern_cache_store_get (store, "key", &error));
  g_assert_no_error (error);
  g_assert_false (tern_cache_store_set (store, "key", value, 0, &error));
  assert_told (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_clear_error (&error);
  g_assert_false (tern_cache_store_delete (store, "key", &error));
  assert_told (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_clear_error (&error);
  g_assert_cmpuint (tern_cache_store_get_flags (store), ==, TERN_CACHE_STORE_NONE);

  store_slots->get = get_with_error;
  store_slots->set = set_false;
  store_slots->delete = delete_false;
  g_assert_null (tern_cache_store_get (store, "key", &error));
  assert_told (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_assert_nonnull (strstr (error->message, "value and error at once"));
  g_clear_error (&error);
  g_assert_false (tern_cache_store_set (store, "key", value, 0, &error));
  assert_told (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_clear_error (&error);
  g_assert_false (tern_cache_store_delete (store, "key", &error));
  assert_told (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_clear_error (&error);
  /* An error of our own domain says already what is wrong. */
  store_slots->set = set_true_with_error;
  g_assert_false (tern_cache_store_set (store, "key", value, 0, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_TOO_LARGE);
  /* Nobody has to ask why. */
  g_assert_false (tern_cache_store_set (store, "key", value, 0, NULL));
  g_assert_null (tern_cache_store_get (store, "key", NULL));
}

/* --- schemes
 * ------------------------------------------------------------------------------------ */

static gboolean
accept_false (TernAuthScheme *scheme, TernChallenge *challenge, GError **error)
{
  return FALSE;
}

static TernHeaders *
respond_null (TernAuthScheme *scheme, const TernAuthRequest *request, TernCredentials *credentials,
              GError **error)
{
  return NULL;
}

static TernHeaders *
respond_nothing (TernAuthScheme *scheme, const TernAuthRequest *request,
                 TernCredentials *credentials, GError **error)
{
  return tern_headers_new ();
}

static TernHeaders *
respond_injected (TernAuthScheme *scheme, const TernAuthRequest *request,
                  TernCredentials *credentials, GError **error)
{
  TernHeaders *headers = tern_headers_new ();

  tern_headers_append (headers, "Authorization", "Basic eA==");
  tern_headers_append (headers, "Authorization", "x\r\nHost: elsewhere");
  return headers;
}

static TernHeaders *
respond_twice (TernAuthScheme *scheme, const TernAuthRequest *request, TernCredentials *credentials,
               GError **error)
{
  TernHeaders *headers = tern_headers_new ();

  tern_headers_append (headers, "Authorization", "Basic eA==");
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "answer and error at once");
  return headers;
}

static TernAuthVerdict
judge_nonsense (TernAuthScheme *scheme, TernChallenge *challenge)
{
  return (TernAuthVerdict) 77;
}

static gboolean
verify_false (TernAuthScheme *scheme, const TernAuthRequest *request, TernCredentials *credentials,
              const char *authentication_info, GError **error)
{
  return FALSE;
}

static void
test_scheme (void)
{
  TernHeaders *(*const responds[]) (TernAuthScheme *, const TernAuthRequest *, TernCredentials *,
                                    GError **)
      = { NULL, respond_null, respond_nothing, respond_injected };
  g_autoptr (GObject) object = make_object ();
  TernAuthScheme *scheme = TERN_AUTH_SCHEME (object);
  TernAuthRequest request = { .method = "GET", .target = "/" };
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (tern_auth_scheme_get_flags (scheme), ==, TERN_AUTH_NONE);
  g_assert_true (tern_auth_scheme_accept (scheme, NULL, NULL));
  g_assert_cmpint (tern_auth_scheme_judge (scheme, NULL), ==, TERN_AUTH_WRONG);
  g_assert_true (tern_auth_scheme_verify (scheme, &request, NULL, "", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (responds); i++)
    {
      scheme_slots->respond = responds[i];
      g_assert_null (tern_auth_scheme_respond (scheme, &request, NULL, &error));
      assert_told (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN);
      g_clear_error (&error);
    }
  scheme_slots->respond = respond_twice;
  g_assert_null (tern_auth_scheme_respond (scheme, &request, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_clear_error (&error);
  scheme_slots->accept = accept_false;
  g_assert_false (tern_auth_scheme_accept (scheme, NULL, &error));
  assert_told (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN);
  g_clear_error (&error);
  scheme_slots->judge = judge_nonsense;
  g_assert_cmpint (tern_auth_scheme_judge (scheme, NULL), ==, TERN_AUTH_WRONG);
  scheme_slots->verify = verify_false;
  g_assert_false (tern_auth_scheme_verify (scheme, &request, NULL, "", &error));
  assert_told (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN);
}

/* --- codings, and what a request tells a scheme
 * -------------------------------------------------- */

static GConverter *
create_null (TernContentCoding *coding)
{
  return NULL;
}

static void
test_coding (void)
{
  g_autoptr (GObject) object = make_object ();

  g_assert_null (tern_content_coding_create_decoder (TERN_CONTENT_CODING (object)));
  g_assert_null (tern_content_coding_create_encoder (TERN_CONTENT_CODING (object)));
  coding_slots->create_decoder = create_null;
  g_assert_null (tern_content_coding_create_decoder (TERN_CONTENT_CODING (object)));
}

static void
test_request (void)
{
  TernAuthRequest request = { .method = "PUT", .target = "/a", .time = 5, .cnonce = "c",
                              .nonce_count = 3 };
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (tern_auth_request_get_method (&request), ==, "PUT");
  g_assert_cmpstr (tern_auth_request_get_target (&request), ==, "/a");
  g_assert_cmpstr (tern_auth_request_get_field_name (&request), ==, "Authorization");
  g_assert_cmpint (tern_auth_request_get_time (&request), ==, 5);
  g_assert_cmpstr (tern_auth_request_get_cnonce (&request), ==, "c");
  g_assert_cmpuint (tern_auth_request_get_nonce_count (&request), ==, 3);
  request.for_proxy = TRUE;
  g_assert_cmpstr (tern_auth_request_get_field_name (&request), ==, "Proxy-Authorization");
  g_assert_null (tern_auth_request_hash_body (&request, "MD5", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_BODY_NOT_REWINDABLE);
}

static void
test_store_uris (void)
{
  const char *const bad[]
      = { "", ":", ":x", "x", "/a/b", "file#x:", "a?b:c", "x:%zz", "x:%00", "x:?a=%" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tern_cache_store_open (bad[i], &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/misbehaving/store", test_store);
  g_test_add_func ("/misbehaving/scheme", test_scheme);
  g_test_add_func ("/misbehaving/coding", test_coding);
  g_test_add_func ("/misbehaving/request", test_request);
  g_test_add_func ("/misbehaving/store-uris", test_store_uris);
  return g_test_run ();
}
