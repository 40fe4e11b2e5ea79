import * as Y from 'yjs'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { applyAwarenessUpdate, Awareness } from 'y-protocols/awareness'
import { Scenario } from './scenario.mjs'
import { randomJson } from './values.mjs'
import { Random } from './random.mjs'

/** Applies the updates in turn to one fresh document and reads it as a client would; what Yjs throws, or null. */
export const readable = (updates) => {
  const doc = new Y.Doc({ guid: 'main' })
  doc.clientID = 0xfffffffe
  try {
    for (const update of updates) Y.applyUpdate(doc, update, 'remote')
    Y.encodeStateAsUpdate(doc)
    return null
  } catch (error) {
    return `${error?.stack ?? error}`.slice(0, 600)
  }
}

export const readableVector = (bytes) => {
  try {
    Y.decodeStateVector(bytes)
    return null
  } catch (error) {
    return `${error}`
  }
}

export const readableAwareness = (bytes) => {
  const awareness = new Awareness(new Y.Doc({ guid: 'main' }))
  try {
    applyAwarenessUpdate(awareness, bytes, 'remote')
    return null
  } catch (error) {
    return `${error}`
  } finally {
    awareness.destroy()
  }
}

export const isJson = (bytes) => {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}

/** Updates, vectors, awareness updates and JSON texts to start mutating from. */
export const seeds = (seed, count) => {
  const updates = []
  const vectors = []
  for (let i = 0; updates.length < count; i++) {
    const scenario = new Scenario(seed + i, null)
    updates.push(...scenario.updates.filter(update => update.length < 200).slice(0, 6))
    const whole = scenario.expected(null, true)
    if (whole.bytes.length < (i % 8 === 0 ? 1500 : 500)) updates.push(whole.bytes)
    vectors.push(whole.vector)
  }
  const random = new Random(seed)
  const json = Array.from({ length: count }, () => new TextEncoder().encode(JSON.stringify(randomJson(random, 3))))
  const awareness = Array.from({ length: count }, () => encoding.encode(encoder => {
    const clients = random.between(0, 4)
    encoding.writeVarUint(encoder, clients)
    for (let i = 0; i < clients; i++) {
      encoding.writeVarUint(encoder, random.uint32())
      encoding.writeVarUint(encoder, random.below(300))
      encoding.writeVarString(encoder, JSON.stringify(random.chance(0.3) ? null : randomJson(random)))
    }
  }))
  return { updates, vectors, json, awareness }
}

/**
 * lib0's opinion of one encoded value: its bytes, written again; null where lib0 refuses, or reads a number that
 * JavaScript does not hold exactly or that is written longer than any exact one needs. */
export const rewrite = (kind, bytes) => {
  const decoder = decoding.createDecoder(bytes)
  try {
    const again = encoding.encode(encoder => {
      if (kind === 0) encoding.writeVarUint(encoder, exact(decoding.readVarUint(decoder), decoder))
      else if (kind === 1) encoding.writeVarInt(encoder, exact(decoding.readVarInt(decoder), decoder))
      else if (kind === 2) encoding.writeVarString(encoder, decoding.readVarString(decoder))
      else encoding.writeVarUint8Array(encoder, decoding.readVarUint8Array(decoder))
    })
    return { bytes: again, read: decoder.pos }
  } catch {
    return null
  }
}

const exact = (value, decoder) => {
  if (!Number.isSafeInteger(value) || decoder.pos > 8) throw new Error('not exact')
  return value
}
