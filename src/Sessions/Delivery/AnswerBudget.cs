namespace Relay.Sessions;

/// <summary>
/// What a node keeps of answers to SyncSteps1 for connections that have not read them, over all documents. As large as
/// <c>Limits:MaxBufferedBytes</c>, and apart from it: slow readers keep no writer out. Thread-safe.
/// </summary>
/// <param name="maxBytes">How much there is room for.</param>
/// <param name="alwaysBytes">What each document may keep whether there is room for it or not.</param>
internal sealed class AnswerBudget(long maxBytes, long alwaysBytes = 256 << 10)
{
    private readonly Lock gate = new();

    // In the order in which they began to wait; those that were told keep their place until they wait no more.
    private readonly OrderedDictionary<Action, bool> waiting = [];
    private long used;
    private long returns;

    /// <summary>No limit, for sessions without a node.</summary>
    public static AnswerBudget Unlimited { get; } = new(long.MaxValue);

    /// <summary>What each document may keep whether there is room for it or not.</summary>
    public long AlwaysBytes => alwaysBytes;

    /// <summary>What is charged at the moment.</summary>
    public long Used => Interlocked.Read(ref used);

    /// <summary>How much more there is room for.</summary>
    public long Free => Math.Max(0, maxBytes - Used);

    /// <summary>How often bytes were given back; read before a look for room, for <see cref="Wait"/>.</summary>
    public long Returns => Interlocked.Read(ref returns);

    /// <summary>Charges bytes, whether there is room for them or not.</summary>
    public void Charge(long bytes)
    {
        lock (gate)
        {
            used += bytes;
        }
    }

    /// <summary>Charges bytes if there is room for them.</summary>
    public bool TryTake(long bytes)
    {
        lock (gate)
        {
            if (bytes > maxBytes - used)
            {
                return false;
            }

            used += bytes;
            return true;
        }
    }

    /// <summary>Gives charged bytes back.</summary>
    public void Return(long bytes)
    {
        Action[] woken;
        lock (gate)
        {
            used -= bytes;
            returns++;
            if (waiting.Count == 0 || used >= maxBytes)
            {
                return;
            }

            woken = TakeSleeping();
        }

        foreach (var wake in woken)
        {
            wake();
        }
    }

    /// <summary>A document does not wait any more, and gives its place up.</summary>
    public void EndWait(Action wake)
    {
        lock (gate)
        {
            waiting.Remove(wake);
        }
    }

    /// <summary>
    /// Has a document told, once, that there may be room again: before those that began to wait later.
    /// </summary>
    /// <param name="wake">Tells it; is called on any thread, also before this returns, and must not wait.</param>
    /// <param name="seen">
    /// <see cref="Returns"/> before the look that found no room: what was given back since then is not missed.
    /// </param>
    public void Wait(Action wake, long seen)
    {
        lock (gate)
        {
            waiting[wake] = returns == seen;
            if (returns == seen)
            {
                return;
            }
        }

        wake();
    }

    /// <summary>Those that have not been told, in their order.</summary>
    private Action[] TakeSleeping()
    {
        var sleeping = new List<Action>(waiting.Count);
        for (var i = 0; i < waiting.Count; i++)
        {
            if (waiting.GetAt(i) is (var wake, true))
            {
                waiting.SetAt(i, false);
                sleeping.Add(wake);
            }
        }

        return [.. sleeping];
    }
}
