// Several nodes that all work: whoever comes, wherever, sees all, and nothing that anybody did is lost.
import assert from 'node:assert/strict'
import { converged, joinClient, openClient, Y } from '../clients/clients.mjs'
import { randomFrom, seed } from '../clients/random.mjs'
import { waitForNone } from '../clients/wait.mjs'
import { openRaw, syncStep1, update } from '../clients/wire.mjs'
import { startCluster } from './cluster.mjs'
import { assertFirstSyncIsWhole, assertNothingLost, Party, Typists } from './party.mjs'
import { test } from './test.mjs'

test('people who type on all nodes hold the same document, and newcomers see all of it', async (t) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed}`)
  const { nodes } = await startCluster(t, { nodes: 3 })
  const typists = await Typists.join(t, nodes, 'everywhere', randomFrom(seed), 2)
  typists.work()
  await typists.progress(600)
  await typists.assertWhole(t, nodes)
})

test('a late joiner sees what is typed on another node that has never saved it', async (t) => {
  const random = randomFrom(seed)
  const { nodes, bucket } = await startCluster(t, {
    settings: { 'Documents:SaveInterval': '01:00:00', 'Documents:IdleTimeout': '01:00:00' }
  })
  for (let round = 0; round < 20; round++) {
    const name = `late-${round}`
    const party = await new Party(t, name, random).join(nodes[0])
    await party.progress(random.integer(1, 60))
    await assertFirstSyncIsWhole(t, nodes[1], name, party.promised)
    await party.progress(1)
    await assertNothingLost(t, nodes, name, await party.end())
  }
  assert.deepEqual(await bucket.keys(), [], 'It was saved, so this tests nothing.')
})

test('two first joiners at the same moment on two nodes share the document from the start', async (t) => {
  const { nodes } = await startCluster(t)
  for (let round = 0; round < 20; round++) {
    const name = `first-${round % 5}`
    const pair = nodes.map((node) => openClient(t, node, name))
    pair.forEach(({ doc }, index) => doc.getArray('edits').push([`${round}.${index}`]))
    await Promise.all(pair.map((client) => client.synced()))
    await converged(pair)
    assert.equal(pair[0].doc.getArray('edits').length, 2 * (Math.floor(round / 5) + 1))
    for (const client of pair) client.leave()
  }
})

test('a document that is left on one node while it is joined on another loses nothing, 200 times', async (t) => {
  const random = randomFrom(seed)
  const { nodes } = await startCluster(t, {
    settings: { 'Documents:IdleTimeout': '00:00:00', 'Documents:SaveInterval': '00:00:00.500' }
  })
  let leaving = await joinClient(t, nodes[0], 'baton')
  for (let round = 1; round <= 200; round++) {
    leaving.doc.getArray('edits').push([round])
    // The other one must have it only once it is acknowledged, which is when anybody else could have seen it.
    const witness = await joinClient(t, nodes[(round + 1) % 2], 'baton')
    await witness.sees((doc) => doc.getArray('edits').length === round, `edit ${round}`)
    witness.leave()
    const joining = openClient(t, nodes[round % 2], 'baton')
    const left = random.next() < 0.5 ? leaving.dropConnection() : leaving.leave()
    await joining.synced()
    await left
    leaving.leave()
    assert.deepEqual(joining.doc.getArray('edits').toArray(), Array.from({ length: round }, (_, index) => index + 1))
    leaving = joining
  }
})

test('names that would break out of a key or a hash tag are documents like others, each its own', async (t) => {
  const { nodes } = await startCluster(t)
  const names = ['}', '}{r0}', '{r1}', 'a:b', 'a', 'a-presence', '*', '[a-z]', ' %7D', 'ü文🎈', 'x'.repeat(1000)]
  const clients = await Promise.all(
    names.map((name, index) => joinClient(t, nodes[index % 2], encodeURIComponent(name)))
  )
  clients.forEach(({ doc }, index) => doc.getText('text').insert(0, names[index]))
  await Promise.all(names.map(async (name, index) => {
    const other = await joinClient(t, nodes[(index + 1) % 2], encodeURIComponent(name))
    await other.sees((doc) => doc.getText('text').toString() === name, `the text of ${name}`)
  }))
})

test('a thousand documents that are opened and left are all saved, and nothing is left behind', async (t) => {
  const { nodes, bucket, redis } = await startCluster(t, { settings: { 'Documents:IdleTimeout': '00:00:00' } })
  const count = 1000
  const one = async (index) => {
    const raw = await openRaw(t, nodes[index % 2], `many-${index}`)
    const doc = new Y.Doc()
    doc.getText('text').insert(0, `document ${index}`)
    const change = Y.encodeStateAsUpdate(doc)
    raw.send(syncStep1(Uint8Array.of(0)), update(change))
    await raw.take(
      ({ kind, payload }) => kind === 'update' && Buffer.compare(Buffer.from(payload), Buffer.from(change)) === 0,
      'the acknowledgement'
    )
    raw.socket.close()
    await raw.close()
  }
  for (let first = 0; first < count; first += 50)
    await Promise.all(Array.from({ length: 50 }, (_, index) => one(first + index)))

  // Each of them: a node that saves what another one had not saved yet leaves it, too. Of so many lines the log keeps
  // few.
  const open = async ({ url }) => {
    const metrics = await (await fetch(`${url}/metrics`)).text()
    return Number(metrics.match(/^relay_documents_open\{\} (\d+)/m)[1])
  }
  await waitForNone(
    async () => (await Promise.all(nodes.map(open))).reduce((sum, documents) => sum + documents),
    'all documents to be left'
  )
  assert.equal(new Set((await bucket.keys()).map((key) => key.split('/').at(-2))).size, count)
  assert.equal(await redis.cli('pubsub', 'channels', '*many*'), '')
  const witness = await joinClient(t, nodes[0], `many-${count - 1}`)
  assert.equal(witness.doc.getText('text').toString(), `document ${count - 1}`)
})
