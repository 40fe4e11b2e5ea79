namespace Relay.Sessions;

/// <summary>When a save is tried again that failed, or that another node had claimed. Belongs to the mailbox.</summary>
internal sealed class SaveBackoff
{
    /// <summary>
    /// So often a session that wants to leave waits for another node's save; then it saves by itself.
    /// </summary>
    private const int RefusedClaims = 3;

    private int failures;
    private int refusals;

    /// <summary>Whether another node has claimed the save: its end is awaited, as long as a claim lasts.</summary>
    public bool IsSavedElsewhere { get; private set; }

    /// <summary>Whether no try is waited for, so that a save may begin as soon as it is due.</summary>
    public bool MayBegin => failures == 0 && !IsSavedElsewhere;

    /// <summary>Whether the node that claims the save again and again does not get on with it.</summary>
    public bool IgnoresClaims => refusals >= RefusedClaims;

    /// <summary>
    /// The time that was waited for has come, or this node saves all the same: no save of another node is awaited.
    /// </summary>
    public void EndWait() => IsSavedElsewhere = false;

    /// <summary>Another node has claimed the save: returns when to look whether it has saved.</summary>
    public TimeSpan OnRefused(SessionSettings settings, bool isBeingLeft)
    {
        // Its checkpoint is heard of; this is for the case that it dies, or saves less than there is by then.
        IsSavedElsewhere = true;
        refusals += isBeingLeft ? 1 : 0;
        return isBeingLeft ? settings.SavedElsewhereCheck : settings.SaveInterval;
    }

    /// <summary>
    /// The save failed: returns when it is tried again, and whether it has failed for the first time.
    /// </summary>
    public (TimeSpan Wait, bool IsFirst) OnFailed(SessionSettings settings, SessionEnvironment environment)
    {
        failures++;
        return (environment.Backoff(failures, settings.FirstRetry, settings.LongestRetry), failures == 1);
    }

    /// <summary>A claim was answered: no failed save is left to repeat.</summary>
    public void OnAnswered() => failures = 0;

    /// <summary>This node has stored a snapshot.</summary>
    public void OnSaved() => failures = refusals = 0;

    /// <summary>A node has stored all there is: no save is left to repeat.</summary>
    public void Clear()
    {
        OnSaved();
        IsSavedElsewhere = false;
    }
}
