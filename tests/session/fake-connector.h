/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program's connector that does what a test says, and tells how it was called. */
#pragma once

#include <tern/tern-connector.h>

#include "ask.h"
#include "tern-origin.h"
#include "tern-test-stream.h"

typedef struct _FakeConnector FakeConnector;

typedef GIOStream *(*FakeOpen) (FakeConnector *self, GCancellable *cancellable, GError **error);

struct _FakeConnector
{
  GObject parent_instance;

  FakeOpen open;
  TernConnectorFlags flags;
  guint16 port;      /* of the origin behind it, whatever host is asked for */
  const char *path;  /* or the Unix socket */
  const char *reply; /* or the answer of a mock */
  TernTestStreamFlags stream_flags;

  int n_opened;    /* atomic: calls of the blocking form */
  int n_async;     /* atomic: of the other */
  int n_streams;   /* atomic: streams that are alive */
  GThread *thread; /* of the last call */
  GMutex lock;     /* for the one below */
  char *asked;     /* "scheme host port" of the last call */
};

/* One with the async form, and one without. */
FakeConnector *fake_connector_new (FakeOpen open);
FakeConnector *fake_connector_new_async (FakeOpen open);
char *fake_connector_get_asked (FakeConnector *self);

/* Ways to open. */
GIOStream *fake_open_tcp (FakeConnector *self, GCancellable *cancellable, GError **error);
GIOStream *fake_open_unix (FakeConnector *self, GCancellable *cancellable, GError **error);
/* Over a stream of test-support, which has no descriptor to be seen. */
GIOStream *fake_open_blocking (FakeConnector *self, GCancellable *cancellable, GError **error);
GIOStream *fake_open_mock (FakeConnector *self, GCancellable *cancellable, GError **error);
/* Until it is cancelled. The async form waits for that, too. */
GIOStream *fake_open_hanging (FakeConnector *self, GCancellable *cancellable, GError **error);
/* Takes 300 ms whoever cancels. */
GIOStream *fake_open_deaf (FakeConnector *self, GCancellable *cancellable, GError **error);
GIOStream *fake_open_failing (FakeConnector *self, GCancellable *cancellable, GError **error);
GIOStream *fake_open_nothing (FakeConnector *self, GCancellable *cancellable, GError **error);
GIOStream *fake_open_closed (FakeConnector *self, GCancellable *cancellable, GError **error);

#define FAKE_ERROR (g_quark_from_static_string ("fake-connector-error"))

/* A Unix socket at @path behind which @origin answers. When it is freed nobody may be connected. */
typedef struct _FakeRelay FakeRelay;

FakeRelay *fake_relay_new (const char *path, TernOrigin *origin);
void fake_relay_free (FakeRelay *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeRelay, fake_relay_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeConnector, g_object_unref)

/* Waits until every stream that it gave was let go. */
void fake_connector_wait_gone (FakeConnector *self);

/* A name that no look-up would find. */
#define URI "http://somewhere.invalid"

/* A client over a connector, and an origin with the demo routes behind that. */
typedef struct
{
  Ask ask;
  FakeConnector *connector;
  TernOrigin *origin;
} Fixture;

/* Takes @connector. */
void fixture_init (Fixture *self, gboolean async, FakeConnector *connector, const char *path);
void fixture_clear (Fixture *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)
