namespace Relay.Links;

/// <summary>
/// Wakes the one loop that waits for it, or that waits next. Thread-safe; the loop goes on where <c>elsewhere</c> runs
/// it, never on the thread that wakes it.
/// </summary>
internal sealed class LinkSignal(Action<Action> elsewhere)
{
    private readonly Lock gate = new();
    private TaskCompletionSource? waiter;
    private bool isSet;

    public void Set()
    {
        TaskCompletionSource? woken;
        lock (gate)
        {
            woken = waiter;
            waiter = null;
            isSet = woken is null;
        }

        if (woken is not null)
        {
            elsewhere(woken.SetResult);
        }
    }

    public Task WaitAsync()
    {
        lock (gate)
        {
            if (isSet)
            {
                isSet = false;
                return Task.CompletedTask;
            }

            waiter = new TaskCompletionSource();
            return waiter.Task;
        }
    }
}
