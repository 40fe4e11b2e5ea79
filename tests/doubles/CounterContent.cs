using Relay.Sessions;

namespace Relay.Doubles;

/// <summary>How far each writer has counted; see <see cref="CounterContentKind"/>.</summary>
internal sealed class CounterContent : IContent
{
    private const int WriterBytes = 64;

    private readonly Dictionary<ulong, ulong> counts = [];

    public long MemoryBytes => WriterBytes * (1L + counts.Count);

    public bool MayBeCollected(long updateBytes) => false;

    public bool HasManyHoles => false;

    public bool TryRead(ReadOnlyMemory<byte> update, long room, out InputDiff diff, out ContentError error)
    {
        diff = default;
        if (!TryGetNews(update, out var news, out error))
        {
            return false;
        }

        if (!news.IsEmpty)
        {
            _ = CounterContentKind.TryDecode(news.Span, out var further, out _);
            var growth = WriterBytes * (long)further.Keys.Count(writer => !counts.ContainsKey(writer));
            var extent = further.Count == 1
                ? new InputExtent(1, further.Keys.Single(), further.Values.Single())
                : default;
            diff = new InputDiff(growth > room ? default : news, true, growth, Extent: extent);
        }

        return true;
    }

    public bool TryFindNews(ReadOnlySpan<byte> update, out bool isNew, out ContentError error)
    {
        var isRead = CounterContentKind.TryDecode(update, out var said, out error);
        isNew = Beyond(said, counts).Count > 0;
        return isRead;
    }

    public bool TryGetNews(
        ReadOnlyMemory<byte> update, out ReadOnlyMemory<byte> news, out ContentError error, bool isAccepted = false)
    {
        var isRead = CounterContentKind.TryDecode(update.Span, out var said, out error);
        var further = Beyond(said, counts);
        news = further.Count == 0 ? default
            : further.Count == said.Count ? update
            : CounterContentKind.Encode(further);
        return isRead;
    }

    public bool TryApply(ReadOnlyMemory<byte> update, out ReadOnlyMemory<byte> news, out ContentError error)
    {
        if (!TryGetNews(update, out news, out error))
        {
            return false;
        }

        if (!news.IsEmpty && CounterContentKind.TryDecode(news.Span, out var further, out _))
        {
            foreach (var (writer, count) in further)
            {
                counts[writer] = count;
            }
        }

        return true;
    }

    public bool HasNoneOf(in InputExtent extent) =>
        extent.First == 1 && counts.GetValueOrDefault(extent.Second) < extent.Third;

    /// <summary>A count does not depend on other updates.</summary>
    public bool HasPastOf(ReadOnlyMemory<byte> update, ITakenUpdates? besides = null) => true;

    public bool HasNothingBeyond(ReadOnlySpan<byte> stateVector, ReadOnlyMemory<byte> update) =>
        CounterContentKind.TryDecode(stateVector, out var held, out _)
            && CounterContentKind.TryDecode(update.Span, out var said, out _)
            && said.Keys.All(writer => counts.GetValueOrDefault(writer) <= held.GetValueOrDefault(writer));

    public byte[] EncodeState() => CounterContentKind.Encode(counts);

    public byte[] EncodeStateVector() => EncodeState();

    public bool TryEncodeDiff(ReadOnlySpan<byte> stateVector, out byte[] update, out ContentError error)
    {
        var isRead = CounterContentKind.TryDecode(stateVector, out var held, out error);
        update = isRead ? CounterContentKind.Encode(Beyond(counts, held)) : [];
        return isRead;
    }

    public bool TryCompareDiff(ReadOnlySpan<byte> stateVector, long bytes, out bool isLarger, out ContentError error)
    {
        var isRead = TryEncodeDiff(stateVector, out var update, out error);
        isLarger = update.Length > bytes;
        return isRead;
    }

    /// <summary>Always one part: a part of some counts would be a state that never was.</summary>
    public bool TryEncodeParts(
        ReadOnlySpan<byte> stateVector, AnswerSizes sizes, out IReadOnlyList<byte[]> parts, out ContentError error)
    {
        var isRead = TryEncodeDiff(stateVector, out var update, out error);
        parts = [update];
        return isRead;
    }

    public IPastContent Past() => new PastCounts(counts);

    public ITakenUpdates Taken() => new NoUpdates();

    private static Dictionary<ulong, ulong> Beyond(Dictionary<ulong, ulong> said, Dictionary<ulong, ulong> held) =>
        said.Where(one => one.Value > held.GetValueOrDefault(one.Key)).ToDictionary();

    /// <summary>What a writer had counted to before is not known: so it counts as zero, and is sent again.</summary>
    private sealed class PastCounts(Dictionary<ulong, ulong> now) : IPastContent
    {
        private readonly Dictionary<ulong, ulong> past = new(now);

        public void Remove(ReadOnlyMemory<byte> update, ref object? read)
        {
            if (read is null && CounterContentKind.TryDecode(update.Span, out var said, out _))
            {
                read = said.Keys.ToArray();
            }

            foreach (var writer in (ulong[])read!)
            {
                past.Remove(writer);
            }
        }

        public byte[] EncodeStateVector() => CounterContentKind.Encode(past);
    }

    private sealed class NoUpdates : ITakenUpdates
    {
        public void Add(in InputExtent extent, ReadOnlyMemory<byte> update, IContent content)
        {
        }
    }
}
