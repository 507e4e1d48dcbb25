#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Unix socket behind which a TCP server of this machine answers: unix-relay.py PATH PORT."""

import asyncio
import sys


async def pump(reader, writer):
  while data := await reader.read(65536):
    writer.write(data)
    await writer.drain()
  writer.close()


async def serve(reader, writer):
  behind = await asyncio.open_connection('127.0.0.1', int(sys.argv[2]))
  await asyncio.gather(pump(reader, behind[1]), pump(behind[0], writer))


async def main():
  server = await asyncio.start_unix_server(serve, sys.argv[1])
  await server.serve_forever()


asyncio.run(main())
