/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a file in the folder is a record, and so may be counted and removed. It tells by the name
 * where names tell, else by how the file begins; never by what it holds. */
#pragma once

#include "file-folder.h"
#include "file-names.h"

gboolean
file_probe (const FileFolder *folder, const FileNames *names, const char *name, struct stat *info);
