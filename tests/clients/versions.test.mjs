// Every version that docs/protocol.md names: it opens a document, sees what others type, learns that its own is safe,
// and comes back after its line was cut.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinClient, waitFor } from './clients.mjs'
import { startRelay } from './relay.mjs'
import { versions } from './versions.mjs'

test('stock clients', { concurrency: true }, async (t) => {
  const relay = await startRelay(t)
  await Promise.all(Object.entries(versions).map(([name, open]) => t.test(name, async (t) => {
    const witness = await joinClient(t, relay, name)
    const client = open(relay, name)
    t.after(() => {
      client.leave()
      client.doc.destroy()
    })
    const reads = (text) => waitFor(() => client.text.toString() === text, `the client to read "${text}"`)
    const types = async (text) => {
      client.text.insert(client.text.length, text)
      await waitFor(client.isAcknowledged, `"${text}" to be acknowledged`)
      await witness.sees(() => witness.text.toString().endsWith(text), `"${text}" on the other side`)
    }

    // Providers of Hocuspocus count their own answer to the node's SyncStep1 until the node has acknowledged it, and
    // have the document before that.
    await waitFor(() => client.isSynced() && client.isAcknowledged(), 'the first sync')
    witness.text.insert(0, 'a')
    await reads('a')
    assert.ok(client.isAcknowledged(), 'what others typed needs no acknowledgement')
    const acknowledged = types('b')
    assert.equal(client.isAcknowledged(), false, 'what was just typed is not acknowledged yet')
    await acknowledged

    const line = client.line()
    line.terminate()
    await waitFor(() => client.line() !== line || !client.isSynced(), 'the client to notice that its line was cut')
    witness.text.insert(2, 'c')
    client.text.insert(0, '>')
    await reads('>abc')
    await waitFor(() => client.isSynced() && client.isAcknowledged(), 'the client to be in step again')
    await witness.sees(() => witness.text.toString() === '>abc', 'what was typed while the line was cut')
    await types('d')
  })))
})
