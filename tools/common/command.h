/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a command is: its name, its options, what is said about them, and its function. The usage
 * text, the parser, the manual and the completions are all made from it. A program without
 * sub-commands has a table of one. */
#pragma once

#include <glib.h>

typedef enum
{
  OPTION_FLAG,    /* gboolean */
  OPTION_TEXT,    /* char *, the bytes that were typed */
  OPTION_TEXTS,   /* char **: may be given several times */
  OPTION_FILE,    /* char *; shells complete names of files */
  OPTION_FILES,   /* char **: a file, several times */
  OPTION_CHOICE,  /* char *: one of the words of .choices */
  OPTION_NUMBER,  /* int of 0 or more; negative where it was not given */
  OPTION_SIZE,    /* gint64 of 0 or more, bytes; negative where it was not given */
  OPTION_SECONDS, /* double of 0 or more; negative where it was not given */
} OptionKind;

typedef struct
{
  const char *name; /* without its dashes; NULL ends a list */
  char letter;      /* of the short form, 0 where there is none */
  OptionKind kind;
  gsize offset;        /* where the values struct of the option's set keeps it */
  const char *value;   /* N_(): what stands for the value in a usage; NULL for a flag */
  const char *text;    /* N_(): one line, the first sentence of the manual, without a full stop */
  const char *more;    /* for the manual: more sentences, `bold` between backquotes; or NULL */
  const char *choices; /* OPTION_CHOICE: "auto|always|never" */
  gboolean is_secret;  /* is wiped from memory in the end */
  const char *preset;  /* OPTION_NUMBER, OPTION_SIZE: the value where none is given; or NULL */
} Option;

/* Options that several commands have in common, and where their struct is in a command's values. */
typedef struct
{
  const Option *options; /* NULL ends a list */
  gsize offset;
} OptionSet;

/* What Tab completes an argument to. */
typedef enum
{
  ARGUMENTS_NONE,
  ARGUMENTS_ANY,
  ARGUMENTS_FILES,
  ARGUMENTS_CHOICE, /* one of .choices */
} ArgumentKind;

/* @values is of the command's size, @arguments what is left when the options are taken away; both
 * stay the caller's. Returns the exit code. */
typedef int (*CommandRun) (const void *values, char **arguments);

typedef struct
{
  const char *name;    /* "get"; of two words for one of a group, "cache ls"; NULL ends the table */
  const char *usage;   /* N_(): the arguments, "URL…"; or NULL */
  const char *summary; /* N_(): one sentence */
  const char *more;    /* for the manual: paragraphs, as in Option; or NULL */
  const OptionSet *sets;
  gsize values_size;
  ArgumentKind arguments;
  const char *choices; /* ARGUMENTS_CHOICE: "bash|fish|zsh" */
  CommandRun run;
} Command;
