namespace Relay.Sessions;

/// <summary>
/// A one-shot timer whose handler runs in a mailbox. Set and cleared only from handlers of that mailbox: once cleared
/// or set anew, an older setting never fires.
/// </summary>
internal sealed class SessionTimer<TSession>(TimeProvider time, Mailbox mailbox, TSession session,
    Action<TSession> handler) : IDisposable
{
    private ITimer? timer;
    private int setting;
    private DateTimeOffset dueAt;

    public bool IsSet { get; private set; }

    /// <summary>Fires once after <paramref name="due"/>, instead of whenever it was set for before.</summary>
    public void Set(TimeSpan due)
    {
        Clear();
        IsSet = true;
        dueAt = time.GetUtcNow() + due;
        var current = setting;
        timer = time.CreateTimer(_ => mailbox.PostElsewhere(() => Fire(current)), null,
            due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Fires once after <paramref name="due"/>, or when it is set for if that is sooner.</summary>
    public void SetNoLater(TimeSpan due)
    {
        if (!IsSet || time.GetUtcNow() + due < dueAt)
        {
            Set(due);
        }
    }

    public void Clear()
    {
        setting++;
        IsSet = false;
        timer?.Dispose();
        timer = null;
    }

    public void Dispose() => Clear();

    private void Fire(int fired)
    {
        if (fired == setting)
        {
            Clear();
            handler(session);
        }
    }
}
