/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program's own GIOStream of the difficult kind: no descriptor to be seen, nothing to poll, each
 * call blocks. It must never be called in the thread that made it if it was told so. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TERN_TEST_STREAM_DEFAULT = 0,
  TERN_TEST_STREAM_BYTEWISE = 1 << 0, /* each read brings one byte */
  TERN_TEST_STREAM_DEAF = 1 << 1,     /* takes no notice of being cancelled */
  TERN_TEST_STREAM_BUFFERED = 1 << 2, /* what is written goes out when it is flushed */
  TERN_TEST_STREAM_FAILS = 1 << 3,    /* each write fails with NO_SPACE */
  TERN_TEST_STREAM_ABROAD = 1 << 4    /* asserts that another thread calls it */
} TernTestStreamFlags;

/* Over one end of a blocking socket pair, which it takes. */
GIOStream *tern_test_stream_new (int fd, TernTestStreamFlags flags);

G_END_DECLS
