import assert from 'node:assert/strict'
import * as nodeTest from 'node:test'
import * as Y from 'yjs'
import { WebsocketProvider as OldProvider } from 'y-websocket-2'
import { converged, joinClient, openClient, saysAll, waitFor } from './clients.mjs'
import { randomFrom, seed } from './random.mjs'
import { startRelay } from './relay.mjs'
import { snapshotsIn } from './files.mjs'

const { test } = nodeTest

test('a stopped node tells clients to come back, ends with 0, and after a restart nothing is missing', async (t) => {
  const relay = await startRelay(t)
  const documents = ['one', 'two/with a slash', 'three }']
  const groups = []
  for (const name of documents) groups.push(await Promise.all([1, 2, 3].map(() => joinClient(t, relay, name))))
  for (const clients of groups) {
    for (const { text } of clients) text.insert(0, randomFrom(seed).text(500))
    await converged(clients)
  }
  assert.equal(await relay.stop(), 0)
  for (const { closes } of groups.flat()) assert.equal(closes[0], 1012)
  const before = groups.map(([client]) => Y.encodeStateAsUpdate(client.doc))
  // The old clients go, so that they cannot bring back what the node might have lost.
  for (const client of groups.flat()) client.leave()
  await relay.start()
  for (const [index, name] of documents.entries()) {
    const fresh = await joinClient(t, relay, name)
    assert.ok(saysAll(fresh.doc, before[index]), `"${name}" is incomplete`)
  }
})

test('clients of both provider versions come back by themselves after a restart and go on together', async (t) => {
  const relay = await startRelay(t)
  const clients = await Promise.all([OldProvider, undefined, undefined].map((Provider) =>
    joinClient(t, relay, 'comes back', Provider && { Provider })))
  clients.forEach(({ text }, index) => text.insert(0, `before ${index}. `))
  await converged(clients)
  await relay.stop()
  clients.forEach(({ text }, index) => text.insert(0, `meanwhile ${index}. `))
  await relay.start()
  await converged(clients)
  clients.forEach(({ text }, index) => text.insert(0, `after ${index}. `))
  await converged(clients)
  const fresh = await joinClient(t, relay, 'comes back')
  for (const when of ['before', 'meanwhile', 'after']) {
    for (const index of clients.keys()) assert.ok(fresh.text.toString().includes(`${when} ${index}. `))
  }
})

test('clients that type through several restarts lose nothing', async (t) => {
  const relay = await startRelay(t)
  const clients = await Promise.all([0, 1, 2].map(() => joinClient(t, relay, 'through', { maxBackoffTime: 200 })))
  let typed = 0
  const typing = setInterval(
    () => clients.forEach(({ doc }, index) => doc.getArray('typed').push([`${index}.${typed++}`])),
    5
  )
  t.after(() => clearInterval(typing))
  for (let round = 0; round < 3; round++) {
    await relay.restart()
    await waitFor(() => clients.every(({ provider }) => provider.synced), 'all clients to be back')
  }
  clearInterval(typing)
  await converged(clients)
  const fresh = await joinClient(t, relay, 'through')
  assert.equal(fresh.doc.getArray('typed').length, typed)
  assert.equal(new Set(fresh.doc.getArray('typed').toArray()).size, typed)
})

test('presence is there again after a restart', async (t) => {
  const relay = await startRelay(t)
  const [ann, ben] = [await joinClient(t, relay, 'presence'), await joinClient(t, relay, 'presence')]
  ann.awareness.setLocalState({ name: 'Ann' })
  ben.awareness.setLocalState({ name: 'Ben' })
  const seen = () => ben.awareness.getStates().get(ann.doc.clientID)?.name === 'Ann'
  await waitFor(seen, 'the presence')
  await relay.stop()
  await waitFor(() => !seen(), 'the presence to go with the connection')
  await relay.start()
  await waitFor(seen, 'the presence to be back')
})

test('a document that everybody left is freed, and comes back as it was, many times', async (t) => {
  const settings = { 'Documents:IdleTimeout': '00:00:00.050', 'Documents:SaveInterval': '00:00:00.200' }
  const relay = await startRelay(t, { settings })
  const expected = []
  for (let visit = 0; visit < 8; visit++) {
    const known = snapshotsIn(relay.dataDir).length
    const client = await joinClient(t, relay, 'visited')
    assert.deepEqual(client.doc.getArray('visits').toArray(), expected)
    client.doc.getArray('visits').push([visit])
    expected.push(visit)
    const witness = await joinClient(t, relay, 'visited')
    await converged([client, witness])
    client.leave()
    witness.leave()
    await waitFor(() => snapshotsIn(relay.dataDir).length > known, 'the snapshot of what was left')
  }
  await relay.restart()
  const fresh = await joinClient(t, relay, 'visited')
  assert.deepEqual(fresh.doc.getArray('visits').toArray(), expected)
})

test('a client that leaves and comes back faster than the node forgets finds everything', async (t) => {
  const relay = await startRelay(t, { settings: { 'Documents:IdleTimeout': '00:00:00.020' } })
  const random = randomFrom(seed)
  const doc = new Y.Doc()
  t.after(() => doc.destroy())
  const expected = []
  for (let visit = 0; visit < 60; visit++) {
    const client = openClient(t, relay, 'revolving', { doc: new Y.Doc() })
    await client.synced()
    assert.deepEqual(client.doc.getArray('visits').toArray(), expected, `visit ${visit}`)
    client.doc.getArray('visits').push([visit])
    expected.push(visit)
    const witness = await joinClient(t, relay, 'revolving')
    await witness.sees((seen) => seen.getArray('visits').length === expected.length, 'the visit')
    client.leave()
    witness.leave()
    // Around the time at which the node frees the document.
    await new Promise((resolve) => setTimeout(resolve, random.integer(0, 40)))
  }
})

test('a document kept without garbage collection gives old versions to a client that has none either', async (t) => {
  const relay = await startRelay(t, { settings: { 'Documents:GarbageCollection': false } })
  const writer = await joinClient(t, relay, 'history', { doc: new Y.Doc({ gc: false }) })
  writer.text.insert(0, 'the first version')
  const first = Y.encodeSnapshot(Y.snapshot(writer.doc))
  writer.text.delete(4, 5)
  writer.text.insert(4, 'second')
  const witness = await joinClient(t, relay, 'history')
  await converged([writer, witness])
  writer.leave()
  witness.leave()
  await relay.restart()
  const fresh = await joinClient(t, relay, 'history', { doc: new Y.Doc({ gc: false }) })
  assert.equal(fresh.text.toString(), 'the second version')
  assert.equal(
    Y.createDocFromSnapshot(fresh.doc, Y.decodeSnapshot(first)).getText('text').toString(),
    'the first version'
  )
})
