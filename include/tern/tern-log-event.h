/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a line of debug output is about. */
#pragma once

#include <tern/tern-types.h>

G_BEGIN_DECLS

/**
 * TernLogEvent:
 * @TERN_LOG_EVENT_CONNECT: a connection is about to be made; level 1
 * @TERN_LOG_EVENT_CONNECT_FAILED: it could not be made; level 1
 * @TERN_LOG_EVENT_PROXY: through which proxy, without its credentials; level 1
 * @TERN_LOG_EVENT_TLS: TLS is up: its version and cipher; level 1
 * @TERN_LOG_EVENT_SEND: the head of a request, quoted; level 1
 * @TERN_LOG_EVENT_REPLY: the status line of an answer, quoted; level 1
 * @TERN_LOG_EVENT_HEADER: one header field of an answer; level 1
 * @TERN_LOG_EVENT_REDIRECT: a redirect is about to be followed; level 1
 * @TERN_LOG_EVENT_AUTH: a challenge is about to be answered, or cannot be; level 1
 * @TERN_LOG_EVENT_CACHE: what the cache did; level 1
 * @TERN_LOG_EVENT_RETRY: a request that failed is about to be made again; level 1
 * @TERN_LOG_EVENT_ERROR: a request failed; level 1
 * @TERN_LOG_EVENT_POOL: a kept connection is used; level 2
 * @TERN_LOG_EVENT_BODY: how many bytes a body has, never the bytes; level 2
 * @TERN_LOG_EVENT_TIMING: how long the phases of an exchange took; level 2
 * @TERN_LOG_EVENT_FLOW: the way that a request took through the stages; level 3
 * @TERN_LOG_EVENT_PHASE: a request has come to another phase, whose nick of #TernPhase is the text,
 *   such as `resolve` or `wait`; while a connection is made only those in which it waits; level 3
 *
 * The events of #TernClient::log, and the #TernClient:debug-level from which on they are printed.
 */
typedef enum
{
  TERN_LOG_EVENT_CONNECT,
  TERN_LOG_EVENT_CONNECT_FAILED,
  TERN_LOG_EVENT_PROXY,
  TERN_LOG_EVENT_TLS,
  TERN_LOG_EVENT_SEND,
  TERN_LOG_EVENT_REPLY,
  TERN_LOG_EVENT_HEADER,
  TERN_LOG_EVENT_REDIRECT,
  TERN_LOG_EVENT_AUTH,
  TERN_LOG_EVENT_CACHE,
  TERN_LOG_EVENT_RETRY,
  TERN_LOG_EVENT_ERROR,
  TERN_LOG_EVENT_POOL,
  TERN_LOG_EVENT_BODY,
  TERN_LOG_EVENT_TIMING,
  TERN_LOG_EVENT_FLOW,
  TERN_LOG_EVENT_PHASE,
} TernLogEvent;

G_END_DECLS
