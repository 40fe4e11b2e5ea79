using Relay.Persistence.Metadata;
using Relay.Yjs;

namespace Relay.Metadata;

/// <summary>
/// What goes through one connection's place at one document. The figures are added up by the session alone, and read
/// when the connection has gone.
/// </summary>
internal sealed class ConnectionActivity(string? userId, string protocol)
{
    private readonly Guid id = Guid.CreateVersion7();
    private Cause? cause;
    private DateTimeOffset openedAt;

    public long BytesIn { get; set; }

    public long BytesOut { get; set; }

    public long UpdatesIn { get; set; }

    public long UpdatesOut { get; set; }

    /// <summary>Whether its beginning is in a batch.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>
    /// Notes why it ends. Thread-safe; the first reason counts, because later ones follow from it.
    /// </summary>
    /// <param name="code">The close code; null when this node did not choose one.</param>
    /// <param name="reason">One sentence.</param>
    public void EndsFor(int? code, string reason)
    {
        if (Volatile.Read(ref cause) is null)
        {
            Interlocked.CompareExchange(ref cause, new Cause(code, reason), null);
        }
    }

    public ConnectionChange Begin(DocumentName room, DateTimeOffset now)
    {
        openedAt = now;
        return new ConnectionChange(id, room, userId, protocol, openedAt, IsNew: true, End: null);
    }

    public ConnectionChange End(DocumentName room, DateTimeOffset now) =>
        new(id, room, userId, protocol, openedAt, !IsAnnounced,
            new ConnectionEnd(now, BytesIn, BytesOut, UpdatesIn, UpdatesOut, cause?.Code, cause?.Reason ?? ""));

    private sealed record Cause(int? Code, string Reason);
}
