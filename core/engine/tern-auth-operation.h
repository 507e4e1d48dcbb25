/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations of a login: keeping the refusal, asking the person, hashing the body. */
#pragma once

#include "engine/tern-flow.h"

TernStep tern_auth_operation_keep (TernFlow *flow, TernWait *wait);
TernStep tern_auth_operation_ask (TernFlow *flow, TernWait *wait);
TernStep tern_auth_operation_hash (TernFlow *flow, TernWait *wait);
