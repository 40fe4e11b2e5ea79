using Relay.Background;
using Relay.Health;
using Relay.Persistence.Metadata;
using Relay.Telemetry;

namespace Relay.Metadata;

/// <summary>
/// Writes what the recorder has every few seconds, and does what has to be done in the store now and then. Without
/// changes it writes only a sign of life, less often. A batch whose outcome is unknown is written again until it is
/// known; meanwhile no other batch is taken, so the order stays, and only the recorder's bounded queue grows. No other
/// part of the node waits for this.
/// </summary>
internal sealed partial class MetadataWriter(
    IRoomMetadataWriter store,
    RoomRecorder recorder,
    MetadataState state,
    MetadataWriterOptions options,
    RelayMetrics metrics,
    ServicesInUse services,
    TimeProvider time,
    ILogger<MetadataWriter> logger) : PeriodicService(options.FirstRetry, options.LongestRetry, time, logger)
{
    private const string Unforeseen = "it failed in a way that was not foreseen";

    private MetadataBatch? batch;
    private bool isLast;
    private bool isPrepared;
    private bool isOff;
    private DateTimeOffset wroteAt;
    private DateTimeOffset worksSince;
    private DateTimeOffset buriedAt;
    private DateTimeOffset prunedAt;
    private DateTimeOffset complainedAt;
    private long complainedOf;

    /// <exception cref="StartRefusedException">The store refuses this node.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.AwaitsStore)
        {
            await AwaitStoreAsync(cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <summary>All documents are left by now: what remains is written, if the store can be used.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (state.OffBecause is not null || !isPrepared)
        {
            return;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.StopPatience);
        try
        {
            do
            {
                await WriteAsync(patience.Token);
            }
            while (!isLast);

            await store.EndAsync(patience.Token);
        }
        catch (Exception exception) when (exception is RoomMetadataUnavailableException or RoomMetadataRefusedException
            or OperationCanceledException)
        {
            Failed(exception);
        }
        catch (RoomMetadataUnusableException exception)
        {
            TurnOff(exception.Message, exception);
        }
    }

    private async Task AwaitStoreAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.StartPatience);
        try
        {
            await PrepareAsync(patience.Token);
        }
        catch (RoomMetadataRefusedException refused)
        {
            throw new StartRefusedException(refused.Message, refused);
        }
        catch (RoomMetadataUnavailableException exception)
        {
            Failed(exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            Failed(exception);
        }
        catch (RoomMetadataUnusableException exception)
        {
            TurnOff(exception.Message, exception);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            TurnOff(Unforeseen, exception);
        }
    }

    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        try
        {
            if (state.OffBecause is null)
            {
                return await StepAsync(stopping);
            }

            if (!isOff)
            {
                // A query found it out.
                TurnOff(state.OffBecause, null);
            }
        }
        catch (RoomMetadataUnusableException exception)
        {
            TurnOff(exception.Message, exception);
        }
        catch (Exception exception) when (exception is not (
            RoomMetadataUnavailableException or RoomMetadataRefusedException or OperationCanceledException))
        {
            // A bug. Documents go on without it.
            TurnOff(Unforeseen, exception);
        }
        finally
        {
            Complain();
        }

        return Timeout.InfiniteTimeSpan;
    }

    protected override void OnFailed(Exception exception, int failures)
    {
        services.Metadata?.Failed();
        if (failures == 1)
        {
            LogAway(logger, exception, store.StoreName);
        }
    }

    protected override void OnRecovered(int failures)
    {
        if (isOff)
        {
            return;
        }

        worksSince = Time.GetUtcNow();
        LogBack(logger, store.StoreName, failures);
    }

    /// <summary>Does what is due, and gives the time until something is due again.</summary>
    private async Task<TimeSpan> StepAsync(CancellationToken cancellation)
    {
        if (!isPrepared)
        {
            await PrepareAsync(cancellation);
            if (!isPrepared)
            {
                return Timeout.InfiniteTimeSpan;
            }
        }

        await WriteAsync(cancellation);
        await BuryAsync(cancellation);
        await PruneAsync(cancellation);
        services.Metadata?.Worked();
        if (worksSince == default)
        {
            worksSince = Time.GetUtcNow();
        }

        return isLast ? options.Interval : TimeSpan.Zero;
    }

    private async Task PrepareAsync(CancellationToken cancellation)
    {
        switch (await store.PrepareAsync(cancellation))
        {
            case SchemaOutcome.Newer:
                TurnOff($"a newer version of the node has changed the tables of {store.StoreName}", null);
                break;
            case SchemaOutcome.Foreign:
                TurnOff($"the tables of {store.StoreName} were made by other steps than this version's", null);
                break;
            default:
                isPrepared = true;
                break;
        }
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        if (batch is null)
        {
            batch = recorder.TakeBatch(out isLast);
            if (batch is { Rooms.Count: 0, Connections.Count: 0 } && Failures == 0
                && Time.GetUtcNow() - wroteAt < options.LifeSign)
            {
                batch = null;
                return;
            }
        }

        try
        {
            if (await store.WriteAsync(batch, cancellation) == BatchOutcome.WrittenByForgottenNode)
            {
                LogForgotten(logger);
                recorder.SayAll();
            }
        }
        catch (RoomMetadataRefusedException refused)
        {
            metrics.MetadataDropped(batch.Rooms.Count + batch.Connections.Count);
            LogRefused(logger, refused, store.StoreName);
        }

        batch = null;
        wroteAt = Time.GetUtcNow();
    }

    private async Task BuryAsync(CancellationToken cancellation)
    {
        var now = Time.GetUtcNow();
        if (Failures > 0 || now - worksSince < options.BuryAfter || now - buriedAt < options.BuryInterval)
        {
            return;
        }

        buriedAt = now;
        if (await store.BuryDeadNodesAsync(cancellation) is > 0 and var dead)
        {
            LogBuried(logger, dead);
        }
    }

    private async Task PruneAsync(CancellationToken cancellation)
    {
        var now = Time.GetUtcNow();
        if (now - prunedAt < options.PruneInterval)
        {
            return;
        }

        prunedAt = now;
        try
        {
            if (await store.PruneAsync(now, cancellation) is > 0 and var days)
            {
                LogPruned(logger, days);
            }
        }
        catch (RoomMetadataUnavailableException exception)
        {
            // People are reading the days, or the next batch says what it is.
            LogNotPruned(logger, exception);
        }
    }

    private void TurnOff(string reason, Exception? exception)
    {
        isOff = true;
        state.OffBecause = reason;
        services.Metadata?.Failed();
        recorder.TurnOff();
        LogOff(logger, exception, reason);
    }

    private void Complain()
    {
        var dropped = metrics.MetadataDroppedCount;
        var now = Time.GetUtcNow();
        if (dropped > complainedOf && now - complainedAt >= options.ComplaintInterval)
        {
            LogDropped(logger, dropped - complainedOf, store.StoreName);
            (complainedOf, complainedAt) = (dropped, now);
        }
    }
}
