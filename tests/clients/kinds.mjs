// Every stock client that presence is tested with, in one shape: what it says of itself, what it sees, and how it goes.
import { createYjsProvider } from '@y-sweet/client'
import { WebsocketProvider as WebsocketProvider4 } from '@y/websocket'
import * as Y14 from '@y/y'
import WebSocket from 'ws'
import { WebsocketProvider as WebsocketProvider1 } from 'y-websocket-1'
import { WebsocketProvider as WebsocketProvider2 } from 'y-websocket-2'
import { WebsocketProvider as WebsocketProvider3 } from 'y-websocket'
import * as Y from 'yjs'
import { openDocument, openSocket } from './hocuspocus.mjs'

/** A provider without presence is given none before it connects. */
const overWebsocket = (Provider, Doc = Y.Doc) => (t, relay, name, state) => {
  const doc = new Doc()
  const provider = new Provider(relay.yjs, name, doc, { WebSocketPolyfill: WebSocket, disableBc: true, connect: false })
  provider.awareness.setLocalState(state)
  provider.connect()
  const leave = () => { provider.destroy(); doc.destroy() }
  return leaving(t, { doc, provider, awareness: provider.awareness, leave })
}

const overHocuspocus = (version) => (t, relay, name, state) => {
  const socket = openSocket(t, relay, { version })
  const doc = new Y.Doc()
  const member = openDocument(t, socket, name, { doc })
  const { provider } = member
  provider.awareness.setLocalState(state)
  const leave = () => { member.leave(); socket.destroy() }
  return leaving(t, { doc, provider, awareness: provider.awareness, leave })
}

const ySweet = (t, relay, name, state) => {
  const doc = new Y.Doc()
  const token = { url: relay.yjs, baseUrl: relay.url, docId: name }
  const options = { WebSocketPolyfill: WebSocket, showDebuggerLink: false, connect: false }
  const provider = createYjsProvider(doc, name, async () => token, options)
  provider.awareness.setLocalState(state)
  provider.connect()
  // Its destroy() only closes the connection, and a closed connection is opened again.
  const leave = () => { provider.disconnect(); provider.connect = async () => {}; doc.destroy() }
  const synced = () => provider.status === 'connected'
  return leaving(t, { doc, provider, awareness: provider.awareness, leave, synced })
}

const leaving = (t, client) => {
  let isGone = false
  const { leave } = client
  client.leave = () => {
    if (!isGone) leave()
    isGone = true
  }
  client.id = client.awareness.clientID
  client.synced ??= () => client.provider.synced
  t.after(() => client.leave())
  return client
}

/** By name. */
export const kinds = {
  'y-websocket 1': overWebsocket(WebsocketProvider1),
  'y-websocket 2': overWebsocket(WebsocketProvider2),
  'y-websocket 3': overWebsocket(WebsocketProvider3),
  '@y/websocket 4': overWebsocket(WebsocketProvider4, Y14.Doc),
  'Hocuspocus 2': overHocuspocus(2),
  'Hocuspocus 3': overHocuspocus(3),
  'Hocuspocus 4': overHocuspocus(4),
  'y-sweet': ySweet
}
