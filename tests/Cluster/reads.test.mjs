// What one node has acknowledged is in the next answer of every other node, also of one that lags behind.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { joinClient, waitFor, Y } from '../clients/clients.mjs'
import { freePort, startRelay, temporaryDirectory } from '../clients/relay.mjs'
import { Redis } from './services.mjs'
import { test } from './test.mjs'

const rounds = 20

test('a node that stood still answers with everything that another node acknowledged meanwhile', async (t) => {
  const redis = await Redis.start(t)
  const dataDir = temporaryDirectory()
  const start = async () => {
    const port = await freePort()
    const settings = {
      'Redis:Configuration': redis.configuration,
      'FileStore:Shared': true,
      'Internal:Port': port,
      'Node:Address': `127.0.0.1:${port}`,
      'Internal:Secret': 'a secret that only the nodes of this test know'
    }
    return startRelay(t, { dataDir, settings })
  }
  const nodes = [await start(), await start()]
  const people = []
  for (const node of nodes) people.push(await joinClient(t, node, 'lagging', { doc: new Y.Doc() }))
  const address = (node, rest = '') => `${node.url.replace(/^ws/, 'http')}/api/documents/lagging${rest}`
  const writer = new Y.Doc()
  const text = writer.getText('text')
  for (let round = 0; round < rounds; round++) {
    const lagging = nodes[round % 2]
    const other = nodes[1 - round % 2]
    const before = Y.encodeStateVector(writer)
    text.insert(text.length, `${round};`)
    lagging.stall()
    let reading
    try {
      const body = Y.encodeStateAsUpdate(writer, before)
      const headers = { 'content-type': 'application/octet-stream' }
      assert.equal((await fetch(address(other, '/updates'), { method: 'POST', headers, body })).status, 204)
      // Sent while the node stands still: it finds the request and the channel's message at the same moment.
      reading = fetch(address(lagging))
      await pause(10)
    } finally {
      lagging.resume()
    }
    const answer = await reading
    assert.equal(answer.status, 200)
    const read = new Y.Doc()
    Y.applyUpdate(read, new Uint8Array(await answer.arrayBuffer()))
    assert.equal(read.getText('text').toString(), text.toString(), `round ${round}`)
  }
  // Presence that one node has taken is in the other one's answer.
  const isShown = async (answer) => JSON.stringify(await (await answer).json()).includes('Ada')
  nodes[0].stall()
  people[1].provider.awareness.setLocalState({ user: { name: 'Ada' } })
  await waitFor(() => isShown(fetch(address(nodes[1], '/presence'))), 'Ada at her own node')
  const looking = fetch(address(nodes[0], '/presence'))
  nodes[0].resume()
  assert.ok(await isShown(looking), 'Ada at the other node')
  // A save through the node that lags has it, too.
  nodes[0].stall()
  const saving = fetch(address(nodes[0], '/save'), { method: 'POST' })
  nodes[0].resume()
  assert.equal((await saving).status, 204)
  const { snapshots } = await (await fetch(address(nodes[1], '/snapshots'))).json()
  const newest = await fetch(address(nodes[1], `/snapshots/${snapshots[0].id}`))
  const saved = new Y.Doc()
  Y.applyUpdate(saved, new Uint8Array(await newest.arrayBuffer()))
  assert.equal(saved.getText('text').toString(), text.toString())
})
