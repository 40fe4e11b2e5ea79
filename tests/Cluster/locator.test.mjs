// Addresses in the locator that are not, or no longer, of a node that holds the document.
import assert from 'node:assert/strict'
import { joinClient, waitFor } from '../clients/clients.mjs'
import { freePort } from '../clients/relay.mjs'
import { startCluster } from './cluster.mjs'
import { startSilentServer } from './services.mjs'
import { test } from './test.mjs'

/** Calls the table as any program may. The test server takes every signature. */
const call = async (dynamoDb, operation, request) => {
  const answer = await fetch(dynamoDb.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20200101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0'
    },
    body: JSON.stringify({ TableName: 'relay', ...request })
  })
  if (!answer.ok) throw new Error(`${operation}: ${await answer.text()}`)
  return await answer.json()
}

const items = async (dynamoDb) => (await call(dynamoDb, 'Scan', {})).Items

/** Lists `holder` for a document; it lives as long as its heartbeat says. */
const list = async (dynamoDb, document, holder, { lives = true } = {}) => {
  if (lives)
    await call(dynamoDb, 'PutItem', {
      Item: { id: { S: `node:${holder}` }, expires: { N: String(Date.now() + 15_000) } }
    })
  await call(dynamoDb, 'UpdateItem', {
    Key: { id: { S: `document:${document}` } },
    UpdateExpression: 'ADD holders :holder',
    ExpressionAttributeValues: { ':holder': { SS: [holder] } }
  })
}

test('stale holders of every kind cost a moment and no content', async (t) => {
  const { nodes, dynamoDb } = await startCluster(t)
  const nobody = `127.0.0.1:${await freePort()}`
  const stale = {
    nobody: `${nobody}#0000000000000001`,
    stranger: `${await startSilentServer(t)}#0000000000000002`,
    itself: `${nodes[1].internal}#0000000000000003`,
    'one that does not hold it': `${nodes[0].internal}#0000000000000004`
  }
  for (const [what, holder] of Object.entries(stale)) {
    const name = `stale ${what}`
    const writer = await joinClient(t, nodes[0], encodeURIComponent(name))
    writer.doc.getText('text').insert(0, what)
    writer.leave()
    await waitFor(
      () => nodes[0].logs.some((line) => line.includes(`Left ${name}`)),
      `the document to be left (${what})`
    )
    await list(dynamoDb, name, holder)
    const joiner = await joinClient(t, nodes[1], encodeURIComponent(name))
    assert.equal(joiner.doc.getText('text').toString(), what)
    joiner.leave()
  }
})

test('a dead node is not asked once its heartbeat has ended, and a stopped one leaves nothing behind', async (t) => {
  const { nodes, dynamoDb } = await startCluster(t)
  const client = await joinClient(t, nodes[1], 'left')
  client.doc.getText('text').insert(0, 'x')
  await waitFor(
    async () => (await items(dynamoDb)).some(({ id }) => id.S === 'document:left'),
    'the document to be listed'
  )
  client.leave()
  await nodes[1].stop()
  assert.deepEqual((await items(dynamoDb)).filter(({ id }) => id.S.startsWith('document:')), [])

  await list(dynamoDb, 'left', '127.0.0.1:9#0000000000000009', { lives: false })
  const joiner = await joinClient(t, nodes[0], 'left')
  assert.equal(joiner.doc.getText('text').toString(), 'x')
})
