using System.Diagnostics;
using Relay.Backplane;

namespace Relay.Sessions;

/// <summary>
/// Puts the document together, once for all connections that wait for it: channel, locator, a peer or else the
/// snapshots, and the log after that. Belongs to the session's mailbox.
/// </summary>
/// <param name="context">What every part has.</param>
/// <param name="sources">Where the document is loaded from.</param>
/// <param name="listing">This node's place in the locator.</param>
/// <param name="requests">Requests that a look at the log answers; a load is one.</param>
/// <param name="listener">Hears the channel.</param>
/// <param name="session">Takes the document.</param>
internal sealed partial class Loader(
    SessionContext context,
    LoadSources sources,
    LocatorListing listing,
    PendingReads requests,
    IChannelListener listener,
    ILoaderSession session)
{
    private IAsyncDisposable? subscription;
    private long startedAt;

    /// <summary>Begins the load. Called once, when no earlier session of this document is still being freed.</summary>
    public void Begin()
    {
        startedAt = context.Effects.Environment.Time.GetTimestamp();
        listing.Begin();

        // A load reads the log.
        var look = requests.LookBegins();

        // The load is over in one way or another when its deadline passes, so no connection waits for ever; the stores
        // get a chance to say why it failed.
        context.Effects.StartHolding(
            context.Settings.LongCallTimeout,
            cancellation => DocumentTraces.TraceAsync(
                "document.load", context.Name, span => LoadAsync(look, span, cancellation)),
            OnRead,
            OnFailed);
    }

    /// <summary>Leaves the channel. On any thread; called once, when no load is under way.</summary>
    public ValueTask ReleaseAsync() => subscription?.DisposeAsync() ?? default;

    /// <summary>Every step leaves what it has made where the release finds it, whatever the next step does.</summary>
    private async ValueTask<LoadedDocument> LoadAsync(long look, Activity? span, CancellationToken cancellation)
    {
        var name = context.Name;

        // Subscribing comes first: an entry that is appended after this is held, one appended before it is in the log
        // that is read below. No entry falls between.
        subscription = await sources.Channel.SubscribeAsync(name, listener, cancellation);

        // Who is there on other nodes is on its way while the document is loaded.
        context.Effects.Mailbox.PostElsewhere(session.OnListening);

        // In the locator before loading: a node that loads the document after this asks this node, or finds what it
        // appended in the log.
        var holders = await DocumentTraces.StepAsync("locator.add", _ => listing.AddAsync(cancellation));
        var peer = holders is { Count: > 0 }
            ? await DocumentTraces.StepAsync("peers.ask", _ => sources.Peers.AskAsync(name, holders, cancellation))
            : null;
        DurableState? state = null;
        if (peer is not null)
        {
            state = await DocumentTraces.StepAsync(
                "log.read", _ => sources.Durable.ReadAfterAsync(name, peer, cancellation));
            if (state is null)
            {
                LogPeerStateUnfit(context.Logger, name, peer.Position);
            }
        }

        // A log that has expired, and a peer at the newest snapshot, fit.
        var stored = state
            ?? await DocumentTraces.StepAsync("stores.read", _ => sources.Durable.ReadAsync(name, cancellation));
        span?.SetTag("relay.load.from", state is not null ? "peer" : "stores");
        span?.SetTag("relay.load.outcome", stored.Outcome.ToString());
        var isElsewhere = peer is not null && state is null && peer.Position != stored.Position;
        return new LoadedDocument(stored, look, holders is not null, peer, isElsewhere);
    }

    private void OnRead(LoadedDocument loaded)
    {
        Measure(succeeded: true);
        var state = loaded.State;
        switch (state.Outcome)
        {
            case DurableOutcome.Deleted when !state.IsBuried || session.IsSaveDemanded:
                Bury(state);
                break;
            case DurableOutcome.Deleted:
                session.OnLoadFailed(RefusalReason.DocumentDeleted);
                break;
            case DurableOutcome.Unreadable:
                LogLoadRefused(context.Logger, context.Name, state.Problem);
                session.OnLoadFailed(RefusalReason.DocumentUnreadable);
                break;
            default:
                LogLoaded(context.Logger, context.Name, state.Position);
                session.OnLoaded(loaded);
                break;
        }
    }

    private void OnFailed(Exception exception)
    {
        Measure(succeeded: false);
        LogLoadFailed(context.Logger, exception, context.Name);
        session.OnLoadFailed(RefusalReason.StoreUnavailable);
    }

    private void Measure(bool succeeded) =>
        context.Metrics.Loaded(context.Effects.Environment.Time.GetElapsedTime(startedAt), succeeded);

    /// <summary>
    /// The node that deleted the document died before it stored the tombstone, or a node that had slept through the
    /// deletion has begun a log: the job ends when a tombstone covers it. Or the log has not heard of the tombstone,
    /// and this session was opened for that job.
    /// </summary>
    private void Bury(DurableState deleted) => context.Effects.StartHolding(
        context.Settings.LongCallTimeout,
        cancellation => Tombstone.WriteAsync(
            sources.Log, sources.Snapshots, context.Name, deleted, context.Now, cancellation),
        () => session.OnLoadFailed(RefusalReason.DocumentDeleted),
        OnNotBuried);

    private void OnNotBuried(Exception failure)
    {
        LogNotBuried(context.Logger, failure, context.Name);
        context.Effects.Start(
            context.Settings.CallTimeout,
            cancellation => sources.Jobs.FailAsync(context.Name, failure.Message, cancellation),
            static () => { },
            static _ => { });
        session.OnLoadFailed(RefusalReason.DocumentDeleted);
    }
}
