namespace Relay.Backplane;

/// <summary>
/// The writer's work beside requests: sweeps for expired logs, and cleaning. One step at a time, so that appends do not
/// wait long.
/// </summary>
internal sealed class LogUpkeep(LogExpiry expiry, LogCleaner cleaner, RecordGroup records)
{
    public static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(10);

    private volatile bool sweepIsDue;

    /// <summary>Whether there is work. On the writer's thread.</summary>
    public bool IsDue => sweepIsDue || cleaner.Stage != CleaningStage.Rest;

    /// <summary>Makes a sweep due. On any thread.</summary>
    public void RequestSweep() => sweepIsDue = true;

    /// <inheritdoc cref="LogCleaner.Reconsider"/>
    public void Reconsider(bool hasFreed) => cleaner.Reconsider(hasFreed);

    /// <summary>Does the next piece of work; a failure is logged, and the work tried again later.</summary>
    public void Step()
    {
        try
        {
            if (sweepIsDue)
            {
                sweepIsDue = false;
                expiry.Drop();
                cleaner.Reconsider(hasFreed: true);
            }
            else
            {
                cleaner.Step();
            }
        }
        catch (Exception e)
        {
            cleaner.GiveUp(e);
        }

        records.Clear();
    }
}
