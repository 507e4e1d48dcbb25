/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the support library's own tests share, and their second half. */

#pragma once

#include "test-client.h"

G_BEGIN_DECLS
void test_support_add_tls (void);

G_END_DECLS
