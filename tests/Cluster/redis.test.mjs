// Redis dies, forgets, stalls, fails over and loses messages, while people type.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { joinClient, waitFor } from '../clients/clients.mjs'
import { randomFrom, seed } from '../clients/random.mjs'
import { startCluster } from './cluster.mjs'
import { assertNothingLost, Party, Typists } from './party.mjs'
import { lineTo, Redis, startRedisCluster } from './services.mjs'
import { test } from './test.mjs'

/** A cluster of nodes with a party on the first two. */
const partyOn = async (t, name, options) => {
  const cluster = await startCluster(t, options)
  const party = new Party(t, name, randomFrom(seed))
  for (const node of cluster.nodes.slice(0, 2)) await party.join(node)
  await party.progress(100)
  return { ...cluster, cluster, redis: cluster.redis, nodes: cluster.nodes, party }
}

test('Redis is killed and comes back with its data', async (t) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed}`)
  const redis = await Redis.start(t, { aof: true })
  const { nodes, party } = await partyOn(t, 'aof', { redis: redis.configuration })
  for (let round = 0; round < 3; round++) {
    await redis.kill()
    await redis.start()
    await party.progress(200)
  }
  await assertNothingLost(t, nodes, 'aof', await party.end())
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
  await Promise.all([a, b].map((client) => client.sees((doc) => doc.getText('text').toString() === 'kept and added to', 'both')))
})

test('Redis stands still for 5 s: people on one node go on among themselves, nothing is confirmed meanwhile and nothing is lost', async (t) => {
  const { nodes, redis, party } = await partyOn(t, 'stall')
  const [writer, neighbour, far] = await Promise.all([nodes[0], nodes[0], nodes[1]].map((node) => joinClient(t, node, 'stall-stock')))
  writer.doc.getText('text').insert(0, 'before ')
  await far.sees((doc) => doc.getText('text').toString() === 'before ', 'the text')
  redis.stall()
  const began = Date.now()
  await pause(200)
  const confirmed = party.confirmed
  writer.doc.getText('text').insert(7, 'meanwhile')
  await neighbour.sees((doc) => doc.getText('text').toString() === 'before meanwhile', 'what was typed on the same node')
  assert.equal(far.doc.getText('text').toString(), 'before ')
  await pause(5000 - (Date.now() - began))
  assert.equal(party.confirmed, confirmed)
  redis.resume()
  await far.sees((doc) => doc.getText('text').toString() === 'before meanwhile', 'what was typed on the other node')
  await party.progress(200)
  await assertNothingLost(t, nodes, 'stall', await party.end())
})

test('what is written while Redis is away reaches the other nodes when it is back, without anybody reloading', async (t) => {
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
    await witness.sees((doc) => doc.getArray('edits').length === round, `edit ${round}, whose writer heard nothing of it`)
    line.cut()
    line.mend()
    // The next round begins with a connection whose answers arrived.
    writer.doc.getMap('map').set('confirmed', round)
    await witness.sees((doc) => doc.getMap('map').get('confirmed') === round, `what was written after the answer of round ${round} was lost`)
  }
  const neighbour = await joinClient(t, cluster.nodes[0], 'answer')
  assert.deepEqual(neighbour.doc.getArray('edits').toArray(), [1, 2, 3, 4, 5])
})

test('the primary dies and its replica is promoted', async (t) => {
  const [primary, replica] = await Promise.all([Redis.start(t), Redis.start(t)])
  await replica.follow(primary.port)
  const { nodes, party } = await partyOn(t, 'failover', { redis: `${primary.configuration},${replica.configuration}` })
  await primary.kill()
  await replica.promote()
  await party.progress(300)
  await assertNothingLost(t, nodes, 'failover', await party.end())
})

test('a replica is promoted that lacks the last entries, and accepts more than it lacks before the old sessions are back', async (t) => {
  const [primary, replica] = await Promise.all([Redis.start(t), Redis.start(t)])
  const line = await lineTo(t, primary)
  await replica.follow(line.port)
  const { cluster, nodes, party } = await partyOn(t, 'fork', { redis: `${primary.configuration},${replica.configuration}` })
  line.cut()
  await party.progress(60)
  nodes.forEach((node) => node.stall())
  await primary.kill()
  await replica.promote()
  const newer = await cluster.add({ 'Redis:Configuration': replica.configuration })
  const others = await new Party(t, 'fork', randomFrom(seed + 1)).join(newer)
  await others.progress(400)
  nodes.forEach((node) => node.resume())
  await Promise.all([party.progress(100), others.progress(100)])
  const promised = [await party.end(), await others.end()]
  for (const promise of promised) await assertNothingLost(t, cluster.nodes, 'fork', promise)
})

test('with MinReplicas, nothing that was confirmed is lost when all nodes and the primary die together', async (t) => {
  const [primary, replica] = await Promise.all([Redis.start(t), Redis.start(t)])
  await replica.follow(primary.port)
  const { nodes } = await startCluster(t, { redis: `${primary.configuration},${replica.configuration}`, settings: { 'Redis:MinReplicas': 1, 'Documents:SaveInterval': '01:00:00' } })
  const party = await new Party(t, 'replicated', randomFrom(seed)).join(nodes[0], { writers: 3 })
  await party.progress(300)
  await Promise.all([primary.kill(), ...nodes.map((node) => node.kill())])
  const promised = await party.end()
  await replica.promote()
  for (const node of nodes) await node.restart({ ...node.settings, 'Redis:MinReplicas': 0 })
  await assertNothingLost(t, nodes, 'replicated', promised)
})

test('a cluster of three Redis servers, with its failing client connections', async (t) => {
  const { members, configuration } = await startRedisCluster(t)
  const { nodes } = await startCluster(t, { redis: configuration })
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const parties = await Promise.all(names.map((name) => Typists.join(t, nodes, name, randomFrom(seed))))
  for (const party of parties) party.work()
  await Promise.all(parties.map((party) => party.progress(60)))
  await Promise.all(members.map((member) => member.killSubscribers()))
  await Promise.all(parties.map((party) => party.progress(60)))
  for (const party of parties) await party.assertWhole(t, nodes)
  const sizes = await Promise.all(members.map((member) => member.cli('dbsize')))
  assert.ok(sizes.filter((size) => size !== '0').length > 1, `All keys are on one server: ${sizes}.`)
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
  const { nodes: [node], redis, dynamoDb, bucket } = await startCluster(t, { nodes: 1, settings: { 'Documents:SaveInterval': '01:00:00' } })
  const client = await joinClient(t, node, 'alone')
  client.doc.getText('text').insert(0, 'kept')
  const other = await joinClient(t, node, 'alone')
  await other.sees((doc) => doc.getText('text').toString() === 'kept', 'the text')
  await Promise.all([redis.kill(), dynamoDb.kill()])
  assert.equal(await node.stop(), 0)
  assert.equal((await bucket.keys()).length, 1)
})
