namespace Relay.Sessions;

/// <summary>
/// What one document takes of <see cref="AnswerBudget"/>. A little of it, or one thing of any size, is always allowed:
/// slow readers of one document keep no reader of another one out, and a document whose readers read goes on. Belongs
/// to the session's mailbox.
/// </summary>
internal sealed class AnswerRoom(AnswerBudget budget)
{
    private long held;

    /// <summary>The largest thing that there is room for now.</summary>
    public long Most => held == 0 ? long.MaxValue : Math.Max(budget.AlwaysBytes - held, budget.Free);

    /// <summary>Charges bytes if there is room for them.</summary>
    public bool TryTake(long bytes)
    {
        if (held == 0 || held + bytes <= budget.AlwaysBytes)
        {
            budget.Charge(bytes);
        }
        else if (!budget.TryTake(bytes))
        {
            return false;
        }

        held += bytes;
        return true;
    }

    /// <summary>Gives charged bytes back.</summary>
    public void Return(long bytes)
    {
        held -= bytes;
        budget.Return(bytes);
    }
}
