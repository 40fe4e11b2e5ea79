// What the two protocols do differently with the same messages of y-protocols.
import assert from 'node:assert/strict'
import * as encoding from 'lib0/encoding'

/** A Hocuspocus message: document, type, what follows. */
const named = (name, type, write = () => {}) => {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, name)
  encoding.writeVarUint(encoder, type)
  write(encoder)
  return encoding.toUint8Array(encoder)
}

/** How a client sends a message over each protocol, and how it is refused one that is too large. */
export const dialects = {
  'y-websocket': {
    path: (name) => `/yjs/${encodeURIComponent(name)}`,
    async greet () {},
    message: (name, payload) => payload,
    beginning: () => Buffer.alloc(0),
    refused: async (attacker) => assert.equal(await attacker.code(), 4413)
  },
  Hocuspocus: {
    path: () => '/hocuspocus',
    greet: (attacker, name) => attacker.frame(named(name, 2, (encoder) => {
      encoding.writeVarUint(encoder, 0)
      encoding.writeVarString(encoder, '')
      encoding.writeVarString(encoder, '4.8.0')
    })),
    // Sync and awareness are the same bytes behind the document's name.
    message: (name, payload) => Buffer.concat([named(name, payload[0]), payload.subarray(1)]),
    beginning: (name) => Buffer.from(named(name, 0)),
    // The document is closed, and the socket goes on.
    async refused (attacker, name) {
      await attacker.hears('Limits:MaxMessageBytes')
      await this.greet(attacker, name)
      await attacker.hears('read-write')
    }
  }
}
