namespace Relay.Sessions;

/// <summary>
/// Finds the sessions of a node for whose updates the log has stored nothing for a while. It looks at those in which an
/// update has waited since its last look, so an update sets no timer, and a session whose updates are logged by then
/// costs neither a message nor a thread. One timer for all; none while no update waits. Thread-safe.
/// </summary>
/// <param name="time">Runs the timer.</param>
/// <param name="grace">How long a session waits before it is told.</param>
internal sealed class AppendWatch(TimeProvider time, TimeSpan grace)
{
    /// <summary>A session is told late by at most this part of the time that it waits.</summary>
    private const int LooksOfGrace = 4;

    private const int PartOfLook = 256;

    private readonly Lock gate = new();
    private readonly ChangedList<AppendProgress> waiting = new();
    private readonly List<AppendProgress> part = [];
    private ITimer? timer;
    private bool isSet;

    /// <summary>How many sessions were looked at, for tests.</summary>
    public long LookedAt { get; private set; }

    /// <summary>An update waits in a session.</summary>
    public void Add(AppendProgress session)
    {
        waiting.Add(session);
        lock (gate)
        {
            if (!isSet)
            {
                timer ??= time.CreateTimer(
                    static self => ((AppendWatch)self!).Look(), this, Timeout.InfiniteTimeSpan,
                    Timeout.InfiniteTimeSpan);
                Set();
            }
        }
    }

    private void Set()
    {
        isSet = true;
        timer!.Change(grace / LooksOfGrace, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        waiting.BeginLook();
        do
        {
            waiting.Take(part, PartOfLook);
            LookedAt += part.Count;
            foreach (var session in part)
            {
                if (session.WaitsStill(grace))
                {
                    waiting.Add(session);
                }
            }
        }
        while (part.Count > 0);
        lock (gate)
        {
            isSet = false;
            if (waiting.Count > 0)
            {
                Set();
            }
        }
    }
}
