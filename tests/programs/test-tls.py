#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tern and TLS: client certificates, and the log of keys for who has to look into the traffic."""

import os
import re
import subprocess

from program import TERN, Origin, path, read, tern, write
from tap import case, contains, equal, lacks, run

ONLY_12 = 'NORMAL:-VERS-ALL:+VERS-TLS1.2'
ONLY_13 = 'NORMAL:-VERS-ALL:+VERS-TLS1.3'

mutual = Origin('-m')
FOLDER = os.path.dirname(mutual.ca_file)
CERT, KEY = os.path.join(FOLDER, 'client.pem'), os.path.join(FOLDER, 'key.pem')
TRUST = ('--ca-file', mutual.ca_file)


def ends_with(code, *arguments, says):
  result = tern(*TRUST, *arguments)
  equal((result.code, result.out), (code, b''), result.err)
  contains(result.err, says)


@case('/tls/certificate')
def certificate():
  ends_with(8, mutual('/plain'), says='alert')
  result = tern(*TRUST, '--cert', CERT, '--key', KEY, mutual('/plain'))
  equal((result.code, result.err), (0, ''))
  with open(CERT, 'rb') as cert, open(KEY, 'rb') as key:
    both = write('both.pem', key.read() + cert.read())
  equal(tern(*TRUST, '--cert', both, mutual('/plain')).out, result.out)
  # It is for the servers on the command line alone.
  target = mutual('/plain').replace('localhost', '127.0.0.1')
  result = tern(*TRUST, '--cert', both, '-i', mutual('/redirect?to=' + target))
  equal(result.code, 8, result.err)


@case('/tls/certificate/wrong')
def wrong():
  ends_with(11, '--cert', 'missing', mutual('/plain'), says='missing')
  ends_with(11, '--cert', CERT, '--key', 'missing', mutual('/plain'), says='missing')
  ends_with(2, '--key', KEY, mutual('/plain'), says='--cert')
  ends_with(8, '--cert', KEY, '--key', KEY, mutual('/plain'), says='holds no certificate')
  ends_with(8, '--cert', CERT, mutual('/plain'), says='holds no private key')
  ends_with(8, '--cert', 'pkcs11:token=none;object=me?pin-value=sesame', mutual('/plain'),
            says='pkcs11:token=none;object=me”')
  locked = write('locked.pem', b'-----BEGIN ENCRYPTED PRIVATE KEY-----\n')
  # No terminal, nobody to ask.
  done = subprocess.run([TERN, '--cert', CERT, '--key', locked, mutual('/plain')],
                        capture_output=True, timeout=60, start_new_session=True, check=False)
  equal(done.returncode, 2, done.stderr)


def log_of(priority):
  secure = Origin('-t', priority)
  log = path('keys.log')
  if os.path.exists(log):
    os.unlink(log)
  result = tern('--ca-file', secure.ca_file, secure('/plain'), secure('/plain'),
                environment={'SSLKEYLOGFILE': log})
  equal(result.code, 0, result.err)
  return read('keys.log').decode()


# The origin is another process, without the variable: every line is ours.
@case('/tls/key-log')
def key_log():
  found = log_of(ONLY_12)
  equal(re.search(r'^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}$', found, re.M) is not None, True,
        found)
  lacks(found, 'TRAFFIC_SECRET')
  found = log_of(ONLY_13)
  for label in ('CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'SERVER_HANDSHAKE_TRAFFIC_SECRET',
                'CLIENT_TRAFFIC_SECRET_0', 'SERVER_TRAFFIC_SECRET_0'):
    equal(re.search(rf'^{label} [0-9a-f]{{64}} [0-9a-f]+$', found, re.M) is not None, True, found)


run()
