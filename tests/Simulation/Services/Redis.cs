using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>
/// The store behind the backplane, with one document's log. Every change makes a new version, which replicas reach some
/// time later: a failover goes back to an older version, and the log grows on from there.
/// </summary>
internal sealed class Redis(World world, Ledger ledger, string name)
{
    private const int KeptVersions = 40;

    private readonly Agenda agenda = world.Agenda;
    private readonly SeededRandom random = world.Random;
    private readonly List<LogVersion?> versions = [null];
    private readonly List<(long Version, Action Then)> waiting = [];
    private long firstVersion;

    /// <summary>The version in which the document was last deleted or created.</summary>
    private long firstOfLife;
    private DateTimeOffset quietSince;

    /// <summary>Whether the server can be reached: the same for all documents.</summary>
    public Service Service => world.RedisService;

    public Channels Channels { get; init; } = null!;

    public Jobs Jobs { get; set; } = null!;

    /// <summary>Whether an append is answered, published and read only when the replicas have it.</summary>
    public bool WaitsForReplicas { get; init; }

    /// <summary>How long replicas take at most.</summary>
    public TimeSpan Lag { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How often another server has taken over, or this one has lost what it had.</summary>
    public int Generation { get; private set; }

    public LogVersion? Log => versions[^1];

    public long Version => firstVersion + versions.Count - 1;

    /// <summary>The newest version that the replicas have.</summary>
    public long Replicated { get; private set; }

    public LogVersion? ReplicatedLog => versions[(int)(Replicated - firstVersion)];

    public bool IsUnsaved => Log is { IsCovered: false };

    /// <summary>When the log last changed.</summary>
    public DateTimeOffset QuietSince => quietSince;

    private DateTimeOffset Now => ProcessTime.At(agenda);

    public AppendResult Append(Process from, long epoch, LogEntry entry)
    {
        var log = Log;
        if (log is not null)
        {
            if (FindTry(log, entry) is { } known)
            {
                var first = known.Position.Offset == 1 && epoch != known.Position.Epoch
                    ? AppendOutcome.StartedEpoch
                    : AppendOutcome.Stored;
                return new AppendResult(first, known.Position, known.Previous);
            }

            if (epoch != log.End.Epoch)
            {
                return new AppendResult(AppendOutcome.OtherEpoch, log.End, EntryId.None);
            }
        }

        var started = log is null;
        if (log is null or { IsCovered: true })
        {
            Jobs.Begin();
        }

        log ??= new LogVersion(
            new Position(NewEpoch(epoch), 0, EntryId.None), [], Position.None);
        var payload = entry.Payload.ToArray();
        var logged = new LoggedEntry(new Position(log.End.Epoch, log.End.Offset + 1, entry.Id), log.End.Id,
            entry.Kind, payload)
        {
            Fields = entry.Fields,
        };
        Change(log with { Entries = [.. log.Entries, logged] });
        world.Trace($"{name}'s log: {from.Name} stores {logged.Position}");
        ledger.OnStored(logged, started);
        Channels.Deliver(from, logged, Version);
        return new AppendResult(started ? AppendOutcome.StartedEpoch : AppendOutcome.Stored, logged.Position,
            logged.Previous);
    }

    /// <summary>
    /// A log that begins with the entry takes the place of the one that the caller means. No failover leads back behind
    /// it: a deletion that is lost again is none, and nobody is promised anything of it.
    /// </summary>
    public AppendResult Replace(Process from, long epoch, Position end, LogEntry entry)
    {
        var log = Log;
        if (log is not null)
        {
            if (Array.Find(log.Entries, e => e.Position.Id == entry.Id) is { Position.Offset: > 0 } known)
            {
                return new AppendResult(AppendOutcome.StartedEpoch, known.Position, known.Previous);
            }

            if (log.End.Epoch != epoch || (!end.IsNone && log.End != end))
            {
                return new AppendResult(AppendOutcome.OtherEpoch, log.End, EntryId.None);
            }
        }

        Jobs.Begin();
        var logged = new LoggedEntry(new Position(NewEpoch(epoch), 1, entry.Id), EntryId.None, entry.Kind,
            entry.Payload.ToArray())
        {
            Fields = entry.Fields,
        };
        Change(new LogVersion(new Position(logged.Position.Epoch, 0, EntryId.None), [logged], Position.None));
        firstOfLife = Version;
        world.Trace($"{name}'s log: {from.Name} begins it anew at {logged.Position}, {entry.Kind}");
        ledger.OnStored(logged, started: true);
        Channels.Deliver(from, logged, Version);
        return new AppendResult(AppendOutcome.StartedEpoch, logged.Position, EntryId.None);
    }

    public LogReadResult Read(Position after) =>
        Log?.Read(after) ?? new LogReadResult(LogReadOutcome.NoLog, [], Position.None, Position.None);

    public void Checkpoint(Process from, Position saved, Position trimThrough)
    {
        if (Log is not { } log)
        {
            return;
        }

        var next = log.Checkpoint(saved, trimThrough);
        if (log.Has(saved))
        {
            Jobs.Begin();
            world.Trace(
                $"{name}'s log: {from.Name} has saved {saved}, trims through {trimThrough}; "
                    + $"it begins after {next.Start}");
            Channels.DeliverSaved(from, saved);
        }

        if (!ReferenceEquals(next, log))
        {
            Change(next);
            ledger.OnTrimmed(log, next);
        }
    }

    /// <summary>Calls back once the replicas have all that is there now.</summary>
    public void WhenReplicated(long version, Action then)
    {
        if (!WaitsForReplicas || version <= Replicated)
        {
            then();
        }
        else
        {
            waiting.Add((version, then));
        }
    }

    /// <summary>Everything is gone, on the replicas too.</summary>
    public void Flush()
    {
        world.Trace($"{name}'s log: flushed");
        GoBackTo(null);
    }

    /// <summary>
    /// Another server is promoted: one that has all that the replicas have, or any of the last versions.
    /// </summary>
    public void FailOver(bool toAnyVersion)
    {
        var to = toAnyVersion ? Math.Max(Math.Max(firstVersion, firstOfLife), Version - random.Below(8)) : Replicated;
        world.Trace($"{name}'s log: failover from version {Version} to {to}, which ends at "
            + $"{versions[(int)(to - firstVersion)]?.End}");
        GoBackTo(versions[(int)(to - firstVersion)]);
    }

    /// <summary>A log that has been covered for long expires.</summary>
    public void ExpireIfQuiet()
    {
        if (Log is { IsCovered: true } && Now - quietSince > TimeSpan.FromSeconds(30))
        {
            world.Trace($"{name}'s log: expires");
            Change(null);
            ledger.OnShrunk("the log's expiry");
        }
    }

    /// <summary>
    /// The try of a repeat that was stored. The log looks only for what a caller says is a repeat, and only behind the
    /// position that it names: both must be true.
    /// </summary>
    private static LoggedEntry? FindTry(LogVersion log, LogEntry entry)
    {
        foreach (var known in log.Entries)
        {
            if (entry.Earlier.Span.Contains(known.Position.Id))
            {
                return log.Has(entry.EarlierAfter) && known.Position.Offset <= entry.EarlierAfter.Offset
                    ? throw new ScheduleFailedException("A repeat names a position that is not before its tries.")
                    : known;
            }

            if (known.Position.Id == entry.Id)
            {
                throw new ScheduleFailedException(
                    "An append has an id that the log has, and is not said to be a repeat.");
            }
        }

        return null;
    }

    private long NewEpoch(long after) => Math.Max(after + 1, (Now - DateTimeOffset.UnixEpoch).Ticks / 10);

    private void GoBackTo(LogVersion? version)
    {
        Generation++;
        firstVersion = Version + 1;
        versions.Clear();
        versions.Add(version);
        Replicated = firstVersion;
        waiting.Clear();
        quietSince = Now;
        Jobs.Begin();
        ledger.OnShrunk("the loss of the log");
        Channels.Interrupt();
    }

    private void Change(LogVersion? next)
    {
        versions.Add(next);
        quietSince = Now;
        if (versions.Count > KeptVersions && firstVersion < Replicated)
        {
            versions.RemoveAt(0);
            firstVersion++;
        }

        var (version, current) = (Version, Generation);
        agenda.Add(TimeSpan.FromMicroseconds(random.Below((int)Lag.TotalMicroseconds + 1)), null,
            () => Replicate(version, current));
    }

    private void Replicate(long version, int current)
    {
        if (current != Generation || version <= Replicated)
        {
            return;
        }

        Replicated = version;
        ledger.OnReplicated();
        for (var i = 0; i < waiting.Count;)
        {
            if (waiting[i].Version <= version)
            {
                var then = waiting[i].Then;
                waiting.RemoveAt(i);
                then();
            }
            else
            {
                i++;
            }
        }
    }
}
