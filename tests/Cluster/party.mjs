// People at work on one document, on several nodes: witnesses who know exactly what was acknowledged or seen, and
// stock clients who type without end.
import assert from 'node:assert/strict'
import { converged, joinClient, openClient, waitFor, Y } from '../clients/clients.mjs'
import { randomFrom, seed } from '../clients/random.mjs'
import { waitForNone } from '../clients/wait.mjs'
import { openRaw } from '../clients/wire.mjs'
import { Observer, Promised, Writer } from '../clients/witness.mjs'
import { startCluster } from './cluster.mjs'

/**
 * Milliseconds between an edit's acknowledgement and the next one, for every three who take part: people at work, and
 * cores left for everything else that a test does.
 */
const pace = 20

/** Writers and observers of one document. They do not come back when their connection ends, so they heal nothing. */
export class Party {
  acknowledged = 0
  #t
  #members = []
  #writers = 0
  #promised = new Promised()

  constructor (t, name, random) {
    this.#t = t
    this.name = name
    this.random = random
  }

  /** Some more of them at a node. */
  async join (node, { writers = 2, observers = 1, window = 4 } = {}) {
    const connect = () => openRaw(this.#t, node, encodeURIComponent(this.name))
    for (let i = 0; i < writers; i++) {
      const label = `${this.#writers++}`
      this.#members.push(
        new Writer(
          await connect(),
          label,
          this.random,
          window,
          () => {
            this.acknowledged++
          },
          () => pace * Math.ceil(this.#members.length / 3)
        )
      )
    }
    for (let i = 0; i < observers; i++) this.#members.push(new Observer(await connect()))
    return this
  }

  /** Waits until so many more edits are acknowledged. */
  async progress (edits) {
    const goal = this.acknowledged + edits
    await waitForNone(
      () => goal - this.acknowledged,
      `${edits} more acknowledged edits of "${this.name}" after ${goal - edits}`
    )
  }

  /** How many of them still have their connection. */
  get alive () { return this.#members.filter(({ raw }) => raw.socket.readyState === raw.socket.OPEN).length }

  /** What must not be lost from now on: all that anybody of them was told so far. */
  get promised () {
    for (const member of this.#members) this.#promised.add(member)
    return this.#promised
  }

  /** All go at once, without a word, and stay away. */
  async end () {
    const promised = this.promised
    for (const { raw } of this.#members) raw.socket.terminate()
    await Promise.all(this.#members.map(({ raw }) => raw.close()))
    for (const member of this.#members.splice(0)) {
      promised.add(member)
      member.dispose()
    }
    return promised
  }
}

/** Newcomers on all these nodes find everything that was promised. */
export const assertNothingLost = async (t, nodes, name, promised) => {
  for (const node of nodes) {
    const newcomer = await joinClient(t, node, name, { doc: new Y.Doc() })
    await waitFor(
      () => promised.lostIn(newcomer.doc).length === 0,
      `a newcomer at ${node.url} to find everything`
    ).catch(() => {})
    const lost = promised.lostIn(newcomer.doc)
    newcomer.leave()
    assert.deepEqual(lost, [], `lost ${lost.length} of ${promised.edits.size}, as a newcomer at ${node.url} sees it`)
  }
  t.diagnostic(`lost: 0 of ${promised.edits.size}`)
}

/**
 * A newcomer finds at its first sync, not some time later, what was promised before it came. That is so at a node that
 * opens the document for it; one that has it open gets the entries of other nodes a moment later than they do.
 */
export const assertFirstSyncIsWhole = async (t, node, name, promised) => {
  const newcomer = await joinClient(t, node, name, { doc: new Y.Doc() })
  const lost = promised.lostIn(newcomer.doc)
  newcomer.leave()
  assert.deepEqual(lost, [])
}

/** Stock clients that type all the time, and come back by themselves when their connection ends. */
export class Typists {
  #typed = []
  #timers = []

  static async join (t, nodes, name, random, each = 1) {
    const typists = new Typists()
    typists.random = random
    typists.name = name
    typists.clients = nodes.flatMap((node) =>
      Array.from({ length: each }, () => openClient(t, node, name, { maxBackoffTime: 300 }))
    )
    await Promise.all(typists.clients.map((client) => client.synced()))
    t.after(() => typists.rest())
    return typists
  }

  get typed () { return this.#typed.length }

  /** Everybody types, every few milliseconds. */
  work () {
    for (const [index, client] of this.clients.entries()) {
      this.#timers.push(setInterval(() => this.#type(index, client), this.random.integer(5, 25)))
    }
    return this
  }

  rest () {
    for (const timer of this.#timers.splice(0)) clearInterval(timer)
  }

  async progress (edits) {
    const goal = this.#typed.length + edits
    await waitForNone(() => goal - this.#typed.length, `${edits} more edits`)
  }

  #type (index, { doc }) {
    const token = `${index}.${this.#typed.length}`
    doc.transact(() => {
      doc.getArray('edits').push([token])
      const text = doc.getText('text')
      text.insert(this.random.integer(0, text.length), token)
      if (text.length > 200) text.delete(this.random.integer(0, 100), 20)
      doc.getMap('map').set(`${this.random.integer(0, 9)}`, token)
      doc.getXmlFragment('xml').insert(0, [new Y.XmlText(token)])
    })
    this.#typed.push(token)
  }

  /**
   * They rest; all hold the same document, with everything that any of them typed, and so do newcomers on all nodes.
   */
  async assertWhole (t, nodes) {
    this.rest()
    await waitFor(() => this.clients.every(({ provider }) => provider.synced), 'all clients to be connected again')
    const newcomers = await Promise.all(nodes.map((node) => joinClient(t, node, this.name)))
    await converged([...this.clients, ...newcomers])
    const edits = new Set(newcomers[0].doc.getArray('edits').toArray())
    assert.deepEqual(this.#typed.filter((token) => !edits.has(token)), [])
    t.diagnostic(`lost: 0 of ${this.#typed.length}`)
    for (const newcomer of newcomers) newcomer.leave()
  }
}

/** A cluster of nodes with a party on the first two. */
export const partyOn = async (t, name, options) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed}`)
  const cluster = await startCluster(t, options)
  const party = new Party(t, name, randomFrom(seed))
  for (const node of cluster.nodes.slice(0, 2)) await party.join(node)
  await party.progress(100)
  return { ...cluster, cluster, redis: cluster.redis, nodes: cluster.nodes, party }
}
