namespace Relay.Sessions;

/// <summary>A part of an answer, in the frame of the format that it was made for.</summary>
/// <param name="Format">That format.</param>
/// <param name="Frame">The whole frame, shared by all connections that use the format.</param>
/// <param name="Update">What is in it, in the same memory; where the format has no frames, alone.</param>
/// <param name="EndsAnswer">Whether it makes a client say that it is synced.</param>
internal readonly record struct AnswerPart(
    FrameFormat Format, ReadOnlyMemory<byte> Frame, ReadOnlyMemory<byte> Update, bool EndsAnswer)
{
    /// <summary>Puts an update into a frame.</summary>
    public static AnswerPart Make(FrameFormat format, byte[] update, bool endsAnswer)
    {
        var frame = endsAnswer ? format.SyncStep2(update) : format.Update(update);
        var content = frame.IsEmpty ? update : frame[^update.Length..];
        return new AnswerPart(format, frame, content, endsAnswer);
    }

    /// <summary>The frame in another format: a copy.</summary>
    public ReadOnlyMemory<byte> CopyFor(FrameFormat format) =>
        EndsAnswer ? format.SyncStep2(Update.Span) : format.Update(Update.Span);
}
