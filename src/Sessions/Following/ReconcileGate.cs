namespace Relay.Sessions;

/// <summary>
/// Bounds how many sessions of a node read their whole durable state at once: after a failover every session of the
/// node wants to, and the stores have other work. First come, first served. Thread-safe.
/// </summary>
internal sealed class ReconcileGate(int atOnce)
{
    private readonly Lock gate = new();
    private readonly Queue<Action> waiting = new();
    private int running;

    /// <summary>
    /// Calls <paramref name="start"/>, on this thread or later on another, when it is the caller's turn. Each call is
    /// followed by one <see cref="Leave"/>.
    /// </summary>
    public void Enter(Action start)
    {
        lock (gate)
        {
            if (running == atOnce)
            {
                waiting.Enqueue(start);
                return;
            }

            running++;
        }

        start();
    }

    /// <summary>Ends a turn.</summary>
    public void Leave()
    {
        Action? next;
        lock (gate)
        {
            if (!waiting.TryDequeue(out next))
            {
                running--;
            }
        }

        next?.Invoke();
    }
}
