namespace Relay.Startup;

/// <summary>How a node looks after documents that no node holds and no snapshot covers.</summary>
internal sealed record OrphanedDocumentOptions
{
    /// <summary>
    /// How often it asks for some. Default: 15 s: a document is orphaned only after minutes, so asking more often
    /// finds none sooner.
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many it opens at once. Default: 4: clients come first, and others save as well.</summary>
    public int AtOnce { get; init; } = 4;

    /// <summary>
    /// How long a claim lasts, and how long this node waits for the saved document to leave before it takes the next.
    /// Default: 2 min, more than a load and a save may take together.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(2);
}
