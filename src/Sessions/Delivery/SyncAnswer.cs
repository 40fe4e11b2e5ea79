namespace Relay.Sessions;

/// <summary>
/// An answer to a question, for all connections that ask the same of the same document. Belongs to the session's
/// mailbox.
/// </summary>
internal sealed class SyncAnswer
{
    /// <summary>What an answer takes beside its bytes.</summary>
    private const int FixedBytes = 256;

    private readonly SyncQuestion question;
    private readonly FrameFormat format;

    public SyncAnswer(in SyncQuestion question, FrameFormat format, IReadOnlyList<byte[]> updates)
    {
        // The state vector is a piece of a message, which is not kept for it.
        this.question = question with { StateVector = question.StateVector.ToArray() };
        this.format = format;
        Parts = new AnswerPart[updates.Count];
        Bytes = FixedBytes + question.StateVector.Length;
        for (var i = 0; i < updates.Count; i++)
        {
            Parts[i] = AnswerPart.Make(format, updates[i], endsAnswer: question.IsAsked && i == updates.Count - 1);
            Bytes += Math.Max(Parts[i].Frame.Length, Parts[i].Update.Length);
        }
    }

    public AnswerPart[] Parts { get; }

    /// <summary>What it takes in memory.</summary>
    public long Bytes { get; }

    /// <summary>How many connections have not read all of it.</summary>
    public int Holders { get; set; }

    /// <summary>
    /// Whether it answers a question in a format. A format that one connection uses has its frames made from any other
    /// format's, one after the other as they are sent.
    /// </summary>
    public bool Answers(in SyncQuestion asked, FrameFormat wanted) =>
        (format == wanted || !wanted.IsShared) && question.IsSameAs(asked);
}
