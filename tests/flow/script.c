/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The script: see the header. */

#include "script.h"

#include <string.h>

#include "engine/tern-proxy-routes.h"
#include "io/tern-drive.h"
#include "message/tern-response-private.h"

#define ORIGIN "http://origin.example"

/* ---- what was asked ---- */

static char *
describe (const TernFlow *flow)
{
  const TernOperation *op = &flow->op;

  if (op->kind == TERN_OP_DRAIN)
    return g_strdup ("drain");
  if (op->kind == TERN_OP_PROXY_FIND)
    return g_strdup ("proxy");
  if (op->kind == TERN_OP_KEEP)
    return g_strdup ("keep");
  if (op->kind == TERN_OP_BODY_HASH)
    return g_strconcat ("hash ", op->key, NULL);
  if (op->kind == TERN_OP_CREDENTIALS)
    return g_strdup_printf ("%s %u", tern_challenge_get_scheme (op->challenge), op->attempt);
  if (op->kind != TERN_OP_EXCHANGE)
    {
      const char *key = op->kind == TERN_OP_JOIN ? op->joining.key : op->key;

      return g_strdup (g_str_has_prefix (key, ORIGIN) ? key + strlen (ORIGIN) : key);
    }
  return g_strdup_printf ("%s %s%s%s%s%s", flow->call.method,
                          strcmp (flow->call.uri->host, "origin.example") == 0
                              ? ""
                              : flow->call.uri->authority,
                          flow->call.uri->target, flow->call.uri->fragment ? "#" : "",
                          op->fresh ? " fresh" : "", op->allow_expect ? "" : " no-expect");
}

/* "Name: value" is among the fields, "Name:" is not; NULL is whatever there is. */
static void
check_field (const char *wanted, const TernHeaders *fields, guint at)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *value = NULL;

  if (!wanted)
    return;
  parts = g_strsplit (wanted, ":", 2);
  value = fields ? tern_headers_get_combined (fields, parts[0]) : NULL;
  if (g_strcmp0 (value, *parts[1] ? parts[1] + 1 : NULL) != 0)
    g_error ("step %u: %s is “%s”, not as in “%s”", at, parts[0], value, wanted);
}

/* What would go with CONNECT, which names the origin as it pleases. */
static void
check_tunnel (const Step *step, const TernFlow *flow, guint at)
{
  const TernExchangeEnv *env = &flow->env;
  g_autofree char *target = g_strdup_printf ("%s:%u", flow->call.uri->host, flow->call.uri->port);
  g_autoptr (TernHeaders) fields
      = env->tunnel_fields ? tern_headers_ref (env->tunnel_fields) : NULL;

  if (!fields && env->tunnel_answer)
    fields = env->tunnel_answer (env->tunnel_data, target);
  check_field (step->tunnel, fields, at);
}

static void
check_sent (const Step *step, const TernFlow *flow, guint at)
{
  g_autoptr (TernHeaders) sent = tern_call_merge (&flow->call);
  const char *proxy = flow->env.route ? flow->env.route->name : NULL;

  check_field (step->sent, sent, at);
  check_tunnel (step, flow, at);
  if (g_strcmp0 (proxy, step->proxy) != 0)
    g_error ("step %u: it goes through %s, not %s", at, proxy, step->proxy);
}

/* ---- the answers ---- */

static TernHeaders *
make_fields (const char *text)
{
  TernHeaders *headers = tern_headers_new ();
  g_auto (GStrv) lines = g_strsplit (text ? text : "", "\n", -1);

  for (guint i = 0; lines[i]; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], ": ", 2);

      if (parts[0])
        g_assert_true (tern_headers_append (headers, parts[0], parts[1]));
    }
  return headers;
}

static void
answer_exchange (const Step *step, TernFlow *flow)
{
  TernReader *body = NULL;

  flow->op.facts = step->facts;
  flow->phase = step->facts.phase;
  if (step->touches_body)
    flow->call.body_sent_once = TRUE;
  if (step->status == 0)
    {
      tern_result_fail (&flow->result,
                        g_error_new_literal (step->domain (), step->code, "as the script says"));
      return;
    }
  if (step->body)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (step->body, strlen (step->body));

      body = tern_reader_new_bytes (bytes);
    }
  tern_result_answer (&flow->result,
                      tern_response_new (step->status, 11, g_strdup ("OK"),
                                         make_fields (step->fields), flow->call.uri),
                      body);
}

