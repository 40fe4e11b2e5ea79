using Relay.Backplane;

namespace Relay.Sessions;

/// <summary>Entries that arrive while the document is put together. Belongs to the session's mailbox.</summary>
/// <param name="maxBytes">Beyond this, entries are dropped and read from the log later.</param>
internal sealed class HeldEntries(long maxBytes)
{
    /// <summary>What an entry that waits takes besides its payload.</summary>
    public const int Overhead = 64;

    private List<LoggedEntry>? entries;
    private long bytes;
    private bool isIncomplete;

    public void Add(in LoggedEntry entry)
    {
        bytes += entry.Payload.Length + Overhead;
        if (bytes <= maxBytes)
        {
            (entries ??= []).Add(entry);
        }
        else
        {
            isIncomplete = true;
        }
    }

    /// <summary>The channel may have lost entries.</summary>
    public void Miss() => isIncomplete = true;

    /// <summary>Takes all entries, in the order of their arrival.</summary>
    public LoggedEntry[] TakeAll()
    {
        LoggedEntry[] taken = entries?.ToArray() ?? [];
        entries = null;
        bytes = 0;
        return taken;
    }

    /// <summary>Whether entries were dropped or lost, which the log is read for; asked once.</summary>
    public bool TakeIncomplete()
    {
        var was = isIncomplete;
        isIncomplete = false;
        return was;
    }
}
