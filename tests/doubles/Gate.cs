namespace Relay.Doubles;

/// <summary>Holds calls up while it is shut, and lets a test decide how they end.</summary>
internal sealed class Gate
{
    private readonly Queue<TaskCompletionSource> waiting = new();

    public bool IsShut { get; set; }

    public int Waiting => waiting.Count;

    /// <summary>How many calls came to it, held up or not.</summary>
    public int Calls { get; private set; }

    /// <summary>What the next calls throw instead of passing.</summary>
    public Exception? Failure { get; set; }

    public async ValueTask PassAsync()
    {
        Calls++;
        if (IsShut)
        {
            var turn = new TaskCompletionSource();
            waiting.Enqueue(turn);
            await turn.Task;
        }

        if (Failure is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Lets one waiting call go on.</summary>
    public void LetOne() => waiting.Dequeue().SetResult();

    public void Open()
    {
        IsShut = false;
        while (waiting.TryDequeue(out var turn))
        {
            turn.SetResult();
        }
    }
}
