using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The way out for a document whose log does not read (<see cref="LogReadOutcome.Damaged"/>). Used by operators only.
/// Thread-safe.
/// </summary>
public interface IDamagedLogs
{
    /// <summary>Reads what still reads of a damaged log. Changes nothing.</summary>
    /// <returns>Null if the document's log is not known to be damaged.</returns>
    /// <exception cref="BackplaneUnavailableException">The store cannot be read.</exception>
    ValueTask<SalvagedLog?> SalvageAsync(DocumentName document, CancellationToken cancellation);

    /// <summary>
    /// Copies all records of a damaged log, also those that do not read, to a place that the log never looks at, and
    /// then begins the log anew: <paramref name="entry"/> is the first entry of a new, higher epoch, delivered and
    /// marked as unsaved like any other. The log begins anew at once or not at all. After a failure the call may be
    /// repeated, which leaves another copy.
    /// </summary>
    /// <returns>
    /// Where the copy is, for people; null if the document's log is not known to be damaged (any more).
    /// </returns>
    /// <exception cref="BackplaneUnavailableException">The store cannot be read or written.</exception>
    ValueTask<string?> SetAsideAsync(DocumentName document, LogEntry entry, CancellationToken cancellation);
}
