using System.Diagnostics;
using Relay.Backplane;
using Relay.Connections;
using Relay.Telemetry;

namespace Relay.Sessions;

/// <summary>The document is put together, once for all who wait for it.</summary>
internal sealed partial class DocumentSession
{
    private long loadStarted;

    /// <summary>Starts the load. Called once, when no earlier session of this document is still being freed.</summary>
    public void BeginLoad()
    {
        if (lifecycle.IsClosed)
        {
            return;
        }

        if (services.Memory?.IsFull == true)
        {
            lifecycle.Fail(CloseReason.NodeIsFull);
            return;
        }

        listing.Begin();
        loadStarted = services.Environment.Time.GetTimestamp();

        // A load reads the log.
        var look = pendingReads.LookBegins();

        // The load is over in one way or another when its deadline passes, so nobody waits for ever; the stores get a chance to say why it failed.
        effects.StartHolding(
            settings.LongCallTimeout,
            cancellation => RelayTraces.TraceAsync("document.load", Name, span => LoadAsync(span, cancellation)),
            loaded => OnLoaded(look, loaded),
            OnLoadFailed);
    }

    /// <summary>What another node needs to load the document; nothing while this one is not whole.</summary>
    public PeerState? Share() =>
        !lifecycle.IsOpen || follower.IsReconciling || outbox.IsRecovering
            ? null
            : new PeerState(
                follower.Position,
                saver.Known.Covered,
                saver.Known.Unreadable,
                content.Encode(),
                unlogged.Merge(null),
                awareness.EncodeOwn());

    /// <summary>Every step leaves what it has made where the cleaning up finds it, whatever the next step does.</summary>
    private async ValueTask<Loaded> LoadAsync(Activity? span, CancellationToken cancellation)
    {
        // Subscribing comes first: an entry that is appended after this is held, one appended before it is in the log that is read below. Nothing falls between.
        subscription = await services.Channel.SubscribeAsync(Name, new ChannelListener(this), cancellation);

        // Who is there on other nodes is on its way while the document is loaded.
        Mailbox.PostElsewhere(awareness.OnListening);

        // In the locator before loading: whoever loads the document after this asks this node, or finds what it appended in the log.
        var holders = await RelayTraces.StepAsync("locator.add", _ => listing.AddAsync(cancellation));
        var peer = holders is { Count: > 0 } ? await RelayTraces.StepAsync("peers.ask", _ => services.Peers.AskAsync(Name, holders, cancellation)) : null;
        DurableState? state = null;
        if (peer is not null)
        {
            state = await RelayTraces.StepAsync("log.read", _ => services.Durable.ReadAfterAsync(Name, peer, cancellation));
            if (state is null)
            {
                LogPeerStateUnfit(services.Logger, Name, peer.Position);
            }
        }

        // A log that has expired, and a peer at the newest snapshot, fit.
        var stored = state ?? await RelayTraces.StepAsync("stores.read", _ => services.Durable.ReadAsync(Name, cancellation));
        span?.SetTag("relay.load.from", state is not null ? "peer" : "stores");
        span?.SetTag("relay.load.outcome", stored.Outcome.ToString());
        return new Loaded(stored, holders is not null, peer, peer is not null && state is null && peer.Position != stored.Position);
    }

    private void OnLoaded(long look, Loaded loaded)
    {
        services.Metrics.Loaded(services.Environment.Time.GetElapsedTime(loadStarted), succeeded: true);
        var state = loaded.State;
        switch (state.Outcome)
        {
            case DurableOutcome.Deleted when !state.IsBuried:
                Bury(state);
                return;
            case DurableOutcome.Deleted:
                lifecycle.Fail(CloseReason.DocumentDeleted);
                return;
            case DurableOutcome.Unreadable:
                LogLoadRefused(services.Logger, Name, state.Problem);
                lifecycle.Fail(CloseReason.DocumentUnreadable);
                return;
            default:
                break;
        }

        follower.Begin(state);
        lifecycle.OnLoaded();
        saver.OnLoaded(state);

        if (!loaded.IsListed)
        {
            listing.AddLater();
        }

        if (loaded.Peer is { } peer)
        {
            unlogged.OnPeer(peer.Position.Epoch >= state.Tombstone.Epoch ? peer.Unlogged : default);
            awareness.OnChannel(0, AwarenessKind.Changes, peer.Awareness);
        }

        LogLoaded(services.Logger, Name, follower.Position);
        if (saver.Known.Unreadable.Contains(follower.Position) || loaded.IsPeerElsewhere)
        {
            // The snapshot of this very position does not read and is kept, so the document cannot be saved here. Or the log was lost, and a node that has what is lost does not know that yet.
            outbox.MoveOn();
        }

        follower.ReleaseHeld();
        if (!follower.IsReconciling)
        {
            pendingReads.LookEnded(look, CloseReason.Normal);
        }

        LookForRequests();
        ServeAll();
        lifecycle.WatchIdleTime();
    }

    private void OnLoadFailed(Exception exception)
    {
        services.Metrics.Loaded(services.Environment.Time.GetElapsedTime(loadStarted), succeeded: false);
        LogLoadFailed(services.Logger, exception, Name);
        lifecycle.Fail(CloseReason.StoreUnavailable);
    }

    /// <summary>The node that deleted the document died before it stored the tombstone, or a node that had slept through the deletion has begun a log: the job ends when a tombstone covers it.</summary>
    private void Bury(DurableState deleted) =>
        effects.StartHolding(
            settings.LongCallTimeout,
            cancellation => Tombstone.WriteAsync(services.Log, services.Snapshots, Name, deleted, Now, cancellation),
            () => OnBuried(null),
            OnBuried);

    private void OnBuried(Exception? failure)
    {
        if (failure is not null)
        {
            LogSaveFailed(services.Logger, failure, Name);
            effects.Start(settings.CallTimeout, cancellation => services.Jobs.FailAsync(Name, failure.Message, cancellation), static () => { }, static _ => { });
        }

        lifecycle.Fail(CloseReason.DocumentDeleted);
    }
}
