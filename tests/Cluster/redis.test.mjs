// Redis dies, forgets and loses messages, while people type.
import assert from 'node:assert/strict'
import { joinClient, waitFor } from '../clients/clients.mjs'
import { startCluster } from './cluster.mjs'
import { assertNothingLost, partyOn } from './party.mjs'
import { lineTo, Redis } from './services.mjs'
import { test } from './test.mjs'

test('Redis is killed and comes back with its data', async (t) => {
  const redis = await Redis.start(t, { aof: true })
  const { nodes, party } = await partyOn(t, 'aof', { redis: redis.configuration })
  for (let round = 0; round < 3; round++) {
    await redis.kill()
    await redis.start()
    await party.progress(200)
  }
  await assertNothingLost(t, nodes, 'aof', await party.end())
})

test('Redis is killed and comes back without what it had not flushed', async (t) => {
  const redis = await Redis.start(t, { aof: true, args: ['--appendfsync', 'everysec'] })
  const { nodes, party } = await partyOn(t, 'tail', { redis: redis.configuration })
  for (let round = 0; round < 3; round++) {
    await redis.kill()
    redis.loseTail(5_000)
    await redis.start()
    await party.progress(200)
  }
  await assertNothingLost(t, nodes, 'tail', await party.end())
})

test('Redis is killed and comes back empty', async (t) => {
  const redis = await Redis.start(t)
  const { nodes, party } = await partyOn(t, 'empty', { redis: redis.configuration })
  for (let round = 0; round < 3; round++) {
    await redis.kill()
    await redis.start()
    await party.progress(200)
  }
  await assertNothingLost(t, nodes, 'empty', await party.end())
})

test('everything in Redis is flushed away under constant typing', async (t) => {
  const { nodes, redis, party } = await partyOn(t, 'flush')
  for (let round = 0; round < 5; round++) {
    await redis.cli('flushall')
    await party.progress(100)
  }
  await assertNothingLost(t, nodes, 'flush', await party.end())
})

test('a document at rest survives a flush: whoever comes next sees all of it, on every node', async (t) => {
  const { nodes, redis } = await startCluster(t, { settings: { 'Documents:SaveInterval': '01:00:00' } })
  const [a, b] = await Promise.all(nodes.map((node) => joinClient(t, node, 'rest')))
  a.doc.getText('text').insert(0, 'kept')
  await b.sees((doc) => doc.getText('text').toString() === 'kept', 'the text')
  await redis.cli('flushall')
  const newcomer = await joinClient(t, nodes[1], 'rest')
  assert.equal(newcomer.doc.getText('text').toString(), 'kept')
  // The nodes notice by themselves and put the log together anew: from then on it does not need them.
  await waitFor(async () => (await redis.cli('dbsize')) !== '0', 'the log to be there again')
  newcomer.doc.getText('text').insert(4, ' and added to')
  await Promise.all(
    [a, b].map((client) => client.sees((doc) => doc.getText('text').toString() === 'kept and added to', 'both'))
  )
})

test('the connections on which entries arrive are killed while people type', async (t) => {
  const { nodes, redis, party } = await partyOn(t, 'pubsub')
  for (let round = 0; round < 5; round++) {
    await redis.killSubscribers()
    await party.progress(60)
  }
  await assertNothingLost(t, nodes, 'pubsub', await party.end())
})

test('the connections on which entries arrive are killed right before the last edit', async (t) => {
  const { nodes, redis } = await startCluster(t)
  const [a, b] = await Promise.all(nodes.map((node) => joinClient(t, node, 'last')))
  for (let round = 1; round <= 8; round++) {
    await redis.killSubscribers()
    a.doc.getArray('edits').push([round])
    await b.sees((doc) => doc.getArray('edits').length === round, `edit ${round}, the last one`)
  }
})

test('scripts are flushed away under constant typing', async (t) => {
  const { nodes, redis, party } = await partyOn(t, 'scripts')
  for (let round = 0; round < 5; round++) {
    await redis.cli('script', 'flush')
    await party.progress(60)
  }
  await assertNothingLost(t, nodes, 'scripts', await party.end())
})

test('an append whose answer is lost is in the log once', async (t) => {
  const redis = await Redis.start(t)
  const line = await lineTo(t, redis)
  const cluster = await startCluster(t, { redis: `127.0.0.1:${line.port}`, nodes: 1 })
  const direct = await cluster.add({ 'Redis:Configuration': redis.configuration })
  const writer = await joinClient(t, cluster.nodes[0], 'answer')
  const witness = await joinClient(t, direct, 'answer')
  for (let round = 1; round <= 5; round++) {
    line.mute()
    writer.doc.getArray('edits').push([round])
    await witness.sees(
      (doc) => doc.getArray('edits').length === round,
      `edit ${round}, whose writer heard nothing of it`
    )
    line.cut()
    line.mend()
    // The next round begins with a connection whose answers arrived.
    writer.doc.getMap('map').set('acknowledged', round)
    await witness.sees(
      (doc) => doc.getMap('map').get('acknowledged') === round,
      `what was written after the answer of round ${round} was lost`
    )
  }
  const neighbour = await joinClient(t, cluster.nodes[0], 'answer')
  assert.deepEqual(neighbour.doc.getArray('edits').toArray(), [1, 2, 3, 4, 5])
})
