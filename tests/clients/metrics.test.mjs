// What an operator sees of a node: GET /metrics, and a collector that is sent the same.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { joinClient, waitFor } from './clients.mjs'
import { startRelay } from './relay.mjs'

/** The samples by name and labels; the exporter writes `{}` where there are none. */
const read = async (relay) => {
  const answer = await fetch(`${relay.url}/metrics`)
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
  return new Map((await answer.text()).split('\n').filter((line) => line && !line.startsWith('#')).map((line) => {
    const space = line.lastIndexOf(' ')
    return [line.slice(0, space).replace(/\{\}$/, ''), Number(line.slice(space + 1))]
  }))
}

test('the metrics tell what people do', async (t) => {
  const relay = await startRelay(t)
  assert.equal((await read(relay)).get('relay_ready'), 1)
  const [writer, reader] = [await joinClient(t, relay, 'counted'), await joinClient(t, relay, 'counted')]
  const before = await read(relay)
  assert.equal(before.get('relay_connections_open'), 2)
  assert.equal(before.get('relay_documents_open'), 1)
  assert.equal(before.get('relay_load_duration_seconds_count{relay_outcome="success"}'), 1)

  writer.doc.getText('text').insert(0, 'counted')
  await reader.sees((doc) => doc.getText('text').toString() === 'counted', 'the text')
  // Noted when the entry has gone to everybody, which includes the reader.
  const during = await waitFor(async () => {
    const samples = await read(relay)
    // Gauges are looked at a moment before the rest of an answer.
    return samples.has('relay_append_duration_seconds_count') && samples.get('relay_documents_unsaved') === 1 && samples
  }, 'the append')
  const grew = (name) => during.get(name) - (before.get(name) ?? 0)
  assert.equal(grew('relay_updates_received_total'), 1)
  assert.equal(grew('relay_updates_delivered_total'), 2)
  assert.equal(grew('relay_append_duration_seconds_count'), 1)
  assert.ok(grew('relay_network_received_bytes_total') >= 'counted'.length)
  assert.ok(grew('relay_network_sent_bytes_total') >= 2 * 'counted'.length)

  writer.leave()
  reader.leave()
  await waitFor(async () => (await read(relay)).get('relay_connections_open') === 0, 'the connections to be gone')
  const refused = await fetch(`${relay.url}/yjs/counted`)
  assert.equal(refused.status, 426)
  // Counted when the answer is out, and when the connection is gone.
  await waitFor(
    async () => (await read(relay)).get('relay_requests_refused_total{http_response_status_code="426"}') === 1,
    'the refusal'
  )
  await waitFor(async () => {
    const closed = [...await read(relay)].filter(([name]) => name.startsWith('relay_connections_closed_total'))
    return closed.reduce((sum, [, count]) => sum + count, 0) === 2
  }, 'the ends')
})

test(
  'Prometheus finds nothing to complain of in the metrics',
  { skip: !process.env.RELAY_TEST_PROMTOOL && 'promtool is not there' },
  async (t) => {
    const relay = await startRelay(t)
    const client = await joinClient(t, relay, 'checked')
    client.doc.getText('text').insert(0, 'x')
    await waitFor(async () => (await read(relay)).has('relay_append_duration_seconds_count'), 'the append')
    const text = await (await fetch(`${relay.url}/metrics`)).text()
    const { status, stdout, stderr } = spawnSync(process.env.RELAY_TEST_PROMTOOL, ['check', 'metrics'], {
      input: text,
      encoding: 'utf8'
    })
    // The names that .NET gives its own, as OpenTelemetry spells them everywhere: 3 says that there was advice only.
    const known = /^dotnet_\w+ non-histogram and non-summary metrics should not have "_count" suffix$/
    const complaints = (stdout + stderr).split('\n').filter((line) => line && !known.test(line))
    assert.deepEqual([status, complaints], [3, []])
  }
)

test('the documentation names every metric, and dashboard and alerts ask for no other', async (t) => {
  const relay = await startRelay(t)
  const text = await (await fetch(`${relay.url}/metrics`)).text()
  const [docs, dashboard, alerts] = await Promise.all(
    ['docs/operations.md', 'infra/grafana/relay.json', 'infra/prometheus/alerts.yml'].map((file) =>
      readFile(new URL(`../../${file}`, import.meta.url), 'utf8')
    )
  )
  const families = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name)
  const documented = new Set([...docs.matchAll(/`(relay_\w+)`/g)].map(([, name]) => name))
  assert.deepEqual(families.filter((name) => name.startsWith('relay_') && !documented.has(name)), [])
  const known = new Set([...documented, ...families])
  const labels = new Set(['relay_outcome', 'relay_close_code'])
  const queries = [
    ...JSON.parse(dashboard)
      .panels.flatMap(({ targets }) => targets ?? [])
      .map(({ expr }) => expr),
    ...[...alerts.matchAll(/^ +expr: (.*(?:\n {10}.*)*)/gm)].map(([, expr]) => expr)
  ]
  assert.ok(queries.length > 25)
  const asked = new Set(
    queries
      .flatMap((query) => query.match(/\b(?:relay|dotnet)_\w+/g) ?? [])
      .map((name) => name.replace(/(_duration_seconds)_(?:bucket|count|sum)$/, '$1'))
  )
  assert.deepEqual(
    [...asked].filter((name) => !known.has(name) && !labels.has(name)),
    []
  )
})

test('a collector that the environment names gets metrics and traces, and one that is away harms nobody', async (t) => {
  const bodies = []
  const collector = createServer(async (request, response) => {
    const parts = []
    for await (const part of request) parts.push(part)
    bodies.push({ path: request.url, body: Buffer.concat(parts) })
    response.end()
  })
  collector.listen(0, '127.0.0.1')
  await once(collector, 'listening')
  t.after(() => collector.close())
  const environment = (port) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_METRIC_EXPORT_INTERVAL: '200',
    OTEL_BSP_SCHEDULE_DELAY: '200',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test'
  })
  const relay = await startRelay(t, { env: environment(collector.address().port) })
  await joinClient(t, relay, 'exported')
  const { path } = await waitFor(
    () => bodies.find(({ body }) => body.includes('relay.connections.open') && body.includes('deployment.environment')),
    'the metrics'
  )
  assert.equal(path, '/v1/metrics')
  // What belongs to one load may come in several parts.
  const traces = () => bodies.filter(({ path }) => path === '/v1/traces').map(({ body }) => body)
  await waitFor(
    () => ['document.load', 'stores.read', 'exported'].every((word) => traces().some((body) => body.includes(word))),
    'the traces'
  )
  assert.ok(traces().every((body) => body.includes('deployment.environment')))

  const lonely = await startRelay(t, { env: environment(1) })
  const client = await joinClient(t, lonely, 'kept')
  client.doc.getText('text').insert(0, 'x')
  const other = await joinClient(t, lonely, 'kept')
  await other.sees((doc) => doc.getText('text').toString() === 'x', 'the text')
})
