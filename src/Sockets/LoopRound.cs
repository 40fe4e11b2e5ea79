namespace Relay.Sockets;

/// <summary>
/// What a loop's thread does when it has told all sockets what has happened, before it waits for them again. So work
/// that many of them ask for is done once, and with nothing of theirs on the stack. Belongs to that thread.
/// </summary>
internal sealed class LoopRound
{
    /// <summary>After so many items sockets have their turn again.</summary>
    public const int MostItems = 256;

    private readonly Queue<IThreadPoolWorkItem> work = new();

    public bool IsEmpty => work.Count == 0;

    public void Add(IThreadPoolWorkItem item) => work.Enqueue(item);

    /// <summary>
    /// Executes what there is and what comes meanwhile. What is beyond the most waits for the next round.
    /// </summary>
    public void End()
    {
        for (var left = MostItems; left > 0 && work.TryDequeue(out var item); left--)
        {
            item.Execute();
        }
    }
}
