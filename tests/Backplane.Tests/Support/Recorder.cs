using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Relay.Yjs;

namespace Relay.Backplane.Support;

/// <summary>A listener that keeps what it hears.</summary>
internal sealed class Recorder : IChannelListener
{
    private readonly Channel<object> heard = Channel.CreateUnbounded<object>();
    private int inside;

    /// <summary>Set when two calls ran at the same time.</summary>
    public bool Overlapped { get; private set; }

    /// <summary>Which of its node's own entries it takes before it is told of them.</summary>
    public Func<LoggedEntry, bool> Takes { get; init; } = _ => false;

    public bool TryTakeOwn(in LoggedEntry head) => Takes(head);

    public void OnEntry(in LoggedEntry entry) => Keep(entry);

    public void OnAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content) =>
        Keep((node, kind, content.ToArray()));

    public void OnStateless(ulong sender, ReadOnlyMemory<byte> message) => Keep((sender, message));

    public void OnSaved(Position position) => Keep(position);

    public void OnInterrupted() => Keep("interrupted");

    public async Task<LoggedEntry> EntryAsync() => (LoggedEntry)await heard.Reader.ReadAsync().Soon();

    public async Task<LoggedEntry[]> EntriesAsync(int count)
    {
        var entries = new LoggedEntry[count];
        for (var i = 0; i < count; i++)
        {
            entries[i] = await EntryAsync();
        }

        return entries;
    }

    public async Task<byte[]> AwarenessAsync() => (await AwarenessNoteAsync()).Content;

    public async Task<(ulong Node, AwarenessKind Kind, byte[] Content)> AwarenessNoteAsync() =>
        ((ulong, AwarenessKind, byte[]))await heard.Reader.ReadAsync().Soon();

    public async Task<(ulong Sender, byte[] Message)> StatelessAsync()
    {
        var (sender, message) = ((ulong, ReadOnlyMemory<byte>))await heard.Reader.ReadAsync().Soon();
        return (sender, message.ToArray());
    }

    public async Task<Position> SavedAsync() => (Position)await heard.Reader.ReadAsync().Soon();

    public async Task InterruptedAsync() => Assert.Equal("interrupted", await heard.Reader.ReadAsync().Soon());

    /// <summary>Takes what comes until one fits. However much else comes, this ends.</summary>
    public async Task<object> FirstAsync(
        Predicate<object> fits, [CallerArgumentExpression(nameof(fits))] string what = "")
    {
        var others = 0;
        using var impatience = new CancellationTokenSource(Patience.Limit);
        try
        {
            for (; ; others++)
            {
                if (await heard.Reader.ReadAsync(impatience.Token) is var next && fits(next))
                {
                    return next;
                }
            }
        }
        catch (OperationCanceledException e)
        {
            var sentence =
                $"The listener heard {others} other things in {Patience.Limit.TotalSeconds} s, and not: {what}";
            throw new TimeoutException(sentence, e);
        }
    }

    public bool HeardNothingMore => !heard.Reader.TryPeek(out _);

    private void Keep(object what)
    {
        Overlapped |= Interlocked.Increment(ref inside) != 1;
        heard.Writer.TryWrite(what);
        Interlocked.Decrement(ref inside);
    }
}