static void
answer_proxies (const Step *step, TernFlow *flow)
{
  g_auto (GStrv) uris = g_strsplit (step->proxy ? step->proxy : "direct://", "|", -1);

  if (step->domain)
    flow->op.error = g_error_new_literal (step->domain (), step->code, "as the script says");
  else
    g_assert_true (tern_proxy_routes_from_uris (uris, "it", &flow->op.routes, NULL));
}

/* The person of the script has a name, or nothing to say. */
static void
answer_question (const Step *step, TernFlow *flow)
{
  if (step->domain)
    flow->op.error = g_error_new_literal (step->domain (), step->code, "as the script says");
  else if (step->body)
    flow->op.credentials = tern_credentials_new (step->body, "secret");
}

/* What is found goes where the operation has it. */
static void
answer_find (const Step *step, TernOperation *op)
{
  GBytes *found = step->value ? g_bytes_ref (step->value) : NULL;

  if (!found && step->body)
    found = g_bytes_new (step->body, strlen (step->body));
  g_clear_pointer (&op->value, g_bytes_unref);
  tern_cache_parts_clear (&op->parts);
  if (step->kind == TERN_OP_CACHE_FIND)
    {
      op->parts.meta = found;
      op->parts.body = step->opened ? g_bytes_ref (step->opened) : NULL;
    }
  else if (step->kind == TERN_OP_CACHE_OPEN)
    op->parts.body = found;
  else
    op->value = found;
}

static void
answer_step (Script *self, const Step *step, TernFlow *flow)
{
  TernOperation *op = &flow->op;

  if (step->kind == TERN_OP_EXCHANGE)
    answer_exchange (step, flow);
  else if (step->kind == TERN_OP_PROXY_FIND)
    answer_proxies (step, flow);
  else if (step->kind == TERN_OP_CREDENTIALS)
    answer_question (step, flow);
  else if (step->kind == TERN_OP_BODY_HASH)
    op->hash = g_strdup (step->body);
  else if (step->kind == TERN_OP_DRAIN)
    g_clear_pointer (&flow->result.body, tern_reader_free);
  else if (step->kind == TERN_OP_JOIN)
    op->joining.state = step->flight;
  else if (step->kind == TERN_OP_CACHE_STORE)
    {
      g_clear_pointer (&self->stored, g_bytes_unref);
      self->stored = g_steal_pointer (&op->value);
    }
  else
    answer_find (step, op);
  g_clear_pointer (&op->before, g_bytes_unref);
  g_clear_pointer (&op->key, g_free);
}

/* In place of tern_operation_perform(): each operation waits once, so that the driver has to call
 * again. */
static TernStep
perform (gpointer data, TernWait *wait)
{
  TernFlow *flow = data;
  Script *self = flow->hooks.data;
  g_autofree char *asked = describe (flow);
  const Step *step;

  if (self->looping && self->at == self->n_steps)
    self->at = self->n_steps - 1;
  if (self->at == self->n_steps)
    g_error ("%s was asked for behind the script's end; %s", asked, flow->trace->str);
  step = &self->steps[self->at];
  if (flow->op.kind == TERN_OP_PROXY_FIND && step->kind != TERN_OP_PROXY_FIND)
    {
      self->n_finds++;
      return TERN_STEP_DONE;
    }
  if (step->kind != flow->op.kind || strcmp (asked, step->asked) != 0)
    g_error ("step %u: asked was %u “%s”, not %u “%s”; %s", self->at, flow->op.kind, asked,
             step->kind, step->asked, flow->trace->str);
  if (!self->waited)
    {
      self->waited = TRUE;
      tern_wait_add_deadline (wait, g_get_monotonic_time ());
      return TERN_STEP_WAIT;
    }
  self->waited = FALSE;
  if (step->kind == TERN_OP_EXCHANGE)
    check_sent (step, flow, self->at);
  answer_step (self, step, flow);
  self->at++;
  return TERN_STEP_DONE;
}

