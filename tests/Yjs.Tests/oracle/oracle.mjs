// Yjs as judge of the engine: reads framed requests from standard input, answers each in order on standard output.
// A frame is its length (32 bits, little-endian) and a lib0 encoding; an answer starts with 1, or with 0 and the text
// of an error.
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { isJson, readable, readableAwareness, readableVector, rewrite, seeds } from './fuzz.mjs'
import { arbitraryDiff, completes, different, holderDiff, same, vector } from './judge.mjs'
import { parts } from './parts.mjs'
import { cases } from './restore-cases.mjs'
import { judgeRestore, writeRestorable } from './restoring.mjs'
import { Scenario } from './scenario.mjs'

// Yjs prints to the console; standard output belongs to the answers.
console.log = console.error

const { readVarUint, readVarInt, readUint8 } = decoding
const { writeVarUint, writeVarString, writeVarUint8Array, writeUint8 } = encoding

const scenarios = new Map()

/** A copy, since lib0 would read on into what follows in the frame. */
const readVarUint8Array = (decoder) => decoding.readVarUint8Array(decoder).slice()

const readList = (decoder, read) => Array.from({ length: readVarUint(decoder) }, () => read(decoder))

const writeList = (encoder, list, write = writeVarUint8Array) => {
  writeVarUint(encoder, list.length)
  for (const element of list) write(encoder, element)
}

/** A list of indexes; absent stands for all. */
const readSubset = (decoder) => readUint8(decoder) === 0 ? null : readList(decoder, readVarUint)

const generate = (decoder, encoder) => {
  const handle = readVarUint(decoder)
  const seed = readVarUint(decoder)
  const keep = readSubset(decoder)
  const scenario = new Scenario(seed, keep === null ? null : new Set(keep))
  scenarios.set(handle, scenario)
  writeUint8(encoder, (scenario.pending ? 1 : 0) | (scenario.keepsDeleted ? 2 : 0))
  writeVarUint(encoder, scenario.local.length)
  writeList(encoder, scenario.updates)
  writeList(encoder, scenario.pieces, writeList)
  writeList(encoder, scenario.extras)
  writeList(encoder, scenario.vectors)
  writeList(encoder, scenario.arbitrary)
}

const checks = [
  (scenario, decoder) =>
    same(
      scenario,
      readSubset(decoder),
      readUint8(decoder) === 1,
      readList(decoder, readVarUint8Array),
      readUint8(decoder) === 1
    ),
  (scenario, decoder) =>
    completes(scenario, readSubset(decoder), readUint8(decoder) === 1, readList(decoder, readVarUint8Array)),
  (scenario, decoder) => holderDiff(scenario, readVarUint(decoder), readVarUint8Array(decoder)),
  (scenario, decoder) => arbitraryDiff(scenario, readVarUint(decoder), readVarUint8Array(decoder)),
  (scenario, decoder) =>
    parts(
      scenario,
      readVarInt(decoder),
      readVarUint(decoder),
      readUint8(decoder) === 1,
      readList(decoder, readVarUint8Array)
    ),
  (scenario, decoder) => vector(scenario, readSubset(decoder), readVarUint8Array(decoder)),
  (_scenario, decoder) => different(readVarUint8Array(decoder), readVarUint8Array(decoder))
]

const judge = (decoder, encoder) => {
  const handle = readVarUint(decoder)
  const scenario = scenarios.get(handle)
  scenarios.delete(handle)
  writeList(encoder, readList(decoder, () => {
    const check = checks[readUint8(decoder)]
    const body = decoding.createDecoder(readVarUint8Array(decoder))
    try {
      return check(scenario, body) ?? ''
    } catch (error) {
      return `Yjs throws: ${error?.stack ?? error}`
    }
  }), writeVarString)
}

const opinions = (decoder, encoder) => {
  const kind = readUint8(decoder)
  writeList(encoder, readList(decoder, () => {
    if (kind === 0) return readable(readList(decoder, readVarUint8Array)) ?? ''
    const bytes = readVarUint8Array(decoder)
    if (kind === 1) return readableVector(bytes) ?? ''
    if (kind === 2) return readableAwareness(bytes) ?? ''
    return isJson(bytes) ? '' : 'not JSON'
  }), writeVarString)
}

const material = (decoder, encoder) => {
  const { updates, vectors, json, awareness } = seeds(readVarUint(decoder), readVarUint(decoder))
  for (const list of [updates, vectors, json, awareness]) writeList(encoder, list)
}

const lib0 = (decoder, encoder) => {
  const kind = readUint8(decoder)
  writeList(encoder, readList(decoder, readVarUint8Array).map(bytes => rewrite(kind, bytes)), (_encoder, result) => {
    writeUint8(encoder, result === null ? 0 : 1)
    if (result !== null) {
      writeVarUint(encoder, result.read)
      writeVarUint8Array(encoder, result.bytes)
    }
  })
}

/**
 * The older state, the present one, and what others write meanwhile: of a random document, or of a case by its name.
 */
const restorable = (decoder, encoder) => {
  const name = decoding.readVarString(decoder)
  const { older, present, later } = name === '' ? writeRestorable(readVarUint(decoder)) : cases[name]()
  writeVarUint8Array(encoder, older)
  writeVarUint8Array(encoder, present)
  writeList(encoder, later)
}

const restored = (decoder, encoder) => {
  const bytes = () => readVarUint8Array(decoder)
  const [older, present, later] = [bytes(), bytes(), readList(decoder, readVarUint8Array)]
  const [restore, state, merged, back] = [bytes(), bytes(), bytes(), bytes()]
  writeVarString(encoder, judgeRestore({ older, present, later, restore, state, merged, back }) ?? '')
}

const requests = [generate, judge, opinions, material, lib0, restorable, restored]

const answer = (frame) => {
  const decoder = decoding.createDecoder(frame)
  let encoder = encoding.createEncoder()
  try {
    writeUint8(encoder, 1)
    requests[readUint8(decoder)](decoder, encoder)
  } catch (error) {
    encoder = encoding.createEncoder()
    writeUint8(encoder, 0)
    writeVarString(encoder, `${error?.stack ?? error}`)
  }
  const body = encoding.toUint8Array(encoder)
  const head = Buffer.alloc(4)
  head.writeUInt32LE(body.length)
  process.stdout.write(Buffer.concat([head, body]))
}

let chunks = []
let buffered = 0
process.stdin.on('data', (chunk) => {
  chunks.push(chunk)
  buffered += chunk.length
  for (;;) {
    if (buffered < 4) return
    if (chunks[0].length < 4) chunks = [Buffer.concat(chunks)]
    const length = chunks[0].readUInt32LE(0)
    if (buffered < length + 4) return
    const all = Buffer.concat(chunks)
    chunks = [all.subarray(length + 4)]
    buffered = chunks[0].length
    answer(new Uint8Array(all.buffer, all.byteOffset + 4, length))
  }
})
process.stdin.on('end', () => process.exit(0))
