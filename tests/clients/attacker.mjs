// A client that says what no library would.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { waitFor } from './clients.mjs'
import { inTime } from './wait.mjs'

let attackers = 0

/** A WebSocket over a bare socket, for what no library would send. */
export class Attacker {
  received = 0
  #head = ''
  #last = Buffer.alloc(0)

  constructor (port, path) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('error', () => {})
    this.socket.on('data', (data) => {
      this.received += data.length
      if (!this.#head.includes('\r\n\r\n')) this.#head += data.toString('latin1')
      this.#last = Buffer.concat([this.#last, data]).subarray(-256)
    })
    this.closed = new Promise((resolve) => this.socket.on('close', resolve))
    this.path = path
  }

  async open () {
    this.socket.write(
      `GET ${this.path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
        // Each is a client of its own: one that came back after a refusal would have to wait.
        `User-Agent: attacker ${++attackers}\r\n` +
        'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n'
    )
    await waitFor(() => this.#head.includes('\r\n\r\n'), 'the upgrade')
    assert.match(this.#head, /^HTTP\/1\.1 101/)
    assert.doesNotMatch(
      this.#head,
      /permessage-deflate/i,
      'compression is not agreed to, so there is nothing to inflate'
    )
    return this
  }

  /** Resolves when the other side has taken what was written, or is gone. */
  write (data) {
    return new Promise((resolve) => {
      if (this.socket.destroyed) resolve()
      else this.socket.write(data, () => resolve())
    })
  }

  frame (payload, options) { return this.write(frame(payload, options)) }

  /**
   * The code of the close frame with which the node ends the connection. As a client does, this one hangs up only then:
   * Kestrel takes a half-closed connection for closed.
   */
  async code () {
    const code = await waitFor(() => this.#closeCode(), 'a close frame')
    this.socket.end()
    await inTime(this.closed, 'the end of the connection')
    return code
  }

  /** Waits until the node's last words hold this text. */
  async hears (text) { await waitFor(() => this.#last.includes(text), `"${text}"`) }

  #closeCode () {
    // A close frame from a server: 0x88, length, code, reason.
    for (let at = this.#last.length - 4; at >= 0; at--) {
      if (this.#last[at] === 0x88 && this.#last[at + 1] === this.#last.length - at - 2)
        return this.#last.readUInt16BE(at + 2)
    }
    return undefined
  }

  end () { this.socket.destroy() }
}

/** One WebSocket frame of a client. `length` is what its header claims. */
export const frame = (
  payload,
  { opcode = 2, fin = true, masked = true, reserved = 0, length = payload.length } = {}
) => {
  const head = [(fin ? 0x80 : 0) | reserved | opcode]
  const mask = masked ? 0x80 : 0
  if (length < 126) head.push(mask | length)
  else if (length < 65536) head.push(mask | 126, length >> 8, length & 255)
  else {
    const long = Buffer.alloc(8)
    long.writeBigUInt64BE(BigInt(length))
    head.push(mask | 127, ...long)
  }
  // A mask of zeros is a mask.
  return Buffer.concat([Buffer.from(head), masked ? Buffer.alloc(4) : Buffer.alloc(0), Buffer.from(payload)])
}
