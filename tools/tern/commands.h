/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of all commands. */
#pragma once

#include "common/command.h"

/* The first is the one whose name may be left out. */
extern const Command commands[];

/* The command that @argv names and how many words of @argv its name takes. NULL with an error where
 * a group is named without one of its commands. */
const Command *commands_find (int argc, char **argv, int *n_words, GError **error);
