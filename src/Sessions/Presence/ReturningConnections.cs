using System.Diagnostics.CodeAnalysis;

namespace Relay.Sessions;

/// <summary>
/// Connections that were lost abruptly, in the order of their loss: each has some time to return before its presence
/// goes. Belongs to the session's mailbox.
/// </summary>
internal sealed class ReturningConnections(TimeSpan returnTime)
{
    private SparseQueue<(Attachment Connection, DateTimeOffset Due)> lost;

    /// <summary>When the time of the next one is over; null when there is none.</summary>
    public DateTimeOffset? NextDue => lost.Count > 0 ? lost.Peek().Due : null;

    public void Add(Attachment connection, DateTimeOffset now) => lost.Enqueue((connection, now + returnTime));

    /// <summary>Takes the next one whose time is over by then.</summary>
    public bool TryTake(DateTimeOffset until, [NotNullWhen(true)] out Attachment? connection)
    {
        connection = null;
        if (NextDue <= until && lost.TryDequeue(out var next))
        {
            connection = next.Connection;
        }

        return connection is not null;
    }
}
