import assert from 'node:assert/strict'
import * as nodeTest from 'node:test'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { converged, joinClient, openClient, sameState, waitFor } from './clients.mjs'
import { randomFrom, seed } from './random.mjs'
import { startRelay } from './relay.mjs'
import { hex } from './wire.mjs'

const { test } = nodeTest
const relay = await startRelay(nodeTest)

test('clients that type at the same time end with the same text, and nothing typed is missing', async (t) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed}`)
  const random = randomFrom(seed)
  const clients = await Promise.all(Array.from({ length: 5 }, () => joinClient(t, relay, 'typing')))
  for (let round = 0; round < 40; round++) {
    for (const [index, { text }] of clients.entries()) {
      text.insert(random.integer(0, text.length), `<${index}.${round}>`)
    }
    // A turn of the event loop, so that the edits of others come in between.
    await new Promise(setImmediate)
  }
  await converged(clients)
  const everything = clients[0].text.toString()
  assert.equal(everything.length, clients.length * (10 * 5 + 30 * 6))
  const late = await joinClient(t, relay, 'typing')
  assert.equal(late.text.toString(), everything)
})

test('clients that insert and delete at the same time end with the same text', async (t) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed}`)
  const random = randomFrom(seed)
  const clients = await Promise.all(Array.from({ length: 4 }, () => joinClient(t, relay, 'deleting')))
  for (let round = 0; round < 60; round++) {
    for (const { text } of clients) {
      if (text.length > 20 && random.next() < 0.5) {
        const at = random.integer(0, text.length - 10)
        text.delete(at, random.integer(1, 10))
      } else {
        text.insert(random.integer(0, text.length), random.pick(['x', 'word ', '\u{1F600}', 'ä']))
      }
    }
    await new Promise(setImmediate)
  }
  await converged(clients)
  const late = await joinClient(t, relay, 'deleting')
  assert.equal(late.text.toString(), clients[0].text.toString())
})

test('every shared type arrives as it was made', async (t) => {
  const writer = await joinClient(t, relay, 'types')
  const reader = await joinClient(t, relay, 'types')
  const { doc } = writer
  const text = doc.getText('formatted')
  text.insert(0, 'plain and bold and linked')
  text.format(10, 4, { bold: true })
  text.format(19, 6, { link: { href: 'https://example.org/?q=%20' } })
  text.insertEmbed(5, { image: 'data:,' })
  doc
    .getArray('array')
    .insert(0, [1, -2.5, 'three', null, true, { four: [4] }, new Uint8Array([5, 0, 255]), { big: 2n ** 60n }])
  doc.getArray('array').delete(1)
  doc.getMap('scalars').set('a', 1)
  doc.getMap('scalars').set('a', 2)
  doc.getMap('scalars').set('gone', 1)
  doc.getMap('scalars').delete('gone')
  const xml = doc.getXmlFragment('xml')
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.setAttribute('align', 'left')
  paragraph.insert(0, [new Y.XmlText('inside '), new Y.XmlElement('br'), new Y.XmlHook('hook')])
  xml.insert(0, [paragraph])
  const rows = new Y.Array()
  doc.getMap('nested').set('rows', rows)
  const row = new Y.Map()
  rows.push([row])
  row.set('title', new Y.Text('deep'))
  row.get('title').insert(4, ' down')
  await converged([writer, reader])
  const late = await joinClient(t, relay, 'types')
  for (const other of [reader, late]) {
    assert.deepEqual(other.doc.getText('formatted').toDelta(), text.toDelta())
    assert.deepEqual(other.doc.getArray('array').toArray(), doc.getArray('array').toArray())
    assert.deepEqual(other.doc.getMap('scalars').toJSON(), { a: 2 })
    assert.equal(other.doc.getXmlFragment('xml').toString(), xml.toString())
    assert.deepEqual(other.doc.getMap('nested').toJSON(), { rows: [{ title: 'deep down' }] })
  }
})

test('a subdocument is a document of its own, found through its parent', async (t) => {
  const parent = await joinClient(t, relay, 'parent')
  const sub = new Y.Doc({ guid: 'parent/sub', meta: { title: 'chapter' }, autoLoad: false })
  parent.doc.getMap('chapters').set('one', sub)
  const subWriter = await joinClient(t, relay, sub.guid, { doc: sub })
  sub.getText('text').insert(0, 'words in the chapter')

  const reader = await joinClient(t, relay, 'parent')
  await reader.sees((doc) => doc.getMap('chapters').has('one'), 'the subdocument in its parent')
  const found = reader.doc.getMap('chapters').get('one')
  assert.equal(found.guid, 'parent/sub')
  assert.deepEqual(found.meta, { title: 'chapter' })
  const subReader = await joinClient(t, relay, found.guid, { doc: found })
  await converged([subWriter, subReader])
  assert.equal(found.getText('text').toString(), 'words in the chapter')
  assert.equal(reader.doc.getText('text').toString(), '')
})

test('edits made offline on both sides are merged on return', async (t) => {
  const [a, b] = [await joinClient(t, relay, 'offline'), await joinClient(t, relay, 'offline')]
  a.text.insert(0, 'shared. ')
  await converged([a, b])
  await a.dropConnection()
  a.text.insert(a.text.length, 'offline. ')
  a.text.delete(0, 2)
  b.text.insert(0, 'online. ')
  a.provider.connect()
  await converged([a, b])
  assert.match(b.text.toString(), /offline\. /)
  assert.match(a.text.toString(), /online\. /)
  assert.equal(b.text.toString().includes('shared'), false)
})

