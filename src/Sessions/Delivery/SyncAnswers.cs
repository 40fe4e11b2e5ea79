namespace Relay.Sessions;

/// <summary>
/// The answers to SyncSteps1, and what brings connections up to now that are too far behind. Connections that ask the
/// same share an answer, which is charged once until the last of them has read it; one for which there is no room
/// waits. Belongs to the session's mailbox.
/// </summary>
/// <param name="sizes">Into what an answer is cut.</param>
/// <param name="budget">What answers are charged to.</param>
/// <param name="wake">Has <see cref="TryAgain"/> called for those that wait; see <see cref="AnswerBudget"/>.</param>
internal sealed class SyncAnswers(AnswerSizes sizes, AnswerBudget budget, Action wake)
{
    /// <summary>How many different answers of the present document are looked at for a question.</summary>
    private const int MostKnown = 8;

    private readonly AnswerRoom whole = new(budget);
    private readonly AnswerRoom copies = new(budget);
    private readonly HashSet<DeliveryState> waiting = [];

    /// <summary>
    /// Answers of the document as it is, the last one at the end: it stays there when all have read it, since clients
    /// that come one after another ask the same.
    /// </summary>
    private readonly List<SyncAnswer> known = [];

    private long seen;
    private long turns;

    /// <summary>Whether a connection waits for room, and so may lack entries.</summary>
    public bool IsWaitedFor => waiting.Count > 0;

    /// <summary>Finds or makes what a connection lacks.</summary>
    /// <param name="document">What there is.</param>
    /// <param name="question">What the connection has.</param>
    /// <param name="format">How its frames are written.</param>
    /// <param name="answer">The answer, for <see cref="TryHold"/>; null if there is no room for it now.</param>
    /// <returns>False for bytes that are no state vector.</returns>
    public bool TryFind(IContent document, in SyncQuestion question, FrameFormat format, out SyncAnswer? answer)
    {
        seen = budget.Returns;
        for (var i = known.Count - 1; i >= 0; i--)
        {
            if (known[i].Answers(question, format))
            {
                answer = known[i];
                return true;
            }
        }

        answer = null;
        var stateVector = question.StateVector.Span;
        if (whole.Most < document.MemoryBytes)
        {
            // Made only if there may be room for it.
            if (!document.TryCompareDiff(stateVector, whole.Most, out var isLarger, out _))
            {
                return false;
            }

            if (isLarger)
            {
                return true;
            }
        }

        var cut = question.IsExact ? sizes : sizes with { MaxWhole = int.MaxValue };
        if (!document.TryEncodeParts(stateVector, cut, out var parts, out _))
        {
            return false;
        }

        answer = new SyncAnswer(question, format, parts);
        Remember(answer);
        return true;
    }

    /// <summary>Has a connection hold an answer until it is sent, if there is room; it holds no other.</summary>
    public bool TryHold(DeliveryState state, SyncAnswer answer)
    {
        if (answer.Holders == 0 && !whole.TryTake(answer.Bytes))
        {
            return false;
        }

        answer.Holders++;
        (state.Answer, state.Turn) = (answer, long.MaxValue);
        foreach (var part in answer.Parts)
        {
            state.Parts.Enqueue(part);
        }

        return true;
    }

    /// <summary>Takes the next frame of what a connection holds; returns false without room for a copy.</summary>
    public bool TryTakeFrame(DeliveryState state, FrameFormat format, out ReadOnlyMemory<byte> frame)
    {
        var part = state.Parts.Peek();
        frame = part.Frame;
        if (part.Format != format)
        {
            seen = budget.Returns;
            if (!copies.TryTake(part.Update.Length))
            {
                return false;
            }

            state.CopiedBytes += part.Update.Length;
            frame = part.CopyFor(format);
        }

        state.Parts.TryDequeue(out _);
        state.Turn = long.MaxValue;
        return true;
    }

    /// <summary>A connection waits until there may be room for what it was just refused.</summary>
    public void Wait(DeliveryState state)
    {
        state.WaitsForRoom = true;
        state.Turn = Math.Min(state.Turn, turns++);
        waiting.Add(state);
        budget.Wait(wake, seen);
    }

    /// <summary>
    /// Those that wait try again; the document keeps its place among others while one of them waits.
    /// </summary>
    /// <param name="pumpInTurn">Has all connections try, in the order of <see cref="DeliveryState.Turn"/>.</param>
    public void TryAgain(Action pumpInTurn)
    {
        foreach (var state in waiting)
        {
            state.WaitsForRoom = false;
        }

        waiting.Clear();
        pumpInTurn();
        EndWaitOfNone();
    }

    /// <summary>A connection has sent what it was given.</summary>
    public void Sent(DeliveryState state)
    {
        if (state.CopiedBytes > 0)
        {
            copies.Return(state.CopiedBytes);
            state.CopiedBytes = 0;
            WakeOwn();
        }

        if (state is { Answer: not null, Parts.Count: 0 })
        {
            Release(state);
        }
    }

    /// <summary>A connection is gone.</summary>
    public void Leave(DeliveryState state)
    {
        if (waiting.Remove(state))
        {
            EndWaitOfNone();
        }

        state.WaitsForRoom = false;
        state.Parts = default;
        Sent(state);
    }

    /// <summary>The document has changed.</summary>
    public void Forget() => known.Clear();

    private void Release(DeliveryState state)
    {
        var answer = state.Answer!;
        state.Answer = null;
        if (--answer.Holders > 0)
        {
            return;
        }

        whole.Return(answer.Bytes);
        if (known.Count > 0 && known[^1] != answer)
        {
            known.Remove(answer);
        }

        WakeOwn();
    }

    private void EndWaitOfNone()
    {
        if (waiting.Count == 0)
        {
            budget.EndWait(wake);
        }
    }

    private void Remember(SyncAnswer answer)
    {
        // Of those that no connection holds only one is kept.
        if (known.Count > 0 && known[^1].Holders == 0)
        {
            known.RemoveAt(known.Count - 1);
        }

        if (known.Count == MostKnown)
        {
            known.RemoveAt(0);
        }

        known.Add(answer);
    }

    /// <summary>A document has room of its own, also where the budget has none.</summary>
    private void WakeOwn()
    {
        if (waiting.Count > 0)
        {
            wake();
        }
    }
}
