using Relay.Connections;

namespace Relay.Sessions;

/// <summary>
/// Requests that wait until the session has everything that the log held when they came. A look at the log (a read, a
/// load, a reconcile) answers the requests that came before it began, and no later ones. At most one look counts at a
/// time. Belongs to the session's mailbox.
/// </summary>
internal sealed class PendingReads
{
    private readonly List<Action<CloseReason>> waiting = [];
    private List<Action<CloseReason>> covered = [];

    public bool IsEmpty => waiting.Count == 0 && covered.Count == 0;

    /// <summary>Whether requests came since the last look began.</summary>
    public bool NeedLook => waiting.Count > 0;

    /// <param name="request">
    /// Called once: with <see cref="CloseReason.Normal"/> when the session is that far, otherwise with the reason.
    /// </param>
    public void Add(Action<CloseReason> request) => waiting.Add(request);

    /// <summary>Adds a request that is content with what the look under way finds, also if it began earlier.</summary>
    public void AddToLook(Action<CloseReason> request) => covered.Add(request);

    /// <summary>The log is about to be read: what was in it until now will be found.</summary>
    public void LookBegins()
    {
        covered.AddRange(waiting);
        waiting.Clear();
    }

    /// <summary>What the look found is in the session, or it failed for this reason.</summary>
    public void LookEnded(CloseReason outcome)
    {
        // A request may bring the next one.
        var answered = covered;
        covered = [];
        foreach (var request in answered)
        {
            request(outcome);
        }
    }

    /// <summary>The session is over: no look ends any more.</summary>
    public void End(CloseReason reason)
    {
        LookBegins();
        LookEnded(reason);
    }
}
