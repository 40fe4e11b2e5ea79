namespace Relay.Sessions;

/// <summary>
/// The single-reader queue of one session: messages run one at a time, in the order of their posting, never inside one another. A message is a call of a synchronous handler.
/// Thread-safe; no lock is held while a message runs.
/// </summary>
internal sealed class Mailbox(ISessionScheduler scheduler, Action<Exception> failed) : IThreadPoolWorkItem
{
    /// <summary>After so many messages a drain gives its thread back: it may be a reader's, whose connection would wait for all the others'.</summary>
    private const int MessagesPerDrain = 256;

    private readonly Lock gate = new();
    private readonly Queue<Action> messages = new();
    private bool scheduled;

    /// <summary>Adds a message; an idle mailbox may run it on this thread before the call returns. The caller holds no lock.</summary>
    public void Post(Action message)
    {
        if (Add(message))
        {
            scheduler.Run(this);
        }
    }

    /// <summary>Adds a message that never runs on this thread: for callers that hold locks or must not be kept, as those of the backplane.</summary>
    public void PostElsewhere(Action message)
    {
        if (Add(message))
        {
            scheduler.Queue(this);
        }
    }

    /// <summary>Called by the scheduler.</summary>
    public void Drain()
    {
        for (var done = 0; done < MessagesPerDrain; done++)
        {
            Action? message;
            lock (gate)
            {
                if (!messages.TryDequeue(out message))
                {
                    scheduled = false;
                    return;
                }
            }

            Handle(message);
        }

        scheduler.Queue(this);
    }

    void IThreadPoolWorkItem.Execute() => Drain();

    private bool Add(Action message)
    {
        lock (gate)
        {
            messages.Enqueue(message);
            return !scheduled && (scheduled = true);
        }
    }

    private void Handle(Action message)
    {
        try
        {
            message();
        }
        catch (Exception exception)
        {
            failed(exception);
        }
    }
}
