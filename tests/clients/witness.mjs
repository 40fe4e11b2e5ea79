// Witnesses of what a relay promises: raw clients that keep everything that came from a node in a document that nothing
// else goes into, so that this document is exactly what was acknowledged or seen.
import * as Y from 'yjs'
import { saysAll } from './clients.mjs'
import { syncStep1, update } from './wire.mjs'

/** A raw client that keeps exactly what the node sent. */
export class Observer {
  seen = new Y.Doc()

  constructor (raw) {
    this.raw = raw
    raw.onMessage = ({ kind, payload }) => {
      if (kind !== 'update' && kind !== 'step2') return
      Y.applyUpdate(this.seen, payload)
      if (kind === 'step2') this.synced = true
      this.onSeen?.()
    }
    raw.send(syncStep1(Uint8Array.of(0)))
  }

  /** The edits that were seen here. */
  get edits () { return this.seen.getArray('edits').toArray() }

  dispose () { this.seen.destroy() }
}

/**
 * An observer that also writes: at most `window` edits are under way, each acknowledged one makes room for the next,
 * at once or after as many milliseconds as `pace` says.
 */
export class Writer extends Observer {
  acknowledged = 0
  #sent = 0
  #own = new Y.Doc()
  #ends = []

  constructor (raw, name, random, window, onAcknowledged, pace = () => 0) {
    super(raw)
    this.name = name
    this.random = random
    this.window = window
    this.onAcknowledged = onAcknowledged
    this.#own.on('update', (change, origin) => { if (origin !== 'node') raw.send(update(change)) })
    this.onSeen = () => {
      const clock = Y.getState(this.seen.store, this.#own.clientID)
      while (this.acknowledged < this.#sent && this.#ends[this.acknowledged] <= clock) {
        this.acknowledged++
        this.onAcknowledged()
      }
      const wait = this.#sent > 0 ? pace() : 0
      if (wait > 0) setTimeout(() => this.#write(), wait)
      else this.#write()
    }
  }

  #write () {
    if (!this.synced || this.raw.socket.readyState !== this.raw.socket.OPEN) return
    while (this.#sent - this.acknowledged < this.window) {
      // What others wrote is built upon, so that edits depend on each other.
      if (this.random.next() < 0.1)
        Y.applyUpdate(this.#own, Y.encodeStateAsUpdate(this.seen, Y.encodeStateVector(this.#own)), 'node')
      this.#own.transact(() => this.#edit(`${this.name}.${this.#sent}`))
      this.#ends[this.#sent++] = Y.getState(this.#own.store, this.#own.clientID)
    }
  }

  #edit (token) {
    const { random } = this
    this.#own.getArray('edits').push([token])
    const text = this.#own.getText('text')
    text.insert(random.integer(0, text.length), random.text(random.next() < 0.03 ? 3000 : random.pick([1, 1, 1, 20])))
    if (random.next() < 0.3) text.delete(random.integer(0, text.length - 1), 1)
    this.#own.getMap('last').set(this.name, token)
  }

  dispose () {
    super.dispose()
    this.#own.destroy()
  }
}

/** What a new client of the node must know of a document. */
export class Promised {
  edits = new Set()
  // By observer: what one has seen later says all that it saw before.
  #states = new Map()

  add (observer) {
    for (const edit of observer.edits) this.edits.add(edit)
    this.#states.set(observer, Y.encodeStateAsUpdate(observer.seen))
  }

  /** The edits that `doc` lacks; one more for each observer of whom anything else is missing, such as a deletion. */
  lostIn (doc) {
    const has = new Set(doc.getArray('edits').toArray())
    const lost = [...this.edits].filter((edit) => !has.has(edit))
    ;[...this.#states.values()].forEach((state, index) => {
      if (!saysAll(doc, state)) lost.push(`something that observer ${index} saw`)
    })
    return lost
  }
}
