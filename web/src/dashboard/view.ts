/** What the node tells in each event (`DashboardView` in src/Server/Reports). */
export interface View {
  at: string
  isWhole: boolean
  self: string
  nodes: NodeReport[]
  totals: Totals
  rooms: LiveRoom[]
}

export interface Totals {
  connections: number
  rooms: number
  areRoomsExact: boolean
  unsavedDocuments: number
  updatesReceivedPerSecond: number
  updatesDeliveredPerSecond: number
  bytesReceivedPerSecond: number
  bytesSentPerSecond: number
  latency: Latency | null
}

/** In seconds. */
export interface Latency { p50: number, p99: number }

export interface NodeReport {
  address: string
  incarnation: string
  version: string
  startedAt: string
  at: string
  state: 'starting' | 'waiting' | 'ready' | 'draining'
  connections: number
  rooms: number
  documents: number
  unsavedDocuments: number
  updatesReceivedPerSecond: number
  updatesDeliveredPerSecond: number
  bytesReceivedPerSecond: number
  bytesSentPerSecond: number
  latency: Latency | null
  processorShare: number
  memoryBytes: number
  services: Service[]
}

export interface Service { name: string, use: string, failingSince: string | null }

export interface LiveRoom {
  name: string
  connections: number
  updatesPerSecond: number
  bytesPerSecond: number
  bytes: number
  nodes: string[]
}

/** A document as the metadata has it (`GET /api/documents`). */
export interface KnownRoom {
  name: string
  firstUsed: string
  lastUsed: string
  connections: number
  nodes: string[]
  updates: number
  bytes: number
  snapshotAt: string | null
  snapshotBytes: number | null
}

/** One hour of a document, or of all documents, which have neither size nor snapshots. */
export interface Hour {
  hour: string
  opened: number
  peak: number
  connectionSeconds: number
  updates: number
  bytesIn: number
  bytesOut: number
  bytes?: number
  snapshots?: number
}

export interface PastNode {
  address: string
  incarnation: string
  startedAt: string
  seenAt: string
  endedAt: string | null
  endedBy: 'stopped' | 'died' | null
  opened: number
  updates: number
  bytesIn: number
  bytesOut: number
}

export interface ConnectionRow {
  id: string
  node: string
  userId: string | null
  protocol: string
  openedAt: string
  closedAt: string | null
}

export interface Client { clientId: number, clock: number, state: unknown }

export interface Job {
  document: string
  state: 'available' | 'claimed' | 'retried' | 'stalled'
  attempts: number
  dueAt: string
  problem: string | null
}
