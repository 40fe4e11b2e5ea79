// Presence between nodes that are linked: they share Redis and a directory, and reach each other over a line that can
// be cut.
import assert from 'node:assert/strict'
import { joinClient, waitFor } from '../clients/clients.mjs'
import { Line } from '../clients/line.mjs'
import { freePort, startRelay, temporaryDirectory } from '../clients/relay.mjs'
import { Redis } from './services.mjs'
import { test } from './test.mjs'

/** Nodes of which each is reached by the others over a line of its own. */
const startNodes = async (t, count) => {
  const redis = await Redis.start(t)
  const dataDir = temporaryDirectory()
  const start = async () => {
    const port = await freePort()
    const line = await Line.toPort(() => port)
    t.after(() => line.takeDown())
    const node = await startRelay(t, {
      dataDir,
      settings: {
        'Redis:Configuration': redis.configuration,
        'FileStore:Shared': true,
        'Documents:IdleTimeout': '00:00:01',
        'Internal:Port': port,
        'Internal:Secret': 'a secret that only the nodes of this test know',
        'Node:Address': `127.0.0.1:${line.port}`
      }
    })
    return Object.assign(node, { line })
  }
  return { redis, nodes: await Promise.all(Array.from({ length: count }, start)) }
}

const metric = async (node, name) => {
  const text = await (await fetch(`${node.url}/metrics`)).text()
  return Number(text.match(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)`, 'm'))?.[1] ?? 0)
}

const linked = (nodes, count = nodes.length - 1) => Promise.all(nodes.map((node) => waitFor(
  async () => await metric(node, 'relay_links_open') === count,
  `${count} links of a node`
)))

/** How often anything was published in Redis. */
const published = async (redis) => Number((await redis.cli('info', 'commandstats')).match(
  /cmdstat_spublish:calls=(\d+)/
)?.[1] ?? 0)

const userOf = (client, name) => [...client.awareness.getStates().values()].find(({ user }) => user?.name === name)
const sees = (client, name, step) => {
  const state = userOf(client, name)
  return state && (step === undefined || state.user.step === step)
}
const appears = (client, name, step) => waitFor(() => sees(client, name, step), `${name} to appear`)
const goes = (client, name) => waitFor(() => !sees(client, name), `${name} to be gone`, 15_000)
const show = (client, name, step = 0) => client.awareness.setLocalStateField('user', { name, step })

const introduce = async (t, node, document, name) => {
  const client = await joinClient(t, node, document)
  show(client, name)
  return client
}

/** Moves one person until a move costs Redis no message: from then on the links are used. */
const moveOverLinks = async (redis, mover, name, watchers) => {
  let step = 0
  await waitFor(async () => {
    const before = await published(redis)
    show(mover, name, ++step)
    await Promise.all(watchers.map((watcher) => appears(watcher, name, step)))
    return await published(redis) === before
  }, 'presence to go over links')
  return step
}

test('presence goes over links, and costs Redis nothing', async (t) => {
  const { redis, nodes } = await startNodes(t, 3)
  const people = await Promise.all(nodes.map((node, i) => introduce(t, node, 'room', `P${i}`)))
  await Promise.all(people.flatMap((one) => people.map((_, i) => appears(one, `P${i}`))))
  await linked(nodes)
  await moveOverLinks(redis, people[0], 'P0', people)
  const before = await published(redis)
  for (let step = 100; step < 120; step++) {
    people.forEach((one, i) => show(one, `P${i}`, step))
    await Promise.all(people.flatMap((one) => people.map((_, i) => appears(one, `P${i}`, step))))
  }

  assert.equal(await published(redis), before)

  // A document on one node alone has no one to tell.
  const alone = await introduce(t, nodes[0], 'alone', 'Alone')
  const witness = await joinClient(t, nodes[0], 'alone')
  await appears(witness, 'Alone')
  const greeted = await published(redis)
  show(alone, 'Alone', 1)
  await appears(witness, 'Alone', 1)
  assert.equal(await published(redis), greeted)
})

test('a node that is killed takes its presence with it, and one that stands still comes back with its', async (t) => {
  const { redis, nodes: [one, two, three] } = await startNodes(t, 3)
  const watcher = await introduce(t, one, 'room', 'Watcher')
  const [dead, asleep] = [await introduce(t, two, 'room', 'Dead'), await introduce(t, three, 'room', 'Asleep')]
  await Promise.all([appears(watcher, 'Dead'), appears(watcher, 'Asleep'), appears(asleep, 'Dead')])
  await linked([one, two, three])
  await moveOverLinks(redis, dead, 'Dead', [watcher, asleep])
  dead.provider.shouldConnect = false
  let since = Date.now()
  await two.kill()
  await Promise.all([goes(watcher, 'Dead'), goes(asleep, 'Dead')])
  t.diagnostic(`gone after ${Date.now() - since} ms`)
  const newcomer = await joinClient(t, three, 'room')
  await appears(newcomer, 'Watcher')
  assert.ok(!sees(newcomer, 'Dead'))

  three.stall()
  since = Date.now()
  await goes(watcher, 'Asleep')
  t.diagnostic(`gone after ${Date.now() - since} ms`)
  three.resume()
  await appears(watcher, 'Asleep')
  await linked([one, three], 1)
})

test('where a link is cut, presence goes over Redis until there is another one', async (t) => {
  const { redis, nodes } = await startNodes(t, 2)
  const [anna, boris] = [await introduce(t, nodes[0], 'room', 'Anna'), await introduce(t, nodes[1], 'room', 'Boris')]
  await Promise.all([appears(anna, 'Boris'), appears(boris, 'Anna')])
  await linked(nodes)
  await moveOverLinks(redis, anna, 'Anna', [boris])
  for (const { line } of nodes) line.cut()
  for (let step = 1000; step < 1010; step++) {
    show(anna, 'Anna', step)
    show(boris, 'Boris', step)
    await Promise.all([appears(boris, 'Anna', step), appears(anna, 'Boris', step)])
  }

  // Half open: what one node sends arrives, and no answer comes back.
  for (const { line } of nodes) line.mend()
  await linked(nodes)
  await moveOverLinks(redis, anna, 'Anna', [boris])
  for (const { line } of nodes) line.mute()
  for (let step = 2000; step < 2003; step++) {
    show(anna, 'Anna', step)
    show(boris, 'Boris', step)
    await Promise.all([appears(boris, 'Anna', step), appears(anna, 'Boris', step)])
  }

  assert.ok(await metric(nodes[0], 'relay_links_fallbacks_total') > 0)
})

test('a connection without the proof, or with one that is made up, gets nothing', async (t) => {
  const { nodes: [node] } = await startNodes(t, 1)
  const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' }
  const dial = async (headers) => {
    const { get } = await import('node:http')
    return new Promise((resolve, reject) => get({
      port: node.line.port,
      path: `/internal/link?node=${Buffer.from('127.0.0.1:1#stranger').toString('hex')}`,
      headers: { ...upgrade, 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==', ...headers }
    }).on('response', (answer) => resolve(answer.resume().statusCode))
      .on('upgrade', () => resolve(101)).on('error', reject))
  }

  assert.equal(await dial({}), 401)
  assert.equal(await dial({ Authorization: `Relay-Peer ${Date.now()}.${'0'.repeat(32)}.${'0'.repeat(64)}` }), 401)
})
