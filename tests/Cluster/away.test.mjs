// Redis is away for a while, or for ever.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { joinClient } from '../clients/clients.mjs'
import { startCluster } from './cluster.mjs'
import { assertNothingLost, partyOn } from './party.mjs'
import { Redis } from './services.mjs'
import { test } from './test.mjs'

test('Redis stands still for 5 s: a node serves its own, acknowledges nothing, and nothing is lost', async (t) => {
  const { nodes, redis, party } = await partyOn(t, 'stall')
  const [writer, neighbour, far] = await Promise.all(
    [nodes[0], nodes[0], nodes[1]].map((node) => joinClient(t, node, 'stall-stock'))
  )
  writer.doc.getText('text').insert(0, 'before ')
  await far.sees((doc) => doc.getText('text').toString() === 'before ', 'the text')
  redis.stall()
  const began = Date.now()
  writer.doc.getText('text').insert(7, 'meanwhile')
  await neighbour.sees(
    (doc) => doc.getText('text').toString() === 'before meanwhile',
    'what was typed on the same node'
  )
  // By now the nodes have read what Redis answered before it stood still, which was 2 s ago.
  const acknowledged = party.acknowledged
  assert.equal(far.doc.getText('text').toString(), 'before ')
  await pause(Math.max(0, 5000 - (Date.now() - began)))
  assert.equal(party.acknowledged, acknowledged)
  redis.resume()
  await far.sees((doc) => doc.getText('text').toString() === 'before meanwhile', 'what was typed on the other node')
  await party.progress(200)
  await assertNothingLost(t, nodes, 'stall', await party.end())
})

test('what is written while Redis is away reaches the other nodes when it is back, without a reload', async (t) => {
  const redis = await Redis.start(t, { aof: true })
  const { nodes } = await startCluster(t, { redis: redis.configuration })
  const [a, b] = await Promise.all(nodes.map((node) => joinClient(t, node, 'away')))
  a.doc.getArray('edits').push(['first'])
  await b.sees((doc) => doc.getArray('edits').length === 1, 'the first edit')
  await redis.kill()
  a.doc.getArray('edits').push(['from a'])
  b.doc.getArray('edits').push(['from b'])
  await pause(3000)
  await redis.start()
  for (const client of [a, b]) await client.sees((doc) => doc.getArray('edits').length === 3, 'all edits')
  assert.deepEqual(a.closes, [])
  assert.deepEqual(b.closes, [])
})

test('a node that starts before Redis is alive but not ready, and is ready when Redis is there', async (t) => {
  const redis = await Redis.start(t)
  await redis.kill()
  const starting = startCluster(t, { nodes: 1, redis: redis.configuration })
  await pause(3000)
  const early = await Promise.race([starting.then(() => 'ready'), pause(10, 'not ready')])
  assert.equal(early, 'not ready')
  await redis.start()
  const { nodes } = await starting
  const client = await joinClient(t, nodes[0], 'early')
  client.doc.getText('text').insert(0, 'works')
})

test('a node stops in order although Redis and DynamoDB are gone, and what it holds is stored', async (t) => {
  const {
    nodes: [node],
    redis,
    dynamoDb,
    bucket
  } = await startCluster(t, { nodes: 1, settings: { 'Documents:SaveInterval': '01:00:00' } })
  const client = await joinClient(t, node, 'alone')
  client.doc.getText('text').insert(0, 'kept')
  const other = await joinClient(t, node, 'alone')
  await other.sees((doc) => doc.getText('text').toString() === 'kept', 'the text')
  await Promise.all([redis.kill(), dynamoDb.kill()])
  assert.equal(await node.stop(), 0)
  assert.equal((await bucket.keys()).length, 1)
})
