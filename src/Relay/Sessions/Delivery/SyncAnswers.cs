using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The answers to SyncSteps1, in frames. The last ones made are kept until the document changes: many clients that come
/// together ask the same. Belongs to the session's mailbox.
/// </summary>
/// <param name="sizes">Into what an answer is cut.</param>
internal sealed class SyncAnswers(DiffSizes sizes)
{
    private (ReadOnlyMemory<byte> StateVector, FrameFormat Format, bool IsExact,
        IReadOnlyList<ReadOnlyMemory<byte>> Frames)? last;

    private (FrameFormat Format, ReadOnlyMemory<byte> Frame)? deletes;

    /// <summary>What a client lacks; null for bytes that are no state vector.</summary>
    /// <param name="document">What there is.</param>
    /// <param name="stateVector">What the client says it has.</param>
    /// <param name="format">How its frames are written.</param>
    /// <param name="isExact">Whether it has exactly that, so that the answer may come in parts.</param>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Make(
        YDocument document, ReadOnlyMemory<byte> stateVector, FrameFormat format, bool isExact)
    {
        if (last is { } known && known.Format == format && known.IsExact == isExact
            && known.StateVector.Span.SequenceEqual(stateVector.Span))
        {
            return known.Frames;
        }

        if (!document.TryEncodeParts(stateVector.Span, Sizes(isExact), out var parts, out _))
        {
            return null;
        }

        var frames = new ReadOnlyMemory<byte>[parts.Count];
        for (var i = 0; i < parts.Count; i++)
        {
            frames[i] = i == parts.Count - 1 ? format.SyncStep2(parts[i]) : format.Update(parts[i]);
        }

        if (format.IsShared)
        {
            last = (stateVector, format, isExact, frames);
        }

        return frames;
    }

    /// <summary>The answer to a client that has all structs: which of them are deleted.</summary>
    public ReadOnlyMemory<byte> MakeDeletes(YDocument document, FrameFormat format)
    {
        if (deletes?.Format != format)
        {
            deletes = (format, format.SyncStep2(Diff(document, document.EncodeStateVector(), isExact: false)[0]));
        }

        return deletes.Value.Frame;
    }

    /// <summary>What a connection lacks beyond a state vector that the session made itself.</summary>
    public IReadOnlyList<byte[]> Diff(YDocument document, ReadOnlyMemory<byte> stateVector, bool isExact) =>
        document.TryEncodeParts(stateVector.Span, Sizes(isExact), out var parts, out var error)
            ? parts
            : throw new InvalidOperationException($"A state vector of this session does not read: {error}");

    /// <summary>The document has changed.</summary>
    public void Forget()
    {
        last = null;
        deletes = null;
    }

    private DiffSizes Sizes(bool isExact) => isExact ? sizes : sizes with { MaxWhole = int.MaxValue };
}
