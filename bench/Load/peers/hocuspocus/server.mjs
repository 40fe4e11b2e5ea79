// A node of Hocuspocus on PORT, without a database. With REDIS_PORT it shares its documents over the Redis there.
import { Redis } from '@hocuspocus/extension-redis'
import { Server } from '@hocuspocus/server'

const redis = process.env.REDIS_PORT
const extensions = redis ? [new Redis({ host: '127.0.0.1', port: Number(redis) })] : []
await new Server({ address: '127.0.0.1', port: Number(process.env.PORT), quiet: true, extensions }).listen()
