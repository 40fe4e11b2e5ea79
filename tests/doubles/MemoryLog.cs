using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Doubles;

/// <summary>The log of one document in a <see cref="MemoryBackplane"/>.</summary>
internal sealed class MemoryLog(long epoch)
{
    private readonly List<LoggedEntry> entries = [];
    private Position start = new(epoch, 0, EntryId.None);

    public long Epoch => epoch;

    public IReadOnlyList<LoggedEntry> Entries => entries;

    public Position End => entries.Count > 0 ? entries[^1].Position : start;

    public LoggedEntry? Find(EntryId id) =>
        entries.FirstOrDefault(e => e.Position.Id == id) is { Position.IsNone: false } found ? found : null;

    /// <summary>Stores an entry, unless it is a repeat of one that is stored already.</summary>
    /// <returns>The result for the caller, and the stored entry.</returns>
    public (AppendResult Result, LoggedEntry? Entry) Append(LogEntry entry, AppendOutcome outcome)
    {
        var earlier = entries.FirstOrDefault(e => entry.Earlier.Span.Contains(e.Position.Id));
        if (!earlier.Position.IsNone)
        {
            return (new AppendResult(AppendOutcome.Stored, earlier.Position, earlier.Previous), earlier);
        }

        if (Find(entry.Id) is not null)
        {
            throw new InvalidOperationException("An append was repeated, and does not say so.");
        }

        var logged = new LoggedEntry(new Position(epoch, End.Offset + 1, entry.Id), End.Id, entry.Kind, entry.Payload)
        {
            Fields = entry.Fields,
        };
        entries.Add(logged);
        return (new AppendResult(outcome, logged.Position, logged.Previous), logged);
    }

    public LogReadResult Read(Position after)
    {
        var outcome = OutcomeOf(after);
        var from = after.IsNone ? 0 : after.Offset;
        var read = entries.Where(e => outcome != LogReadOutcome.Entries || e.Position.Offset > from).ToArray();
        return new LogReadResult(outcome, read, End, start);
    }

    /// <summary>Removes the entries up to this one, if the log has it.</summary>
    public void Trim(Position through)
    {
        if (entries.Any(e => e.Position == through))
        {
            start = through;
            entries.RemoveAll(e => e.Position.Offset <= through.Offset);
        }
    }

    /// <summary>Loses all but the first entries.</summary>
    public void CutTo(int count) => entries.RemoveRange(count, entries.Count - count);

    private LogReadOutcome OutcomeOf(Position after)
    {
        if (!after.IsNone && after.Epoch != epoch)
        {
            return LogReadOutcome.OtherEpoch;
        }

        var from = after.IsNone ? 0 : after.Offset;
        if (from > End.Offset)
        {
            return LogReadOutcome.BeyondEnd;
        }

        if (from < start.Offset)
        {
            return LogReadOutcome.Trimmed;
        }

        return from > 0 && At(from).Id != after.Id ? LogReadOutcome.OtherEntry : LogReadOutcome.Entries;
    }

    private Position At(long offset) =>
        offset == start.Offset ? start : entries.First(e => e.Position.Offset == offset).Position;
}
