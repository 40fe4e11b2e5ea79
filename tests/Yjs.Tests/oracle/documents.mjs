import * as Y from 'yjs'
import { Random } from './random.mjs'
import { randomAny, randomJson, randomKey, randomString } from './values.mjs'

/** The root types that random documents use, with what each is. */
export const roots = [
  ['text', Y.Text],
  ['array', Y.Array],
  ['map', Y.Map],
  ['xml', Y.XmlFragment],
  ['xmlText', Y.XmlText],
  ['корень-🌳', Y.Map]
]

/**
 * Several clients write a document, partly offline, and meet at random moments.
 * Returns the updates in the order in which they were emitted (`echo` marks those that a client emitted because it
 * received something), and each client's last state.
 */
export const writeDocument = (seed) => {
  const random = new Random(seed)
  // A few documents have a shape of their own. What decides that is another source, so that the other documents stay
  // what they were.
  const shape = new Random(seed ^ 0x2545f491).below(40)
  const session = new Session(random, shape === 0 ? random.between(8, 40) : null)
  if (shape === 1) session.scatter()
  const steps = random.chance(0.02) ? random.between(100, 300) : random.between(3, random.chance(0.3) ? 60 : 25)
  for (let i = 0; i < steps; i++) session.step()
  return session
}

/** Clients of one document who write it step by step. */
export class Session {
  constructor (random, clients = null) {
    this.random = random
    this.log = []
    // The old content type "JSON" is no longer written by Yjs: such documents use JSON values only, and pieces.mjs
    // rewrites their updates.
    this.legacy = random.chance(0.12)
    const gc = random.pick(['all', 'all', 'some', 'none'])
    this.keepsDeleted = gc === 'none'
    const ids = clientIds(random, clients ?? random.between(2, 5))
    this.clients = ids.map((id, i) => this.client(id, gc === 'all' || (gc === 'some' && i % 2 === 0)))
    // Several tastes of documents, so that each kind of conflict is met often in some of them.
    this.favourite = random.pick([null, null, 'text', 'array', 'map', 'xml', 'map', 'xmlText'])
    this.syncs = random.pick([0.05, 0.15, 0.4])
    this.deletes = random.pick([0.15, 0.35, 0.5])
  }

  client (id, gc) {
    const doc = new Y.Doc({ gc, guid: 'main' })
    doc.clientID = id
    for (const [name, type] of roots) doc.get(name, type)
    const client = { doc, inbox: [], undo: null }
    if (this.random.chance(0.4)) {
      client.undo = new Y.UndoManager(roots.map(([name]) => doc.share.get(name)), { captureTimeout: 0, doc })
    }
    doc.on('update', (bytes, origin, _doc, transaction) => {
      this.log.push({ bytes, echo: !transaction.local, client: id })
      if (transaction.local) for (const other of this.clients) if (other !== client) other.inbox.push(bytes)
    })
    return client
  }

  /** One client writes a long text or list, of which two delete single characters or values all over. */
  scatter () {
    const { random } = this
    const [writer, other] = this.clients
    const name = random.pick(['text', 'array'])
    const length = random.between(100, 600)
    const long = writer.doc.share.get(name)
    writer.doc.transact(() => {
      const choices = name === 'text' ? ['a', 'b', 'ü', '字', '😀'] : [null, 1, 'two', [3], { four: 5 }]
      const content = Array.from({ length }, () => random.pick(choices))
      long.insert(0, name === 'text' ? content.join('') : content)
    })
    for (const update of other.inbox.splice(0)) Y.applyUpdate(other.doc, update, 'remote')
    for (let i = random.between(5, 30); i > 0; i--) {
      const { doc } = random.pick([writer, other])
      const type = doc.share.get(name)
      doc.transact(() => {
        for (let n = random.between(1, 10); n > 0 && type.length > 1; n--) type.delete(random.below(type.length - 1), 1)
      })
    }
  }

  step () {
    const { random } = this
    const client = random.pick(this.clients)
    if (random.chance(this.syncs)) return this.sync(client)
    if (client.undo !== null && random.chance(0.2)) return random.chance(0.65) ? client.undo.undo() : client.undo.redo()
    client.doc.transact(() => {
      for (let i = random.between(1, random.chance(0.2) ? 8 : 3); i > 0; i--) this.change(this.place(client.doc))
    })
  }

  sync (client) {
    const { random } = this
    if (random.chance(0.5)) {
      // Some of what others sent, in any order: later updates may come first.
      const arrived = random.shuffle(client.inbox).slice(0, random.between(1, client.inbox.length))
      client.inbox = client.inbox.filter(update => !arrived.includes(update))
      for (const update of arrived) Y.applyUpdate(client.doc, update, 'remote')
    } else {
      const other = random.pick(this.clients)
      if (other !== client)
        Y.applyUpdate(client.doc, Y.encodeStateAsUpdate(other.doc, Y.encodeStateVector(client.doc)), 'remote')
    }
  }

  /** A type to change: a root, or something nested in it. */
  place (doc) {
    const { random } = this
    let type = doc.share.get(this.favourite !== null && random.chance(0.7) ? this.favourite : random.pick(roots)[0])
    while (random.chance(0.6)) {
      const children = nested(type)
      if (children.length === 0) break
      type = random.pick(children)
    }
    return type
  }

  change (type) {
    if (type instanceof Y.Text) this.changeText(type)
    else if (type instanceof Y.Array) this.changeArray(type)
    else if (type instanceof Y.Map) this.changeMap(type)
    else this.changeXml(type)
  }

