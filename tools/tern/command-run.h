/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A command of the table at work. */
#pragma once

#include "common/command.h"

/* The table of all commands, which main() hands in; the name of its first may be left out. */
void command_set_table (const Command *table);
const Command *command_get_table (void);

/* Parses and runs; the answer is the exit code. @argv[0] is not looked at; --help prints the usage
 * and ends the program. */
int command_run (const Command *self, int argc, char **argv);
