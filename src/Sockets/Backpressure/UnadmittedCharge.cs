namespace Relay.Sockets.Backpressure;

/// <summary>
/// What one socket that is not admitted yet makes the node hold for one purpose, charged to
/// <see cref="UnadmittedBudget"/> beyond a small amount: so small messages and answers go on when the budget is full.
/// Thread-safe.
/// </summary>
internal sealed class UnadmittedCharge(UnadmittedBudget budget) : IDisposable
{
    /// <summary>What may be held without being charged.</summary>
    public const int FreeBytes = 4096;

    private readonly Lock gate = new();
    private long held;
    private bool isOver;

    /// <summary>Holds so much in all from now on; false if there is no room for more than before.</summary>
    public bool TrySet(long bytes)
    {
        lock (gate)
        {
            return TryChange(bytes - held);
        }
    }

    /// <summary>Holds so much more; false if there is no room for it.</summary>
    public bool TryAdd(long bytes)
    {
        lock (gate)
        {
            return TryChange(bytes);
        }
    }

    /// <summary>Holds so much less; after <see cref="Dispose"/> that is so already.</summary>
    public void Return(long bytes)
    {
        lock (gate)
        {
            TryChange(-bytes);
        }
    }

    /// <summary>Holds nothing from now on, whatever it is asked to.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            TryChange(-held);
            isOver = true;
        }
    }

    private bool TryChange(long bytes)
    {
        if (isOver)
        {
            return true;
        }

        var more = ChargeOf(held + bytes) - ChargeOf(held);
        if (more < 0)
        {
            budget.Return(-more);
        }
        else if (more > 0 && !budget.TryTake(more))
        {
            return false;
        }

        held += bytes;
        return true;
    }

    private static long ChargeOf(long bytes) => Math.Max(0, bytes - FreeBytes);
}
