// A look into the bucket from outside, and a gateway before it that refuses, holds up and delays.
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request } from 'node:http'

export const credentials = { AWS_ACCESS_KEY_ID: 'relay-test', AWS_SECRET_ACCESS_KEY: 'relay-test-secret' }

const sha256 = (data) => createHash('sha256').update(data).digest('hex')
const hmac = (key, data) => createHmac('sha256', key).update(data).digest()

/** One signed request (AWS signature version 4). */
const call = async (address, method, pathname, { query = {}, body = Buffer.alloc(0) } = {}) => {
  const { host } = new URL(address)
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const day = time.slice(0, 8)
  const encode = (text) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  const canonicalPath = pathname.split('/').map(encode).join('/')
  const canonicalQuery = Object.entries(query).map(([key, value]) => `${encode(key)}=${encode(value)}`).sort().join('&')
  const headers = { host, 'x-amz-content-sha256': sha256(body), 'x-amz-date': time }
  const names = Object.keys(headers).sort().join(';')
  const canonical = [
    method,
    canonicalPath,
    canonicalQuery,
    ...Object.keys(headers)
      .sort()
      .map((name) => `${name}:${headers[name]}`),
    '',
    names,
    headers['x-amz-content-sha256']
  ].join('\n')
  const scope = `${day}/us-east-1/s3/aws4_request`
  const key = ['us-east-1', 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${credentials.AWS_SECRET_ACCESS_KEY}`, day))
  const signature = createHmac('sha256', key)
    .update(['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n'))
    .digest('hex')
  delete headers.host
  headers.authorization =
    `AWS4-HMAC-SHA256 Credential=${credentials.AWS_ACCESS_KEY_ID}/${scope}, ` +
    `SignedHeaders=${names}, Signature=${signature}`
  const answer = await fetch(`${address}${canonicalPath}${canonicalQuery ? `?${canonicalQuery}` : ''}`, {
    method,
    headers,
    body: method === 'PUT' ? body : undefined
  })
  const data = Buffer.from(await answer.arrayBuffer())
  if (!answer.ok) throw new Error(`${method} ${pathname}: ${answer.status} ${data}`)
  return data
}

/** The snapshots of one cluster of nodes. */
export class Bucket {
  constructor (address, name) {
    this.address = address
    this.name = name
  }

  /** All keys, a document's newest snapshot first. */
  async keys () {
    const keys = []
    for (let after = ''; ;) {
      const page = String(
        await call(this.address, 'GET', `/${this.name}`, {
          query: { 'list-type': '2', prefix: '', 'start-after': after }
        })
      )
      const found = [...page.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key)
      keys.push(...found)
      if (!page.includes('<IsTruncated>true</IsTruncated>')) return keys
      after = found.at(-1)
    }
  }

  read (key) { return call(this.address, 'GET', `/${this.name}/${key}`) }

  write (key, body) { return call(this.address, 'PUT', `/${this.name}/${key}`, { body }) }

  /** Flips one bit in the middle of a snapshot, and returns what it then holds. */
  async damage (key) {
    const body = await this.read(key)
    body[Math.floor(body.length / 2)] ^= 0x10
    await this.write(key, body)
    return body
  }
}

/** What stands between one node and S3: passes everything on unless it is told otherwise. */
export class Gateway {
  /** Whether writes are refused, as by a store that is overloaded or full. */
  refusesWrites = false

  /** How many writes were refused. */
  refused = 0

  /** Decides, when a request comes, what it waits for: `({ method, url }) => Promise | undefined`. */
  before = () => undefined

  static async start (t, address) {
    const gateway = new Gateway()
    const server = createServer((incoming, outgoing) =>
      gateway.#pass(incoming, outgoing, new URL(address)).catch(() => outgoing.destroy())
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    gateway.url = `http://127.0.0.1:${server.address().port}`
    t.after(() => server.close() && server.closeAllConnections())
    return gateway
  }

  async #pass (incoming, outgoing, { hostname, port }) {
    if (this.refusesWrites && incoming.method === 'PUT') {
      this.refused++
      incoming.resume()
      outgoing.writeHead(503, { 'content-type': 'application/xml', connection: 'close' })
      outgoing.end(
        '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>'
      )
      return
    }
    await this.before(incoming)
    const onward = request({ hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
    const [answer] = await once(onward, 'response')
    outgoing.writeHead(answer.statusCode, answer.headers)
    answer.pipe(outgoing)
  }
}
