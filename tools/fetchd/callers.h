/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who calls: names on the bus, the applications behind them, and what each has taken. */
#pragma once

#include "caller-limits.h"

#include <gio/gio.h>

/* What one application takes, over all of its connections to the bus. */
typedef struct
{
  char *partition; /* of cache, connections, credentials */
  guint jobs;
  guint streams;
  guint active; /* jobs that run; counted anew whenever the queue looks */
  guint64 memory;
  double turns; /* calls that it may make at once */
  gint64 turns_at;
  guint refs;
} Account;

typedef struct
{
  char *name; /* unique on the bus */
  Account *account;
  gboolean is_app;    /* the application is known */
  gboolean sandboxed; /* or what it is cannot be told */
  guint watch;
} Caller;

typedef struct _Callers Callers;
typedef void (*CallerGoneFunc) (const char *name, gpointer data);

/* @by_connection: no application is looked for. @on_gone is told when a caller's connection to the
 * bus ends. */
Callers *callers_new (GDBusConnection *connection,
                      const Limits *limits,
                      gboolean by_connection,
                      CallerGoneFunc on_gone,
                      gpointer data);
void callers_free (Callers *callers);
/* The caller of that name, asked for at the bus when it is new; NULL with an error. */
Caller *callers_get (Callers *callers, const char *name, GError **error);
/* The caller if it is known already, else NULL. */
Caller *callers_peek (Callers *callers, const char *name);

/* For what outlives its caller. */
Account *callers_take_account (Callers *callers, const char *partition);
void callers_drop_account (Callers *callers, Account *account);

/* Each is an error of TERN_FETCH_ERROR_LIMIT_EXCEEDED, or a charge to be given back. */
gboolean account_take_turn (Account *account, const Limits *limits, GError **error);
gboolean account_add_job (Account *account, const Limits *limits, gsize size, GError **error);
void account_remove_job (Account *account, gsize size);
gboolean account_add_stream (Account *account, const Limits *limits, gsize size, GError **error);
void account_remove_stream (Account *account, gsize size);
