"""A WebSocket client (RFC 6455) that is just enough for tests: text messages, pings answered, every wait with a deadline."""
import base64
import json
import os
import socket
import struct
import time


class Closed(Exception):
    def __init__(self, code):
        super().__init__(f"the server closed the connection with {code}")
        self.code = code


class WebSocket:
    def __init__(self, host, port, path, headers=None, seconds=20):
        self.seconds = seconds
        self.socket = socket.create_connection((host, port), timeout=seconds)
        self.buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *(f"{name}: {value}" for name, value in (headers or {}).items())]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = self._until(b"\r\n\r\n").decode()
        self.status = int(head.split()[1])

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def say(self, message):
        self._frame(1, json.dumps(message).encode())

    def hear(self, kind=None):
        """The next message; with `kind`, the next of this type, others are passed over."""
        deadline = time.monotonic() + self.seconds
        while time.monotonic() < deadline:
            message = json.loads(self._message())
            if kind is None or message["type"] == kind:
                return message
        raise TimeoutError(f"no message of type {kind} came in {self.seconds} s")

    def _frame(self, opcode, payload):
        mask = os.urandom(4)
        size = len(payload)
        head = bytes([0x80 | opcode]) + (bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + struct.pack(">H", size))
        self.socket.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))

    def _message(self):
        while True:
            opcode, size = self._take(2)
            size &= 0x7F
            if size > 125:
                size = struct.unpack(">H" if size == 126 else ">Q", self._take(2 if size == 126 else 8))[0]
            payload = self._take(size)
            if opcode == 0x81:
                return payload
            if opcode == 0x88:
                raise Closed(struct.unpack(">H", payload[:2])[0] if len(payload) > 1 else 1005)
            if opcode == 0x89:
                self._frame(10, payload)

    def _until(self, end):
        while end not in self.buffer:
            self._fill()
        piece, _, self.buffer = self.buffer.partition(end)
        return piece

    def _take(self, count):
        while len(self.buffer) < count:
            self._fill()
        piece, self.buffer = self.buffer[:count], self.buffer[count:]
        return piece

    def _fill(self):
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise Closed(1006)
        self.buffer += piece
