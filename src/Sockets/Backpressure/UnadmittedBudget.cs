namespace Relay.Sockets.Backpressure;

/// <summary>
/// What a node keeps of clients that are not admitted yet: a share of <see cref="BufferBudget"/>, over all connections.
/// Thread-safe.
/// </summary>
internal sealed class UnadmittedBudget(BufferBudget all)
{
    private readonly Lock gate = new();
    private long used;

    public long MaxBytes { get; } = all.MaxBytes / 8;

    public long Used
    {
        get
        {
            lock (gate)
            {
                return used;
            }
        }
    }

    public bool TryTake(long bytes)
    {
        lock (gate)
        {
            if (used + bytes > MaxBytes || !all.TryTake(bytes))
            {
                return false;
            }

            used += bytes;
            return true;
        }
    }

    public void Return(long bytes)
    {
        lock (gate)
        {
            used -= bytes;
        }

        all.Return(bytes);
    }
}