test('what was written before the first connection is sent by it', async (t) => {
  const doc = new Y.Doc()
  doc.getText('text').insert(0, 'written on a plane')
  await joinClient(t, relay, 'before', { doc })
  const reader = await joinClient(t, relay, 'before')
  await reader.sees((seen) => seen.getText('text').toString() === 'written on a plane', 'what was written before')
})

test('an offline client with several MiB of its own brings them all', async (t) => {
  const doc = new Y.Doc()
  const random = randomFrom(seed)
  for (let part = 0; part < 4; part++) doc.getText('text').insert(part * 1024, random.text(1024 * 1024))
  const writer = await joinClient(t, relay, 'large offline', { doc })
  const reader = await joinClient(t, relay, 'large offline')
  await converged([writer, reader])
  assert.equal(reader.text.length, 4 * 1024 * 1024)
})

test('a paste of 1 MiB goes through as one update', async (t) => {
  const [writer, reader] = [await joinClient(t, relay, 'paste'), await joinClient(t, relay, 'paste')]
  writer.text.insert(0, randomFrom(seed).text(1024 * 1024))
  await reader.sees((doc) => doc.getText('text').length === 1024 * 1024, 'the pasted text')
  assert.ok(sameState(writer.doc, reader.doc))
  assert.deepEqual([writer.closes, reader.closes], [[], []])
})

test('20,000 small updates in one burst all arrive, and nobody is disconnected', async (t) => {
  const [writer, reader] = [await joinClient(t, relay, 'burst'), await joinClient(t, relay, 'burst')]
  const array = writer.doc.getArray('array')
  for (let index = 0; index < 20_000; index++) array.push([index])
  await waitFor(() => reader.doc.getArray('array').length === 20_000, 'the whole burst', 120_000)
  assert.deepEqual(reader.doc.getArray('array').toArray(), array.toArray())
  assert.deepEqual([writer.closes, reader.closes], [[], []])
  const late = await joinClient(t, relay, 'burst')
  assert.ok(sameState(late.doc, writer.doc))
})

test('undo and redo arrive like every other edit', async (t) => {
  const [a, b] = [await joinClient(t, relay, 'undo'), await joinClient(t, relay, 'undo')]
  const manager = new Y.UndoManager(a.text, { captureTimeout: 0 })
  t.after(() => manager.destroy())
  const says = (text) => b.sees((doc) => doc.getText('text').toString() === text, `the text "${text}"`)
  a.text.insert(0, 'one ')
  a.text.insert(4, 'two')
  await says('one two')
  b.text.insert(0, 'zero ')
  await a.sees((doc) => doc.getText('text').toString() === 'zero one two', 'the edit of the other')
  a.text.delete(5, 4)
  await says('zero two')
  manager.undo()
  await says('zero one two')
  manager.undo()
  await says('zero one ')
  manager.redo()
  await says('zero one two')
  await converged([a, b])
})

test('a client without garbage collection works with clients and a node that have it', async (t) => {
  const [keeper, other] = [
    await joinClient(t, relay, 'gc', { doc: new Y.Doc({ gc: false }) }),
    await joinClient(t, relay, 'gc')
  ]
  keeper.text.insert(0, 'keep this and drop this')
  const before = Y.snapshot(keeper.doc)
  await converged([keeper, other])
  other.text.delete(9, 14)
  await converged([keeper, other])
  assert.equal(Y.createDocFromSnapshot(keeper.doc, before).getText('text').toString(), 'keep this and drop this')
  keeper.provider.disconnect()
  keeper.text.insert(0, 'back: ')
  keeper.provider.connect()
  await converged([keeper, other])
  const late = await joinClient(t, relay, 'gc', { doc: new Y.Doc({ gc: false }) })
  assert.equal(late.text.toString(), 'back: keep this')
})

test('a client that asks again every 50 ms stays synced and is never disconnected', async (t) => {
  // The provider looks at the global that browsers have.
  globalThis.WebSocket ??= WebSocket
  const [asking, other] = [
    await joinClient(t, relay, 'resync', { resyncInterval: 50 }),
    await joinClient(t, relay, 'resync')
  ]
  let answers = 0
  asking.provider.ws.on('message', (data) => { if (hex(new Uint8Array(data, 0, 2)) === '0001') answers++ })
  other.text.insert(0, 'meanwhile')
  await waitFor(() => answers >= 5, 'five answers to repeated questions')
  await converged([asking, other])
  assert.deepEqual(asking.closes, [])
})

test('edits in one document are not seen in another', async (t) => {
  const names = [
    'isolated',
    'isolated ',
    'Isolated',
    'isolated/',
    'isolated/1',
    'isolated-presence',
    'e\u0301',
    '\u00e9'
  ]
  const clients = await Promise.all(names.map((name) => joinClient(t, relay, encodeURIComponent(name))))
  for (const [index, { text }] of clients.entries()) text.insert(0, names[index])
  for (const [index, name] of names.entries()) {
    const reader = openClient(t, relay, encodeURIComponent(name))
    await reader.sees((doc) => doc.getText('text').length > 0, `the text of "${name}"`)
    await reader.synced()
    assert.equal(reader.text.toString(), names[index])
  }
})

test('one process may hold many documents over many connections', async (t) => {
  const writers = await Promise.all(Array.from({ length: 30 }, (_, index) => joinClient(t, relay, `many/${index}`)))
  for (const [index, { text }] of writers.entries()) text.insert(0, `document ${index}`)
  const readers = await Promise.all(writers.map((_, index) => joinClient(t, relay, `many/${index}`)))
  await Promise.all(readers.map((reader, index) =>
    reader.sees((doc) => doc.getText('text').toString() === `document ${index}`, `document ${index}`)))
})
