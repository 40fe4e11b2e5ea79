namespace Relay.Sessions;

/// <summary>
/// Connections that were served and may still have to say what they have. Stock clients do that first of all; one that
/// does not within the patience is served without it. Belongs to the session's mailbox.
/// </summary>
internal sealed class OpeningConnections(TimeSpan patience)
{
    /// <summary>
    /// A timer that fires later than this says that the node stood still, and read no message meanwhile.
    /// </summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private readonly Queue<(Attachment Connection, DateTimeOffset Due)> waiting = new();

    /// <summary>For how long the node has stood still so far; what is due is kept without it.</summary>
    private TimeSpan stoodStill;

    /// <summary>When the next one is due; null when none waits.</summary>
    public DateTimeOffset? NextDue => waiting.TryPeek(out var next) ? next.Due + stoodStill : null;

    public void Add(Attachment connection, DateTimeOffset now) =>
        waiting.Enqueue((connection, now + patience - stoodStill));

    /// <summary>
    /// Looks at the time, when something is due: that during which the node stood still does not count.
    /// </summary>
    public void LookAtTime(DateTimeOffset now)
    {
        if (NextDue is { } due && now - due > Slack)
        {
            // What the clients have sent meanwhile still has to be read.
            stoodStill += now - due + patience;
        }
    }

    /// <summary>
    /// Forgets those that have said what they have, or left, up to the first that is still waited for.
    /// </summary>
    public void DropOpened()
    {
        while (waiting.TryPeek(out var next) && IsOpened(next.Connection))
        {
            waiting.Dequeue();
        }
    }

    /// <summary>Takes the next connection whose time is over.</summary>
    public bool TryTake(DateTimeOffset now, out Attachment connection)
    {
        var isDue = NextDue <= now;
        connection = isDue ? waiting.Dequeue().Connection : null!;
        return isDue;
    }

    private static bool IsOpened(Attachment connection) =>
        !connection.IsAttached || connection is { Early.IsOver: true, Delivery.Follows: true };
}
