/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern plugins */
#pragma once

extern const char plugins_more[];

int plugins_run (const void *values, char **arguments);
