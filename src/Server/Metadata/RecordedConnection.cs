using Relay.Connections;
using Relay.Persistence.Metadata;
using Relay.Sessions;

namespace Relay.Metadata;

/// <summary>A connection's place at one document, as the metadata of documents records it.</summary>
/// <param name="room">The session that the connection is for.</param>
/// <param name="userId">Whose it is; null where that is not known.</param>
/// <param name="protocol">What it speaks, as people who look at connections read it.</param>
internal sealed class RecordedConnection(RoomActivity room, string? userId, string protocol) : ConnectionActivity
{
    private readonly Guid id = Guid.CreateVersion7();
    private Cause? cause;
    private DateTimeOffset openedAt;

    /// <summary>Whether its beginning was handed on.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>The record of a connection at a session; null where no metadata of documents is kept.</summary>
    public static RecordedConnection? Of(Attachment? attachment) => attachment?.Activity as RecordedConnection;

    public override void Came() => room.Came(this);

    public override void Went() => room.Went(this);

    public override void EndsFor(RefusalReason reason)
    {
        var told = CloseReason.Of(reason);
        EndsFor(told.Code, told.Text);
    }

    public override void Left(bool clean) => EndsFor(null, clean ? "The client left." : "The connection broke.");

    /// <summary>
    /// Says why it ends. Thread-safe; the first one to say it is right, because the others only follow from that.
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

    public ConnectionChange Begin(DateTimeOffset now)
    {
        openedAt = now;
        return new ConnectionChange(id, room.Room, userId, protocol, openedAt, IsNew: true, End: null);
    }

    public ConnectionChange End(DateTimeOffset now) =>
        new(id, room.Room, userId, protocol, openedAt, !IsAnnounced,
            new ConnectionEnd(now, BytesIn, BytesOut, UpdatesIn, UpdatesOut, cause?.Code, cause?.Reason ?? ""));

    private sealed record Cause(int? Code, string Reason);
}
