/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The forward declarations and macros that every public header needs; it includes GLib alone. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#ifndef TERN_AVAILABLE_IN_ALL
#define TERN_AVAILABLE_IN_ALL __attribute__ ((visibility ("default"))) extern
#endif

typedef struct _TernClient TernClient;
typedef struct _TernConnection TernConnection;
typedef struct _TernDownload TernDownload;
typedef struct _TernDownloadOptions TernDownloadOptions;
typedef struct _TernRequest TernRequest;
typedef struct _TernResponse TernResponse;
typedef struct _TernHeaders TernHeaders;
typedef struct _TernFailure TernFailure;
typedef struct _TernCredentials TernCredentials;
typedef struct _TernChallenge TernChallenge;
typedef struct _TernTlsInfo TernTlsInfo;
typedef struct _TernTimings TernTimings;
typedef struct _TernPluginInfo TernPluginInfo;
typedef struct _TernCacheStore TernCacheStore;
typedef struct _TernCacheEntry TernCacheEntry;
typedef struct _TernConnector TernConnector;
typedef struct _TernProxy TernProxy;

G_END_DECLS
