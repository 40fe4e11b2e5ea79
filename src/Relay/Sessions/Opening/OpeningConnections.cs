namespace Relay.Sessions;

/// <summary>
/// Connections that were served and may still have to say what they have. Stock clients do that first of all; one that
/// does not within the patience is served without it. Belongs to the session's mailbox.
/// </summary>
internal sealed class OpeningConnections(TimeSpan patience)
{
    private readonly Queue<(Attachment Connection, DateTimeOffset Due)> waiting = new();

    public void Add(Attachment connection, DateTimeOffset now) => waiting.Enqueue((connection, now + patience));

    /// <summary>Takes the next connection whose time is over.</summary>
    public bool TryTake(DateTimeOffset now, out Attachment connection)
    {
        var isDue = waiting.TryPeek(out var next) && next.Due <= now;
        connection = next.Connection;
        return isDue && waiting.TryDequeue(out _);
    }

    /// <summary>When the next one is due; null when none waits.</summary>
    public DateTimeOffset? NextDue => waiting.TryPeek(out var next) ? next.Due : null;
}
