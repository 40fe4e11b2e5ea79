import assert from 'node:assert/strict'
import * as nodeTest from 'node:test'
import * as Y from 'yjs'
import { converged, joinClient, openClient, sameState, waitFor } from './clients.mjs'
import { randomFrom, seed } from './random.mjs'
import { startRelay } from './relay.mjs'
import { openRaw, read, syncStep1 } from './wire.mjs'

const { test } = nodeTest
const relay = await startRelay(nodeTest)

const largestPart = 1024 * 1024
const large = 6 * 1024 * 1024

/** Fills a document with several MiB in pieces of the sizes that documents really have, deletions among them. */
const fill = async (t, name) => {
  const writer = await joinClient(t, relay, name)
  const random = randomFrom(seed)
  const { doc, text } = writer
  doc.transact(() => {
    while (text.length < large) text.insert(random.integer(0, text.length), random.text(random.integer(1, 200_000)))
  })
  for (let cut = 0; cut < 50; cut++) text.delete(random.integer(0, text.length - 1000), random.integer(1, 1000))
  doc.getText('emoji').insert(0, '\u{1F600}'.repeat(200_000))
  const rows = doc.getArray('rows')
  doc.transact(() => { for (let row = 0; row < 5000; row++) rows.push([{ row, value: random.text(20) }]) })
  // What the node has echoed, it has.
  const reader = await joinClient(t, relay, name)
  await converged([writer, reader])
  return writer
}

test('the sync event comes for an empty document', async (t) => {
  const { doc } = await joinClient(t, relay, 'empty')
  assert.equal(Y.encodeStateAsUpdate(doc).length, 2)
})

test('the sync event comes for a small document, and by then everything is there', async (t) => {
  const writer = await joinClient(t, relay, 'small')
  writer.text.insert(0, 'small')
  const reader = openClient(t, relay, 'small')
  let atSync
  reader.provider.on('sync', () => { atSync = reader.text.toString() })
  await reader.sees((doc) => doc.getText('text').length === 5, 'the text')
  await reader.synced()
  const late = openClient(t, relay, 'small')
  late.provider.on('sync', () => { atSync = late.text.toString() })
  await late.synced()
  assert.equal(atSync, 'small')
})

test('a document of several MiB arrives in parts that show nothing before the last, then it is synced', async (t) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed}`)
  const writer = await fill(t, 'large')
  const raw = await openRaw(t, relay, 'large')
  const doc = new Y.Doc()
  t.after(() => doc.destroy())
  const updates = await raw.handshake()
  assert.ok(updates.length > large / largestPart, `it came in ${updates.length} parts`)
  let shown = 0
  doc.on('update', () => shown++)
  for (const part of updates) {
    assert.equal(shown, 0, 'a part is visible before the last one')
    assert.ok(part.length <= largestPart + 1024, `a part has ${part.length} bytes`)
    Y.applyUpdate(doc, part)
  }
  assert.equal(shown, 1)
  assert.ok(sameState(doc, writer.doc))

  const reader = openClient(t, relay, 'large')
  let atSync
  reader.provider.on('sync', () => { atSync = reader.text.length })
  await reader.synced()
  assert.equal(atSync, writer.text.length)
  assert.ok(sameState(reader.doc, writer.doc))
  assert.equal(reader.doc.getText('emoji').toString(), writer.doc.getText('emoji').toString())
})

test('edits made while a large document is on its way are not lost and not doubled', async (t) => {
  const writer = await fill(t, 'large and busy')
  let joined = false
  const readers = Array.from({ length: 4 }, () => openClient(t, relay, 'large and busy'))
  const all = Promise.all(readers.map((reader) => reader.synced())).then(() => { joined = true })
  let edits = 0
  await waitFor(() => {
    writer.text.insert(0, `edit ${edits++}. `)
    return joined
  }, 'the readers to be synced')
  await all
  await converged([writer, ...readers])
})

test('a client that has most of a large document is sent only what it lacks', async (t) => {
  const writer = await fill(t, 'difference')
  const has = Y.encodeStateVector(writer.doc)
  writer.text.insert(0, 'the news')
  const reader = await joinClient(t, relay, 'difference')
  await reader.sees((doc) => doc.getText('text').toString().startsWith('the news'), 'the news')
  const raw = await openRaw(t, relay, 'difference')
  const updates = await raw.handshake(has)
  assert.equal(updates.length, 1)
  const structs = Y.decodeUpdate(updates[0]).structs
  assert.equal(structs.reduce((length, struct) => length + struct.length, 0), 'the news'.length)
})

test('SyncStep1 is answered at any time, also twice in a row', async (t) => {
  const writer = await joinClient(t, relay, 'again')
  writer.text.insert(0, 'again')
  const reader = await joinClient(t, relay, 'again')
  await reader.sees((doc) => doc.getText('text').length === 5, 'the text')
  const raw = await openRaw(t, relay, 'again')
  raw.send(syncStep1(Uint8Array.of(0)), syncStep1(Uint8Array.of(0)))
  for (let answer = 0; answer < 2; answer++) {
    const data = await raw.take((message) => message.kind === 'step2', 'an answer')
    const doc = new Y.Doc()
    Y.applyUpdate(doc, read(data).payload)
    assert.equal(doc.getText('text').toString(), 'again')
    doc.destroy()
  }
})
