import * as Y from 'yjs'
import { contentOf } from './content.mjs'
import { writeDocument } from './documents.mjs'
import { Random } from './random.mjs'
import { agrees, charactersOf, cut, toLegacy } from './updates.mjs'

/** A fresh document fed with all updates in one transaction; what stays pending is noted and then dropped. */
export const build = (updates, gc) => {
  const doc = new Y.Doc({ gc, guid: 'main' })
  doc.clientID = 0xfffffffe
  doc.transact(() => { for (const update of updates) Y.applyUpdate(doc, update, 'remote') }, 'remote')
  const pending = isPending(doc)
  doc.store.pendingStructs = null
  doc.store.pendingDs = null
  let content = null
  return {
    doc,
    pending,
    bytes: Y.encodeStateAsUpdate(doc),
    vector: Y.encodeStateVector(doc),
    get content () { return content ??= contentOf(doc) }
  }
}

export const isPending = (doc) => doc.store.pendingStructs !== null || doc.store.pendingDs !== null

/** A random document, its updates, and other bytes that say parts of the same: all from one seed. */
export class Scenario {
  /** `keep`: which updates are left, or null for all; used to shrink a failure. */
  constructor (seed, keep) {
    const session = writeDocument(seed)
    const random = new Random(seed ^ 0x5bd1e995)
    const convert = session.legacy ? toLegacy : update => update
    const local = session.log.filter(entry => !entry.echo).map(entry => convert(entry.bytes))
    // A client cuts through a surrogate pair even where its change then writes nothing; nobody else hears of it, so
    // what it says of that text afterwards is no witness: Yjs itself would keep what it hears first.
    const characters = charactersOf(local)
    const echoes = random
      .shuffle(session.log.filter((entry) => entry.echo))
      .slice(0, 6)
      .map((entry) => convert(entry.bytes))
      .filter((echo) => agrees(echo, characters))
    const chosen = (_update, i) => keep === null || keep.has(i)
    this.local = local.filter(chosen)
    this.updates = [...local, ...echoes].filter(chosen)
    this.keepsDeleted = session.keepsDeleted
    this.cache = new Map()
    this.pending = this.expected(null, true).pending
    this.pieces = this.updates.map(update => random.chance(0.5) ? cut(update, random.between(2, 3), random) : [])
    const state = this.expected(null, true)
    this.holders = Array.from({ length: 2 }, () => this.local.slice(0, random.below(this.local.length)))
    this.extras = []
    if (keep === null) {
      const between = build(
        this.local.slice(0, random.below(this.local.length)),
        !this.keepsDeleted && random.chance(0.5)
      )
      const held = convert(Y.encodeStateAsUpdate(random.pick(session.clients).doc))
      if (agrees(held, characters)) {
        this.holders.push([held])
        this.extras.push(held)
      }
      this.extras.push(between.bytes, Y.diffUpdate(Y.mergeUpdates(this.local), between.vector))
    }
    this.vectors = this.holders.map(holder => build(holder, true).vector)
    this.arbitrary = Array.from({ length: 3 }, () => arbitraryVector(state.doc, random))
  }

  /** What Yjs makes of the chosen updates (null: of all), given in the order in which they were written. */
  expected (subset, gc) {
    const key = `${gc} ${subset === null ? 'all' : subset.join()}`
    let built = this.cache.get(key)
    if (built === undefined) {
      built = build(subset === null ? this.updates : subset.map(i => this.updates[i]), gc)
      this.cache.set(key, built)
    }
    return built
  }
}

/** Any clocks, also inside structs and inside surrogate pairs, beyond the end, and of unknown clients. */
const arbitraryVector = (doc, random) => {
  const vector = new Map()
  for (const [client, clock] of Y.decodeStateVector(Y.encodeStateVector(doc))) {
    if (random.chance(0.8))
      vector.set(client, random.chance(0.1) ? clock + random.between(0, 3) : random.below(clock + 1))
  }
  if (random.chance(0.2)) vector.set(4242, random.below(9))
  return Y.encodeStateVector(vector)
}