/* ---- running ---- */

void
script_init (Script *self, gboolean async, const char *method, const char *path)
{
  g_autofree char *uri = g_strconcat (ORIGIN, path, NULL);

  *self = (Script){ .async = async };
  self->settings = tern_settings_new ();
  self->request = tern_request_new (method, uri);
}

static void
forget (Script *self)
{
  g_clear_pointer (&self->flow, tern_flow_free);
  g_clear_error (&self->error);
  self->done = FALSE;
  self->at = 0;
}

void
script_clear (Script *self)
{
  forget (self);
  g_clear_pointer (&self->settings, tern_settings_unref);
  g_clear_object (&self->request);
  g_clear_pointer (&self->stored, g_bytes_unref);
}

void
script_body (Script *self, gboolean seekable)
{
  g_autoptr (GInputStream) memory = g_memory_input_stream_new_from_data ("body", 4, NULL);
  g_autoptr (GConverter) converter
      = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, 0));
  g_autoptr (GInputStream) converted = g_converter_input_stream_new (memory, converter);

  /* What is converted cannot be sought in. */
  tern_request_set_body_stream (self->request, "text/plain", seekable ? memory : converted, -1);
}

void
script_read (Script *self)
{
  TernStep step = TERN_STEP_DONE;
  gsize n = 1;

  while (self->flow->result.body && step == TERN_STEP_DONE && n > 0)
    {
      TernWait wait;
      char buffer[100];

      tern_wait_init (&wait, NULL, NULL);
      step = tern_reader_read (self->flow->result.body, buffer, sizeof buffer, &n, &wait, NULL);
      tern_wait_clear (&wait);
    }
  g_assert_cmpint (step, ==, TERN_STEP_DONE);
}

static void
on_done (gpointer flow, GError *error, gpointer data)
{
  Script *self = data;

  g_assert_false (self->done);
  self->error = error;
  self->done = TRUE;
}

/* The script answers in its place. */
static TernCredentials *
never_authenticate (gpointer data, TernChallenge *challenge)
{
  g_assert_not_reached ();
}

void
script_run_at (const char *where, Script *self, const Step *steps, guint n_steps, const char *trace)
{
  const TernHooks hooks
      = { .data = self, .authenticate = self->has_person ? never_authenticate : NULL };

  forget (self);
  self->steps = steps;
  self->n_steps = n_steps;
  self->flow = tern_flow_new (self->settings, self->request, &hooks);
  self->flow->perform = perform;
  if (self->top > 0)
    {
      self->flow->at = self->flow->top = self->top;
      self->flow->revalidates = TRUE;
    }
  if (!self->flow->trace)
    self->flow->trace = g_string_new (NULL);
  if (self->async)
    {
      g_autoptr (GMainContext) context = g_main_context_new ();

      g_main_context_push_thread_default (context);
      tern_drive_async (tern_flow_step, self->flow, NULL, on_done, self);
      tern_test_run_until (&self->done, 10 * 1000);
      g_main_context_pop_thread_default (context);
    }
  else
    tern_drive_sync (tern_flow_step, self->flow, NULL, &self->error);
  if (self->at != n_steps && !self->looping)
    g_error ("%s: %u of %u steps were asked for: %s", where, self->at, n_steps,
             self->flow->trace->str);
  if (trace && strcmp (self->flow->trace->str, trace) != 0)
    g_error ("%s: the way was\n%s, not\n%s", where, self->flow->trace->str, trace);
}

void
script_assert_status_at (const char *where, Script *self, guint status)
{
  if (self->error)
    g_error ("%s: failed: %s", where, self->error->message);
  if (self->flow->result.response->status != status)
    g_error ("%s: status %u, not %u", where, self->flow->result.response->status, status);
}

void
script_assert_error_at (const char *where, Script *self, GQuark domain, int code)
{
  g_assert_null (self->flow->result.response);
  /* A body that came up with a failure is that of the response which it is about. */
  if (self->flow->result.body)
    g_assert_nonnull (self->flow->result.failure->response);
  g_assert_nonnull (self->flow->result.failure);
  tern_test_assert_error_at (where, self->error, domain, code, NULL);
}

