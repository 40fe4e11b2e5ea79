import * as Y from 'yjs'
import { contentOf } from './content.mjs'
import { Session, roots } from './documents.mjs'
import { Random } from './random.mjs'
import { build, isPending } from './scenario.mjs'
import { agrees, charactersOf, toLegacy } from './updates.mjs'

/** A random document as it was, as it is, and what its clients go on to write without knowing of a restore. */
export const writeRestorable = (seed) => {
  const random = new Random(seed)
  const session = new Session(random)
  const write = (steps) => {
    for (let i = 0; i < steps; i++) session.step()
    return session.log.length
  }
  const then = write(random.between(2, random.chance(0.2) ? 50 : 20))
  const now = write(random.between(1, random.chance(0.2) ? 50 : 15))
  const end = write(random.chance(0.5) ? random.between(1, 10) : 0)
  const convert = session.legacy ? toLegacy : update => update
  const log = session.log.slice(0, end).map(entry => ({ ...entry, bytes: convert(entry.bytes) }))
  // A client that only received something may say less of a cut character than its author: it is no witness.
  const characters = charactersOf(log.filter((entry) => !entry.echo).map((entry) => entry.bytes))
  const part = (from, to) =>
    log
      .slice(from, to)
      .filter((entry) => !entry.echo || agrees(entry.bytes, characters))
      .map((entry) => entry.bytes)
  const gc = () => !session.keepsDeleted && random.chance(0.8)
  return {
    older: build(part(0, then), gc()).bytes,
    present: settled(build(part(0, now), gc()).bytes),
    later: part(now, end)
  }
}

/** A state from which a client that loads it deletes nothing: needless formats, which it would tell everybody of. */
const settled = (state) => {
  for (;;) {
    const doc = fresh(false)
    Y.applyUpdate(doc, state, 'remote')
    const bytes = Y.encodeStateAsUpdate(doc)
    if (hex(bytes) === hex(state)) return state
    state = bytes
  }
}

/**
 * What is wrong with a restore, or null. `state`: the engine's document after it; `merged`: the engine's document after
 * it and after what was written meanwhile; `back`: the restore of the present state over the restored one.
 */
export const judgeRestore = ({ older, present, later, restore, state, merged, back }) => {
  const expected = visible(build([older], true).doc)
  for (const gc of [true, false]) {
    const doc = fresh(gc)
    Y.applyUpdate(doc, present, 'remote')
    Y.applyUpdate(doc, restore, 'remote')
    if (isPending(doc)) return 'Yjs finds something missing in the restore'
    if (visible(doc) !== expected) return differs('the restored document', expected, visible(doc))
    const vector = hex(Y.encodeStateVector(doc))
    Y.applyUpdate(doc, restore, 'remote')
    if (visible(doc) !== expected || hex(Y.encodeStateVector(doc)) !== vector)
      return 'the second time changes something'
  }
  for (const [what, updates] of [
    ['the restore before the present state', [restore, present]],
    ["the engine's state", [state]]
  ]) {
    const built = build(updates, true)
    if (built.pending) return `${what} lacks something`
    if (visible(built.doc) !== expected) return differs(what, expected, visible(built.doc))
  }
  const returned = visible(build([present, restore, back], true).doc)
  const before = visible(build([present], true).doc)
  if (returned !== before) return differs('restoring the present state again', before, returned)
  if (later.length === 0) return null
  const inOrder = fresh(true)
  for (const update of [present, restore, ...later]) Y.applyUpdate(inOrder, update, 'remote')
  const afterwards = fresh(true)
  for (const update of [present, ...later, restore]) Y.applyUpdate(afterwards, update, 'remote')
  // Clients tell each other which formats they find needless and delete.
  for (let round = 0; round < 3; round++) {
    Y.applyUpdate(inOrder, Y.encodeStateAsUpdate(afterwards), 'remote')
    Y.applyUpdate(afterwards, Y.encodeStateAsUpdate(inOrder), 'remote')
  }
  if (visible(inOrder) !== visible(afterwards)) return differs('the other order', visible(inOrder), visible(afterwards))
  const together = visible(build([present, restore, ...later], true).doc)
  const engine = visible(build([merged], true).doc)
  return engine === together ? null : differs('the engine\'s merged state', together, engine)
}

const fresh = (gc) => {
  const doc = new Y.Doc({ gc, guid: 'main' })
  doc.clientID = 0xfffffffe
  for (const [name, type] of roots) doc.get(name, type)
  return doc
}

/**
 * The content, with neighbouring texts of equal attributes as one: formats that change nothing cut a delta, and Yjs
 * removes some of them when it notices.
 */
const visible = (doc) => JSON.stringify(joined(JSON.parse(contentOf(doc))))

const joined = (value) => {
  if (Array.isArray(value)) return join(value.map(joined))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, joined(inner)]))
}

const join = (list) => {
  const result = []
  for (const op of list) {
    const last = result.at(-1)
    if (isText(op) && isText(last) && JSON.stringify(op.attributes) === JSON.stringify(last.attributes))
      result[result.length - 1] = { ...last, insert: last.insert + op.insert }
    else result.push(op)
  }
  return result
}

const isText = (op) => op !== null && typeof op === 'object' && typeof op.insert === 'string' && 'attributes' in op

const differs = (what, expected, actual) => {
  let at = 0
  while (expected[at] === actual[at]) at++
  const from = Math.max(0, at - 300)
  return `${what}: expected …${expected.slice(from, at + 200)}; got …${actual.slice(from, at + 200)}`
}

const hex = (bytes) => Buffer.from(bytes).toString('hex')
