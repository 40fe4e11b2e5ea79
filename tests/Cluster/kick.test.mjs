// An administrator ends connections on all nodes.
import assert from 'node:assert/strict'
import { joinClient, waitFor } from '../clients/clients.mjs'
import { tokenSettings } from '../clients/tokens.mjs'
import { startCluster } from './cluster.mjs'
import { test } from './test.mjs'

const start = async (t, options = {}) => {
  const { settings, token } = tokenSettings()
  const cluster = await startCluster(t, { ...options, settings: { ...settings, ...options.settings } })
  return {
    cluster,
    join: (node, user, document) => joinClient(t, node, document, { params: { token: token(user, { '*': 'write' }) } }),
    kick: async (node, order) => {
      const answer = await fetch(`${node.url}/api/admin/kick`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token('root', {}, { admin: true })}` },
        body: JSON.stringify(order)
      })
      return answer.status === 200 ? await answer.json() : answer.status
    }
  }
}

/** The order has reached both nodes; one that was slower than a second with its answer is silent until then. */
const assertGiven = ({ connections, nodes, silentNodes }, expected) => {
  assert.equal(nodes + silentNodes, 2)
  if (silentNodes === 0) assert.equal(connections, expected)
}

test('a user and a document are kicked on both nodes, and nobody else', async (t) => {
  const {
    cluster: { nodes },
    join,
    kick
  } = await start(t)
  const everybody = await Promise.all(
    nodes.flatMap((node) => [
      join(node, 'ada', 'plan'),
      join(node, 'ada', 'notes'),
      join(node, 'bob', 'plan'),
      join(node, 'bob', 'notes')
    ])
  )
  const of = (user, document) =>
    everybody.filter((_, i) => (i % 4 < 2 ? 'ada' : 'bob') === user && (i % 2 === 0 ? 'plan' : 'notes') === document)
  const closes = (client) => client.closes.filter((code) => code !== undefined)

  assertGiven(await kick(nodes[0], { user: 'ada', document: 'notes' }), 2)
  await waitFor(() => of('ada', 'notes').every((client) => client.closes.includes(4403)), "the end of Ada's notes")

  assertGiven(await kick(nodes[1], { user: 'ada' }), 2)
  await waitFor(() => of('ada', 'plan').every((client) => client.closes.includes(4403)), 'the end of Ada')

  assertGiven(await kick(nodes[1], { document: 'plan', comeBack: true }), 2)
  await waitFor(
    () => of('bob', 'plan').every((client) => client.closes.includes(4502) && client.provider.synced),
    'Bob to come back'
  )
  assert.deepEqual(of('bob', 'notes').flatMap(closes), [], 'nobody else was touched')
  assert.ok(of('ada', 'plan').every(({ provider }) => !provider.shouldConnect), 'who was sent away does not come back')
})

test('while Redis is away an order ends what it can and says so, and given again it ends the rest', async (t) => {
  const { cluster, join, kick } = await start(t)
  const [here, there] = [await join(cluster.nodes[0], 'ada', 'plan'), await join(cluster.nodes[1], 'ada', 'plan')]
  cluster.redis.stall()
  assert.equal(await kick(cluster.nodes[0], { user: 'ada' }), 503)
  await waitFor(() => here.closes.includes(4403), 'the end of the connection to the node that was asked')
  cluster.redis.resume()
  await waitFor(async () => (await kick(cluster.nodes[0], { user: 'ada' })) !== 503, 'Redis to be back')
  await waitFor(() => there.closes.includes(4403), 'the end of the other connection')
})
