/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A JSON body made of items, by HTTPie's nested syntax. */
#pragma once

#include "items-body.h"

/* @fields has items of the kinds FIELD and JSON only. */
gboolean items_json (Plan *plan, GArray *fields, GError **error);
