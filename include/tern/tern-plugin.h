/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one header of plugin authors. */
#pragma once

#include <tern/plugin/tern-auth-scheme.h>
#include <tern/plugin/tern-cache-store.h>
#include <tern/plugin/tern-cache-writer.h>
#include <tern/plugin/tern-content-coding.h>
#include <tern/plugin/tern-plugin-abi.h>
#include <tern/tern-error.h>
#include <tern/tern-util.h>
