// A process of its own: a thousand sockets of one kind, which send what costs most and stay. It tells its parent how
// many are open, then what became of them when the node takes no more of it, and ends with its parent.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import * as encoding from 'lib0/encoding'
import { frame } from './attacker.mjs'
import { awareness, syncStep1, update } from './wire.mjs'

const { port, kind, token, sockets } = JSON.parse(process.argv[2])
const kibibyte = 1 << 10
const megabyte = 1 << 20
const openedAtOnce = 50

const encode = (write) => {
  const encoder = encoding.createEncoder()
  write(encoder)
  return encoding.toUint8Array(encoder)
}

/** A Hocuspocus message of this length, whose update is zeros. */
const waiting = (name, length) => {
  const head = encode((encoder) => {
    encoding.writeVarString(encoder, name)
    encoding.writeVarUint(encoder, 0)
    encoding.writeVarUint(encoder, 2)
    encoding.writeVarUint(encoder, length)
  })
  return Buffer.concat([head, Buffer.alloc(length - head.length)])
}

/** As much presence as one connection may show. */
const largestPresence = (number) => awareness(encode((encoder) => {
  const state = JSON.stringify('x'.repeat(64 * kibibyte - 200))
  encoding.writeVarUint(encoder, 16)
  for (let i = 0; i < 16; i++) {
    encoding.writeVarUint(encoder, 1 + number * 16 + i)
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarString(encoder, state)
  }
}))

/** A state vector of clients that nobody knows. */
const stateVector = (clients) => syncStep1(encode((encoder) => {
  encoding.writeVarUint(encoder, clients)
  for (let i = 1; i <= clients; i++) {
    encoding.writeVarUint(encoder, i * 2 ** 20)
    encoding.writeVarUint(encoder, 1)
  }
}))

/** Nulls at places that nobody knows, none of which joins with the one before it. */
const smallStructs = (number, count) => update(encode((encoder) => {
  encoding.writeVarUint(encoder, 1)
  encoding.writeVarUint(encoder, count)
  encoding.writeVarUint(encoder, 1 + number)
  encoding.writeVarUint(encoder, 0)
  for (let i = 0; i < count; i++) encoding.writeUint8Array(encoder, Uint8Array.of(0x88, 99, i % 100, 1, 126))
  encoding.writeVarUint(encoder, 0)
}))

const yjs = (name) => `/yjs/${encodeURIComponent(name)}?token=${token}`
const own = (number) => yjs(`hostile ${number}`)
const question = frame(syncStep1(Uint8Array.of(0)))

// Where each socket goes, and what it sends.
const kinds = {
  'unfinished messages before a token': {
    path: () => '/hocuspocus',
    bytes: () => frame(waiting('hostile', 64 * kibibyte - 1), { length: 64 * kibibyte })
  },
  'messages that wait for a token': {
    path: () => '/hocuspocus',
    bytes: () => Buffer.concat(Array(80).fill(frame(waiting('hostile', 63 * kibibyte))))
  },
  'unfinished messages': {
    path: own,
    bytes: () => Buffer.concat([question, frame(Buffer.alloc(512 * kibibyte), { length: 64 * megabyte })])
  },
  presence: {
    path: own,
    bytes: (number) => Buffer.concat([question, frame(largestPresence(number))])
  },
  'state vectors': {
    path: own,
    bytes: () => Buffer.concat(Array(4).fill(frame(stateVector(10_000))))
  },
  'small structs': {
    path: own,
    bytes: (number) => Buffer.concat([question, frame(smallStructs(number, 10_000))])
  },
  'readers that do not read': {
    path: () => yjs('large'),
    bytes: () => Buffer.concat(Array(16).fill(question)),
    reads: false
  }
}

const { path, bytes, reads = true } = kinds[kind]
const all = []
let received = 0
let refused = 0

const open = (number) => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1')
  let head = ''
  all.push(socket)
  socket.on('error', () => {})
  socket.on('close', () => {
    refused++
    resolve()
  })
  socket.on('data', (data) => {
    received += data.length
    if (head.includes('\r\n\r\n')) return
    head += data.toString('latin1')
    if (!head.includes('\r\n\r\n')) return
    if (!reads) socket.pause()
    socket.write(bytes(number))
    resolve()
  })
  socket.write(`GET ${path(number)} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
    `User-Agent: attacker ${number}\r\n\r\n`)
})

process.on('disconnect', () => process.exit())
for (let number = 0; number < sockets; number += openedAtOnce) {
  await Promise.all(Array.from({ length: openedAtOnce }, (_, i) => open(number + i)))
  process.send({ opened: number + openedAtOnce })
}
const waitsToBeTaken = () => all.reduce((sum, { writableLength }) => sum + writableLength, 0)
const most = performance.now() + 5000
for (let same = 0, last = ''; same < 5 && performance.now() < most; await pause(100)) {
  const now = `${waitsToBeTaken()} ${received} ${refused}`
  same = now === last ? same + 1 : 0
  last = now
}
process.send({ refused, received, waitsToBeTaken: waitsToBeTaken() })
