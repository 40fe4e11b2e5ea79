using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Which log entries are a session's own: the one whose append is in flight, and the last ones that appends were
/// answered with. The session writes it, and the channel's thread reads it, so that an own entry that comes back over
/// the channel is known before its payload is looked at. Thread-safe.
/// </summary>
/// <remarks>
/// A session has one append in flight, so a channel that is more than <see cref="Remembered"/> entries behind the
/// answers is rare; an entry that is known no longer is handled like one of another node.
/// </remarks>
internal sealed class OwnEntries
{
    public const int Remembered = 4;

    private readonly Lock gate = new();
    private EntryId inFlight;

    /// <summary>Made with the first append: most documents of a node are only read.</summary>
    private Position[] answered = [];
    private int next;

    /// <summary>
    /// Notes that an append of the entry is in flight, in place of the one before. A repeat has another id; should an
    /// earlier try be stored, its entry is handled like one of another node.
    /// </summary>
    public void Sends(EntryId id)
    {
        lock (gate)
        {
            inFlight = id;
        }
    }

    /// <summary>
    /// Notes that the session has the entry from the answer to the append in flight; it may be that of an earlier try.
    /// </summary>
    public void WasAnswered(Position position)
    {
        lock (gate)
        {
            if (answered.Length == 0)
            {
                answered = new Position[Remembered];
            }

            answered[next] = position;
            next = (next + 1) % Remembered;
            inFlight = EntryId.None;
        }
    }

    /// <summary>What the session knows of an entry.</summary>
    public OwnEntryState StateOf(Position position)
    {
        lock (gate)
        {
            return Array.IndexOf(answered, position) >= 0 ? OwnEntryState.Answered
                : position.Id == inFlight && !inFlight.IsNone ? OwnEntryState.InFlight
                : OwnEntryState.NotOwn;
        }
    }
}
