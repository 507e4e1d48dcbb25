/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program's own input stream, of the kinds that are easily forgotten: one that can only block,
 * one that can be polled but has no descriptor, one that fails when its bytes have been read. It
 * cannot seek. */
#pragma once

#include <gio/gio.h>

typedef enum
{
  ODD_STREAM_SLOW = 0, /* each of the first reads takes a while */
  ODD_STREAM_POLLABLE = 1 << 0,
  ODD_STREAM_FAILS = 1 << 1, /* at the end */
  ODD_STREAM_HANGS = 1 << 2  /* at the end, for half a second */
} OddStreamFlags;

#define ODD_STREAM_FAILURE "the shelf is full"

GInputStream *odd_stream_new (GBytes *bytes, OddStreamFlags flags);
