// A node of Hocuspocus on PORT that shares its documents over the Redis at REDIS_PORT; without a database.
import { Redis } from '@hocuspocus/extension-redis'
import { Server } from '@hocuspocus/server'

const extensions = [new Redis({ host: '127.0.0.1', port: Number(process.env.REDIS_PORT) })]
await new Server({ address: '127.0.0.1', port: Number(process.env.PORT), quiet: true, extensions }).listen()
