/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The methods of org.libtern.Fetch1. */
#pragma once

#include "keep.h"
#include "streams.h"

typedef struct
{
  GDBusConnection *connection;
  const Limits *limits;
  Callers *callers;
  Jobs *jobs;
  Keep *keep;
  Streams *streams;
  void (*on_call) (gpointer data); /* any call at all */
  gpointer data;
} Manager;

/* @manager stays the caller's and has to stay. 0 with an error, else to be unregistered. */
guint manager_export (Manager *manager, GError **error);
