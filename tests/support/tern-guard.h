/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernGuard: a program that ends when the test ends, whatever happens to the test.
 *
 * Servers that others wrote fork, change their user and call setsid; a signal on the parent's death
 * does not reach all of that. So a process of ours stands between: it holds one end of a
 * pipe, and when the other closes it kills the program with all its children, waits for them and
 * removes what they would leave in the system. It must never outlive the test, nor run a server as
 * root: whoever starts it, the program runs as an ordinary user. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  GPid pid; /* the guard's; 0 when there is none */
  int  pipe;
} TernGuard;

/* Runs @argv in the folder @dir with a bare environment; what it says goes to the file "output"
 * there. Files of the NULL-terminated @litter (may be NULL) are removed at the end, and where the
 * test dies without stopping the guard, the folder too. */
gboolean tern_guard_start     (TernGuard          *self,
                               const char         *dir,
                               const char *const  *argv,
                               const char *const  *litter,
                               GError            **error);
/* TRUE also when it was never started. */
gboolean tern_guard_has_ended (TernGuard          *self);
void     tern_guard_stop      (TernGuard          *self);

/* Gives a file or folder to the user that programs run as. */
void     tern_guard_give      (const char         *path);

G_END_DECLS
