using System.Diagnostics;
using Relay.Backplane;
using Relay.Connections;
using Relay.Telemetry;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>The document is put together, once for all who wait for it.</summary>
internal sealed partial class DocumentSession
{
    private CloseReason closedFor = CloseReason.InternalError;
    private bool loadBegun;
    private long loadStarted;
    private bool mayStay;
    private bool mustSave;

    /// <summary>Starts the load. Called once, when no earlier session of this document is still being freed.</summary>
    public void BeginLoad()
    {
        if (State == SessionState.Closed)
        {
            return;
        }

        if (services.Memory?.IsFull == true)
        {
            closedFor = CloseReason.NodeIsFull;
            Die(CloseReason.NodeIsFull);
            return;
        }

        loadBegun = true;
        loadStarted = services.Environment.Time.GetTimestamp();

        // A load reads the log.
        var look = pendingReads.LookBegins();

        // The load is over in one way or another when its deadline passes, so nobody waits for ever; the stores get a
        // chance to say why it failed.
        Start(
            settings.LongCallTimeout,
            cancellation => RelayTraces.TraceAsync("document.load", Name, span => LoadAsync(span, cancellation)),
            loaded => OnLoaded(look, loaded),
            OnLoadFailed);
    }

    /// <summary>What another node needs to load the document; nothing while this one is not whole.</summary>
    public PeerState? Share() =>
        State is SessionState.Loading or SessionState.Closed || reconciling || IsRecovering
            ? null
            : new PeerState(position, covered, unreadable, EncodeState(), Unlogged(), OwnPresence())
            {
                Covers = snapshots.ToArray(),
            };

    /// <summary>
    /// Every step leaves what it has made where the cleaning up finds it, whatever the next step does.
    /// </summary>
    private async ValueTask<Loaded> LoadAsync(Activity? span, CancellationToken cancellation)
    {
        // Subscribing comes first: an entry that is appended after this is held, one appended before it is in the log
        // that is read below. Nothing falls between.
        subscription = await services.Channel.SubscribeAsync(Name, new ChannelListener(this), cancellation);

        // Who is there on other nodes is on its way while the document is loaded.
        Mailbox.PostElsewhere(GreetOtherNodes);

        // In the locator before loading: whoever loads the document after this asks this node, or finds what it
        // appended in the log.
        leaveStep = LeaveStep.None;
        var holders = await RelayTraces.StepAsync("locator.add", _ => TryListAsync(cancellation));
        var peer = holders is { Count: > 0 }
            ? await RelayTraces.StepAsync("peers.ask", _ => services.Peers.AskAsync(Name, holders, cancellation))
            : null;
        DurableState? state = null;
        if (peer is not null)
        {
            state = await RelayTraces.StepAsync("log.read",
                _ => services.Durable.ReadAfterAsync(Name, peer, cancellation));
            if (state is null)
            {
                LogPeerStateUnfit(services.Logger, Name, peer.Position);
            }
        }

        // A log that has expired, and a peer at the newest snapshot, fit.
        var stored = state
            ?? await RelayTraces.StepAsync("stores.read", _ => services.Durable.ReadAsync(Name, cancellation));
        span?.SetTag("relay.load.from", state is not null ? "peer" : "stores");
        span?.SetTag("relay.load.outcome", stored.Outcome.ToString());
        return new Loaded(stored, holders is not null, peer,
            peer is not null && state is null && peer.Position != stored.Position);
    }

    private void OnLoaded(long look, Loaded loaded)
    {
        services.Metrics.Loaded(services.Environment.Time.GetElapsedTime(loadStarted), succeeded: true);
        var state = loaded.State;
        if (State == SessionState.Closed)
        {
            Free(removeFirst: true);
            return;
        }

        switch (state.Outcome)
        {
            case DurableOutcome.Deleted when !state.IsBuried || mustSave:
                Bury(state);
                return;
            case DurableOutcome.Deleted:
                FailLoad(CloseReason.DocumentDeleted);
                return;
            case DurableOutcome.Unreadable:
                LogLoadRefused(services.Logger, Name, state.Problem);
                FailLoad(CloseReason.DocumentUnreadable);
                return;
            default:
                break;
        }

        document = state.Document;
        limit.Holds(document.MemoryBytes);
        position = state.Position;
        unreadable = state.Unreadable;
        saved = state.Saved;
        covered = state.IsInLog ? saved : Position.None;
        snapshots.Restart(state.Covers, position);
        documentVersion++;
        answers.Forget();
        State = SessionState.Live;
        if (position != saved || (mustSave && !position.IsNone))
        {
            // Nobody has saved these: their writer was killed, or is still about to.
            unsavedBytes = state.EntryBytes;
            MarkUnsaved();
        }

        ListAgain(loaded.IsListed);
        if (loaded.Peer is { } peer)
        {
            peerUnlogged = peer.Position.Epoch >= state.Tombstone.Epoch ? peer.Unlogged : default;
            OnChannelAwareness(0, AwarenessKind.Changes, peer.Awareness);
        }

        LogLoaded(services.Logger, Name, position);
        AppendPeerUnlogged();
        if (!state.Strays.IsEmpty)
        {
            RecoverStrays(state);
            StartAppend();
        }
        else if (unreadable.Contains(position) || loaded.IsPeerElsewhere)
        {
            // The snapshot of this very position does not read and is kept, so the document cannot be saved here. Or
            // the log was lost, and a node that has what is lost does not know that yet.
            MoveOn();
        }

        ReleaseHeld();
        if (!reconciling)
        {
            pendingReads.LookEnded(look, CloseReason.Normal);
        }

        LookForRequests();
        foreach (var attachment in attachments.ToArray())
        {
            if (attachment.IsAttached && State == SessionState.Live)
            {
                Serve(attachment);
            }
        }

        BecomeIdleIfEmpty();
    }

    private void OnLoadFailed(Exception exception)
    {
        services.Metrics.Loaded(services.Environment.Time.GetElapsedTime(loadStarted), succeeded: false);
        if (State == SessionState.Closed)
        {
            Free(removeFirst: true);
            return;
        }

        LogLoadFailed(services.Logger, exception, Name);
        FailLoad(CloseReason.StoreUnavailable);
    }

    /// <summary>
    /// The node that deleted the document died before it stored the tombstone, or a node that had slept through the
    /// deletion has begun a log: the job ends when a tombstone covers it. Or the log has not heard of the tombstone, and
    /// this session was opened for that job.
    /// </summary>
    private void Bury(DurableState deleted) =>
        Start(
            settings.LongCallTimeout,
            cancellation => Tombstone.WriteAsync(services.Log, services.Snapshots, Name, deleted, Now, cancellation),
            () => OnBuried(null),
            OnBuried);

    private void OnBuried(Exception? failure)
    {
        if (State == SessionState.Closed)
        {
            Free(removeFirst: true);
            return;
        }

        if (failure is not null)
        {
            LogSaveFailed(services.Logger, failure, Name);
            Start(settings.CallTimeout, cancellation => services.Jobs.FailAsync(Name, failure.Message, cancellation),
                static () => { }, static _ => { });
        }

        FailLoad(CloseReason.DocumentDeleted);
    }

    /// <summary>Closes those who wait and forgets the session, so that the next one who comes tries again.</summary>
    private void FailLoad(CloseReason reason)
    {
        State = SessionState.Live;
        closedFor = reason;
        Die(reason);
    }
}
