using System.Runtime.CompilerServices;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>A Yjs document as the content of a session.</summary>
internal sealed class YjsContent(YDocument document) : IContent
{
    public long MemoryBytes => document.MemoryBytes;

    public bool MayBeCollected(long updateBytes) => document.MayBeCollected(updateBytes);

    public bool HasManyHoles => document.HasManyHoles;

    public bool TryRead(ReadOnlyMemory<byte> update, long room, out InputDiff diff, out ContentError error)
    {
        var isRead = document.TryGetNews(update, room, out var news, out var cost, out var extent, out var wrong);
        error = ErrorOf(wrong);

        // An update without structs begins with a count of zero clients.
        diff = !isRead || cost == default ? default : new InputDiff(
            news,
            IsNew: true,
            cost.MemoryBytes - UpdateCost.FixedBytes,
            OnlyDeletes: !news.IsEmpty && news.Span[0] == 0,
            Unsafe.BitCast<UpdateExtent, InputExtent>(extent));
        return isRead;
    }

    public bool TryFindNews(ReadOnlySpan<byte> update, out bool isNew, out ContentError error)
    {
        var isRead = document.TryFindNews(update, out isNew, out var wrong);
        error = ErrorOf(wrong);
        return isRead;
    }

    public bool TryGetNews(
        ReadOnlyMemory<byte> update, out ReadOnlyMemory<byte> news, out ContentError error, bool isAccepted)
    {
        var isRead = document.TryGetNews(update, out news, out var wrong, isAccepted);
        error = ErrorOf(wrong);
        return isRead;
    }

    public bool TryApply(ReadOnlyMemory<byte> update, out ReadOnlyMemory<byte> news, out ContentError error)
    {
        var isRead = document.TryApply(update, out news, out var wrong);
        error = ErrorOf(wrong);
        return isRead;
    }

    public bool HasNoneOf(in InputExtent extent) =>
        document.HasNoneOf(Unsafe.BitCast<InputExtent, UpdateExtent>(extent));

    public bool HasPastOf(ReadOnlyMemory<byte> update, ITakenUpdates? besides) =>
        document.HasPastOf(update, ((TakenStructs?)besides)?.Clocks);

    public bool HasNothingBeyond(ReadOnlySpan<byte> stateVector, ReadOnlyMemory<byte> update) =>
        document.HasNothingBeyond(stateVector, update);

    public byte[] EncodeState() => document.EncodeState();

    public byte[] EncodeStateVector() => document.EncodeStateVector();

    public bool TryEncodeDiff(ReadOnlySpan<byte> stateVector, out byte[] update, out ContentError error)
    {
        var isRead = document.TryEncodeDiff(stateVector, out update, out var wrong);
        error = ErrorOf(wrong);
        return isRead;
    }

    public bool TryCompareDiff(ReadOnlySpan<byte> stateVector, long bytes, out bool isLarger, out ContentError error)
    {
        var isRead = document.TryCompareDiff(stateVector, bytes, out isLarger, out var wrong);
        error = ErrorOf(wrong);
        return isRead;
    }

    public bool TryEncodeParts(
        ReadOnlySpan<byte> stateVector, AnswerSizes sizes, out IReadOnlyList<byte[]> parts, out ContentError error)
    {
        var cut = new DiffSizes(sizes.MaxWhole, sizes.MaxPart, sizes.MaxLast);
        var isRead = document.TryEncodeParts(stateVector, cut, out parts, out var wrong);
        error = ErrorOf(wrong);
        return isRead;
    }

    public IPastContent Past() => new PastStructs(new PastStateVector(document));

    public ITakenUpdates Taken() => new TakenStructs();

    /// <summary>The engine's error, for sessions.</summary>
    public static ContentError ErrorOf(in YjsError error) => new(error.Message, error.Offset);

    private sealed class PastStructs(PastStateVector vector) : IPastContent
    {
        public void Remove(ReadOnlyMemory<byte> update, ref object? read)
        {
            var starts = read as UpdateStarts ?? UpdateStarts.Of(update);
            read = starts;
            vector.Remove(starts);
        }

        public byte[] EncodeStateVector() => vector.Encode();
    }

    private sealed class TakenStructs : ITakenUpdates
    {
        public StructClocks Clocks { get; } = new();

        public void Add(in InputExtent extent, ReadOnlyMemory<byte> update, IContent content) =>
            Clocks.AddNews(
                Unsafe.BitCast<InputExtent, UpdateExtent>(extent), update, ((YjsContent)content).Document);
    }

    private YDocument Document => document;
}
