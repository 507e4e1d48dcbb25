/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The version of the library that is running. */
#include <tern/tern-version.h>

/**
 * tern_get_major_version:
 *
 * Gets the major version of the library that the program runs with.
 *
 * Returns: the major version of the library that the program runs with
 */
guint
tern_get_major_version (void)
{
  return TERN_MAJOR_VERSION;
}

/**
 * tern_get_minor_version:
 *
 * Gets the minor version of the library that the program runs with.
 *
 * Returns: the minor version of the library that the program runs with
 */
guint
tern_get_minor_version (void)
{
  return TERN_MINOR_VERSION;
}

/**
 * tern_get_micro_version:
 *
 * Gets the micro version of the library that the program runs with.
 *
 * Returns: the micro version of the library that the program runs with
 */
guint
tern_get_micro_version (void)
{
  return TERN_MICRO_VERSION;
}
