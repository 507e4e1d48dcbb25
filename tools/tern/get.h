/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern get, the main job. */
#pragma once

int get_run (int argc, char **argv);
