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

test('a user and a document are kicked on both nodes within a second, and nobody else', async (t) => {
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

  let began = Date.now()
  assert.deepEqual(await kick(nodes[0], { user: 'ada', document: 'notes' }), {
    connections: 2,
    nodes: 2,
    silentNodes: 0
  })
  await waitFor(() => of('ada', 'notes').every((client) => client.closes.includes(4403)), "the end of Ada's notes")
  assert.ok(Date.now() - began < 1000, `It took ${Date.now() - began} ms.`)

  began = Date.now()
  assert.deepEqual(await kick(nodes[1], { user: 'ada' }), { connections: 2, nodes: 2, silentNodes: 0 })
  await waitFor(() => of('ada', 'plan').every((client) => client.closes.includes(4403)), 'the end of Ada')
  assert.ok(Date.now() - began < 1000, `It took ${Date.now() - began} ms.`)

  assert.deepEqual(await kick(nodes[1], { document: 'plan', comeBack: true }), {
    connections: 2,
    nodes: 2,
    silentNodes: 0
  })
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
