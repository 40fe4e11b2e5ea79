namespace Relay.Backplane;

/// <summary>
/// A duty: keeps the direct connections open, and has each subscription where its document's connection is.
/// </summary>
internal sealed class DirectUpkeep(
    DirectConnections connections, RedisSubscriptions subscriptions, CancellationToken stopped) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const int AtOnce = 64;

    private readonly SemaphoreSlim turn = new(1);

    /// <summary>
    /// Whether the next end of a connection is seen to at once: one in each interval. Connections that end again and
    /// again would have all documents look into their logs again and again.
    /// </summary>
    private int mayWake = 1;

    /// <summary>Under the turn: up to which version of the connections subscriptions were moved.</summary>
    private int moved;

    /// <summary>
    /// Tries it for the first time, before documents are opened: their subscriptions need not be moved then.
    /// </summary>
    public Task BeginAsync()
    {
        connections.Ended += Wake;
        return WakeAsync();
    }

    /// <summary>Does it again and again.</summary>
    public Task RepeatAsync(RedisDuties duties, CancellationToken cancellation) => duties.RepeatAsync(
        Interval,
        token =>
        {
            Volatile.Write(ref mayWake, 1);
            return RunAsync(token);
        },
        cancellation);

    /// <summary>Opens what is not open, and moves the subscriptions if that has changed.</summary>
    /// <exception cref="BackplaneUnavailableException">
    /// The client has lost Redis. Subscriptions stay where they were until it is back: each move costs a look into the
    /// log.
    /// </exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            await connections.RefreshAsync(cancellation);
            await MoveAsync(cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        connections.Ended -= Wake;
        connections.Dispose();
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref mayWake, 0) == 1)
        {
            _ = WakeAsync();
        }
    }

    private async Task WakeAsync()
    {
        // The thread that says it may be a loop's.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await RunAsync(stopped);
        }
        catch (Exception)
        {
            // The duty is done again after its interval, and says then what is wrong.
        }
    }

    private async Task MoveAsync(CancellationToken cancellation)
    {
        var version = connections.Version;
        if (version == moved)
        {
            return;
        }

        await Parallel.ForEachAsync(
            subscriptions.All.Where(subscription => subscription.IsMisplaced),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            static async (subscription, cancellation) =>
            {
                try
                {
                    if (await subscription.RenewAsync(cancellation))
                    {
                        subscription.Interrupt();
                    }
                }
                catch (BackplaneUnavailableException)
                {
                    // Redis is away: the check of the logs' ends makes the subscription when it is back.
                }
            });
        moved = version;
    }
}
