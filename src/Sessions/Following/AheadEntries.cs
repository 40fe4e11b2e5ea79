using Relay.Backplane;

namespace Relay.Sessions;

/// <summary>
/// Entries from beyond the next offset, by offset. They wait for those before them: replies and channel messages
/// overtake each other. Belongs to the session's mailbox.
/// </summary>
internal sealed class AheadEntries
{
    private readonly SessionContext context;
    private readonly LogReader reader;
    private readonly SessionTimer timer;

    /// <summary>Made when an entry has to wait, which is rare.</summary>
    private SortedDictionary<long, LoggedEntry>? entries;

    /// <summary>Those that waited when the read of the log began that is under way.</summary>
    private LoggedEntry[] noted = [];
    private long bytes;

    /// <param name="context">What every part has.</param>
    /// <param name="reader">Reads the log when the entries before them did not come in time.</param>
    public AheadEntries(SessionContext context, LogReader reader)
    {
        this.context = context;
        this.reader = reader;
        timer = context.Effects.Timer(this, static ahead => ahead.OnWaited());
    }

    /// <summary>What arrived since none waited, dropped entries included.</summary>
    public long Bytes => bytes;

    /// <summary>Whether entries were dropped, because they were too much to keep.</summary>
    public bool IsOverfull => bytes > context.Settings.HeldBytes;

    /// <summary>Keeps an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="isReading">Whether the log is read anyway.</param>
    public void Add(in LoggedEntry entry, bool isReading)
    {
        bytes += entry.Payload.Length + HeldEntries.Overhead;
        if (!IsOverfull)
        {
            (entries ??= [])[entry.Position.Offset] = entry;
        }

        if (!timer.IsSet && !isReading)
        {
            timer.Set(context.Settings.GapWait);
        }
    }

    /// <summary>Takes the first entry if its offset is at most this one.</summary>
    public bool TryTake(long upTo, out LoggedEntry entry)
    {
        entry = default;
        if (entries is not { Count: > 0 })
        {
            return false;
        }

        (var offset, entry) = entries.First();
        return offset <= upTo && entries.Remove(offset);
    }

    /// <summary>If all were taken, no entry is missing any more.</summary>
    public void EndIfEmpty()
    {
        if (entries is not { Count: > 0 })
        {
            Clear();
        }
    }

    /// <summary>A read of the log begins.</summary>
    public void NoteWaiting() => noted = entries is { Count: > 0 } ? [.. entries.Values] : [];

    /// <summary>
    /// The log was read, and what was read is applied. An entry is in the log before it is heard of: one that waited
    /// before the read and was not reached by it is of a history that a failover lost. The entries before it never
    /// come.
    /// </summary>
    public void DropLost()
    {
        foreach (var entry in noted)
        {
            if (entries is not null && entries.TryGetValue(entry.Position.Offset, out var kept)
                && kept.Position == entry.Position)
            {
                entries.Remove(entry.Position.Offset);
                bytes -= entry.Payload.Length + HeldEntries.Overhead;
            }
        }

        noted = [];
        EndIfEmpty();
    }

    /// <summary>The log was read: entries that still wait came after that, and those before them may be lost.</summary>
    public void WaitAgain()
    {
        if (entries is { Count: > 0 })
        {
            timer.Set(context.Settings.GapWait);
        }
    }

    /// <summary>Drops all entries; the log is read anyway.</summary>
    public void Drop()
    {
        entries = null;
        noted = [];
        bytes = 0;
    }

    /// <summary>Drops all entries, and waits for none.</summary>
    public void Clear()
    {
        Drop();
        timer.Clear();
    }

    private void OnWaited()
    {
        if (bytes > 0)
        {
            reader.Read();
        }
    }
}
