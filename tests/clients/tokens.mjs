// Makes tokens as an application's own server would, with nothing but Node.
import { createHmac, randomBytes } from 'node:crypto'
import { startRelay } from './relay.mjs'

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs claims with a secret (HS256). */
export const sign = (secret, claims) => {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

export const seconds = (fromNow) => Math.floor(Date.now() / 1000) + fromNow

/** Settings of nodes that ask for tokens, and who makes them. */
export const tokenSettings = () => {
  const secret = randomBytes(24).toString('hex')
  return {
    secret,
    settings: { 'Auth:Mode': 'jwt', 'Auth:Jwt:Secret': secret },
    /** A token for an hour that lets `sub` do what `documents` says; more claims replace these. */
    token: (sub, documents, claims = {}) => sign(secret, { sub, documents, exp: seconds(3600), ...claims })
  }
}

/** Starts a node that asks for tokens. */
export const startGuardedRelay = async (t, { settings = {}, ...options } = {}) => {
  const { settings: own, ...tokens } = tokenSettings()
  const relay = await startRelay(t, { settings: { ...own, ...settings }, ...options })
  return { relay, ...tokens }
}
