# SPDX-License-Identifier: LGPL-2.1-or-later
"""The checks behind tests/lint/run: what a compiler does not see."""
