using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>The queue between a channel and its listeners, without a Redis.</summary>
public sealed class RedisInboxTests
{
    private const ulong Self = 1;
    private const ulong Other = 2;

    private readonly List<(LoggedEntry Head, TaskCompletionSource<LoggedEntry?> Answer)> reads = [];
    private readonly Recorder recorder = new();
    private readonly TestLogger logger = new();
    private readonly RedisInbox inbox;

    public RedisInboxTests()
    {
        inbox = new RedisInbox(DocumentName.Create("a"), Self, ReadAsync, logger);
        inbox.Listeners.Add(recorder);
    }

    [Fact]
    public async Task Own_entries_that_the_listener_takes_are_neither_read_from_the_log_nor_told()
    {
        var taker = new Taker { Takes = true };
        inbox.Listeners.Remove(recorder);
        inbox.Listeners.Add(taker);

        Take(Self, 1, size: 10);
        Take(Self, 2, size: 10, byPosition: true);
        Take(Other, 3, size: 10);
        taker.Takes = false;
        Take(Self, 4, size: 10, byPosition: true);

        Assert.Equal([1, 2, 4], taker.Offered);
        Assert.Equal(4, Assert.Single(reads).Head.Position.Offset);
        Assert.Equal([3], taker.Told);
        Answer(0);
        await Patience.UntilAsync(() => Task.FromResult(taker.Told.Count == 2));
        Assert.Equal([3, 4], taker.Told);
    }

    [Fact]
    public void An_own_entry_that_is_taken_costs_no_memory_whatever_its_size()
    {
        var taker = new Taker { Takes = true, IsCounting = false };
        inbox.Listeners.Remove(recorder);
        inbox.Listeners.Add(taker);
        var message = Message(Self, 1, size: 50_000, byPosition: false);
        Assert.True(RedisMessageHead.TryRead(message, out var head));
        inbox.Take(message, head);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            inbox.Take(message, head);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(101, taker.Offers);
    }

    [Fact]
    public async Task Of_two_listeners_only_the_one_that_did_not_take_it_is_told_of_an_own_entry()
    {
        var taker = new Taker { Takes = true };
        inbox.Listeners.Add(taker);

        Take(Self, 1, size: 3);
        Take(Self, 2, size: 3, byPosition: true);
        Answer(0);

        Assert.Equal(1, (await recorder.EntryAsync()).Position.Offset);
        Assert.Equal(2, (await recorder.EntryAsync()).Position.Offset);
        Assert.Empty(taker.Told);
    }

    [Fact]
    public async Task What_comes_behind_an_entry_that_is_read_from_the_log_keeps_its_place()
    {
        Take(Other, 1, size: 3);
        Take(Other, 2, size: 3, byPosition: true);
        Take(Other, 3, size: 3);
        inbox.Interrupt();
        Take(Other, 4, size: 3);
        Assert.Equal(1, (await recorder.EntryAsync()).Position.Offset);
        Assert.True(recorder.HeardNothingMore);

        Answer(0);

        Assert.Equal(2, (await recorder.EntryAsync()).Position.Offset);
        Assert.Equal(3, (await recorder.EntryAsync()).Position.Offset);
        await recorder.InterruptedAsync();
        Assert.Equal(4, (await recorder.EntryAsync()).Position.Offset);
    }

    [Fact]
    public async Task What_waits_is_bounded_and_what_was_dropped_is_read_from_the_log()
    {
        Take(Other, 1, size: 3, byPosition: true);
        for (var offset = 2; offset <= 40; offset++)
        {
            Take(Other, offset, size: 1 << 20);
        }

        Answer(0);

        Assert.Equal(1, (await recorder.EntryAsync()).Position.Offset);
        await recorder.InterruptedAsync();
        Assert.NotEmpty(logger.Of(BackplaneEventId.RedisChannelBehind));
        var kept = (await recorder.EntryAsync()).Position.Offset;
        Assert.InRange(kept, 17, 40);
    }

    [Fact]
    public async Task A_document_whose_log_answers_slowly_delays_no_other()
    {
        var otherRecorder = new Recorder();
        var other = new RedisInbox(DocumentName.Create("b"), Self, ReadAsync, logger);
        other.Listeners.Add(otherRecorder);
        Take(Other, 1, size: 3, byPosition: true);

        var message = Message(Other, 1, size: 3, byPosition: false);
        Assert.True(RedisMessageHead.TryRead(message, out var head));
        other.Take(message, head);

        Assert.Equal(1, (await otherRecorder.EntryAsync()).Position.Offset);
        Assert.True(recorder.HeardNothingMore);
    }

    [Fact]
    public async Task An_entry_that_the_log_does_not_give_interrupts()
    {
        Take(Other, 1, size: 3, byPosition: true);
        reads[0].Answer.SetException(new BackplaneUnavailableException("away"));
        await recorder.InterruptedAsync();
        Take(Other, 2, size: 3, byPosition: true);
        reads[1].Answer.SetResult(null);
        await recorder.InterruptedAsync();
        Assert.Single(logger.Of(BackplaneEventId.RedisLargeEntryNotRead));
    }

    private Task<LoggedEntry?> ReadAsync(LoggedEntry head)
    {
        var answer = new TaskCompletionSource<LoggedEntry?>();
        reads.Add((head, answer));
        return answer.Task;
    }

    private void Answer(int read) =>
        reads[read].Answer.SetResult(reads[read].Head with { Payload = new byte[] { 1 } });

    private void Take(ulong node, long offset, int size, bool byPosition = false)
    {
        var message = Message(node, offset, size, byPosition);
        Assert.True(RedisMessageHead.TryRead(message, out var head));
        inbox.Take(message, head);
    }

    private static byte[] Message(ulong node, long offset, int size, bool byPosition)
    {
        var entry = RedisEntry.Encode(Sample.Update(new byte[size]));
        var head = RedisMessageHead.Encode(
            byPosition ? RedisMessageKind.EntryByPosition : RedisMessageKind.Entry, node);
        var stored = new AppendResult(AppendOutcome.Stored, new Position(1, offset, EntryId.None), EntryId.None);
        var length = byPosition ? RedisEntry.HeadLength(entry) : entry.Length;
        return RedisEnvelope.Entry(head, stored, offset, entry.AsSpan(0, length));
    }

    private sealed class Taker : IChannelListener
    {
        public bool Takes { get; set; }

        public bool IsCounting { get; init; } = true;

        public int Offers { get; private set; }

        public List<long> Offered { get; } = [];

        public List<long> Told { get; } = [];

        public bool TryTakeOwn(in LoggedEntry head)
        {
            Offers++;
            if (IsCounting)
            {
                Offered.Add(head.Position.Offset);
            }

            return Takes;
        }

        public void OnEntry(in LoggedEntry entry) => Told.Add(entry.Position.Offset);

        public void OnAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content) =>
            throw new NotSupportedException();

        public void OnStateless(ulong sender, ReadOnlyMemory<byte> message) => throw new NotSupportedException();

        public void OnSaved(Position position) => throw new NotSupportedException();

        public void OnInterrupted() => throw new NotSupportedException();
    }
}
