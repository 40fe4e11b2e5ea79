namespace Relay.Sessions;

/// <summary>
/// Requests that wait until the session has everything that the log held when they came. A look at the log (a read, a
/// load, a reconcile) answers the requests that came before it began, and no later ones. Looks are numbered in the
/// order of their beginnings, and may overlap. Belongs to the session's mailbox.
/// </summary>
internal sealed class PendingReads
{
    private List<Request> requests = [];
    private long looks;

    public bool IsEmpty => requests.Count == 0;

    /// <summary>Whether requests came since the last look began.</summary>
    public bool NeedLook => requests.Exists(request => request.Look > looks);

    /// <param name="done">
    /// Called once: with <see cref="RefusalReason.None"/> when the session is that far, otherwise with the reason.
    /// </param>
    public void Add(Action<RefusalReason> done) => requests.Add(new Request(looks + 1, done));

    /// <summary>Adds a request that is content with what the last look finds, also if it began earlier.</summary>
    public void AddToLook(Action<RefusalReason> done) => requests.Add(new Request(looks, done));

    /// <summary>The log is about to be read: what was in it until now will be found.</summary>
    /// <returns>The look's number.</returns>
    public long LookBegins() => ++looks;

    /// <summary>What the look found is in the session, or it failed for this reason.</summary>
    public void LookEnded(long look, RefusalReason outcome)
    {
        // A request may bring the next one.
        var all = requests;
        requests = [];
        foreach (var request in all)
        {
            if (request.Look <= look)
            {
                request.Done(outcome);
            }
            else
            {
                requests.Add(request);
            }
        }
    }

    /// <summary>The session is over: no look ends any more.</summary>
    public void End(RefusalReason reason) => LookEnded(LookBegins(), reason);

    private readonly record struct Request(long Look, Action<RefusalReason> Done);
}
