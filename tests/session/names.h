/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A look-up that gives a name the addresses that a test likes, or none, or never returns. */
#pragma once

#include "client/tern-client-private.h"

#define NAMES_HOST "origin.example.test"

typedef struct
{
  GMutex lock;
  GCond changed;
  guint n_calls;
  gboolean hangs;
  gboolean fails;
  GArray *rounds; /* of GArray of TernAddress: one a call, the last for ever */
} Names;

Names *names_new (TernClient *client);
/* Lets go who hangs, and waits until the last look-up has ended. */
void names_free (Names *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Names, names_free)

/* Adds an address to what the last round gives. */
void names_add (Names *self, const char *address, guint16 port);
/* What follows is given by the next call. */
void names_next_round (Names *self);
void names_let_go (Names *self);
guint names_count (Names *self);

/* "http://NAMES_HOST:PORT/PATH"; the port is a mere label. */
char *names_uri (const char *path);
