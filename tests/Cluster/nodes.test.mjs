// Nodes die, sleep and are replaced.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { joinClient, waitFor, Y } from '../clients/clients.mjs'
import { randomFrom, seed } from '../clients/random.mjs'
import { patience } from '../clients/wait.mjs'
import { startCluster } from './cluster.mjs'
import { assertNothingLost, Party, Typists } from './party.mjs'
import { test } from './test.mjs'

test('the node that holds the only copy is killed, and its writers never come back', async (t) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed}`)
  const { nodes } = await startCluster(t)
  const party = await new Party(t, 'only', randomFrom(seed)).join(nodes[0])
  await party.progress(200)
  await nodes[0].kill()
  await assertNothingLost(t, [nodes[1]], 'only', await party.end())
  await nodes[0].start()
  await assertNothingLost(t, nodes, 'only', party.promised)
})

test('all nodes are killed under load', async (t) => {
  const { nodes } = await startCluster(t, { settings: { 'Documents:SaveInterval': '00:00:00.300' } })
  const party = new Party(t, 'all', randomFrom(seed))
  for (let round = 0; round < 3; round++) {
    for (const node of nodes) await party.join(node)
    await party.progress(200)
    await Promise.all(nodes.map((node) => node.kill()))
    const promised = await party.end()
    await Promise.all(nodes.map((node) => node.start()))
    await assertNothingLost(t, nodes, 'all', promised)
  }
})

test('a document that its dead node left unsaved, and that nobody opens again, is saved by another node', async (t) => {
  const { nodes, bucket } = await startCluster(t, { settings: { 'Documents:SaveInterval': '00:00:01' } })
  const writer = await joinClient(t, nodes[0], 'orphan')
  writer.doc.getText('text').insert(0, 'unsaved')
  const witness = await joinClient(t, nodes[0], 'orphan')
  await witness.sees((doc) => doc.getText('text').toString() === 'unsaved', 'the edit')
  writer.provider.shouldConnect = witness.provider.shouldConnect = false
  await nodes[0].kill()
  // It is orphaned after 15 s, or after the 75 s of a claim to save it that died with the node; each node looks for
  // such documents every 15 s.
  const key = await waitFor(
    async () => (await bucket.keys()).find((candidate) => candidate.includes('orphan')),
    'a snapshot of the orphan',
    90_000 + patience
  )
  assert.ok((await bucket.read(key)).includes('unsaved'))
})

test('a node that is restarted on the same address is not taken for the one that it was', async (t) => {
  const { nodes } = await startCluster(t, { settings: { 'Documents:SaveInterval': '01:00:00' } })
  const party = new Party(t, 'again', randomFrom(seed))
  for (let round = 0; round < 3; round++) {
    await party.join(nodes[0])
    await party.join(nodes[1])
    await party.progress(100)
    await nodes[0].kill()
    await nodes[0].start()
    await assertNothingLost(t, nodes, 'again', party.promised)
  }
  await assertNothingLost(t, nodes, 'again', await party.end())
})

test('a node that slept for 15 s overwrites nothing newer', async (t) => {
  const { nodes, bucket } = await startCluster(t, { settings: { 'Documents:SaveInterval': '00:00:01' } })
  const party = await new Party(t, 'sleep', randomFrom(seed)).join(nodes[0], { writers: 1 })
  await party.join(nodes[1])
  await party.progress(100)
  nodes[0].stall()
  await party.progress(300)
  // Longer than the heartbeat lasts: to others the node is dead.
  await pause(15_000)
  await party.progress(300)
  const before = (await bucket.keys())[0]
  nodes[0].resume()
  await party.progress(300)
  await assertNothingLost(t, nodes, 'sleep', await party.end())
  await waitFor(
    () => nodes.every(({ logs }) => logs.some((line) => line.includes('Left sleep'))),
    'both nodes to leave the document'
  )
  assert.ok(
    (await bucket.keys())[0] <= before,
    'A snapshot that sorts first is the newest one: it must not be older than before.'
  )
  await assertNothingLost(t, nodes, 'sleep', party.promised)
})

test('three nodes are restarted one after the other while people type', async (t) => {
  const { nodes } = await startCluster(t, { nodes: 3 })
  const typists = await Typists.join(t, nodes, 'rolling', randomFrom(seed), 2)
  typists.work()
  for (const node of nodes) {
    await typists.progress(200)
    assert.equal(await node.stop(), 0)
    await typists.progress(100)
    await node.start()
  }
  await typists.progress(200)
  await typists.assertWhole(t, nodes)
})

test('people who work offline on two nodes while a third is gone find each other again', async (t) => {
  const { nodes } = await startCluster(t)
  const [a, b] = await Promise.all(nodes.map((node) => joinClient(t, node, 'offline', { maxBackoffTime: 300 })))
  await Promise.all([a, b].map((client) => client.dropConnection()))
  a.doc.getText('text').insert(0, 'from the first')
  b.doc.getText('text').insert(0, 'from the second')
  await nodes[0].restart()
  a.provider.connect()
  b.provider.connect()
  const both = (doc) =>
    doc.getText('text').toString().includes('from the first') &&
    doc.getText('text').toString().includes('from the second')
  await Promise.all([a, b].map((client) => client.sees(both, 'both texts')))
  assert.deepEqual(Y.encodeStateVector(a.doc), Y.encodeStateVector(b.doc))
})
