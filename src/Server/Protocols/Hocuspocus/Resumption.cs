using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// A document that was just opened, until its client asks what it lacks. A provider that opens a document asks at
/// once; one that was asked for a new token, or that sends one after a denial, sends the token only. For
/// that one the node asks in its place, with what it last said that it has, and gives it the acknowledgements for
/// updates that were dropped: once its answer to the node is in the log, so are they. Thread-safe.
/// </summary>
internal sealed class Resumption : IDisposable
{
    /// <summary>How long a client that was here before has for asking itself.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// How long a new one has. Stock clients ask at once, but packets are lost; and what the node asks for is answered
    /// in one message, however large.
    /// </summary>
    public static readonly TimeSpan PatienceWithNew = TimeSpan.FromSeconds(5);

    private static readonly byte[] NothingYet = [0];
    private static readonly byte[] EmptyUpdate = [0, 0];

    private readonly ReadOnlyMemory<byte> question;
    private readonly Action<DocumentMessage> ask;
    private readonly Lock gate = new();
    private readonly ITimer timer;
    private int missing;
    private bool isOver;

    /// <param name="isNew">Whether its socket never had the document before.</param>
    /// <param name="question">
    /// The state vector that the client last sent; empty if that is not known, and then it is sent everything.
    /// </param>
    /// <param name="unsynced">What its provider counted as unsynced when the document was opened.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ask">Hands the question in, on a thread of the clock.</param>
    public Resumption(
        bool isNew, ReadOnlyMemory<byte> question, int unsynced, TimeProvider time, Action<DocumentMessage> ask)
    {
        this.question = question.IsEmpty ? NothingYet : question;
        this.ask = ask;

        // The answer to the node's own question is acknowledged as well.
        missing = Math.Max(0, unsynced - 1);
        timer = time.CreateTimer(
            static self => ((Resumption)self!).OnDue(),
            this,
            isNew ? PatienceWithNew : Patience,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sees what the client says, and adds what is to be acknowledged with it.</summary>
    /// <param name="messages">Messages that came together; some may be added at the end.</param>
    /// <returns>Whether the resumption has ended.</returns>
    public bool Heard(List<DocumentMessage> messages)
    {
        lock (gate)
        {
            foreach (var message in messages)
            {
                if (message.Kind == DocumentMessageKind.SyncStep1)
                {
                    // It counts anew from there.
                    End();
                    return true;
                }
            }

            if (missing == 0 || !messages.Exists(static message => message.Kind == DocumentMessageKind.SyncStep2))
            {
                return isOver && missing == 0;
            }

            var frame = messages[^1].Frame;
            for (; missing > 0; missing--)
            {
                messages.Add(
                    new DocumentMessage(DocumentMessageKind.Update, EmptyUpdate, [], ++frame, EmptyUpdate.Length));
            }

            return isOver;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            End();
        }
    }

    private void End()
    {
        isOver = true;
        missing = 0;
        timer.Dispose();
    }

    private void OnDue()
    {
        lock (gate)
        {
            if (isOver)
            {
                return;
            }

            isOver = true;
            timer.Dispose();
        }

        ask(new DocumentMessage(DocumentMessageKind.SyncStep1, question, [], Bytes: question.Length, IsGuess: true));
    }
}
