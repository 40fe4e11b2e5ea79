// Clients that flood, stall, lie and send garbage, on both protocols, at a document that two innocent people are
// editing: they must not notice.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import * as Y from 'yjs'
import { Attacker, frame } from './attacker.mjs'
import { joinClient, waitFor } from './clients.mjs'
import { dialects } from './dialects.mjs'
import { randomFrom, seed } from './random.mjs'
import { startRelay } from './relay.mjs'
import { inTime } from './wait.mjs'
import { awareness, bytes, presence, syncStep1, syncStep2, update } from './wire.mjs'

const megabyte = 1 << 20
const maxMessage = 4 * megabyte

let relay
const cleaning = []

before(async () => {
  relay = await startRelay(
    { after: (clean) => cleaning.push(clean) },
    { settings: { 'Limits:MaxMessageBytes': maxMessage } }
  )
})

after(async () => {
  for (const clean of cleaning.reverse()) await clean()
})

/**
 * Two people who type at a document, as long as `attack` lasts; both must see everything, on the connection that they
 * had.
 */
const whileTwoPeopleWork = async (t, name, attack) => {
  const [one, other] = [await joinClient(t, relay, name), await joinClient(t, relay, name)]
  let typed = 0
  let seen = 0
  const memory = memoryOf(relay.pid)
  let peak = memory
  const timer = setInterval(() => {
    one.map.set(`${typed}`, typed++)
    peak = Math.max(peak, memoryOf(relay.pid))
  }, 10)
  t.after(() => clearInterval(timer))
  other.map.observe(() => { seen = other.map.size })
  // While the attack goes on, they see what they type; `worked` waits until they have typed and seen some more.
  const worked = (edits = 20) => {
    const goal = seen + edits
    return waitFor(() => seen >= goal, `${edits} more edits to be seen during the attack`)
  }
  await attack(worked)
  await worked()
  clearInterval(timer)
  const grown = peak - memory
  one.map.set('last', typed)
  await other.sees(() => other.map.get('last') === typed, 'what was typed during the attack')
  for (let i = 0; i < typed; i++) assert.equal(other.map.get(`${i}`), i)
  assert.deepEqual([one.closes, other.closes], [[], []], 'their connections')
  t.diagnostic(`typed meanwhile: ${typed}; the node's memory grew by ${Math.round(grown / megabyte)} MiB`)
  return { grown }
}

/** What the process takes of the machine's memory, in bytes. */
const memoryOf = (pid) => {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024
  } catch {
    return 0
  }
}

