// A client that speaks the y-websocket protocol byte by byte: for golden bytes, for what stock clients never send, and
// for knowing exactly what was acknowledged.
import { once } from 'node:events'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import WebSocket from 'ws'
import { inTime, waitFor } from './wait.mjs'

export const hex = (bytes) => Buffer.from(bytes).toString('hex')
export const bytes = (text) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

const frame = (write) => {
  const encoder = encoding.createEncoder()
  write(encoder)
  return encoding.toUint8Array(encoder)
}

const sync = (kind, payload) => frame((encoder) => {
  encoding.writeVarUint(encoder, 0)
  encoding.writeVarUint(encoder, kind)
  encoding.writeVarUint8Array(encoder, payload)
})

export const syncStep1 = (stateVector) => sync(0, stateVector)
export const syncStep2 = (update) => sync(1, update)
export const update = (payload) => sync(2, payload)
export const awareness = (payload) => frame((encoder) => {
  encoding.writeVarUint(encoder, 1)
  encoding.writeVarUint8Array(encoder, payload)
})
export const queryAwareness = Uint8Array.of(3)

/** An awareness update of one client. */
export const presence = (client, clock, state) => frame((encoder) => {
  encoding.writeVarUint(encoder, 1)
  encoding.writeVarUint(encoder, client)
  encoding.writeVarUint(encoder, clock)
  encoding.writeVarString(encoder, JSON.stringify(state))
})

/**
 * Reads the one message of a frame from the node; fails if bytes are left, because stock clients would not read them.
 */
export const read = (data) => {
  const decoder = decoding.createDecoder(data)
  const type = decoding.readVarUint(decoder)
  const message = { type }
  if (type === 0) {
    message.kind = ['step1', 'step2', 'update'][decoding.readVarUint(decoder)]
    message.payload = decoding.readVarUint8Array(decoder)
  } else if (type === 1) {
    message.kind = 'awareness'
    message.payload = decoding.readVarUint8Array(decoder)
  } else {
    message.kind = `type ${type}`
    message.payload = decoding.readTailAsUint8Array(decoder)
  }
  if (decoding.hasContent(decoder)) throw new Error(`A frame holds more than one message: ${hex(data.subarray(0, 40))}`)
  return message
}

/** Opens a raw connection to a document; `path` is what stands after `/yjs/`, already encoded. */
export const openRaw = async (t, relay, path, { protocols, ...options } = {}) => {
  const raw = new RawClient(new WebSocket(`${relay.yjs}/${path}`, protocols, options))
  t.after(() => raw.socket.terminate())
  await inTime(raw.opened, `a connection to ${path}`)
  return raw
}

class RawClient {
  /** The frames that arrived and were not taken yet, oldest first. */
  frames = []
  /** Called with each message as it arrives, if set; then nothing is kept in `frames`. */
  onMessage = null

  constructor (socket) {
    this.socket = socket
    socket.binaryType = 'nodebuffer'
    socket.on('error', () => {})
    socket.on('message', (data, binary) => {
      if (!binary) throw new Error(`A text frame came: ${data}`)
      if (this.onMessage !== null) this.onMessage(read(data), data)
      else this.frames.push(data)
    })
    this.opened = once(socket, 'open')
    this.opened.catch(() => {})
    /** Resolves with `{ code, reason }` when the connection is closed and everything that came before was handled. */
    this.closed = new Promise((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    )
  }

  send (...frames) { for (const data of frames) this.socket.send(data) }

  /** Takes the first frame that has not been taken and that `wanted` accepts; others stay. */
  async take (wanted, what) {
    return waitFor(() => {
      const index = this.frames.findIndex((data) => wanted(read(data), hex(data)))
      return index < 0 ? undefined : this.frames.splice(index, 1)[0]
    }, what)
  }

  /** Takes the frame with exactly these bytes. */
  takeHex (expected, what = `the frame ${expected}`) { return this.take((_, text) => text === expected, what) }

  close () { return inTime(this.closed, 'the end of a connection') }

  /**
   * The whole handshake of a client with the state vector `stateVector`: returns the updates that the node sent, the
   * one in SyncStep2 last.
   */
  async handshake (stateVector = Uint8Array.of(0)) {
    this.send(syncStep1(stateVector))
    const updates = []
    for (let done = false; !done;) {
      const data = await this.take(
        (message) => message.kind === 'update' || message.kind === 'step2',
        'the answer to SyncStep1'
      )
      const message = read(data)
      updates.push(message.payload)
      done = message.kind === 'step2'
    }
    return updates
  }
}
