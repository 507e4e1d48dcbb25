# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that answers when it is told to, so that a test can look at what is there in between."""

import atexit
import queue
import socket
import threading


class Server:
  """Listens; what is done with a connection is for others to say."""

  def __init__(self):
    self.requests = queue.Queue()
    self.socket = socket.create_server(('127.0.0.1', 0))
    self.port = self.socket.getsockname()[1]
    threading.Thread(target=self.accept, daemon=True).start()
    atexit.register(self.socket.close)

  def __call__(self, path):
    return f'http://127.0.0.1:{self.port}{path}'

  def accept(self):
    while True:
      try:
        peer, _ = self.socket.accept()
      except OSError:
        return
      self.take(peer)

  def serve(self, peer):
    with peer:
      try:
        while self.answer(peer):
          pass
      except OSError:
        pass

  def read_head(self, peer):
    head = b''
    while b'\r\n\r\n' not in head:
      some = peer.recv(65536)
      if not some:
        return None
      head += some
    return head


class Paced(Server):
  """Each request gets what send() was given, piece by piece; None closes the connection, and a
  function is called with it and what came behind the head."""

  def __init__(self):
    self.pieces = queue.Queue()
    super().__init__()

  def take(self, peer):
    self.serve(peer)

  def answer(self, peer):
    head = self.read_head(peer)
    if not head:
      return False
    self.requests.put(head)
    while True:
      piece = self.pieces.get()
      if piece is None:
        return False
      if piece == 'next':
        return True
      if callable(piece):
        piece(peer, head.split(b'\r\n\r\n', 1)[1])
      else:
        peer.sendall(piece)

  def send(self, *pieces):
    for piece in pieces:
      self.pieces.put(piece)

  def send_head(self, length):
    self.send(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % length)


class Paths(Server):
  """As Paced, for requests at the same time: the pieces are for a path."""

  def __init__(self):
    self.lock = threading.Lock()
    self.queues = {}
    self.running = self.most = 0
    super().__init__()

  def of(self, path):
    with self.lock:
      return self.queues.setdefault(path, queue.Queue())

  def take(self, peer):
    threading.Thread(target=self.serve, args=[peer], daemon=True).start()

  def answer(self, peer):
    head = self.read_head(peer)
    if not head:
      return False
    with self.lock:
      self.running += 1
      self.most = max(self.most, self.running)
    path = head.split(b' ')[1].decode()
    self.requests.put(path)
    pieces = self.of(path)
    try:
      while (piece := pieces.get()) != 'next':
        if piece is None:
          return False
        peer.sendall(piece)
      return True
    finally:
      with self.lock:
        self.running -= 1

  def send(self, path, *pieces):
    for piece in pieces:
      self.of(path).put(piece)

  def send_head(self, path, length, fields=b''):
    self.send(path, b'HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n' % (fields, length))

  def send_all(self, path, body, fields=b''):
    self.send_head(path, len(body), fields)
    self.send(path, body, None)

  def wait(self, *paths):
    """For requests of these, in any order; none of others may come."""
    got = sorted(self.requests.get(timeout=30) for _ in paths)
    if got != sorted(paths):
      raise AssertionError(f'{got}, wanted {paths}')
