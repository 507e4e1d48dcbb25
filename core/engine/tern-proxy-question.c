/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One question to a resolver. The desktop's may load modules and ask the network, and so it is
 * never touched but on the worker pool; a program's may be written in a language that knows one
 * thread, and so it is never asked in another one. */
#include "engine/tern-proxy-question.h"

#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "engine/tern-proxy-routes.h"
#include "io/tern-in-place.h"
#include "io/tern-worker.h"

/* What was asked and what came. The question may be gone when the answer comes, so it is counted:
 * one for the question, one for who looks. */
typedef struct
{
  gatomicrefcount ref_count;
  GProxyResolver *resolver; /* the program's, borrowed: asked in place; NULL for the desktop's */
  GCancellable *cancellable;
  char *uri;
  char **uris;
  GError *error;
  int done;       /* atomic; of a program's resolver */
  TernWake *wake; /* NULL where nobody waits for a wake */
} Answer;

struct _TernProxyQuestion
{
  TernProxyFinder *finder;
  TernUri *uri;
  gint64 deadline;
  Answer *answer; /* NULL as long as nobody was asked */
  TernJob *job;   /* that looks on the worker pool */
  gboolean interrupted; /* in place, by a deadline or by who asked */
};

static void
answer_unref (gpointer data)
{
  Answer *answer = data;

  if (!g_atomic_ref_count_dec (&answer->ref_count))
    return;
  g_strfreev (answer->uris);
  g_clear_error (&answer->error);
  g_clear_pointer (&answer->wake, tern_wake_unref);
  g_object_unref (answer->cancellable);
  g_free (answer->uri);
  g_free (answer);
}

static Answer *
answer_ref (Answer *answer)
{
  g_atomic_ref_count_inc (&answer->ref_count);
  return answer;
}

/* Only the origin is told: where in it the request goes is no affair of a resolver's. */
static Answer *
answer_new (const TernUri *uri)
{
  Answer *answer = g_new0 (Answer, 1);

  g_atomic_ref_count_init (&answer->ref_count);
  answer->cancellable = g_cancellable_new ();
  answer->uri = g_strdup_printf ("%s://%s/", uri->secure ? "https" : "http", uri->authority);
  return answer;
}

TernProxyQuestion *
tern_proxy_question_new (TernProxyFinder *finder, TernUri *uri, gint64 deadline)
{
  TernProxyQuestion *self = g_new0 (TernProxyQuestion, 1);

  self->finder = tern_proxy_finder_ref (finder);
  self->uri = tern_uri_ref (uri);
  self->deadline = deadline;
  return self;
}

void
tern_proxy_question_free (TernProxyQuestion *self)
{
  if (self->answer)
    g_cancellable_cancel (self->answer->cancellable);
  g_clear_pointer (&self->job, tern_job_drop);
  g_clear_pointer (&self->answer, answer_unref);
  tern_uri_unref (self->uri);
  tern_proxy_finder_unref (self->finder);
  g_free (self);
}

static void
look_up (gpointer data)
{
  Answer *answer = data;
  GProxyResolver *resolver = answer->resolver ? answer->resolver : g_proxy_resolver_get_default ();

  if (resolver)
    answer->uris
        = g_proxy_resolver_lookup (resolver, answer->uri, answer->cancellable, &answer->error);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;

  answer->uris = g_proxy_resolver_lookup_finish (G_PROXY_RESOLVER (source), result, &answer->error);
  g_atomic_int_set (&answer->done, 1);
  tern_wake_fire (answer->wake);
  answer_unref (answer);
}

/* A program's resolver may have left out one of the two ways to be asked. */
static void
ask_program (TernProxyQuestion *self, GProxyResolver *resolver, TernWait *wait)
{
  const GProxyResolverInterface *iface = G_PROXY_RESOLVER_GET_IFACE (resolver);
  Answer *answer = self->answer;

  if (wait->in_loop && iface->lookup_async && iface->lookup_finish)
    {
      answer->wake = tern_wake_ref (tern_wait_get_wake (wait));
      g_proxy_resolver_lookup_async (resolver, answer->uri, answer->cancellable, on_looked_up,
                                     answer_ref (answer));
      return;
    }
  answer->resolver = resolver;
  if (iface->lookup)
    self->interrupted = !tern_in_place_call (wait, answer->cancellable, look_up, answer);
  else
    answer->error = g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                                 _ ("%s cannot be asked by a call that blocks"),
                                 G_OBJECT_TYPE_NAME (resolver));
  g_atomic_int_set (&answer->done, 1);
}

static void
ask (TernProxyQuestion *self, TernWait *wait)
{
  GProxyResolver *resolver = tern_proxy_finder_get_resolver (self->finder);

  self->answer = answer_new (self->uri);
  if (resolver)
    ask_program (self, resolver, wait);
  else
    self->job = tern_job_start (TERN_LANE_PROXY, look_up, answer_ref (self->answer),
                                answer_unref, tern_wait_get_wake (wait));
}

static TernStep
take_answer (TernProxyQuestion *self, GPtrArray **routes, GError **error)
{
  const Answer *answer = self->answer;

  if (answer->error)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_PROXY_UNAVAILABLE,
                   _ ("The proxy for %s could not be found: %s"), self->uri->host,
                   answer->error->message);
      return TERN_STEP_FAILED;
    }
  if (!tern_proxy_routes_from_uris (answer->uris, self->uri->host, routes, error))
    return TERN_STEP_FAILED;
  /* A program's resolver may know more than the origin, and remember by itself. */
  if (!tern_proxy_finder_get_resolver (self->finder))
    tern_proxy_finder_remember (self->finder, self->uri, *routes);
  return TERN_STEP_DONE;
}

/* What came of a call that was interrupted is no answer: who did it says why. */
static gboolean
is_answered (TernProxyQuestion *self)
{
  if (self->interrupted)
    return FALSE;
  /* Of a job the pool's word counts: it still uses what it tells of before. */
  return self->job ? tern_job_is_done (self->job) : g_atomic_int_get (&self->answer->done);
}

TernStep
tern_proxy_question_step (TernProxyQuestion *self,
                          TernWait *wait,
                          GPtrArray **routes,
                          GError **error)
{
  wait->may_block = FALSE;
  tern_wait_add_deadline (wait, self->deadline);
  if (!self->answer)
    ask (self, wait);
  if (is_answered (self))
    return take_answer (self, routes, error);
  if (g_get_monotonic_time () < self->deadline)
    return TERN_STEP_WAIT;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
               _ ("Timed out while the proxy for %s was being looked for"), self->uri->host);
  return TERN_STEP_FAILED;
}
