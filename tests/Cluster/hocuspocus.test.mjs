// Hocuspocus providers on several nodes, and what they are told while Redis is away.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { joinClient, sameState, waitFor, Y } from '../clients/clients.mjs'
import { joinDocument, versions } from '../clients/hocuspocus.mjs'
import { randomFrom, seed } from '../clients/random.mjs'
import { startCluster } from './cluster.mjs'
import { Redis } from './services.mjs'
import { test } from './test.mjs'

test('a Hocuspocus tab on one node and a y-websocket tab on the other edit the same document', async (t) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed}`)
  const random = randomFrom(seed)
  const { nodes } = await startCluster(t)
  const members = [
    ...(await Promise.all(versions.map((version) => joinDocument(t, nodes[0], 'shared', { version })))),
    await joinClient(t, nodes[1], 'shared')
  ]
  members[0].awareness.setLocalState({ name: 'first' })
  for (let i = 0; i < 300; i++) {
    const text = members[i % 3].doc.getText('text')
    if (text.length > 10 && random.integer(0, 2) === 0)
      text.delete(random.integer(0, text.length - 5), random.integer(1, 4))
    else text.insert(random.integer(0, text.length), random.text(random.integer(1, 8)))
    if (i % 10 === 0) await pause(2)
  }
  await waitFor(() => members.every(({ doc }) => sameState(doc, members[0].doc)), 'all to hold the same document')
  await Promise.all(members.slice(0, 2).map((member) => member.saved()))
  await waitFor(
    () => members[2].awareness.getStates().get(members[0].doc.clientID)?.name === 'first',
    'the presence on the other node'
  )
})

test('messages of applications reach everybody else on both nodes', async (t) => {
  const { nodes } = await startCluster(t)
  const members = await Promise.all(
    [nodes[0], nodes[0], nodes[1], nodes[1]].map((node) => joinDocument(t, node, 'stateless'))
  )
  for (let i = 0; i < 20; i++) members[0].provider.sendStateless(`${i}`)
  const all = Array.from({ length: 20 }, (_, i) => `${i}`)
  for (const member of members.slice(1)) await waitFor(() => member.received.length === 20, 'all messages')
  assert.deepEqual(members.map(({ received }) => received), [[], all, all, all])
})

test('an update is acknowledged only when it is in the log, however long Redis is away', async (t) => {
  const redis = await Redis.start(t, { aof: true })
  const { nodes } = await startCluster(t, { redis: redis.configuration })
  const writers = await Promise.all(versions.map((version) => joinDocument(t, nodes[0], 'honest', { version })))
  const [neighbour, far] = [await joinClient(t, nodes[0], 'honest'), await joinDocument(t, nodes[1], 'honest')]
  writers[0].text.insert(0, 'before ')
  await Promise.all(writers.map((writer) => writer.saved()))
  redis.stall()
  writers.forEach((writer, i) => writer.doc.getMap('map').set(`w${i}`, 'meanwhile'))
  await neighbour.sees((doc) => doc.getMap('map').size === 2, 'what was written on the same node')
  for (const until = Date.now() + 5000; Date.now() < until; await pause(100)) {
    assert.ok(writers.every(({ hasUnsyncedChanges }) => hasUnsyncedChanges))
    assert.equal(far.doc.getMap('map').size, 0)
  }
  redis.resume()
  await Promise.all(writers.map((writer) => writer.saved()))

  // Acknowledged is in the log: neither the writers nor their node are needed for it any more.
  writers.forEach(({ socket }) => socket.disconnect())
  await nodes[0].kill()
  await far.sees((doc) => doc.getMap('map').size === 2, 'what was acknowledged')
  const late = await joinClient(t, nodes[1], 'honest')
  assert.equal(late.doc.getMap('map').size, 2)
})

test('what is acknowledged survives the death of the node at that moment', async (t) => {
  const { nodes } = await startCluster(t, { settings: { 'Documents:SaveInterval': '01:00:00' } })
  for (let round = 0; round < 5; round++) {
    const writer = await joinDocument(t, nodes[0], `dies ${round}`)
    await writer.saved()
    for (let i = 0; i < 20; i++) writer.text.insert(0, 'x')
    await writer.saved()
    writer.socket.disconnect()
    const said = Y.encodeStateVector(writer.doc)
    await nodes[0].kill()
    const reader = await joinClient(t, nodes[1], `dies ${round}`)
    assert.deepEqual(Y.encodeStateVector(reader.doc), said)
    await nodes[0].start()
  }
})