  changeText (text) {
    const { random } = this
    const at = random.below(text.length + 1)
    const length = Math.min(text.length - at, random.between(1, random.chance(0.1) ? 40 : 4))
    if (length > 0 && random.chance(this.deletes)) return text.delete(at, length)
    switch (random.below(9)) {
      case 0:
        return length > 0 ? text.format(at, length, this.attributes()) : undefined
      case 1:
        return text.insert(at, randomString(random), this.attributes())
      case 2:
        return text.insertEmbed(at, this.embed(), random.chance(0.3) ? this.attributes() : undefined)
      case 3:
        return random.chance(0.7)
          ? text.setAttribute(randomKey(random), this.any())
          : text.removeAttribute(randomKey(random))
      case 4:
        return text.applyDelta([
          { retain: at },
          { insert: randomString(random), attributes: this.attributes() },
          ...(length > 0 ? [{ delete: length }] : [])
        ])
      default:
        return text.insert(at, randomString(random))
    }
  }

  changeArray (array) {
    const { random } = this
    const at = random.below(array.length + 1)
    if (at < array.length && random.chance(this.deletes))
      return array.delete(at, Math.min(array.length - at, random.between(1, 5)))
    array.insert(
      at,
      Array.from({ length: random.between(1, 4) }, () => this.content(false))
    )
  }

  changeMap (map) {
    const { random } = this
    for (let i = random.chance(0.2) ? random.between(2, 6) : 1; i > 0; i--) {
      const key = randomKey(random)
      if (random.chance(this.deletes * 0.6)) map.delete(key)
      else map.set(key, this.content(true))
    }
  }

  changeXml (xml) {
    const { random } = this
    if (xml instanceof Y.XmlElement && random.chance(0.4)) {
      return random.chance(0.75)
        ? xml.setAttribute(randomKey(random), random.chance(0.6) ? randomString(random) : this.any())
        : xml.removeAttribute(randomKey(random))
    }
    const at = random.below(xml.length + 1)
    if (at < xml.length && random.chance(this.deletes))
      return xml.delete(at, Math.min(xml.length - at, random.between(1, 3)))
    xml.insert(
      at,
      Array.from({ length: random.between(1, 2) }, () => this.xmlChild())
    )
  }

  attributes () {
    const { random } = this
    const attributes = {}
    for (let i = random.between(1, 2); i > 0; i--)
      attributes[random.pick(['bold', 'italic', 'link', 'ü'])] = random.pick([
        true,
        null,
        null,
        'v',
        { href: 'x', n: [1] },
        3
      ])
    return attributes
  }

  embed () {
    return this.random.chance(0.3) ? this.type(1) : { image: randomJson(this.random) }
  }

  any () {
    return this.legacy ? randomJson(this.random) : randomAny(this.random)
  }

  content (inMap) {
    const { random } = this
    if (random.chance(0.3)) return this.type(2)
    if (random.chance(0.06)) return this.subdocument()
    if (random.chance(0.08)) return random.bytes(random.below(20))
    const value = this.any()
    // A list takes neither of these two at its top.
    return inMap || (value !== undefined && typeof value !== 'bigint') ? value : 7
  }

  subdocument () {
    const { random } = this
    const options = {
      guid: 'sub-' + random.uint32(),
      gc: random.chance(0.8),
      autoLoad: random.chance(0.3),
      shouldLoad: random.chance(0.5)
    }
    if (random.chance(0.5)) options.meta = this.any() ?? null
    return new Y.Doc(options)
  }

  type (depth) {
    const { random } = this
    const more = depth > 0 && random.chance(0.5)
    switch (random.below(7)) {
      case 0: return Y.Array.from(more ? [this.type(depth - 1), 1, 'two'] : [1, 'two'])
      case 1: {
        const text = new Y.Text(random.chance(0.7) ? randomString(random) : undefined)
        if (more) text.insertEmbed(0, this.type(depth - 1), {})
        return text
      }
      case 2: case 3: case 4: return this.xmlChild(depth)
      default: return new Y.Map(more ? [['a', this.type(depth - 1)], ['b', randomString(random)]] : [['a', 1]])
    }
  }

  xmlChild (depth = 2) {
    const { random } = this
    switch (random.below(6)) {
      case 0: {
        const hook = new Y.XmlHook(random.pick(['hook', 'häk']))
        hook.set('h', 1)
        return hook
      }
      case 1: case 2: return new Y.XmlText(randomString(random))
      case 3: {
        const fragment = new Y.XmlFragment()
        if (depth > 0) fragment.insert(0, [this.xmlChild(depth - 1)])
        return fragment
      }
      default: {
        const element = new Y.XmlElement(random.pick(['p', 'div', 'überschrift']))
        if (random.chance(0.5)) element.setAttribute('id', randomString(random))
        if (depth > 0 && random.chance(0.5)) element.insert(0, [this.xmlChild(depth - 1)])
        return element
      }
    }
  }
}

/** Types directly below a type, in lists and under keys. */
const nested = (type) => {
  const found = []
  for (let item = type._start; item !== null; item = item.right)
    if (!item.deleted && item.content instanceof Y.ContentType) found.push(item.content.type)
  for (const item of type._map.values())
    if (!item.deleted && item.content instanceof Y.ContentType) found.push(item.content.type)
  return found
}

const clientIds = (random, count) => {
  const ids = new Set()
  const small = random.chance(0.4)
  while (ids.size < count) {
    if (small) ids.add(random.between(1, count > 5 ? 2 * count : 8))
    else if (random.chance(0.1)) ids.add(random.below(2 ** 21) * 2 ** 32 + random.uint32())
    else ids.add(random.uint32())
  }
  return [...ids]
}
