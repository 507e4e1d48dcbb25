# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that answers when it is told to, so that a test can look at what is there in between."""

import atexit
import queue
import socket
import threading


class Paced:
  """Each request gets what send() was given, piece by piece; None closes the connection."""

  def __init__(self):
    self.pieces = queue.Queue()
    self.requests = queue.Queue()
    self.socket = socket.create_server(('127.0.0.1', 0))
    self.port = self.socket.getsockname()[1]
    threading.Thread(target=self.serve, daemon=True).start()
    atexit.register(self.socket.close)

  def __call__(self, path):
    return f'http://127.0.0.1:{self.port}{path}'

  def serve(self):
    while True:
      try:
        peer, _ = self.socket.accept()
      except OSError:
        return
      with peer:
        try:
          while self.answer(peer):
            pass
        except OSError:
          pass

  def answer(self, peer):
    head = b''
    while b'\r\n\r\n' not in head:
      some = peer.recv(65536)
      if not some:
        return False
      head += some
    self.requests.put(head)
    while True:
      piece = self.pieces.get()
      if piece is None:
        return False
      if piece == 'next':
        return True
      peer.sendall(piece)

  def send(self, *pieces):
    for piece in pieces:
      self.pieces.put(piece)

  def send_head(self, length):
    self.send(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % length)
