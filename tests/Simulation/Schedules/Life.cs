using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>A document from its creation to its deletion. What was written before has no part in it.</summary>
/// <param name="number">0 before the first deletion.</param>
/// <param name="from">The epoch of the log that began it.</param>
internal sealed class Life(int number, long from)
{
    public int Number => number;

    public long From => from;

    /// <summary>Whether it begins with a deletion after which the document was not created yet.</summary>
    public bool IsDeleted { get; private set; } = number > 0;

    public YDocument EverLogged { get; private set; } = new();

    /// <summary>What was acknowledged or seen, and may not be lost.</summary>
    public YDocument MustKeep { get; } = new();

    /// <summary>
    /// Whether a node that had slept through the deletion has put an entry of its own into a log that was lost or had
    /// expired: nothing tells it apart from one of this life.
    /// </summary>
    public bool HasOldEntry { get; set; }

    /// <summary>
    /// The document is created again, with nothing of what nodes that did not know better have logged.
    /// </summary>
    public void Begin()
    {
        IsDeleted = false;
        EverLogged = new YDocument();
    }
}
