/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the program keeps its cache unless it is told. */
#pragma once

/* The URI of a cache store, to be freed. */
char *tern_tool_store_uri (void);
