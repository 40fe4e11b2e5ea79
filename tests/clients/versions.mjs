// Every line of stock clients that is tested, each as its applications open it, behind one face.
import * as ysweet from '@y-sweet/client'
import { WebsocketProvider as WebsocketProvider14 } from '@y/websocket'
import * as Y14 from '@y/y'
import * as hocuspocus2 from 'hocuspocus-provider-2'
import * as hocuspocus3 from 'hocuspocus-provider-3'
import * as hocuspocus4 from 'hocuspocus-provider-4'
import WebSocket from 'ws'
import * as decoding from 'lib0/decoding'
import { WebsocketProvider as WebsocketProvider3 } from 'y-websocket'
import { WebsocketProvider as WebsocketProvider1 } from 'y-websocket-1'
import { WebsocketProvider as WebsocketProvider2 } from 'y-websocket-2'
import * as Y from 'yjs'

// Provider 1 opens a channel to other tabs and never closes it, and in Node that would keep the process.
globalThis.BroadcastChannel = class extends BroadcastChannel {
  constructor (name) {
    super(name)
    this.unref()
  }
}
const { HocuspocusProvider: HocuspocusProvider1 } = await import('hocuspocus-provider-1')

const reconnect = { delay: 100, initialDelay: 0, minDelay: 50, maxDelay: 300 }

/** Yjs 13 and 14 call a text at the root by different names; on the wire it is the same. */
const yjs13 = { create: () => new Y.Doc(), text: (doc) => doc.getText('text') }
const yjs14 = { create: () => new Y14.Doc(), text: (doc) => doc.get('text') }

/** The client's own signal is the echo of its update, which is an Update with structs of its client id. */
const openYWebSocket = (Provider, yjs = yjs13) => (relay, name) => {
  const doc = yjs.create()
  let unacknowledged = 0
  const provider = new Provider(relay.yjs, name, doc, {
    disableBc: true,
    WebSocketPolyfill: class extends WebSocket {
      constructor (...args) {
        super(...args)
        this.on('message', (data) => { if (isEcho(data, doc.clientID)) unacknowledged = 0 })
      }
    }
  })
  doc.on('update', (_, origin) => { if (origin !== provider) unacknowledged++ })
  return {
    doc,
    text: yjs.text(doc),
    isSynced: () => provider.synced,
    isAcknowledged: () => unacknowledged === 0,
    line: () => provider.ws,
    leave: () => provider.destroy()
  }
}

const isEcho = (frame, clientId) => {
  const decoder = decoding.createDecoder(new Uint8Array(frame))
  if (decoding.readVarUint(decoder) !== 0 || decoding.readVarUint(decoder) !== 2) return false
  return Y.decodeUpdate(decoding.readVarUint8Array(decoder)).structs.some(({ id }) => id.client === clientId)
}

/** Version 1 has a socket for each document, with its name in the address, and speaks y-websocket's protocol on it. */
const openHocuspocus1 = (relay, name) => {
  const doc = yjs13.create()
  const provider = new HocuspocusProvider1({
    url: relay.yjs, name, document: doc, WebSocketPolyfill: WebSocket, broadcast: false, ...reconnect
  })
  return {
    doc,
    text: yjs13.text(doc),
    isSynced: () => provider.synced,
    isAcknowledged: () => !provider.hasUnsyncedChanges,
    line: () => provider.webSocket,
    leave: () => provider.destroy()
  }
}

const openHocuspocus = ({ HocuspocusProvider, HocuspocusProviderWebsocket }) => (relay, name) => {
  const doc = yjs13.create()
  const url = `${relay.ws}/hocuspocus`
  const socket = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket, ...reconnect })
  const provider = new HocuspocusProvider({ websocketProvider: socket, name, document: doc, token: 'any' })
  // Version 2 attaches itself.
  provider.attach?.()
  return {
    doc,
    text: yjs13.text(doc),
    isSynced: () => provider.synced,
    isAcknowledged: () => !provider.hasUnsyncedChanges,
    line: () => socket.webSocket,
    leave: () => { provider.destroy(); socket.destroy() }
  }
}

const openYSweet = (relay, name) => {
  const doc = yjs13.create()
  const token = { url: relay.yjs, baseUrl: relay.url, docId: name }
  const options = { WebSocketPolyfill: WebSocket, showDebuggerLink: false }
  const provider = ysweet.createYjsProvider(doc, name, async () => token, options)
  return {
    doc,
    text: yjs13.text(doc),
    isSynced: () => provider.status === ysweet.STATUS_CONNECTED,
    isAcknowledged: () => !provider.hasLocalChanges,
    line: () => provider.websocket,
    leave: () => {
      provider.destroy()
      // It would connect again, for ever.
      provider.websocket.onmessage = provider.websocket.onclose = provider.websocket.onerror = null
      provider.clearHeartbeat()
      provider.clearConnectionTimeout()
    }
  }
}

/** By name, with the version that package.json pins: what opens a document. */
export const versions = {
  'y-websocket 1.5': openYWebSocket(WebsocketProvider1),
  'y-websocket 2.1': openYWebSocket(WebsocketProvider2),
  'y-websocket 3.1': openYWebSocket(WebsocketProvider3),
  '@y/websocket 4 with Yjs 14': openYWebSocket(WebsocketProvider14, yjs14),
  'Hocuspocus provider 1.1': openHocuspocus1,
  'Hocuspocus provider 2.15': openHocuspocus(hocuspocus2),
  'Hocuspocus provider 3.4': openHocuspocus(hocuspocus3),
  'Hocuspocus provider 4.8': openHocuspocus(hocuspocus4),
  '@y-sweet/client 0.9': openYSweet
}
