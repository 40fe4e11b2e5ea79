import assert from 'node:assert/strict'
import * as nodeTest from 'node:test'
import * as Y from 'yjs'
import { converged, joinClient, sameState } from './clients.mjs'
import { startRelay } from './relay.mjs'

const { test } = nodeTest
const relay = await startRelay(nodeTest)

const stateOf = async (name) => {
  const answer = await fetch(`${relay.url}/api/documents/${encodeURIComponent(name)}`)
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    bytes: new Uint8Array(await answer.arrayBuffer())
  }
}

test('GET of a document gives the bytes that Yjs itself would give', async (t) => {
  const [writer, witness] = [await joinClient(t, relay, 'state'), await joinClient(t, relay, 'state')]
  for (const letter of 'typed letter by letter') writer.text.insert(writer.text.length, letter)
  writer.text.delete(0, 6)
  await converged([writer, witness])
  const { status, type, bytes } = await stateOf('state')
  assert.equal(status, 200)
  assert.equal(type, 'application/octet-stream')
  assert.deepEqual(bytes, Y.encodeStateAsUpdate(witness.doc))
})

test('GET of a document with everything in it gives a state that says all of it and no more', async (t) => {
  const [a, b] = [await joinClient(t, relay, 'everything'), await joinClient(t, relay, 'everything')]
  a.text.insert(0, 'some words to cut')
  b.map.set('key', 'first')
  await converged([a, b])
  b.text.delete(5, 6)
  a.map.set('key', 'second')
  a.map.set('nested', new Y.Map([['x', new Y.Array()]]))
  a.map.get('nested').get('x').push([1, 2, 3])
  await converged([a, b])
  a.map.delete('nested')
  await converged([a, b])
  const { bytes } = await stateOf('everything')
  const doc = new Y.Doc()
  t.after(() => doc.destroy())
  Y.applyUpdate(doc, bytes)
  assert.ok(sameState(doc, a.doc))
  assert.deepEqual(doc.getMap('map').toJSON(), { key: 'second' })
})

test('GET finds a document under the name that its clients use', async (t) => {
  for (const name of ['with space', 'a/b/c', '100% sure', 'emoji \u{1F600}', 'curly }', 'what?#']) {
    const inRoom = name.includes('?') ? encodeURIComponent(name) : name
    const [writer, witness] = [await joinClient(t, relay, inRoom), await joinClient(t, relay, inRoom)]
    writer.text.insert(0, name)
    await converged([writer, witness])
    const { status, bytes } = await stateOf(name)
    assert.equal(status, 200, name)
    const doc = new Y.Doc()
    Y.applyUpdate(doc, bytes)
    assert.equal(doc.getText('text').toString(), name)
    doc.destroy()
  }
})

test('GET of a document that was never written is 404 and makes none', async () => {
  assert.equal((await stateOf('never written')).status, 404)
  assert.equal((await stateOf('never written')).status, 404)
})

test('GET of a document that nobody has open gives what was stored', async (t) => {
  const [writer, witness] = [await joinClient(t, relay, 'closed'), await joinClient(t, relay, 'closed')]
  writer.text.insert(0, 'closed and stored')
  await converged([writer, witness])
  const before = await stateOf('closed')
  writer.leave()
  witness.leave()
  await relay.restart()
  assert.deepEqual((await stateOf('closed')).bytes, before.bytes)
})
