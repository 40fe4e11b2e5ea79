namespace Relay.Sessions;

/// <summary>
/// The single-reader queue of one session: messages run one at a time, in the order of their posting, never inside one
/// another. A message is a call of a synchronous handler. Thread-safe; no lock is held while a message runs.
/// </summary>
/// <param name="scheduler">Where messages run.</param>
/// <param name="failed">Takes what a handler throws.</param>
/// <param name="isLong">
/// Whether a message without a rule of its own may take long; asked when its turn comes.
/// </param>
internal sealed class Mailbox(ISessionScheduler scheduler, Action<Exception> failed, Func<bool> isLong)
    : IThreadPoolWorkItem
{
    /// <summary>
    /// After so many messages a drain gives its thread back: it may be a reader's, whose connection would wait for all
    /// the others'.
    /// </summary>
    private const int MessagesPerDrain = 256;

    private static readonly Action<object, object?> Call = static (action, _) => ((Action)action)();

    private readonly Lock gate = new();
    private readonly Queue<Message> messages = new();
    private bool scheduled;

    // Taken from the queue, and left to another thread: it is the next. Belongs to the drain.
    private Message? postponed;

    /// <summary>
    /// Adds a message; an idle mailbox may run it on this thread before the call returns. The caller holds no lock.
    /// </summary>
    public void Post(Action message) => Post(Call, message, null, null);

    /// <summary>The same for what comes often: a handler that is made once, and what it is called with.</summary>
    /// <param name="handler">The handler.</param>
    /// <param name="target">Its first argument.</param>
    /// <param name="argument">Its second argument.</param>
    /// <param name="takesLong">
    /// Whether it may take long, called with the same arguments and as the handler is; null: as for all others.
    /// </param>
    public void Post(Action<object, object?> handler, object target, object? argument,
        Func<object, object?, bool>? takesLong)
    {
        if (Add(new Message(handler, target, argument, takesLong)))
        {
            scheduler.Run(this);
        }
    }

    /// <summary>
    /// Adds a message that does not run before the call returns: for callers that hold locks or must not be kept, as
    /// those of the backplane.
    /// </summary>
    public void PostElsewhere(Action message) => PostElsewhere(Call, message, null, null);

    /// <summary>The same for what comes often.</summary>
    public void PostElsewhere(Action<object, object?> handler, object target, object? argument,
        Func<object, object?, bool>? takesLong)
    {
        if (Add(new Message(handler, target, argument, takesLong)))
        {
            scheduler.Defer(this);
        }
    }

    /// <summary>Called by the scheduler.</summary>
    public void Drain()
    {
        var isHurried = scheduler.IsHurried;
        for (var done = 0; done < MessagesPerDrain; done++)
        {
            if (!TryTake(out var message))
            {
                return;
            }

            if (isHurried && IsLong(message))
            {
                postponed = message;
                break;
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

    private bool TryTake(out Message message)
    {
        if (postponed is { } next)
        {
            (message, postponed) = (next, null);
            return true;
        }

        lock (gate)
        {
            return messages.TryDequeue(out message) || (scheduled = false);
        }
    }

    private bool IsLong(in Message message) =>
        message.TakesLong is { } takesLong ? takesLong(message.Target, message.Argument) : isLong();

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

    private readonly record struct Message(
        Action<object, object?> Handler, object Target, object? Argument, Func<object, object?, bool>? TakesLong);
}
