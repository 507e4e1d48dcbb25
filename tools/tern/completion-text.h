/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The completions as shells read them. */
#pragma once

#include "command.h"

void completion_append_bash (GString *out);
void completion_append_fish (GString *out);
void completion_append_zsh (GString *out);

/* Called for each option of a command, --help among them. */
typedef void (*CompletionEach) (GString *out, const Command *command, const Option *option);
void completion_each_option (GString *out, const Command *command, CompletionEach each);

/* TRUE for the first command of a group, and for one that is in none. */
gboolean completion_is_first (const Command *command);

/* The first word of a command's name, to be freed. */
char *completion_first_word (const Command *command);

/* The text with whatever means something between single quotes made harmless, to be freed. */
char *completion_quote (const char *text, const char *special);
