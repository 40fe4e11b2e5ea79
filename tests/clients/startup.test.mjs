import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import * as nodeTest from 'node:test'
import WebSocket from 'ws'
import { inTime, joinClient, waitFor } from './clients.mjs'
import { runRefusedRelay, startRelay } from './relay.mjs'

const { test } = nodeTest

const refusals = {
  'an unknown setting': { settings: { 'Nonsense:Key': 1 }, named: 'Nonsense' },
  'a misspelt setting': { settings: { 'Documents:IdelTimeout': '00:00:01' }, named: 'Documents:IdelTimeout' },
  'an unknown setting in the environment': { env: { Relay__Documents__Idle: '00:00:01' }, named: 'Documents:Idle' },
  'a time span that is none': { settings: { 'Documents:IdleTimeout': 'soon' }, named: 'Documents:IdleTimeout' },
  'a negative time span': { settings: { 'Documents:IdleTimeout': '-00:00:01' }, named: 'Documents:IdleTimeout' },
  'a number that is none': { settings: { 'Limits:MaxConnections': 'many' }, named: 'Limits:MaxConnections' },
  'a limit that lets nothing through': { settings: { 'Limits:MaxMessageBytes': 0 }, named: 'Limits:MaxMessageBytes' },
  'a switch that is neither true nor false': { settings: { 'FileStore:Fsync': 'perhaps' }, named: 'FileStore:Fsync' },
  'an unknown way to check tokens': { settings: { 'Auth:Mode': 'magic' }, named: 'Auth:Mode' },
  'Redis with snapshots that other nodes could not find': {
    settings: { 'Redis:Configuration': '127.0.0.1:1' },
    named: 'S3:Bucket'
  },
  'replicas without Redis': { settings: { 'Redis:MinReplicas': 1 }, named: 'Redis:MinReplicas' },
  'a locator for a node that nobody can ask': {
    settings: { 'Redis:Configuration': '127.0.0.1:1', 'FileStore:Shared': true, 'DynamoDb:Table': 'relay' },
    named: 'Internal:Port'
  },
  'a locator without a shared log': {
    settings: { 'DynamoDb:Table': 'relay', 'Internal:Port': 5211 },
    named: 'Redis:Configuration'
  },
  'a place for snapshots without a bucket': {
    settings: { 'S3:ServiceUrl': 'http://127.0.0.1:1' },
    named: 'S3:ServiceUrl'
  },
  'an address that is everywhere': { settings: { 'Node:Address': '0.0.0.0:5211' }, named: 'Node:Address' },
  'other nodes without a secret between them': {
    settings: { 'Internal:Port': 5211, 'Auth:Mode': 'none' },
    env: { ASPNETCORE_ENVIRONMENT: 'Production', DOTNET_ENVIRONMENT: 'Production' },
    named: 'Internal:Secret'
  },
  'a Redis configuration that is none': {
    settings: { 'Redis:Configuration': '127.0.0.1:1,connectTimeout=soon', 'FileStore:Shared': true },
    named: 'Redis:Configuration'
  },
  'no decision about tokens outside Development': {
    env: { ASPNETCORE_ENVIRONMENT: 'Production', DOTNET_ENVIRONMENT: 'Production' },
    named: 'Auth:Mode'
  }
}

for (const [what, { named, ...options }] of Object.entries(refusals)) {
  test(`${what} stops the start with a sentence that names ${named}`, async (t) => {
    const { code, output } = await runRefusedRelay(t, options)
    assert.notEqual(code, 0)
    const line = output.split('\n').find((text) => text.includes(named))
    assert.ok(line, `nothing names ${named}:\n${output}`)
    assert.match(line, /\.\s*$/, 'it is a sentence')
    assert.doesNotMatch(output, /^\s+at [A-Z]\w+\./m, 'no stack trace hides it')
  })
}

test('an address that somebody else listens on stops the start with a sentence that names it', async (t) => {
  const other = createServer()
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close())
  const { code, output } = await runRefusedRelay(t, { port: other.address().port })
  assert.equal(code, 3)
  assert.match(output, new RegExp(`127\\.0\\.0\\.1:${other.address().port}: address already in use\\.`))
  assert.doesNotMatch(output, /^\s+at [A-Z]\w+\./m, 'no stack trace hides it')
})

test('settings may come from the environment', async (t) => {
  const relay = await startRelay(t, {
    env: {
      Relay__Documents__IdleTimeout: '00:00:05',
      ASPNETCORE_ENVIRONMENT: 'Production',
      DOTNET_ENVIRONMENT: 'Production',
      Relay__Auth__Mode: 'none'
    }
  })
  await joinClient(t, relay, 'environment')
})

test('the health addresses say that it lives and is ready, and need no token', async (t) => {
  const relay = await startRelay(t)
  for (const address of ['/health/live', '/health/ready']) {
    const answer = await fetch(relay.url + address)
    assert.equal(answer.status, 200, address)
    await answer.text()
  }
})

test('a node whose Redis is away lives, is not ready, and keeps looking', async (t) => {
  const relay = await startRelay(t, {
    settings: { 'Redis:Configuration': '127.0.0.1:1', 'FileStore:Shared': true },
    awaited: 'live'
  })
  const answer = await fetch(`${relay.url}/health/ready`)
  assert.equal(answer.status, 503)
  await answer.text()
})

test('a node that is told to stop stops being ready before it closes its last client', async (t) => {
  const relay = await startRelay(t, { settings: { 'Shutdown:DrainTime': '00:00:02' } })
  const clients = await Promise.all(Array.from({ length: 4 }, () => joinClient(t, relay, 'draining')))
  const order = []
  let left = clients.length
  for (const { provider } of clients)
    provider.once('connection-close', () => {
      if (--left === 0) order.push('closed')
    })
  relay.terminate()
  await waitFor(async () => {
    try {
      const answer = await fetch(`${relay.url}/health/ready`)
      await answer.text()
      return answer.status === 503
    } catch {
      return true
    }
  }, 'the node to say that it is not ready')
  order.push('not ready')
  assert.equal(await relay.stop(), 0)
  await waitFor(() => order.length === 2, 'the client to be closed')
  assert.deepEqual(order, ['not ready', 'closed'])
  for (const { closes } of clients) assert.equal(closes[0], 1012)
})

const refusedUpgrade = async (url) => {
  const socket = new WebSocket(url)
  return inTime(new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_, response) => { resolve(response.statusCode); socket.terminate() })
    socket.on('open', () => reject(new Error('It opened.')))
    socket.on('error', () => {})
  }), 'the refusal')
}

test('what is no document is refused before anything is upgraded', async (t) => {
  const relay = await startRelay(t)
  assert.equal(await refusedUpgrade(`${relay.ws}/elsewhere/name`), 404)
  assert.equal(await refusedUpgrade(`${relay.ws}/yjs/${'a'.repeat(1025)}`), 400)
  assert.equal(await refusedUpgrade(`${relay.ws}/yjs/`), 400)
  assert.equal(await refusedUpgrade(`${relay.ws}/yjs/%FF%FE`), 400)
  const plain = await fetch(`${relay.url}/yjs/document`)
  assert.ok([400, 426].includes(plain.status), `a request without upgrade was answered ${plain.status}`)
})
