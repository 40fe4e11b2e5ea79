// A node of Hocuspocus on PORT, without a database. With REDIS_PORT it shares its documents over the Redis there. With
// TOKEN_SECRET it asks for tokens (HS256), whose claim `documents` says "read" or "write" of "*".
import { createHmac, timingSafeEqual } from 'node:crypto'
import { Redis } from '@hocuspocus/extension-redis'
import { Server } from '@hocuspocus/server'

const { PORT: port, REDIS_PORT: redis, TOKEN_SECRET: secret } = process.env

const onAuthenticate = async ({ token, connectionConfig }) => {
  const [head, claims, signature] = token.split('.')
  const expected = createHmac('sha256', secret).update(`${head}.${claims}`).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('The signature is wrong.')
  connectionConfig.readOnly = JSON.parse(Buffer.from(claims, 'base64url')).documents['*'] !== 'write'
}

const extensions = redis ? [new Redis({ host: '127.0.0.1', port: Number(redis) })] : []
const hooks = secret ? { onAuthenticate } : {}
await new Server({ address: '127.0.0.1', port: Number(port), quiet: true, extensions, ...hooks }).listen()
