// Whether docker-compose.yml and what it mounts fit together, and a node starts with what it is told there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePort, startRelay } from '../clients/relay.mjs'
import { exists, filesUnder, read, readYaml } from './project.mjs'

const compose = readYaml('docker-compose.yml')
const nodes = Object.keys(compose.services).filter((name) => compose.services[name].image === 'relay')

test('there are several nodes, and all are told the same', () => {
  assert.ok(nodes.length >= 2)
  for (const name of nodes) assert.deepEqual(compose.services[name].environment, compose.services[nodes[0]].environment)
})

test('the image is made once, and looked for nowhere else', () => {
  assert.equal(nodes.filter((name) => compose.services[name].build !== undefined).length, 1)
  for (const name of nodes) assert.equal(compose.services[name].pull_policy, 'never', name)
})

test('the keys of the nodes are those of the S3, and of a kind that DynamoDB Local takes', () => {
  const node = compose.services[nodes[0]].environment
  const { MINIO_ROOT_USER: user, MINIO_ROOT_PASSWORD: password } = compose.services.s3.environment
  assert.deepEqual([node.AWS_ACCESS_KEY_ID, node.AWS_SECRET_ACCESS_KEY], [user, password])
  // "AWS_ACCESS_KEY_ID can contain only letters (A–Z, a–z) and numbers (0–9)", since its version 2.0.
  assert.match(node.AWS_ACCESS_KEY_ID, /^[A-Za-z0-9]+$/)
})

test('a node starts with these settings, also before any of the services is there', async (t) => {
  const port = await freePort()
  const relay = await startRelay(t, {
    // What belongs to the container's network, and not to this machine.
    env: {
      ...compose.services[nodes[0]].environment,
      Relay__Internal__Port: String(port),
      Relay__Node__Address: `127.0.0.1:${port}`
    },
    awaited: 'live'
  })
  const answer = await fetch(`${relay.url}/health/ready`)
  await answer.arrayBuffer()
  assert.equal(answer.status, 503)
})

test('what is mounted is there, and so are the services that others wait for and name', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    for (const other of service.depends_on ?? []) assert.ok(compose.services[other], `${name} waits for ${other}`)
    for (const volume of service.volumes ?? []) {
      const [from] = volume.split(':')
      assert.ok(from.startsWith('./') ? exists(from) : from in compose.volumes, `${name} mounts ${from}`)
    }
  }
  const named = Object.entries(compose.services[nodes[0]].environment).flatMap(([, value]) =>
    [...value.matchAll(/(?:https?:\/\/|Host=|^|,)([a-z][a-z0-9-]*)(?=[:;])(?!:\/\/)/g)].map(([, host]) => host)
  )
  assert.deepEqual(new Set(named), new Set(['dynamodb', 's3', 'postgres', 'redis', 'redis-replica']))
  for (const host of named) assert.ok(compose.services[host], host)
})

test('the load balancer and Prometheus know every node and nobody else', () => {
  const expected = nodes.map((name) => `${name}:8080`).sort()
  const balanced = [...read('infra/compose/haproxy.cfg').matchAll(/^ +server \S+ (\S+)$/gm)].map(
    ([, address]) => address
  )
  assert.deepEqual(balanced.sort(), expected)
  const [job] = readYaml('infra/prometheus/prometheus.yml').scrape_configs
  assert.equal(job.job_name, 'relay')
  assert.deepEqual(job.static_configs.flatMap(({ targets }) => targets).sort(), expected)
})

test('nodes are given longer to stop than they take', () => {
  for (const name of nodes) assert.ok(parseInt(compose.services[name].stop_grace_period) >= 5 + 20 + 10)
})

test('ports are published on this machine only, since nobody is asked for a token', () => {
  for (const service of Object.values(compose.services)) {
    for (const port of service.ports ?? []) assert.match(port, /^127\.0\.0\.1:/)
  }
})

test('the files that Prometheus and Grafana read parse', () => {
  for (const file of [...filesUnder('infra/prometheus', '.yml'), ...filesUnder('infra/grafana', '.yml')])
    assert.ok(readYaml(file), file)
  for (const file of readYaml('infra/prometheus/prometheus.yml').rule_files)
    assert.ok(exists(`infra/prometheus/${file}`), file)
  assert.ok(JSON.parse(read('infra/grafana/relay.json')).panels.length > 0)
})
