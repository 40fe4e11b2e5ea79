using Relay.Backplane;
using Relay.Persistence;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>
/// What has happened and what must hold because of it. Everything is looked at in the moment in which it changes.
/// </summary>
internal sealed class Ledger(Promise promise, Updates updates)
{
    private readonly List<Life> lives = [new Life(0, 0, updates)];
    private readonly Dictionary<Position, byte[]> histories = [];
    private readonly Dictionary<Position, byte[]> totals = [];
    private IContent? durable;

    /// <summary>Set by the world once it stands.</summary>
    public Redis Redis { get; set; } = null!;

    public Snapshots Snapshots { get; set; } = null!;

    /// <summary>The documents of all live sessions.</summary>
    public Func<IEnumerable<IContent>> Sessions { get; set; } = static () => [];

    public bool WasDamaged { get; set; }

    /// <summary>The document as it is.</summary>
    public Life Life => lives[^1];

    /// <summary>Whatever was acknowledged or seen, and may not be lost.</summary>
    public IContent MustKeep => Life.MustKeep;

    /// <summary>Called when the document was created after a deletion.</summary>
    public Action OnCreated { get; set; } = static () => { };

    /// <summary>The document as it was, or is, in an epoch of the log.</summary>
    public Life LifeIn(long epoch) => lives.FindLast(life => life.From <= epoch)!;

    public void OnStored(in LoggedEntry entry, bool started)
    {
        if (entry.Kind == EntryKind.Deleted)
        {
            lives.Add(new Life(lives.Count, entry.Position.Epoch, updates));
            durable = null;
            return;
        }

        if (entry.Kind == EntryKind.Created)
        {
            Life.Begin();
            histories[entry.Position] = updates.DocumentOf().EncodeState();
            totals[entry.Position] = Life.EverLogged.EncodeState();
            durable = null;
            OnCreated();
            return;
        }

        Life.CheckIsNew(entry, started, lives.SkipLast(1));
        Updates.Apply(Life.EverLogged, entry.Payload);
        var history = updates.DocumentOf();
        if (!started && entry.Position.Offset > 1)
        {
            Updates.Apply(history,
                histories[new Position(entry.Position.Epoch, entry.Position.Offset - 1, entry.Previous)]);
        }

        Updates.Apply(history, entry.Payload);
        var state = history.EncodeState();
        if (histories.TryGetValue(entry.Position, out var other) && !state.AsSpan().SequenceEqual(other))
        {
            throw new ScheduleFailedException($"The position {entry.Position} names two histories.");
        }

        histories[entry.Position] = state;
        if (promise == Promise.AnyNode)
        {
            totals[entry.Position] = Life.EverLogged.EncodeState();
        }

        if (promise != Promise.ReplicatedLog && durable is not null)
        {
            Updates.Apply(durable, entry.Payload);
        }
    }

    public void OnSnapshot(Snapshot snapshot)
    {
        if (snapshot.Kind == SnapshotKind.Tombstone)
        {
            durable = null;
            return;
        }

        var life = LifeIn(snapshot.Position.Epoch);
        if (durable is not null && life == Life)
        {
            Updates.Apply(durable, snapshot.Update);
        }

        if (!Updates.Contains(life.EverLogged, snapshot.Update))
        {
            throw new ScheduleFailedException($"The snapshot at {snapshot.Position} holds what was never logged.");
        }

        if (histories.TryGetValue(snapshot.Position, out var history)
            && !Updates.Contains(updates.DocumentOf(snapshot.Update), history))
        {
            throw new ScheduleFailedException(
                $"The snapshot at {snapshot.Position} lacks entries up to that position.");
        }
    }

    /// <summary>The second one is not stored: so what it has must be in some other snapshot, or in the log.</summary>
    public void OnStoredAgain(Snapshot again)
    {
        if (again.Kind == SnapshotKind.State && LifeIn(again.Position.Epoch) == Life
            && !Updates.Contains(durable ??= Durable(), again.Update))
        {
            throw new ScheduleFailedException(
                $"A snapshot at {again.Position} was to be stored over one that holds less.");
        }
    }

    /// <summary>What was trimmed must be in two snapshots, so that one may turn out unreadable.</summary>
    public void OnTrimmed(LogVersion before, LogVersion after)
    {
        if (after.Start == before.Start)
        {
            return;
        }

        durable = null;
        var trimmed = before.Entries.Where(e => e.Kind == EntryKind.Update && e.Position.Offset <= after.Start.Offset)
            .ToList();
        var readable = Snapshots.Readable.ToList();
        if (!AreTwoWhole(readable, trimmed))
        {
            CheckTrimmed(readable, trimmed, after);
        }

        OnShrunk("trimming");
    }

