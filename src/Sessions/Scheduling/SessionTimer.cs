namespace Relay.Sessions;

/// <summary>
/// A one-shot timer of a session. Set and cleared only from handlers of its mailbox: once it is cleared or set anew, an
/// older setting never fires. Setting the timer of a closed session has no effect.
/// </summary>
/// <param name="effects">The session's timers and calls.</param>
/// <param name="before">The timer of the session that was made before this one.</param>
internal abstract class SessionTimer(SessionEffects effects, SessionTimer? before)
{
    private ITimer? timer;
    private int setting;
    private DateTimeOffset dueAt;

    public SessionTimer? Before => before;

    public bool IsSet { get; private set; }

    /// <summary>Has it fire once after <paramref name="due"/>, instead of when it was set for before.</summary>
    public void Set(TimeSpan due)
    {
        Clear();
        if (effects.IsClosed)
        {
            return;
        }

        IsSet = true;
        dueAt = effects.Now + due;
        var current = setting;
        timer = effects.Environment.Time.CreateTimer(
            _ => effects.Mailbox.PostElsewhere(() => Fire(current)),
            null,
            due > TimeSpan.Zero ? due : TimeSpan.Zero,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Has it fire once after <paramref name="due"/>, or when it is set for if that is sooner.</summary>
    public void SetNoLater(TimeSpan due)
    {
        if (!IsSet || effects.Now + due < dueAt)
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

    /// <summary>The time has come.</summary>
    protected abstract void Handle();

    private void Fire(int fired)
    {
        if (fired == setting)
        {
            Clear();
            Handle();
        }
    }
}
