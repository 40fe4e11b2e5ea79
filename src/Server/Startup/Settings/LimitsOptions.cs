using Relay.Connections;

namespace Relay.Startup;

/// <summary>
/// What clients may do. Each limit but the rates ends the connection that breaks it with a close code of its own
/// (docs/protocol.md).
/// </summary>
internal sealed class LimitsOptions
{
    private long? maxBufferedBytes;

    /// <summary>
    /// The largest message of a client, fragments added up. Default: 64 MiB, more than the largest pastes and
    /// offline edits seen in practice; <see cref="MaxBufferedBytes"/> bounds what all clients together have under
    /// way.
    /// </summary>
    public int MaxMessageBytes { get; set; } = 64 << 20;

    /// <summary>
    /// What the node buffers of messages and request bodies that are not whole yet, beyond 64 KiB of each, and of
    /// updates that wait for their client's SyncStep2. When it is full, those that come last wait, and are then
    /// refused with 1013, or 503 over HTTP. Default: a quarter of the memory that the process may use, at least 64
    /// MiB. At least <see cref="MaxMessageBytes"/>.
    /// </summary>
    public long MaxBufferedBytes
    {
        get => maxBufferedBytes
            ?? Math.Max(MaxMessageBytes, Math.Max(64L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4));
        set => maxBufferedBytes = value;
    }

    /// <summary>
    /// The largest stateless message of a Hocuspocus provider; larger ones are dropped, and the log says so.
    /// Default: 1 MiB.
    /// </summary>
    public int MaxStatelessBytes { get; set; } = 1 << 20;

    /// <summary>
    /// What all documents that are open take in memory, with their presence. When three quarters are taken, only
    /// documents below an equal share of the rest may grow, and presence stops at a half; when it is full, no
    /// further document is opened. Default: half of the memory that the process may use, at least 128 MiB.
    /// </summary>
    public long MaxOpenBytes { get; set; } = Math.Max(
        128L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);

    /// <summary>
    /// What a document may take in memory; an update that would bring it above is refused. Default: 128 MiB. A
    /// document that is larger already is still served.
    /// </summary>
    public long MaxDocumentBytes { get; set; } = 128 << 20;

    /// <summary>
    /// The largest state or diff that a client is sent as one message. A larger one comes in parts of a quarter of
    /// this, which take effect with the last one. Default: 4 MiB. A line on which one message takes 30 s or longer
    /// (at 4 MiB one of less than 1.2 Mbit/s) needs a lower value.
    /// </summary>
    public int MaxSyncMessageBytes { get; set; } = 4 << 20;

    /// <summary>One client's presence state, as JSON. Default: 64 KiB; a cursor takes about 200 bytes.</summary>
    public int MaxAwarenessBytes { get; set; } = 64 << 10;

    /// <summary>Clients whose presence one connection may bring. Default: 16; stock clients bring one.</summary>
    public int MaxAwarenessEntries { get; set; } = 16;

    /// <summary>
    /// All presence of a document, that of clients on other nodes included. Beyond it new entries are not taken.
    /// Default: 8 MiB, enough for 20,000 clients with a cursor. Half of <see cref="MaxMessageBytes"/> counts where
    /// that is less.
    /// </summary>
    public long MaxDocumentAwarenessBytes { get; set; } = 8 << 20;

    /// <summary>
    /// Messages of one connection that are not logged yet, for instance while its document is loaded; then it is
    /// read no further. Default: 4 MiB. One message may exceed it.
    /// </summary>
    public long MaxWaitingBytes { get; set; } = 4 << 20;

    /// <summary>Connections of the node. Default: 20,000; an idle one takes a few KiB.</summary>
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>
    /// Connections of one document on this node. Default: 2,000; each of them is sent what every other one writes.
    /// </summary>
    public int MaxConnectionsPerDocument { get; set; } = 2_000;

    /// <summary>
    /// Documents that one user (the token's <c>sub</c>) may have open on this node: a y-websocket connection is
    /// one, and so is each document of a Hocuspocus socket. Further ones are closed with 4530. Default: 2,000,
    /// which is some hundred documents in each of several tabs. Without a user there is no bound.
    /// </summary>
    public int MaxConnectionsPerUser { get; set; } = 2_000;

    /// <summary>
    /// Documents that may be open on one Hocuspocus socket; further ones are denied with a reason. Default: 1,000,
    /// more than a page shows at once.
    /// </summary>
    public int MaxDocumentsPerConnection { get; set; } = 1_000;

    /// <summary>
    /// Frames read per second and connection in the long run, ten times as many at once after a pause. Above it a
    /// connection is read more slowly, not closed. Default: 50,000: a node takes several hundred thousand small
    /// updates a second from one client, and a paste or an import is tens of thousands.
    /// </summary>
    public int MessagesPerSecond { get; set; } = 50_000;

    /// <summary>
    /// Presence messages per second and connection that go on to others, a second's worth at once after a pause; of
    /// more, the latest entry of each client. Default: 50, as often as a screen shows a moving cursor smoothly.
    /// </summary>
    public int AwarenessPerSecond { get; set; } = 50;

    /// <summary>
    /// WebSockets that one client address may ask for per minute in the long run, as many at once after a pause. 0
    /// for no limit. Default: 30,000: more than <see cref="MaxConnections"/>, so that a whole node's clients may
    /// come at once, also through a proxy that is not named. Behind one, <c>Network:TrustedProxies</c> must name
    /// it.
    /// </summary>
    public int ConnectionsPerMinute { get; set; } = 30_000;

    /// <summary>What one connection is told of them.</summary>
    internal ConnectionLimits ForConnections() => new(
        MaxMessageBytes,
        MaxWaitingBytes,
        MessagesPerSecond,
        AwarenessPerSecond,
        (long)MaxAwarenessBytes * MaxAwarenessEntries,
        MaxStatelessBytes,
        MaxDocumentsPerConnection);

    internal void Check(SettingsCheck check)
    {
        check.Number(MaxMessageBytes, 1024, 1 << 30);
        check.Number(MaxBufferedBytes, MaxMessageBytes, 1L << 40);
        check.Number(MaxStatelessBytes, 1024, 64 << 20);
        check.Number(MaxDocumentBytes, 1024, 1L << 40);
        check.Number(MaxOpenBytes, 1 << 20, 1L << 40);
        check.Number(MaxSyncMessageBytes, 1024, 1 << 30);
        check.Number(MaxAwarenessBytes, 64, 1 << 30);
        check.Number(MaxAwarenessEntries, 1, 65_536);
        check.Number(MaxDocumentAwarenessBytes, 1024, 1L << 40);
        check.Number(MaxWaitingBytes, 1024, 1L << 40);
        check.Number(MaxConnections, 1, 10_000_000);
        check.Number(MaxConnectionsPerDocument, 1, 10_000_000);
        check.Number(MaxConnectionsPerUser, 1, 10_000_000);
        check.Number(MaxDocumentsPerConnection, 1, 100_000);
        check.Number(MessagesPerSecond, 1, 10_000_000);
        check.Number(AwarenessPerSecond, 1, 1_000_000);
        check.Number(ConnectionsPerMinute, 0, 10_000_000);
    }
}
