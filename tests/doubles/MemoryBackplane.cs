using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Doubles;

/// <summary>
/// A log and channels in memory that a test can lose, hold up, cut short and hush. Keeps the promises of the seams
/// otherwise.
/// </summary>
internal sealed class MemoryBackplane : IDocumentLog, ISaveJobs
{
    private readonly Dictionary<DocumentName, MemoryLog> logs = [];
    private readonly List<Subscription> subscriptions = [];
    private readonly HashSet<ulong> dead = [];
    private long clock = 1000;

    /// <summary>Before an append is stored.</summary>
    public Gate Appending { get; } = new();

    /// <summary>After an append was stored and delivered, before its caller hears of it.</summary>
    public Gate Replying { get; } = new();

    public Gate Reading { get; } = new();

    /// <summary>After the log was read, before its reader hears of it.</summary>
    public Gate Answering { get; } = new();

    public Gate Subscribing { get; } = new();

    public Gate Publishing { get; } = new();

    public Gate Claiming { get; } = new();

    /// <summary>Whether another node has claimed every save.</summary>
    public bool IsClaimedElsewhere { get; set; }

    /// <summary>What claims say is saved.</summary>
    public Position Saved { get; set; }

    /// <summary>What was said about saves that failed.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Whether the channel loses what it should deliver.</summary>
    public bool IsHushed { get; set; }

    public List<(DocumentName Document, EntryId Id)> Appends { get; } = [];

    public int Subscriptions => subscriptions.Count;

    /// <summary>What nodes told each other about presence, in order.</summary>
    public List<(ulong Node, AwarenessKind Kind)> Told { get; } = [];

    public List<Position> Checkpoints { get; } = [];

    public IReadOnlyList<LoggedEntry> Entries(DocumentName name) =>
        logs.TryGetValue(name, out var log) ? log.Entries : [];

    public Position End(DocumentName name) => logs[name].End;

    /// <summary>The log is gone, as after a flushed Redis.</summary>
    public void Lose(DocumentName name) => logs.Remove(name);

    /// <summary>The last entries are gone, as after a failover to a replica that lagged.</summary>
    public void CutTo(DocumentName name, int entries) => logs[name].CutTo(entries);

    /// <summary>Another node appends.</summary>
    public LoggedEntry AppendElsewhere(DocumentName name, ulong id, byte[] update, EntryKind kind = EntryKind.Update)
    {
        var entry = Store(name, 0, new LogEntry(new EntryId(id), kind, update), anyEpoch: true).Entry!.Value;
        Deliver(name, entry);
        return entry;
    }

    /// <summary>As the channels do for the node that appended it: each listener may take it before.</summary>
    public void Deliver(DocumentName name, LoggedEntry entry)
    {
        if (!IsHushed)
        {
            foreach (var subscription in subscriptions.Where(s => s.Name == name).ToArray())
            {
                if (!subscription.Listener.TryTakeOwn(entry with { Payload = default }))
                {
                    subscription.Listener.OnEntry(entry);
                }
            }
        }
    }

    /// <summary>The one listener of a document.</summary>
    public IChannelListener ListenerOf(DocumentName name) => subscriptions.Single(s => s.Name == name).Listener;

    /// <summary>A node has no channels any more.</summary>
    public void Cut(ulong node)
    {
        dead.Add(node);
        subscriptions.RemoveAll(subscription => subscription.Node == node);
    }

    /// <summary>The channels as a node has them, under its id.</summary>
    public IDocumentChannel ChannelOf(ulong node) => new MemoryChannel(this, node);

    /// <summary>A node that is not in this test tells about presence.</summary>
    public void PublishElsewhere(
        DocumentName name, byte[] content, AwarenessKind kind = AwarenessKind.Changes, ulong node = 99) =>
        DeliverAwareness(name, node, kind, content);

    public void DeliverAwareness(DocumentName name, ulong node, AwarenessKind kind, byte[] content)
    {
        Told.Add((node, kind));
        var isHeard = !IsHushed && !dead.Contains(node);
        foreach (var subscription in subscriptions.Where(s => s.Name == name && s.Node != node && isHeard).ToArray())
        {
            subscription.Listener.OnAwareness(node, kind, content);
        }
    }

    public void DeliverStateless(DocumentName name, ulong sender, byte[] message)
    {
        foreach (var subscription in subscriptions.Where(s => s.Name == name).ToArray())
        {
            subscription.Listener.OnStateless(sender, message);
        }
    }

