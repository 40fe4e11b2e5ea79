namespace Relay.Health;

/// <summary>What a node knows of one service by its own calls. Thread-safe.</summary>
/// <param name="name">As in "Redis".</param>
/// <param name="use">What it is for.</param>
/// <param name="time">The clock.</param>
/// <param name="fails">Whether the service fails, where another class records the calls; null where this one does.
/// </param>
internal sealed class ServiceHealth(string name, string use, TimeProvider time, Func<bool>? fails = null)
{
    /// <summary>In ticks of UTC; 0 while it works.</summary>
    private long failingSince;

    /// <summary>A call succeeded.</summary>
    public void Worked()
    {
        if (Volatile.Read(ref failingSince) != 0)
        {
            Volatile.Write(ref failingSince, 0);
        }
    }

    /// <summary>The service could not be reached, or did not do its work.</summary>
    public void Failed() => Interlocked.CompareExchange(ref failingSince, time.GetUtcNow().UtcTicks, 0);

    /// <summary>Makes a call and takes note of how it ends.</summary>
    public async Task WatchAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Failed();
            throw;
        }

        Worked();
    }

    public ServiceReport Read()
    {
        if (fails?.Invoke() is { } now)
        {
            if (now)
            {
                Failed();
            }
            else
            {
                Worked();
            }
        }

        return new ServiceReport(name, use,
            Volatile.Read(ref failingSince) is not 0 and var since ? new DateTimeOffset(since, TimeSpan.Zero) : null);
    }
}
