// Judges of a diff that is sent in parts: Yjs 13, Yjs 14 and ywasm (the Rust implementation). Each keeps what came as
// pending until the last part, and then shows all of it in one transaction, as if it had come as one message.
import * as Y14 from '@y/y'
import * as Y from 'yjs'
import * as Wasm from 'ywasm'
import { contentOf } from './content.mjs'
import { roots } from './documents.mjs'
import { build } from './scenario.mjs'
import { charactersOf, decode, deletesOf, difference } from './updates.mjs'

/**
 * @param {Scenario} scenario
 * @param {number} holder index of the holder whose state the parts are for, -1 for an empty document
 * @param {number} partBytes the largest part, but for the last and for one value that cannot be cut
 * @param {boolean} isSafeForAll whether they are made for implementations that place structs out of order as well
 * @param {Uint8Array[]} answers the diff as one message, then its parts
 */
export const parts = (scenario, holder, partBytes, isSafeForAll, [whole, ...list]) => {
  const base = holder < 0 ? [] : scenario.holders[holder]
  const all = isFitForWasm([whole, ...base]) ? [Yjs13, Yjs14, YWasm] : [Yjs13, Yjs14]
  for (const Reader of isSafeForAll ? all : [Yjs13]) {
    const found = judge(Reader, base, whole, list)
    if (found !== null) return `${Reader.title}: ${found}`
  }
  for (const [i, part] of list.slice(0, -1).entries()) {
    if (part.length > partBytes && !isUncuttable(part)) {
      const structs = decode(part).structs.map(s => `${s.id.client}:${s.id.clock}+${s.length}`)
      return `part ${i} of ${list.length} has ${part.length} bytes instead of ${partBytes}: ${structs.join(', ')}`
    }
  }
  return null
}

/**
 * Three things ywasm gets wrong in one message without any parts, so that it cannot judge parts of them. Each was found
 * by giving it one such struct alone, or the whole diff:
 * - It does not read the name of an XmlHook, nor JSON values, and takes what follows for something else.
 * - Where a place is between the halves of a surrogate pair, it cuts the text elsewhere than Yjs: what it then encodes
 *   has other origins, and may be such that Yjs throws when it reads it.
 * Everything else it must take as Yjs does: holes, zero characters and U+FFFD as well.
 */
const isFitForWasm = (updates) => updates.every(update => decode(update).structs.every(({ content }) =>
  !(content instanceof Y.ContentJSON) && !(content instanceof Y.ContentType && content.type instanceof Y.XmlHook))) &&
  !cutsPair(updates)

/** Whether a struct or a delete names a place between the halves of a surrogate pair. */
const cutsPair = (updates) => {
  const characters = charactersOf(updates)
  const isCut = (client, clock) => (characters.get(client)?.[clock - 1] & 0xfc00) === 0xd800
  return updates.map(decode).some(decoded =>
    decoded.structs.some(({ origin, rightOrigin }) => (origin && isCut(origin.client, origin.clock + 1)) ||
      (rightOrigin && isCut(rightOrigin.client, rightOrigin.clock))) ||
    deletesOf(decoded).some(([client, clock, length]) => isCut(client, clock) || isCut(client, clock + length)))
}

const judge = (Reader, base, whole, list) => {
  const control = new Reader(base)
  const reader = new Reader(base)
  try {
    // What an implementation cannot read in one piece says nothing about parts.
    if (control.isUnfit || !control.apply(whole)) {
      return Reader.mayRefuse(control) ? null : `the whole diff is refused: ${control.refusal}`
    }
    const before = reader.vector()
    for (const [i, part] of list.slice(0, -1).entries()) {
      if (!reader.apply(part))
        return Reader.mayRefuse(reader) ? null : `part ${i} of ${list.length} is refused: ${reader.refusal}`
      if (reader.events.length > 0) return `part ${i} of ${list.length} is visible: ${reader.events}`
      if (!equal(before, reader.vector())) return `part ${i} of ${list.length} changes the state vector`
    }
    if (!reader.apply(list[list.length - 1]))
      return Reader.mayRefuse(reader) ? null : `the last part is refused: ${reader.refusal}`
    const [shown, expected] = [reader, control].map((r) => r.events.sort().join())
    if (shown !== expected) return `${shown || 'no event'} instead of ${expected}`
    if (!equal(control.vector(), reader.vector())) return 'the state vector differs from that of one message'
    return Reader.compare(control.content(), reader.content())
  } finally {
    control.free()
    reader.free()
  }
}

