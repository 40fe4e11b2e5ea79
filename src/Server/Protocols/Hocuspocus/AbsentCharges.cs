using Relay.Sessions;
using Relay.Sockets.Backpressure;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// Counts what one socket keeps for documents that are not open, and bounds it: for what waits, no token has been
/// shown. Not thread-safe.
/// </summary>
/// <param name="budget">What all sockets keep of such; charged with what this one keeps.</param>
internal sealed class AbsentCharges(UnadmittedBudget budget)
{
    public const int MaxKeptDocuments = 100;
    public const int MaxKeptMessages = 1000;
    public const long MaxKeptBytes = 5 << 20;

    /// <summary>What is charged for a message beside its bytes.</summary>
    public const int MessageCost = 160;

    /// <summary>
    /// What is charged for a document that was never open, beside its address, messages and question.
    /// </summary>
    public const int DocumentCost = 400;

    /// <summary>State vectors of refused documents; one has some bytes for each client that ever wrote.</summary>
    public const int MaxQuestionBytes = 16 << 10;
    public const long MaxQuestionBytesInAll = 1 << 20;

    private int keptDocuments;
    private int keptMessages;
    private long keptBytes;
    private long questionBytes;

    private int QuestionRoom => (int)Math.Clamp(MaxQuestionBytesInAll - questionBytes, 0, MaxQuestionBytes);

    /// <summary>Charges a document that was never open; returns its cost, 0 if there is no room for it.</summary>
    public int TryAdd(string address)
    {
        var cost = DocumentCost + (2 * address.Length);
        return budget.TryTake(cost) ? cost : 0;
    }

    /// <summary>Charges a message that is to be kept.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isFirst">Whether its document has none yet.</param>
    public KeepOutcome TryKeep(in DocumentMessage message, bool isFirst)
    {
        if (keptMessages == MaxKeptMessages
            || keptBytes + message.Bytes > MaxKeptBytes
            || (isFirst && keptDocuments == MaxKeptDocuments))
        {
            return KeepOutcome.TooMuch;
        }

        if (!budget.TryTake(message.Bytes + MessageCost))
        {
            return KeepOutcome.NoRoom;
        }

        Count(isFirst ? 1 : 0, 1, message.Bytes);
        return KeepOutcome.Kept;
    }

    /// <summary>A message that was charged is not kept after all.</summary>
    public void Undo(in DocumentMessage message, bool isFirst)
    {
        Count(isFirst ? -1 : 0, -1, -message.Bytes);
        budget.Return(message.Bytes + MessageCost);
    }

    /// <summary>Drops a message of a document; of a question, what it says is kept as far as there is room.</summary>
    public void Drop(AbsentDocument document, in DocumentMessage message)
    {
        ForgetQuestion(document);
        document.Drop(message, QuestionRoom);
        CountQuestion(document);
    }

    /// <summary>Drops all messages that are kept for a document.</summary>
    public void DropKept(AbsentDocument document)
    {
        ReleaseKept(document);
        ForgetQuestion(document);
        document.DropKept(QuestionRoom);
        CountQuestion(document);
    }

    /// <summary>A document is forgotten, or handed out with all that is kept for it.</summary>
    public void Release(AbsentDocument document)
    {
        ReleaseKept(document);
        ForgetQuestion(document);
        budget.Return(document.Cost);
    }

    /// <summary>The document's question will be another one, or is handed out.</summary>
    private void ForgetQuestion(AbsentDocument document)
    {
        questionBytes -= document.Question.Length;
        budget.Return(document.Cost > 0 ? document.Question.Length : 0);
    }

    private void CountQuestion(AbsentDocument document)
    {
        if (document.Cost > 0 && !budget.TryTake(document.Question.Length))
        {
            document.DropQuestion();
        }

        questionBytes += document.Question.Length;
    }

    private void ReleaseKept(AbsentDocument document)
    {
        Count(document.Kept.Count > 0 ? -1 : 0, -document.Kept.Count, -document.KeptBytes);
        budget.Return(document.KeptCost);
    }

    private void Count(int documents, int messages, long bytes)
    {
        keptDocuments += documents;
        keptMessages += messages;
        keptBytes += bytes;
    }
}