    public async ValueTask<IAsyncDisposable> SubscribeAsync(
        ulong node, DocumentName document, IChannelListener listener)
    {
        await Subscribing.PassAsync();
        var subscription = new Subscription(this, node, document, listener);
        subscriptions.Add(subscription);
        return subscription;
    }

    /// <summary>Another node saves all that the log holds.</summary>
    public void SaveElsewhere(DocumentName name)
    {
        Saved = End(name);
        foreach (var subscription in subscriptions.Where(s => s.Name == name).ToArray())
        {
            subscription.Listener.OnSaved(Saved);
        }
    }

    public void Interrupt()
    {
        foreach (var subscription in subscriptions.ToArray())
        {
            subscription.Listener.OnInterrupted();
        }
    }

    public async ValueTask<AppendResult> AppendAsync(DocumentName document, long epoch, LogEntry entry,
        CancellationToken cancellation)
    {
        Appends.Add((document, entry.Id));
        await Appending.PassAsync();
        var (result, stored) = Store(document, epoch, entry with { Payload = entry.Payload.ToArray() },
            anyEpoch: false);
        if (stored is { } fresh)
        {
            Deliver(document, fresh);
        }

        await Replying.PassAsync();
        return result;
    }

    public async ValueTask<AppendResult> ReplaceAsync(
        DocumentName document, long epoch, Position end, LogEntry entry, CancellationToken cancellation)
    {
        await Appending.PassAsync();
        if (logs.TryGetValue(document, out var log) && log.Find(entry.Id) is { } known)
        {
            return new AppendResult(AppendOutcome.StartedEpoch, known.Position, known.Previous);
        }

        if (log is not null && (log.Epoch != epoch || (!end.IsNone && log.End != end)))
        {
            return new AppendResult(AppendOutcome.OtherEpoch, log.End, EntryId.None);
        }

        logs.Remove(document);
        var (result, stored) = Store(document, epoch, entry, anyEpoch: false);
        Deliver(document, stored!.Value);
        await Replying.PassAsync();
        return result;
    }

    public async ValueTask<LogReadResult> ReadAsync(DocumentName document, Position after,
        CancellationToken cancellation)
    {
        await Reading.PassAsync();
        var result = logs.TryGetValue(document, out var log)
            ? log.Read(after)
            : new LogReadResult(LogReadOutcome.NoLog, [], Position.None, Position.None);
        await Answering.PassAsync();
        return result;
    }

    public ValueTask CheckpointAsync(DocumentName document, Position saved, Position trimThrough,
        CancellationToken cancellation)
    {
        Checkpoints.Add(saved);
        if (logs.TryGetValue(document, out var log) && trimThrough.Offset <= saved.Offset)
        {
            log.Trim(trimThrough);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask<SaveClaim> ClaimAsync(DocumentName document, TimeSpan lease, CancellationToken cancellation)
    {
        await Claiming.PassAsync();
        return IsClaimedElsewhere ? new SaveClaim(false, Saved) : new SaveClaim(true, Saved);
    }

    public ValueTask<IReadOnlyList<SaveJob>> ClaimOrphanedAsync(int most, TimeSpan lease,
        CancellationToken cancellation) => ValueTask.FromResult<IReadOnlyList<SaveJob>>([]);

    public ValueTask FailAsync(DocumentName document, string problem, CancellationToken cancellation)
    {
        Problems.Add(problem);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<SaveJob>> ListAsync(int most, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<SaveJob>>([]);

    private (AppendResult Result, LoggedEntry? Entry) Store(DocumentName name, long epoch,
        LogEntry entry, bool anyEpoch)
    {
        var outcome = AppendOutcome.Stored;
        if (!logs.TryGetValue(name, out var log))
        {
            logs.Add(name, log = new MemoryLog(Math.Max(epoch + 1, clock++)));
            outcome = AppendOutcome.StartedEpoch;
        }
        else if (!anyEpoch && epoch != log.Epoch)
        {
            return (new AppendResult(AppendOutcome.OtherEpoch, log.End, EntryId.None), null);
        }

        return log.Append(entry, outcome);
    }

    private sealed class Subscription(
        MemoryBackplane backplane, ulong node, DocumentName name, IChannelListener listener) : IAsyncDisposable
    {
        public ulong Node => node;

        public DocumentName Name => name;

        public IChannelListener Listener => listener;

        public ValueTask DisposeAsync()
        {
            backplane.subscriptions.Remove(this);
            return ValueTask.CompletedTask;
        }
    }
}
