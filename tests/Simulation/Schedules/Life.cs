using Relay.Backplane;
using Relay.Sessions;

namespace Relay.Simulation;

/// <summary>A document from its creation to its deletion. What was written before has no part in it.</summary>
/// <param name="number">0 before the first deletion.</param>
/// <param name="from">The epoch of the log that began it.</param>
/// <param name="updates">Puts updates together.</param>
internal sealed class Life(int number, long from, Updates updates)
{
    /// <summary>
    /// Whether a node that had slept through the deletion has put an entry of its own into a log that was lost or had
    /// expired: nothing tells it apart from one of this life.
    /// </summary>
    private bool hasOldEntry;

    public int Number => number;

    public long From => from;

    /// <summary>Whether it begins with a deletion after which the document was not created yet.</summary>
    public bool IsDeleted { get; private set; } = number > 0;

    public IContent EverLogged { get; private set; } = updates.DocumentOf();

    /// <summary>What was acknowledged or seen, and may not be lost.</summary>
    public IContent MustKeep { get; } = updates.DocumentOf();

    /// <summary>
    /// The document is created again, with nothing of what nodes that did not know better have logged.
    /// </summary>
    public void Begin()
    {
        IsDeleted = false;
        EverLogged = updates.DocumentOf();
    }

    /// <summary>
    /// No session appends what it knows from before a deletion. Only one that finds no log at all begins one with what
    /// its clients wrote, before it reads that the document was deleted.
    /// </summary>
    /// <param name="entry">What was stored.</param>
    /// <param name="started">Whether it began an epoch.</param>
    /// <param name="earlier">The lives before this one.</param>
    public void CheckIsNew(in LoggedEntry entry, bool started, IEnumerable<Life> earlier)
    {
        if (number == 0 || hasOldEntry)
        {
            return;
        }

        var before = updates.DocumentOf(
            [.. earlier.Select(life => (ReadOnlyMemory<byte>)life.EverLogged.EncodeState())]);
        if (!before.TryGetNews(entry.Payload, out var news, out var error, isAccepted: true))
        {
            throw new ScheduleFailedException($"An update does not read: {error}.");
        }

        var all = updates.DocumentOf(entry.Payload).EncodeState();
        var isNew = news.IsEmpty
            ? all.AsSpan().SequenceEqual(updates.DocumentOf().EncodeState())
            : all.AsSpan().SequenceEqual(updates.DocumentOf(news).EncodeState());
        if (isNew)
        {
            return;
        }

        hasOldEntry |= started;
        if (!started)
        {
            throw new ScheduleFailedException(
                $"The entry at {entry.Position} brings back what was written before the document was deleted.");
        }
    }
}
