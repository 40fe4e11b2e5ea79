#!/usr/bin/env node
// Whether people who are at different nodes behind one address see each other, also while a node stops: demo.mjs
// ADDRESS [COMMAND...]
//
// Eight clients open a document at ADDRESS and type in turn; COMMAND, if there is one, is run while they do, and is to
// stop a node. For docker-compose.yml:
//
//   node tests/deployment/demo.mjs http://localhost:8080 docker compose stop relay-1
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { joinClient, waitFor } from '../clients/clients.mjs'

const [address, ...command] = process.argv.slice(2)
if (!address) throw new Error('demo.mjs ADDRESS [COMMAND...]')
const leaving = []
const t = { after: (leave) => leaving.push(leave) }

/** Every client types a word, and all see all of them. */
const type = async (clients, round) => {
  clients.forEach(({ text }, index) => text.insert(text.length, `<${round}.${index}>`))
  const words = clients.map((_, index) => `<${round}.${index}>`)
  await Promise.all(
    clients.map((client) =>
      client.sees(() => words.every((word) => client.text.toString().includes(word)), `all words of round ${round}`)
    )
  )
}

await waitFor(
  async () => (await fetch(`${address}/health/ready`).catch(() => null))?.status === 200,
  'a node that wants clients',
  120_000
)
const name = `demo ${process.pid} ${Date.now()}`
const clients = await Promise.all(
  Array.from({ length: 8 }, () => joinClient(t, { yjs: `${address.replace(/^http/, 'ws')}/yjs` }, name))
)
await type(clients, 1)
if (command.length > 0) {
  const [code] = await Promise.all([
    once(spawn(command[0], command.slice(1), { stdio: 'inherit' }), 'exit').then(([status]) => status),
    type(clients, 2)
  ])
  assert.equal(code, 0, command.join(' '))
}
await type(clients, 3)
const texts = new Set(clients.map(({ text }) => text.toString()))
assert.equal(texts.size, 1, 'all have the same text')
const moved = clients.filter(({ closes }) => closes.length > 0).length
console.log(`Eight clients typed ${[...texts][0].length} characters; ${moved} of them had to move to another node.`)
for (const leave of leaving) await leave()
process.exit(0)
