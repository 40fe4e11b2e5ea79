using Relay.Yjs;

namespace Relay.Connections;

/// <summary>
/// The answers over HTTP that can go on for long: streams of events, and the bytes of documents. They are no
/// WebSockets, and end all the same when an administrator sends their user away. Thread-safe.
/// </summary>
internal sealed class LongAnswers(TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly HashSet<LongAnswer> open = [];

    /// <summary>Notes an answer that begins.</summary>
    /// <param name="userId">Whose it is; null for a token without a user.</param>
    /// <param name="document">The document that it is about; null where it is about the node.</param>
    /// <param name="end">What a kick does besides cancelling <see cref="LongAnswer.Ended"/>.</param>
    public LongAnswer Begin(string? userId, DocumentName? document = null, Action? end = null)
    {
        var answer = new LongAnswer(Remove, userId, document, time.GetUtcNow(), end);
        lock (gate)
        {
            open.Add(answer);
        }

        return answer;
    }

    /// <summary>Ends what an order covers.</summary>
    /// <param name="order">Whose access ends; one that names a document does not cover answers about the node.</param>
    /// <param name="givenAt">When the order was given; null for now.</param>
    /// <returns>How many answers ended.</returns>
    public int Kick(KickOrder order, DateTimeOffset? givenAt = null)
    {
        LongAnswer[] covered;
        lock (gate)
        {
            covered =
            [
                .. open.Where(one =>
                    KickOrder.IsAbout(one.BegunAt, givenAt) && order.Covers(one.UserId, one.Document)),
            ];
            open.ExceptWith(covered);
        }

        foreach (var answer in covered)
        {
            answer.End();
        }

        return covered.Length;
    }

    private void Remove(LongAnswer answer)
    {
        lock (gate)
        {
            open.Remove(answer);
        }
    }
}
