/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern plugins */
#pragma once

int plugins_run (int argc, char **argv);
