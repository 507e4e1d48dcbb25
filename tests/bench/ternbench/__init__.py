# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests/bench/run is made of: the machine, the origin and the drivers, the tables."""
