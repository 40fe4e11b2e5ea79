// Judges of a diff that is sent in parts: Yjs 13, Yjs 14 and ywasm (the Rust implementation). Each keeps what came as
// pending until the last part, and then shows all of it in one transaction, as if it had come as one message.
import * as Y14 from '@y/y'
import * as Y from 'yjs'
import * as Wasm from 'ywasm'
import { contentOf } from './content.mjs'
import { roots } from './documents.mjs'
import { build } from './scenario.mjs'
import { decode, difference } from './updates.mjs'

/**
 * @param {Scenario} scenario
 * @param {number} holder index of the holder whose state the parts are for, -1 for an empty document
 * @param {number} partBytes the largest part, but for the last and for one value that cannot be cut
 * @param {boolean} isSafeForAll whether they are made for implementations that place structs out of order as well
 * @param {Uint8Array[]} answers the diff as one message, then its parts
 */
export const parts = (scenario, holder, partBytes, isSafeForAll, [whole, ...list]) => {
  const base = holder < 0 ? [] : scenario.holders[holder]
  for (const Reader of !isSafeForAll ? [Yjs13] : isFitForWasm(scenario, [whole, ...base]) ? [Yjs13, Yjs14, YWasm] : [Yjs13, Yjs14]) {
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
 * Three things go wrong in ywasm without any parts: what fills a hole later is lost, what is pending does not always read
 * again if it has a zero character, and surrogate pairs are cut in other places, depending on what came first.
 */
const isFitForWasm = (scenario, updates) => !scenario.pending && updates.every(update => decode(update).structs.every(struct =>
  !(struct instanceof Y.Skip) && !/[\0\ufffd]/.test(struct.content instanceof Y.ContentString ? struct.content.str : '')))

const judge = (Reader, base, whole, list) => {
  const control = new Reader(base)
  const reader = new Reader(base)
  try {
    // What an implementation cannot read in one piece says nothing about parts.
    if (control.isUnfit || !control.apply(whole)) return Reader.mayRefuse ? null : 'the whole diff is refused'
    const before = reader.vector()
    for (const [i, part] of list.slice(0, -1).entries()) {
      if (!reader.apply(part)) return Reader.mayRefusePending ? null : `part ${i} of ${list.length} is refused`
      if (reader.events.length > 0) return `part ${i} of ${list.length} is visible: ${reader.events}`
      if (!equal(before, reader.vector())) return `part ${i} of ${list.length} changes the state vector`
    }
    if (!reader.apply(list[list.length - 1])) return Reader.mayRefusePending ? null : 'the last part is refused'
    // Of a subdocument that comes and goes in one transaction Yjs tells, or not, depending on what came first in it.
    const [shown, expected] = [reader, control].map(r => r.events.filter(event => event !== 'subdocs').sort().join())
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
  return length === 1 || !(isList || content instanceof Y.ContentString) || (content instanceof Y.ContentString && length < 20)
}

const equal = (a, b) => Buffer.compare(a, b) === 0

/** A client with its types known before anything arrives, as a real one: Yjs tidies up their formats after updates. */
class Yjs13 {
  static title = 'Yjs 13'

  static compare = (expected, actual) => expected === actual ? null : 'the content differs from that of one message'

  constructor (base) {
    this.events = []
    this.doc = new Y.Doc({ guid: 'main' })
    this.doc.clientID = 0xfffffffe
    for (const [name, type] of roots) this.doc.get(name, type).observeDeep(() => { this.events.push(name) })
    for (const update of base) Y.applyUpdate(this.doc, update, 'remote')
    this.events.length = 0
    this.doc.on('update', () => { this.events.push('update') })
    this.doc.on('subdocs', () => { this.events.push('subdocs') })
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
  static mayRefuse = true
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
    } catch {
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
  static mayRefuse = true

  // It does not always read again what it has written as pending, whatever order it came in.
  static mayRefusePending = true
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
    } catch {
      this.isBroken = true
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