for (const [dialect, { path, message, beginning, ...how }] of Object.entries(dialects)) {
  const open = async (t, name) => {
    const attacker = new Attacker(Number(new URL(relay.url).port), path(name))
    t.after(() => attacker.end())
    await attacker.open()
    await how.greet(attacker, name)
    return attacker
  }

  const refused = (attacker, name) => dialects[dialect].refused(attacker, name)

  test(`${dialect}: a frame of 100 MB is refused by its length, and never kept`, async (t) => {
    const name = `100 MB by ${dialect}`
    const { grown } = await whileTwoPeopleWork(t, name, async () => {
      const attacker = await open(t, name)
      const head = Buffer.concat([beginning(name), Buffer.alloc(2000)])
      await attacker.write(frame(head, { length: 100 * megabyte }))
      const piece = Buffer.alloc(megabyte)
      for (let i = 0; i < 99; i++) await attacker.write(piece)
      await attacker.write(piece.subarray(head.length))
      await refused(attacker, name)
    })
    assert.ok(grown < 100 * megabyte, `the node took ${grown} bytes more`)
  })

  test(`${dialect}: fragments that add up to more than a message may have are refused`, async (t) => {
    const name = `fragments by ${dialect}`
    await whileTwoPeopleWork(t, name, async () => {
      const attacker = await open(t, name)
      const piece = Buffer.alloc(64 << 10)
      beginning(name).copy(piece)
      await attacker.frame(piece, { fin: false })
      for (let sent = piece.length; sent <= maxMessage; sent += piece.length)
        await attacker.frame(piece, { opcode: 0, fin: false })
      await attacker.frame([], { opcode: 0 })
      await refused(attacker, name)
    })
  })

  test(`${dialect}: a message in a hundred thousand fragments of a byte is a message`, async (t) => {
    const name = `crumbs by ${dialect}`
    await whileTwoPeopleWork(t, name, async () => {
      const attacker = await open(t, name)
      const whole = message(
        name,
        update(
          bytes(`0101 abcdef01 00 04 0107${Buffer.from('crumbs!').toString('hex')} a08d06${'78'.repeat(100000)} 00`)
        )
      )
      const fragments = Array.from(whole, (byte, i) =>
        frame([byte], { opcode: i === 0 ? 2 : 0, fin: i === whole.length - 1 })
      )
      await attacker.write(Buffer.concat(fragments))
      const reader = await joinClient(t, relay, name)
      await reader.sees((doc) => doc.getText('crumbs!').length === 100000, 'what came in fragments')
    })
  })

  const broken = {
    'a compressed frame, which was not agreed on': [1002, Buffer.alloc(10), { reserved: 0x40 }],
    'a frame without a mask': [1002, Buffer.alloc(10), { masked: false }],
    'a fragment that continues nothing': [1002, Buffer.alloc(10), { opcode: 0 }],
    'a ping of more than 125 bytes': [1002, Buffer.alloc(200), { opcode: 9 }],
    'an opcode that does not exist': [1002, Buffer.alloc(10), { opcode: 3 }],
    'text that is no UTF-8': [4415, Buffer.from([0xff, 0xfe, 0xfd]), { opcode: 1 }]
  }
  for (const [what, [code, payload, options]] of Object.entries(broken)) {
    test(`${dialect}: ${what} ends that connection with ${code}`, async (t) => {
      const name = `${what}, by ${dialect}`
      await whileTwoPeopleWork(t, name, async () => {
        const attacker = await open(t, name)
        await attacker.frame(payload, options)
        assert.equal(await attacker.code(), code)
      })
    })
  }

  test(`${dialect}: a client that asks ten thousand times and reads nothing costs bounded memory`, async (t) => {
    const name = `greedy by ${dialect}`
    const writer = await joinClient(t, relay, name)
    writer.text.insert(0, 'x'.repeat(megabyte))
    await joinClient(t, relay, name)
    const { grown } = await whileTwoPeopleWork(t, name, async (worked) => {
      const attacker = await open(t, name)
      attacker.socket.pause()
      const question = frame(message(name, syncStep1(Uint8Array.of(0))))
      // The node may stop reading, or end the connection: both are right.
      attacker.write(Buffer.concat(Array(10000).fill(question)))
      await worked(100)
      attacker.end()
    })
    assert.ok(grown < 300 * megabyte, `ten thousand answers of a megabyte took ${grown} bytes`)
  })

  test(`${dialect}: during a flood of presence and of empty updates others go on`, async (t) => {
    const name = `flood by ${dialect}`
    await whileTwoPeopleWork(t, name, async (worked) => {
      const attacker = await open(t, name)
      const nothing = frame(message(name, syncStep2(Uint8Array.of(0, 0))))
      for (let round = 0; round < 20; round++) {
        const some = []
        for (let i = 0; i < 500; i++) {
          some.push(frame(message(name, awareness(presence(4711, 1 + round * 500 + i, { cursor: i })))), nothing)
        }
        await attacker.write(Buffer.concat(some))
      }
      await worked()
      attacker.end()
    })
  })

  test(`${dialect}: clients that begin and never end a frame, a handshake or a line wait for themselves`, async (t) => {
    const name = `slow by ${dialect}`
    await whileTwoPeopleWork(t, name, async (worked) => {
      const port = Number(new URL(relay.url).port)
      for (let i = 0; i < 50; i++) {
        const silent = connect(port, '127.0.0.1').on('error', () => {})
        silent.write(`GET ${path(name)} HTT`)
        t.after(() => silent.destroy())
        const half = await open(t, name)
        await half.write(frame(Buffer.alloc(10), { length: 1000 }))
      }
      await joinClient(t, relay, name)
      await worked()
    })
  })

  test(`${dialect}: garbage of every kind ends the connection that sends it, and no other`, async (t) => {
    t.diagnostic(`RELAY_TEST_SEED=${seed}`)
    const random = randomFrom(seed)
    const name = `garbage by ${dialect}`
    const good = [
      syncStep1(Uint8Array.of(0)),
      syncStep2(Uint8Array.of(0, 0)),
      update(bytes('0101010004010174016100')),
      update(bytes('000101010001')),
      awareness(presence(5, 1, { a: 1 })),
      Uint8Array.of(3)
    ]
    const spoil = (payload) => {
      const spoilt = Buffer.from(payload)
      for (let times = random.integer(1, 4); times > 0 && spoilt.length > 0; times--)
        spoilt[random.integer(0, spoilt.length - 1)] = random.integer(0, 255)
      return random.next() < 0.3
        ? spoilt.subarray(0, random.integer(0, spoilt.length))
        : random.next() < 0.2
          ? Buffer.concat([spoilt, spoilt])
          : spoilt
    }
    await whileTwoPeopleWork(t, name, async () => {
      for (let round = 0; round < 60; round++) {
        const attacker = await open(t, name)
        const frames = []
        for (let i = 0; i < 30; i++) {
          const payload = message(name, random.pick(good))
          frames.push(
            frame(random.next() < 0.5 ? payload : spoil(payload), {
              opcode: random.next() < 0.05 ? random.integer(0, 15) : 2
            })
          )
        }
        await attacker.write(Buffer.concat(frames))
        if (random.next() < 0.5) {
          attacker.socket.end()
          await inTime(attacker.closed, 'the end of a connection that sent garbage')
        } else {
          attacker.end()
        }
      }
    })
    assert.equal(relay.running, true)
    assert.equal(
      relay.logs.some((line) => /crit:|Unhandled|The session of .* failed/.test(line)),
      false,
      relay.lastWords
    )
  })
}