/** One struct that cutting would not make smaller. */
const isUncuttable = (part) => {
  const { structs } = decode(part)
  if (structs.length !== 1) return false
  const { content, length } = structs[0]
  const isList = content instanceof Y.ContentAny || content instanceof Y.ContentJSON
  return (
    length === 1 ||
    !(isList || content instanceof Y.ContentString) ||
    (content instanceof Y.ContentString && length < 20)
  )
}

const equal = (a, b) => Buffer.compare(a, b) === 0

/** A client with its types known before anything arrives, as a real one: Yjs tidies up their formats after updates. */
class Yjs13 {
  static title = 'Yjs 13'
  static mayRefuse = () => false

  static compare = (expected, actual) => expected === actual ? null : 'the content differs from that of one message'

  constructor (base) {
    this.events = []
    this.doc = new Y.Doc({ guid: 'main' })
    this.doc.clientID = 0xfffffffe
    for (const [name, type] of roots) this.doc.get(name, type).observeDeep(() => { this.events.push(name) })
    for (const update of base) Y.applyUpdate(this.doc, update, 'remote')
    this.events.length = 0
    this.doc.on('update', () => { this.events.push('update') })
    let known = new Set(this.doc.subdocs)
    this.doc.on('subdocs', ({ added, loaded, removed }) => {
      // One that comes and goes in the same transaction is told of only if it was integrated before what deletes it was
      // (`ContentDoc.integrate` and `delete`): that depends on the order of clients, and no reader ever has it.
      const told = (title, docs, isThere) =>
        [...docs].filter(doc => isThere.has(doc)).map(doc => `${title} ${doc.guid}`)
      this.events.push(...told('added', added, this.doc.subdocs), ...told('loaded', loaded, this.doc.subdocs),
        ...told('removed', removed, known))
      known = new Set(this.doc.subdocs)
    })
  }

  apply (update) {
    Y.applyUpdate(this.doc, update, 'remote')
    return true
  }

  vector () { return Y.encodeStateVector(this.doc) }

  content () { return contentOf(this.doc) }

  free () { this.doc.destroy() }
}

class Yjs14 {
  static title = 'Yjs 14'
  static mayRefuse = () => true
  static compare = difference

  constructor (base) {
    this.events = []
    this.doc = new Y14.Doc({ guid: 'main' })
    this.doc.clientID = 0xfffffffe
    for (const [name] of roots) this.doc.get(name)
    for (const update of base) this.apply(update)
    // Beyond a hole it has what no state vector says.
    this.isUnfit = this.doc.store.skips.clients.size > 0 || this.doc.store.pendingStructs !== null
    this.events.length = 0
    this.doc.on('update', () => { this.events.push('update') })
  }

  apply (update) {
    try {
      Y14.applyUpdate(this.doc, update, 'remote')
      return true
    } catch (error) {
      this.refusal = error
      return false
    }
  }

  vector () { return Y14.encodeStateVector(this.doc) }

  // What is pending is among it.
  content () { return Y14.encodeStateAsUpdate(this.doc) }

  free () { this.doc.destroy() }
}

class YWasm {
  static title = 'ywasm'

  // Its code traps at one message or part of seed 1734 ("memory access out of bounds"), after it has read others: that
  // is a fault in its own memory and no judgement. Any other refusal is a failure.
  static mayRefuse = ({ refusal }) => refusal instanceof WebAssembly.RuntimeError

  static compare = Yjs13.compare

  constructor (base) {
    this.events = []
    this.isBroken = false
    this.doc = new Wasm.YDoc({ clientID: 0xfffffffe })
    for (const update of base) this.apply(update)
    if (this.isBroken) return
    this.observer = this.doc.onUpdate(() => { this.events.push('update') })
  }

  apply (update) {
    // After an error its transaction stays open.
    if (this.isBroken) return false
    try {
      Wasm.applyUpdate(this.doc, update, 'remote')
      return true
    } catch (error) {
      this.isBroken = true
      this.refusal = error
      return false
    }
  }

  vector () { return canonical(Wasm.encodeStateVector(this.doc)) }

  // As Yjs reads it, since it writes the keys of an object in any order.
  content () {
    try {
      return contentOf(build([Wasm.encodeStateAsUpdate(this.doc)], true).doc)
    } catch (error) {
      return `${error}`
    }
  }

  free () {
    if (this.isBroken) return
    this.observer.free()
    this.doc.free()
  }
}

/** The state vector with its clients in order: ywasm takes them from a hash table. */
const canonical = (vector) => {
  const clocks = [...Y.decodeStateVector(vector)].sort(([a], [b]) => a - b)
  return Y.encodeStateVector(new Map(clocks))
}
