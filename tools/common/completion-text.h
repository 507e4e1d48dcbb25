/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The completions as shells read them, and what the files of the shells share. */
#pragma once

#include "common/command.h"

typedef struct
{
  const char *name;     /* of the program */
  const Command *table; /* one command alone is the program itself, and never named */
} Completed;

typedef void (*CompletionAppend) (GString *out, const Completed *program);

/* "bash", "fish" or "zsh"; NULL for any other. */
CompletionAppend completion_for_shell (const char *shell);

void completion_append_bash (GString *out, const Completed *program);
void completion_append_fish (GString *out, const Completed *program);
void completion_append_zsh (GString *out, const Completed *program);

/* The option that every command has and no table. */
extern const Option completion_help;

/* Called for each option of a command, --help among them. */
typedef void (*CompletionEach) (GString *out,
                                const Completed *program,
                                const Command *command,
                                const Option *option);
void completion_each_option (GString *out,
                             const Completed *program,
                             const Command *command,
                             CompletionEach each);

/* Whether commands are named behind the program's name. */
gboolean completion_has_commands (const Completed *program);

/* TRUE for the first command of a group, and for one that is in none. */
gboolean completion_is_first (const Completed *program, const Command *command);

/* The program's name as part of a function's, to be freed. */
char *completion_function (const Completed *program);

/* The first word of a command's name, to be freed. */
char *completion_first_word (const Command *command);

/* The text with whatever means something between single quotes made harmless, to be freed. */
char *completion_quote (const char *text, const char *special);
