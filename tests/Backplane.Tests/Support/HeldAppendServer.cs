using Relay.Yjs;

namespace Relay.Backplane.Support;

/// <summary>A server of appends whose calls are answered when a test says so.</summary>
internal sealed class HeldAppendServer : IAppendServer
{
    private readonly Lock gate = new();
    private readonly List<Call> calls = [];
    private readonly SemaphoreSlim called = new(0);

    public bool TakesAllPartitions { get; init; } = true;

    public int Lanes { get; init; } = 1;

    /// <summary>Whether a call with appends of several partitions is refused.</summary>
    public bool IsApart { get; init; }

    /// <summary>What calls fail with at once.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What confirming waits for.</summary>
    public Task Confirmed { get; set; } = Task.CompletedTask;

    /// <summary>How many calls there were.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return calls.Count;
            }
        }
    }

    public Task<StoredAppends> StoreAsync(IReadOnlyList<PendingAppend> appends)
    {
        if (IsApart && appends.Any(append => append.Names.Partition != appends[0].Names.Partition))
        {
            return Task.FromException<StoredAppends>(new PartitionsApartException(new InvalidOperationException("")));
        }

        if (Failure is { } failure)
        {
            return Task.FromException<StoredAppends>(failure);
        }

        var call = new Call([.. appends]);
        lock (gate)
        {
            calls.Add(call);
        }

        called.Release();
        return call.Answer;
    }

    public Task ConfirmAsync(IReadOnlyList<PendingAppend> appends, StoredAppends stored) => Confirmed;

    /// <summary>The next call that was made.</summary>
    public async Task<Call> NextAsync()
    {
        Assert.True(await called.WaitAsync(Patience.Limit), "The test waited in vain for a call.");
        lock (gate)
        {
            return calls.First(call => !call.IsTaken).Take();
        }
    }

    /// <summary>One call.</summary>
    internal sealed class Call(PendingAppend[] appends)
    {
        private readonly TaskCompletionSource<StoredAppends> answer = new();

        public bool IsTaken { get; private set; }

        public Task<StoredAppends> Answer => answer.Task;

        /// <summary>The entries, in their order.</summary>
        public EntryId[] Ids => [.. appends.Select(append => append.Entry.Id)];

        public Call Take()
        {
            IsTaken = true;
            return this;
        }

        /// <summary>Answers that each is stored at the offset of its place in the call, or why it failed.</summary>
        public void Store(Func<EntryId, string?>? problem = null) => answer.SetResult(new StoredAppends(
            [.. appends.Select((append, i) => problem?.Invoke(append.Entry.Id) is { } text
                ? new AppendAnswer(default, 0, text)
                : At(append, AppendOutcome.Stored, i + 1))],
            null));

        /// <summary>Answers that the first one's log has another epoch; the others are stored.</summary>
        public void StoreBehindOtherEpoch() => answer.SetResult(new StoredAppends(
            [.. appends.Select((append, i) =>
                At(append, i == 0 ? AppendOutcome.OtherEpoch : AppendOutcome.Stored, i + 1))],
            null));

        /// <summary>Answers that all are stored, and returns which those are.</summary>
        public EntryId[] TakeAndStore()
        {
            Store();
            return Ids;
        }

        public void Fail(Exception exception) => answer.SetException(exception);

        private static AppendAnswer At(PendingAppend append, AppendOutcome outcome, long offset) =>
            new(new AppendResult(outcome, new Position(append.Epoch, offset, append.Entry.Id), EntryId.None), 0, null);
    }
}
