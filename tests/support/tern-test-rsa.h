/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two RSA keys that lie ready, for to make one takes a second under valgrind. */
#pragma once

/* PEM, PKCS#1 ("openssl genrsa -traditional 2048" and 1024). They are public: of no use outside of
 * tests. */
extern const char tern_test_rsa_2048[];
extern const char tern_test_rsa_1024[];
