/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loaded in front of the C library: looking up a name takes a minute, so that a test can see what a
 * program shows meanwhile. It must never answer anything but that there is no such name. */
#include <netdb.h>
#include <unistd.h>

__attribute__ ((visibility ("default"))) int
getaddrinfo (const char *name,
             const char *service,
             const struct addrinfo *hints,
             struct addrinfo **result)
{
  sleep (60);
  return EAI_NONAME;
}
