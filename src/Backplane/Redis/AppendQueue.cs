namespace Relay.Backplane;

/// <summary>
/// The appends that one call after the other takes: one is under way, and the next one takes what has come meanwhile,
/// in its order. Thread-safe.
/// </summary>
/// <remarks>
/// An append that finds no call under way is sent by its caller at once. Appends come together, though, from a thread
/// that reads many sockets in a round: a socket loop sends them at the end of its round. From another thread, if the
/// last ones came together, another one sends them, with what has come until it begins. Otherwise each round would cost
/// a call for its first append and one for the others.
/// </remarks>
/// <param name="server">Where calls are made.</param>
/// <param name="loops">The socket loops; null if there are none.</param>
/// <param name="separate">
/// Takes the appends of a call that the server has refused because they are of several partitions.
/// </param>
/// <param name="later">Has another thread execute it.</param>
internal sealed class AppendQueue(
    IAppendServer server,
    ISocketLoops? loops,
    Action<IReadOnlyList<PendingAppend>> separate,
    Action<IThreadPoolWorkItem> later) : IThreadPoolWorkItem
{
    /// <summary>
    /// So many appends go with one call. While the script runs, Redis does no other work: about 1.5 ms.
    /// </summary>
    public const int MostAppends = 128;

    /// <summary>
    /// So many bytes of entries go with one call, which take Redis less than a millisecond; a larger entry goes alone.
    /// </summary>
    public const int MostBytes = 256 << 10;

    /// <summary>
    /// Each try that the script has to look for counts for so many bytes: where a log lacks the position behind which
    /// it may be, all of the log is searched: 10,000 entries in 0.13 ms.
    /// </summary>
    public const int BytesPerTry = MostBytes / 16;

    private readonly Lock gate = new();
    private readonly Queue<PendingAppend> waiting = new();
    private bool isUnderWay;

    /// <summary>Whether the last appends came together.</summary>
    private bool isCrowded;

    public void Add(PendingAppend append)
    {
        lock (gate)
        {
            waiting.Enqueue(append);
            if (isUnderWay)
            {
                return;
            }

            isUnderWay = true;
            if (loops is { IsCurrent: true })
            {
                loops.AfterRound(this);
                return;
            }

            if (isCrowded)
            {
                // Others are likely to come from this very thread before another one begins.
                later(this);
                return;
            }
        }

        // The calls that follow belong to other callers: they take no context of this one along.
        var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        try
        {
            SendNext(few: 1);
        }
        finally
        {
            flow?.Undo();
        }
    }

    /// <summary>Makes the first call after a pause.</summary>
    public void Execute() => SendNext(few: 1);

    /// <summary>Makes the next call.</summary>
    /// <param name="few">So many appends do not make a crowd.</param>
    private void SendNext(int few = 0)
    {
        List<PendingAppend> next;
        lock (gate)
        {
            next = Take();
            isUnderWay = next.Count > 0;
            isCrowded = isUnderWay ? next.Count > few : isCrowded;
        }

        if (next.Count > 0)
        {
            _ = CallAsync(next);
        }
    }

    /// <summary>Under the gate: what goes with the next call. Those that were given up are left out.</summary>
    private List<PendingAppend> Take()
    {
        var taken = new List<PendingAppend>(Math.Min(waiting.Count, MostAppends));
        var bytes = 0L;
        while (taken.Count < MostAppends && waiting.TryPeek(out var first)
            && (taken.Count == 0 || bytes + Weight(first) <= MostBytes))
        {
            waiting.Dequeue();
            if (!first.Task.IsCompleted)
            {
                taken.Add(first);
                bytes += Weight(first);
            }
        }

        return taken;
    }

    private static int Weight(PendingAppend append) =>
        append.Bytes.Length + (append.Entry.Earlier.Length * BytesPerTry);

    /// <summary>
    /// Makes a call. The next one begins before the callers of this one go on: they may take their time.
    /// </summary>
    private async Task CallAsync(List<PendingAppend> appends)
    {
        StoredAppends stored;
        try
        {
            // Calls that fail at once must not pile up on the stack.
            stored = await server.StoreAsync(appends).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
        catch (PartitionsApartException)
        {
            separate(appends);
            SendNext();
            return;
        }
        catch (Exception e)
        {
            SendNext();
            Fail(appends, e);
            return;
        }

        SendNext();
        Exception? unconfirmed = null;
        try
        {
            await server.ConfirmAsync(appends, stored);
        }
        catch (Exception e)
        {
            unconfirmed = e;
        }

        End(appends, stored.Answers, unconfirmed);
    }

    private void Fail(List<PendingAppend> appends, Exception exception)
    {
        foreach (var append in appends)
        {
            append.Fail(Failure(exception));
        }

        Tell(appends);
    }

    private void End(List<PendingAppend> appends, AppendAnswer[] answers, Exception? unconfirmed)
    {
        for (var i = 0; i < answers.Length; i++)
        {
            var answer = answers[i];
            if (answer.Problem is { } problem)
            {
                appends[i].Fail(new BackplaneUnavailableException($"Redis could not append: {problem}"));
            }
            else if (answer.IsStored && unconfirmed is not null)
            {
                appends[i].Fail(Failure(unconfirmed));
            }
            else
            {
                appends[i].End(answer.Result);
            }
        }

        Tell(appends);
    }

    /// <summary>
    /// On a socket loop those callers go on that are loops' themselves, when the loop has handled what has come; all
    /// others go on on threads of their own, the last one on this.
    /// </summary>
    private void Tell(List<PendingAppend> appends)
    {
        var isLoop = loops is { IsCurrent: true };
        for (var i = 0; i < appends.Count; i++)
        {
            if (isLoop && appends[i].IsOfLoop)
            {
                loops!.AfterRound(appends[i]);
            }
            else if (isLoop || i < appends.Count - 1)
            {
                ThreadPool.UnsafeQueueUserWorkItem(appends[i], preferLocal: true);
            }
            else
            {
                appends[i].Execute();
            }
        }
    }

    /// <summary>Each caller is thrown an exception of its own.</summary>
    private static BackplaneUnavailableException Failure(Exception exception) =>
        new(exception.Message, exception.InnerException ?? exception);
}