    private void CheckTrimmed(List<Snapshot> readable, List<LoggedEntry> trimmed, LogVersion after)
    {
        for (var lost = WasDamaged ? readable.Count : 0; lost <= readable.Count; lost++)
        {
            var rest = updates.DocumentOf(
                [.. readable.Where((_, i) => i != lost).Select(s => s.Update), .. after.Updates]);
            if (!trimmed.TrueForAll(e => Updates.Contains(rest, e.Payload)))
            {
                throw new ScheduleFailedException(lost == readable.Count
                    ? $"The log was trimmed through {after.Start}, and no snapshot has what was trimmed."
                    : $"The log was trimmed through {after.Start}, and only the snapshot at {readable[lost].Position} "
                        + "has what was trimmed.");
            }
        }
    }

    /// <summary>Something stored is gone: nothing that must be kept may be gone with it.</summary>
    public void OnShrunk(string what)
    {
        durable = null;
        if (!IsKept(MustKeep.EncodeState()))
        {
            throw new ScheduleFailedException($"What was acknowledged or seen was lost by {what}.");
        }
    }

    /// <summary>Whether each of two snapshots has all entries: then any one may turn out unreadable.</summary>
    private bool AreTwoWhole(List<Snapshot> readable, List<LoggedEntry> trimmed)
    {
        var whole = 0;
        for (var i = 0; i < readable.Count && whole < 2; i++)
        {
            var document = updates.DocumentOf(readable[i].Update);
            whole += trimmed.TrueForAll(entry => Updates.Contains(document, entry.Payload)) ? 1 : 0;
        }

        return whole == 2;
    }

    public void OnReplicated()
    {
        if (promise == Promise.ReplicatedLog)
        {
            durable = null;
        }
    }

    /// <summary>A node tells a client that its update is safe, as part of the document as the node knows it.</summary>
    public void OnAcknowledged(ReadOnlyMemory<byte> update, Process by, Life life)
    {
        if (!Updates.Contains(life.EverLogged, update))
        {
            throw new ScheduleFailedException($"{by.Name} acknowledged what was never logged.");
        }

        if (life != Life)
        {
            return;
        }

        if (!IsKept(update))
        {
            throw new ScheduleFailedException($"{by.Name} acknowledged what a failure can lose.");
        }

        Updates.Apply(MustKeep, update);
    }

    /// <summary>A node shows a client an update, its own or another's.</summary>
    public void OnShown(ReadOnlyMemory<byte> update, Process by, Life life)
    {
        if (!Updates.Contains(life.EverLogged, update))
        {
            throw new ScheduleFailedException($"{by.Name} showed what was never logged.");
        }

        if (promise == Promise.ReplicatedLog || life != Life)
        {
            return;
        }

        if (!IsKept(update))
        {
            throw new ScheduleFailedException($"{by.Name} showed what a failure can lose.");
        }

        Updates.Apply(MustKeep, update);
    }

    /// <summary>A session's document is exactly the entries up to its position, or a state that covers them.</summary>
    public void OnPosition(DocumentSession session, Process process)
    {
        var position = Inside.PositionOf(session);
        if (position.Offset == 0 || !histories.TryGetValue(position, out var history))
        {
            if (position.Offset > 0)
            {
                throw new ScheduleFailedException($"{process.Name} is at {position}, where no log ever was.");
            }

            return;
        }

        if (LifeIn(position.Epoch).IsDeleted)
        {
            throw new ScheduleFailedException($"{process.Name} is at {position}, and the document is deleted there.");
        }

        var document = Inside.DocumentOf(session);
        if (!Updates.Contains(document, history))
        {
            throw new ScheduleFailedException(
                $"The session of {process.Name} at {position} lacks entries up to that position.");
        }

        if (promise == Promise.AnyNode && !document.EncodeState().AsSpan().SequenceEqual(totals[position]))
        {
            throw new ScheduleFailedException(
                $"The session of {process.Name} at {position} is not what the log was up to there: "
                    + $"{Convert.ToHexString(document.EncodeState())} "
                    + $"and not {Convert.ToHexString(totals[position])}.");
        }
    }

    /// <summary>
    /// Whether what the promise is about has it: stores that nothing can take away, or the nodes that are promised to
    /// live.
    /// </summary>
    private bool IsKept(ReadOnlyMemory<byte> update)
    {
        if (Updates.Contains(durable ??= Durable(), update))
        {
            return true;
        }

        if (promise != Promise.AnyLog)
        {
            return false;
        }

        var everything = updates.DocumentOf();
        foreach (var document in Sessions().Prepend(durable))
        {
            Updates.Apply(everything, document.EncodeState());
        }

        return Updates.Contains(everything, update);
    }

    private IContent Durable()
    {
        var log = promise == Promise.ReplicatedLog ? Redis.ReplicatedLog : Redis.Log;
        return updates.DocumentOf(
            [.. Snapshots.Readable.Select(s => s.Update), .. log?.Updates ?? []]);
    }
}
