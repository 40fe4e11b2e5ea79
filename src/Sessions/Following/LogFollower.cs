using Relay.Backplane;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Has the entries of the log applied, in order and without gaps, wherever they come from: replies to appends, the
/// channel, reads. Belongs to the session's mailbox.
/// </summary>
internal sealed class LogFollower : ILogReaderTarget, IReconcilerTarget
{
    private readonly ILogFollowerSession session;
    private readonly EntryApplier applier;
    private readonly AheadEntries ahead;
    private readonly HeldEntries held;
    private readonly LogReader reader;
    private readonly Reconciler reconciler;

    public LogFollower(
        SessionContext context,
        LoggedDocument content,
        IDocumentLog log,
        ISnapshotStore snapshots,
        DurableStateReader durable,
        ReconcileGate gate,
        PendingReads requests,
        ILogFollowerSession session)
    {
        this.session = session;
        applier = new EntryApplier(context, content, session);
        held = new HeldEntries(context.Settings.HeldBytes);
        reader = new LogReader(context, log, snapshots, requests, this);
        reconciler = new Reconciler(context, content, durable, gate, requests, this, session);
        ahead = new AheadEntries(context, reader);
    }

    /// <summary>Up to which entry the document is the log.</summary>
    public Position Position => applier.Position;

    public bool IsReconciling => reconciler.IsReconciling;

    /// <summary>Whether a read or a reconcile is under way.</summary>
    public bool IsBusy => reader.IsReading || reconciler.IsReconciling;

    /// <summary>The bytes of the entries that wait for those before them.</summary>
    public long AheadBytes => ahead.Bytes;

    bool ILogReaderTarget.IsFollowing => session.IsOpen && !reconciler.IsReconciling;

    /// <summary>The document was put together; <see cref="ReleaseHeld"/> follows.</summary>
    public void Begin(DurableState state) => applier.Begin(state);

    /// <summary>The channel brings an entry.</summary>
    public void OnChannelEntry(in LoggedEntry entry)
    {
        if (session.IsOpen)
        {
            OnEntry(entry);
        }
        else
        {
            held.Add(entry);
        }
    }

    /// <summary>The channel brings an entry of this session without its payload, before its reply came.</summary>
    public void OnChannelOwnEntry(in LoggedEntry head)
    {
        var at = head.Position;
        if (session.InFlight is { } append && append.Has(at.Id))
        {
            OnChannelEntry(head with { Payload = append.Payload });
        }
        else if (at != Position && (at.Epoch != Position.Epoch || at.Offset >= Position.Offset))
        {
            // That append was given up when the log turned out to be another one: the log says what became of it.
            OnInterrupted();
        }
    }

    /// <summary>The channel may have lost messages: a lost last one leaves no hole, so the log is asked.</summary>
    public void OnInterrupted()
    {
        if (session.IsOpen && !reconciler.IsReconciling)
        {
            reader.Read();
        }
        else
        {
            held.Miss();
        }
    }

    /// <summary>Takes an entry of the log.</summary>
    public void OnEntry(in LoggedEntry entry)
    {
        if (!session.IsOpen)
        {
            // The entry before this one has ended the session.
            return;
        }

        var at = entry.Position;
        if (entry.Kind == EntryKind.Deleted && at.Epoch > Position.Epoch)
        {
            applier.EndDeleted();
        }
        else if (reconciler.IsReconciling)
        {
            held.Add(entry);
        }
        else if (at.Epoch != Position.Epoch)
        {
            reconciler.Request();
        }
        else if (at.Offset <= Position.Offset)
        {
            if (!applier.TryPass(entry))
            {
                reconciler.Request();
            }
        }
        else if (at.Offset > Position.Offset + 1)
        {
            ahead.Add(entry, reader.IsReading);
        }
        else if (!applier.IsNext(entry))
        {
            reconciler.Request();
        }
        else
        {
            applier.Apply(entry);
            ApplyAhead();
        }
    }

    /// <summary>The position does not fit the log.</summary>
    public void Reconcile() => reconciler.Request();

    /// <summary>A snapshot was stored whose history is over.</summary>
    public void OnHistoryLost() => reconciler.OnHistoryLost();

    /// <summary>Looks at the log for requests, unless a look is under way: its end says so to them.</summary>
    public void LookForRequests()
    {
        if (session.IsOpen && !IsBusy)
        {
            reader.Begin();
        }
    }

    /// <summary>Applies what arrived while the document was put together.</summary>
    public void ReleaseHeld()
    {
        foreach (var entry in held.TakeAll())
        {
            OnEntry(entry);
        }

        if (!reconciler.IsReconciling && held.TakeIncomplete())
        {
            reader.Read();
        }
    }

    private void ApplyAhead()
    {
        while (session.IsOpen && !reconciler.IsReconciling && ahead.TryTake(Position.Offset + 1, out var entry))
        {
            if (applier.IsNext(entry))
            {
                applier.Apply(entry);
            }
            else
            {
                OnEntry(entry);
            }
        }

        ahead.EndIfEmpty();
    }

    void ILogReaderTarget.OnReadBegun() => ahead.NoteWaiting();

    bool ILogReaderTarget.TakeRead(LogReadResult read, Position newest)
    {
        var isAgain = ahead.IsOverfull;
        if (isAgain)
        {
            // What it was too much to keep may have come after the log was read.
            ahead.Drop();
        }

        if (read.Outcome == LogReadOutcome.Entries)
        {
            foreach (var entry in read.Entries)
            {
                OnEntry(entry);
            }

            ahead.DropLost();
        }
        else if (read.Outcome != LogReadOutcome.NoLog || Position != session.Covered || Position != newest)
        {
            reconciler.Request();
        }

        if (!reconciler.IsReconciling)
        {
            ahead.WaitAgain();
        }

        return isAgain;
    }

    void ILogReaderTarget.OnReadEnded() => session.OnLookEnded();

    void IReconcilerTarget.OnReconcileBegun()
    {
        ahead.Clear();
        reader.Stop();
    }

    void IReconcilerTarget.MoveTo(Position position) => applier.MoveTo(position);

    void IReconcilerTarget.OnDeleted() => applier.EndDeleted();
}