/* ---- a store that is never called ---- */

#define SCRIPT_TYPE_STORE (script_store_get_type ())
G_DECLARE_FINAL_TYPE (ScriptStore, script_store, SCRIPT, STORE, GObject)

struct _ScriptStore
{
  GObject parent;
  GHashTable *values;
};

static void script_store_iface_init (TernCacheStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ScriptStore, script_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_STORE,
                                                      script_store_iface_init))

static GBytes *
script_store_get (TernCacheStore *store, const char *key, GError **error)
{
  g_error ("the store was asked for %s", key);
  return NULL;
}

/* Only what may be out of date, as no answer came, is deleted without an operation. */
static gboolean
script_store_delete (TernCacheStore *store, const char *key, GError **error)
{
  if (!g_hash_table_remove (SCRIPT_STORE (store)->values, key))
    g_error ("the store was to delete %s", key);
  return TRUE;
}

/* Only a body that was read to its end is stored without an operation. */
static gboolean
script_store_set (TernCacheStore *store, const char *key, GBytes *value, gint64 keep_until,
                  GError **error)
{
  g_hash_table_replace (SCRIPT_STORE (store)->values, g_strdup (key), g_bytes_ref (value));
  return TRUE;
}

GBytes *
script_store_peek (TernCacheStore *store, const char *suffix)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, SCRIPT_STORE (store)->values);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_str_has_suffix (key, suffix))
      return value;
  return NULL;
}

static void
script_store_iface_init (TernCacheStoreInterface *iface)
{
  iface->get = script_store_get;
  iface->set = script_store_set;
  iface->delete = script_store_delete;
}

static void
script_store_finalize (GObject *object)
{
  g_hash_table_unref (SCRIPT_STORE (object)->values);
  G_OBJECT_CLASS (script_store_parent_class)->finalize (object);
}

static void
script_store_class_init (ScriptStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = script_store_finalize;
}

static void
script_store_init (ScriptStore *self)
{
  self->values
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
}

TernCacheStore *
script_store_new (void)
{
  return g_object_new (SCRIPT_TYPE_STORE, NULL);
}

/* ---- the same with entries ---- */

#define SCRIPT_TYPE_ENTRIES (script_entries_get_type ())
G_DECLARE_FINAL_TYPE (ScriptEntries, script_entries, SCRIPT, ENTRIES, GObject)

struct _ScriptEntries
{
  GObject parent;
};

static void script_entries_iface_init (TernCacheStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ScriptEntries, script_entries, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_STORE,
                                                      script_entries_iface_init))

static gboolean
script_entries_open (TernCacheStore *store, const char *key, GBytes **meta, GBytes **body,
                     GInputStream **stream, GError **error)
{
  g_error ("the store was asked for the entry %s", key);
  return FALSE;
}

static TernCacheWriter *
script_entries_create (TernCacheStore *store, const char *key, GBytes *meta, GError **error)
{
  g_error ("the store was to take the entry %s", key);
  return NULL;
}

static gboolean
script_entries_set_meta (TernCacheStore *store, const char *key, GBytes *before, GBytes *meta,
                         gint64 keep_until, GError **error)
{
  g_error ("the store was to change the entry %s", key);
  return FALSE;
}

static TernCacheStoreFlags
script_entries_get_flags (TernCacheStore *store)
{
  return TERN_CACHE_STORE_LOCAL | TERN_CACHE_STORE_ANY_THREAD;
}

static void
script_entries_iface_init (TernCacheStoreInterface *iface)
{
  script_store_iface_init (iface);
  iface->open_entry = script_entries_open;
  iface->create_entry = script_entries_create;
  iface->set_meta = script_entries_set_meta;
  iface->get_flags = script_entries_get_flags;
}

static void
script_entries_class_init (ScriptEntriesClass *klass)
{
}

static void
script_entries_init (ScriptEntries *self)
{
}

TernCacheStore *
script_store_new_entries (void)
{
  return g_object_new (SCRIPT_TYPE_ENTRIES, NULL);
}
