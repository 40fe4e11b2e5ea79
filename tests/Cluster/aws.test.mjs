// What nodes meet on AWS: an address and keys that only their task knows, and a Redis behind TLS and a password.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import path from 'node:path'
import { promisify } from 'node:util'
import { joinClient } from '../clients/clients.mjs'
import { freePort, startRelay, temporaryDirectory } from '../clients/relay.mjs'
import { startCluster } from './cluster.mjs'
import { credentials } from './s3.mjs'
import { Redis } from './services.mjs'
import { test } from './test.mjs'

const run = promisify(execFile)

/** The endpoints of a task: its metadata, and the keys of its role for whoever knows the task's token. */
const startTask = async (t) => {
  const token = 'known to the containers of this task'
  const asked = []
  const server = createServer(({ url, headers }, answer) => {
    asked.push(url)
    const body = url === '/v4' ? { Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: ['127.0.0.1'] }] }
      : url === '/keys' && headers.authorization === token ? {
        AccessKeyId: credentials.AWS_ACCESS_KEY_ID,
        SecretAccessKey: credentials.AWS_SECRET_ACCESS_KEY,
        Expiration: new Date(Date.now() + 3600_000).toISOString()
      } : null
    answer.writeHead(body ? 200 : 403, { 'content-type': 'application/json' })
    answer.end(JSON.stringify(body ?? {}))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => { server.close(); server.closeAllConnections() })
  const address = `http://127.0.0.1:${server.address().port}`
  return {
    asked,
    env: {
      ECS_CONTAINER_METADATA_URI_V4: `${address}/v4`,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${address}/keys`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
      // None of this machine's.
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_EC2_METADATA_DISABLED: 'true',
      HOME: temporaryDirectory()
    }
  }
}

/** A Redis that asks for a password, with a port for TLS and a certificate that nobody knows. */
const startClosedRedis = async (t) => {
  const directory = temporaryDirectory()
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((file) => path.join(directory, file))
  await run(process.env.RELAY_TEST_OPENSSL ?? 'openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
    '-keyout',
    key,
    '-out',
    certificate
  ])
  const port = await freePort()
  const redis = await Redis.start(t, {
    args: [
      '--tls-port',
      port,
      '--tls-cert-file',
      certificate,
      '--tls-key-file',
      key,
      '--tls-ca-cert-file',
      certificate,
      '--tls-auth-clients',
      'no'
    ]
  })
  // What a generator may make.
  const password = 'a,password=of any:characters,ssl=false'
  await redis.cli('config', 'set', 'requirepass', password)
  // As infra/terraform/modules/backplane writes it.
  return { configuration: `localhost:${port},ssl=true,sslHost=localhost,abortConnect=false`, password, certificate }
}

test('nodes learn their addresses and their keys from their tasks, and serve a document together', async (t) => {
  const task = await startTask(t)
  const cluster = await startCluster(t, { nodes: 0, env: task.env })
  const [first, second] = [await cluster.add({ 'Node:Address': '' }), await cluster.add({ 'Node:Address': '' })]
  const writer = await joinClient(t, first, 'task')
  writer.text.insert(0, 'from one')
  const reader = await joinClient(t, second, 'task')
  await reader.sees(() => reader.text.toString() === 'from one', 'the text on the other node')
  assert.equal(task.asked.filter((url) => url === '/v4').length, 2)
  assert.ok(task.asked.includes('/keys'))
})

test('nodes reach Redis over TLS and with a password', async (t) => {
  const { configuration, password, certificate } = await startClosedRedis(t)
  const settings = { 'Redis:Password': password }
  const { nodes } = await startCluster(t, { redis: configuration, settings, env: { SSL_CERT_FILE: certificate } })
  const [writer, reader] = await Promise.all(nodes.map((node) => joinClient(t, node, 'tls')))
  writer.text.insert(0, 'nobody else reads this')
  await reader.sees(() => reader.text.toString() === 'nobody else reads this', 'the text on the other node')
})

test('a node does not speak to a Redis whose certificate it does not trust', async (t) => {
  const { configuration, password } = await startClosedRedis(t)
  const settings = { 'Redis:Configuration': configuration, 'Redis:Password': password, 'FileStore:Shared': true }
  const relay = await startRelay(t, { settings, awaited: 'live' })
  const answer = await fetch(`${relay.url}/health/ready`)
  await answer.arrayBuffer()
  assert.equal(answer.status, 503)
})
