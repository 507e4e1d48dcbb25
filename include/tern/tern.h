/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one header of programs. */
#pragma once

#include <tern/tern-cache-entry.h>
#include <tern/tern-cache.h>
#include <tern/tern-challenge.h>
#include <tern/tern-client.h>
#include <tern/tern-connection.h>
#include <tern/tern-connector.h>
#include <tern/tern-credentials.h>
#include <tern/tern-download.h>
#include <tern/tern-enum-types.h>
#include <tern/tern-environment-proxy-resolver.h>
#include <tern/tern-error.h>
#include <tern/tern-failure.h>
#include <tern/tern-fetch-error.h>
#include <tern/tern-fetch-job.h>
#include <tern/tern-fetch-service.h>
#include <tern/tern-headers.h>
#include <tern/tern-log-event.h>
#include <tern/tern-plugins.h>
#include <tern/tern-proxy.h>
#include <tern/tern-request.h>
#include <tern/tern-response.h>
#include <tern/tern-status.h>
#include <tern/tern-tls.h>
#include <tern/tern-types.h>
#include <tern/tern-util.h>
#include <tern/tern-version.h>
