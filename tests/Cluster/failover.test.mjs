// The primary dies, and a replica is promoted, or another server of a Redis Cluster.
import assert from 'node:assert/strict'
import { randomFrom, seed } from '../clients/random.mjs'
import { joinClient, waitFor, Y } from '../clients/clients.mjs'
import { startCluster } from './cluster.mjs'
import { assertNothingLost, Party, partyOn, Typists } from './party.mjs'
import { lineTo, Redis, startRedisCluster } from './services.mjs'
import { test } from './test.mjs'

const numbers = (count) => Array.from({ length: count }, (_, i) => i)

/** A client of the first node writes so many numbers, each after the one before was acknowledged, and goes offline. */
const countTo = async (t, nodes, count) => {
  const writer = await joinClient(t, nodes[0], 'numbers')
  const other = await joinClient(t, nodes[1], 'numbers')
  for (const number of numbers(count)) {
    writer.doc.getArray('numbers').push([number])
    await other.sees((doc) => doc.getArray('numbers').length === number + 1, `number ${number}`)
  }
  writer.provider.disconnect()
  other.leave()
  const read = async (node) => {
    const reader = await joinClient(t, node, 'numbers', { doc: new Y.Doc() })
    const found = reader.doc.getArray('numbers').toArray()
    reader.leave()
    return found
  }
  return { writer: { connect: () => writer.provider.connect() }, read }
}

test('the primary dies and its replica is promoted', async (t) => {
  const [primary, replica] = await Promise.all([Redis.start(t), Redis.start(t)])
  await replica.follow(primary.port)
  const { nodes, party } = await partyOn(t, 'failover', { redis: `${primary.configuration},${replica.configuration}` })
  await primary.kill()
  await replica.promote()
  await party.progress(300)
  await assertNothingLost(t, nodes, 'failover', await party.end())
})

test('a promoted replica lacks entries, and accepts more than it lacks before old sessions are back', async (t) => {
  const [primary, replica] = await Promise.all([Redis.start(t), Redis.start(t)])
  const line = await lineTo(t, primary)
  await replica.follow(line.port)
  const { cluster, nodes, party } = await partyOn(t, 'fork', {
    redis: `${primary.configuration},${replica.configuration}`
  })
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

test('with MinReplicas, nothing acknowledged is lost when all nodes and the primary die together', async (t) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed}`)
  const [primary, replica] = await Promise.all([Redis.start(t), Redis.start(t)])
  await replica.follow(primary.port)
  const { nodes } = await startCluster(t, {
    redis: `${primary.configuration},${replica.configuration}`,
    settings: { 'Redis:MinReplicas': 1, 'Documents:SaveInterval': '01:00:00' }
  })
  const party = await new Party(t, 'replicated', randomFrom(seed)).join(nodes[0], { writers: 3 })
  await party.progress(300)
  await Promise.all([primary.kill(), ...nodes.map((node) => node.kill())])
  const promised = await party.end()
  await replica.promote()
  for (const node of nodes) await node.restart({ ...node.settings, 'Redis:MinReplicas': 0 })
  await assertNothingLost(t, nodes, 'replicated', promised)
})

test('when all nodes die with a Redis that had not flushed, writers bring back the end of a document', async (t) => {
  const redis = await Redis.start(t, { aof: true, args: ['--appendfsync', 'everysec'] })
  const { nodes } = await startCluster(t, {
    redis: redis.configuration,
    settings: { 'Documents:SaveInterval': '01:00:00' }
  })
  const { writer, read } = await countTo(t, nodes, 100)
  await Promise.all([redis.kill(), ...nodes.map((node) => node.kill())])
  redis.loseTail(5_000)
  await redis.start()
  for (const node of nodes) await node.restart(node.settings)
  const left = await read(nodes[0])
  assert.deepEqual(left, numbers(left.length), 'there is a gap')
  assert.ok(left.length > 0 && left.length < 100, `${left.length} of 100 are left, which tests nothing`)
  t.diagnostic(`lost with MinReplicas 0: ${100 - left.length} of 100, until the writer came back`)
  assert.deepEqual(await read(nodes[1]), left)
  writer.connect()
  for (const node of nodes) await waitFor(async () => (await read(node)).length === 100, 'everything to be back')
})

test('with MinReplicas, nothing is lost when all nodes die with a Redis that had not flushed', async (t) => {
  const [primary, replica] = await Promise.all([
    Redis.start(t, { aof: true, args: ['--appendfsync', 'everysec'] }),
    Redis.start(t)
  ])
  await replica.follow(primary.port)
  const settings = { 'Redis:MinReplicas': 1, 'Documents:SaveInterval': '01:00:00' }
  const { nodes } = await startCluster(t, { redis: `${primary.configuration},${replica.configuration}`, settings })
  const { read } = await countTo(t, nodes, 100)
  await Promise.all([primary.kill(), ...nodes.map((node) => node.kill())])
  primary.loseTail(5_000)
  await replica.promote()
  await primary.start()
  await primary.follow(replica.port)
  for (const node of nodes) await node.restart(node.settings)
  for (const node of nodes) assert.deepEqual(await read(node), numbers(100))
})

test('with MinReplicas, nothing acknowledged is lost when all nodes and a Redis server die together', async (t) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed}`)
  const { members, configuration } = await startRedisCluster(t, { replicas: 1 })
  const { nodes } = await startCluster(t, {
    redis: configuration,
    settings: { 'Redis:MinReplicas': 1, 'Documents:SaveInterval': '01:00:00' }
  })
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const parties = await Promise.all(names.map((name) => new Party(t, name, randomFrom(seed)).join(nodes[0])))
  await Promise.all(parties.map((party) => party.progress(60)))
  await Promise.all([members[0].kill(), ...nodes.map((node) => node.kill())])
  const promised = await Promise.all(parties.map((party) => party.end()))
  await waitFor(async () => (await members[1].cli('cluster', 'info')).includes('cluster_state:ok') &&
    (await members[1].cli('cluster', 'nodes')).match(/master - .*connected/g)?.length === 3, 'a replica to take over')
  for (const node of nodes) await node.restart({ ...node.settings, 'Redis:MinReplicas': 0 })
  for (const [i, promise] of promised.entries()) await assertNothingLost(t, nodes, names[i], promise)
})

test('a cluster of three Redis servers, with failing client connections, one of whose servers dies', async (t) => {
  t.diagnostic(`RELAY_TEST_SEED=${seed}`)
  const { members, configuration } = await startRedisCluster(t, { replicas: 1 })
  const { nodes } = await startCluster(t, { redis: configuration })
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const parties = await Promise.all(names.map((name) => Typists.join(t, nodes, name, randomFrom(seed))))
  for (const party of parties) party.work()
  await Promise.all(parties.map((party) => party.progress(60)))
  await Promise.all(members.map((member) => member.killSubscribers()))
  await Promise.all(parties.map((party) => party.progress(60)))
  const sizes = await Promise.all(members.slice(0, 3).map((member) => member.cli('dbsize')))
  await members[0].kill()
  await Promise.all(parties.map((party) => party.progress(60)))
  for (const party of parties) await party.assertWhole(t, nodes)
  assert.ok(sizes.filter((size) => size !== '0').length > 1, `All keys are on one server: ${sizes}.`)
})
