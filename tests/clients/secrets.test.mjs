// A node that is given secrets in every setting that takes one, among services that are away, at the most verbose level
// of logging: none of them comes out of it again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import WebSocket from 'ws'
import { freePort, startRelay } from './relay.mjs'
import { seconds, sign } from './tokens.mjs'
import { inTime } from './wait.mjs'

// Of letters and digits only: however it is escaped, quoted or cut at a comma, it is found.
const marker = 'Xv7hushQ'
const secret = (name) => `${name},${marker}=${marker} ${name}-which-is-long-enough-for-all`
const categories = ['Default', 'Microsoft', 'Microsoft.AspNetCore', 'Microsoft.Hosting.Lifetime', 'Relay', 'System']
const away = 'http://127.0.0.1:1'

test('a node prints and answers no secret of its settings, at any level of logging', async (t) => {
  const jwtSecret = secret('jwt')
  const relay = await startRelay(t, {
    awaited: 'live',
    settings: {
      'Redis:Configuration': '127.0.0.1:1',
      'Redis:Password': secret('redis'),
      'FileStore:Shared': true,
      'S3:Bucket': 'bucket',
      'S3:ServiceUrl': away,
      'S3:Region': 'us-east-1',
      'DynamoDb:Table': 'table',
      'DynamoDb:ServiceUrl': away,
      'DynamoDb:Region': 'us-east-1',
      'Postgres:ConnectionString': `Host=127.0.0.1;Port=1;Database=d;Username=u;Password="${secret('postgres')}"`,
      'Internal:Port': await freePort(),
      'Internal:Secret': secret('internal'),
      'Auth:Mode': 'jwt',
      'Auth:Jwt:Secret': jwtSecret,
      'Auth:Jwt:SecondSecret': secret('second'),
      'Shutdown:SaveTime': '00:00:01'
    },
    env: {
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: secret('aws'),
      PGPASSWORD: secret('postgres-environment'),
      OTEL_EXPORTER_OTLP_ENDPOINT: away,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${marker}`,
      ...Object.fromEntries(categories.map((name) => [`Logging__LogLevel__${name}`, 'Trace']))
    }
  })
  const admin = sign(jwtSecret, { sub: 'ada', admin: true, documents: { '*': 'write' }, exp: seconds(3600) })
  const answers = []
  const ask = async (path, options) => {
    const answer = await fetch(relay.url + path, { signal: AbortSignal.timeout(20_000), ...options })
    answers.push([...answer.headers].join('\n'), await answer.text())
    return answer.status
  }
  const headers = { authorization: `Bearer ${admin}` }
  // At once: some wait for services.
  assert.deepEqual(await Promise.all([
    ask('/health/ready'),
    ask('/metrics'),
    ask('/api/nodes', { headers }),
    ask('/api/documents/plan'),
    ask('/api/documents/plan', { headers }),
    ask('/api/documents', { headers }),
    ask('/api/jobs', { headers }),
    ask('/yjs/plan?token=nonsense')
  ]), [503, 200, 200, 401, 503, 503, 503, 401])
  const socket = new WebSocket(`${relay.ws}/yjs/plan`, { headers })
  await inTime(new Promise((resolve) => {
    socket.on('close', (code, reason) => { answers.push(`${code} ${reason}`); resolve() })
    socket.on('error', (error) => answers.push(String(error)))
  }), 'the document to be refused')
  await relay.stop()

  for (const level of ['trce:', 'dbug: Microsoft.']) {
    assert.ok(relay.logs.some((line) => line.startsWith(level)), `something of ${level} is logged`)
  }
  assert.deepEqual([...relay.logs, ...answers].filter((line) => line.includes(marker)), [])
})
