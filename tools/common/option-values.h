/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of a command, on their way from a command line into its values. */
#pragma once

#include "common/command.h"

typedef struct _OptionValues OptionValues;

/* @values is of the command's size and filled with zeros; here it gets the presets. */
OptionValues *option_values_new (const OptionSet *sets, void *values);
/* As entries of the context, which is not to outlive this. */
void option_values_add_to (OptionValues *self, GOptionContext *context);
/* After the context has parsed: what GOption does not check. An error is one of usage. */
gboolean option_values_check (OptionValues *self, GError **error);
/* Wipes what is secret, and frees all texts of the values. */
void option_values_free (OptionValues *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OptionValues, option_values_free)
