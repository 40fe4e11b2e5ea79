namespace Relay.Sessions;

/// <summary>
/// The single-reader queue of one session: messages run one at a time, in the order of their posting, never inside one another. A message is a call of a synchronous handler.
/// Thread-safe; no lock is held while a message runs.
/// </summary>
internal sealed class Mailbox(ISessionScheduler scheduler, Action<Exception> failed) : IThreadPoolWorkItem
{
    /// <summary>After so many messages a drain gives its thread back: it may be a reader's, whose connection would wait for all the others'.</summary>
    private const int MessagesPerDrain = 256;

    private static readonly Action<object, object?> Call = static (action, _) => ((Action)action)();

    private readonly Lock gate = new();
    private readonly Queue<Message> messages = new();
    private bool scheduled;

    /// <summary>Adds a message; an idle mailbox may run it on this thread before the call returns. The caller holds no lock.</summary>
    public void Post(Action message) => Post(Call, message);

    /// <summary>The same for what comes often: a handler that is made once, and what it is called with.</summary>
    public void Post(Action<object, object?> handler, object target, object? argument = null)
    {
        if (Add(new Message(handler, target, argument)))
        {
            scheduler.Run(this);
        }
    }

    /// <summary>Adds a message that never runs on this thread: for callers that hold locks or must not be kept, as those of the backplane.</summary>
    public void PostElsewhere(Action message)
    {
        if (Add(new Message(Call, message, null)))
        {
            scheduler.Queue(this);
        }
    }

    /// <summary>Called by the scheduler.</summary>
    public void Drain()
    {
        for (var done = 0; done < MessagesPerDrain; done++)
        {
            Message message;
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

    private bool Add(in Message message)
    {
        lock (gate)
        {
            messages.Enqueue(message);
            return !scheduled && (scheduled = true);
        }
    }

    private void Handle(in Message message)
    {
        try
        {
            message.Handler(message.Target, message.Argument);
        }
        catch (Exception exception)
        {
            failed(exception);
        }
    }

    private readonly record struct Message(Action<object, object?> Handler, object Target, object? Argument);
}
