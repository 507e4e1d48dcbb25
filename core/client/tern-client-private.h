/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of TernClient share: the lock, the snapshot and the numbers of the signals. */
#pragma once

#include <tern/tern-client.h>

#include "engine/tern-settings.h"

enum
{
  TERN_CLIENT_HEAD,
  TERN_CLIENT_INFORMATIONAL,
  TERN_CLIENT_REDIRECTED,
  TERN_CLIENT_PROGRESS,
  TERN_CLIENT_CERTIFICATE_ERROR,
  TERN_CLIENT_LOG,
  TERN_CLIENT_AUTHENTICATE,
  TERN_CLIENT_N_SIGNALS
};

extern guint tern_client_signals[TERN_CLIENT_N_SIGNALS];

struct _TernClient
{
  GObject parent_instance;

  GMutex lock; /* for the pointer below; never held while anything else runs */
  TernSettings *settings;
};

/* The settings as they are now (transfer full). */
TernSettings *tern_client_get_settings (TernClient *self);

/* One change of the settings: @edit works on a copy, which then takes the old one's place. @edit
 * must not call anything of the program's. */
void tern_client_edit_settings (TernClient *self,
                                void (*edit) (TernSettings *settings, gconstpointer data),
                                gconstpointer data);

/* Replaces the look-up of names: for tests, which give names the addresses they like. */
void tern_client_set_lookup (TernClient *self, TernLookupFunc lookup, gpointer data);

/* For tests: the connections that are kept. */
TernPool *tern_client_peek_pool (TernClient *self);

void tern_client_install_properties (GObjectClass *klass);
/* The signal. */
void tern_client_install_log (void);
