namespace Relay.Sessions;

/// <summary>
/// What the sessions of a node add up to, counted when it happens: figures, reports and pages look at no session for
/// it. Sessions that are being left or have failed are not counted any more. Thread-safe.
/// </summary>
internal sealed class DocumentTotals
{
    private int unsaved;

    /// <summary>Documents with updates that no snapshot covers.</summary>
    public int Unsaved => Volatile.Read(ref unsaved);

    /// <summary>Documents that clients have open.</summary>
    public OpenDocuments Open { get; } = new();

    /// <summary>What the node's report has not looked at since it changed.</summary>
    public ChangedList<RoomFigures> Changed { get; } = new();

    /// <summary>A document became unsaved (1), or is not any more (-1).</summary>
    public void AddUnsaved(int difference) => Interlocked.Add(ref unsaved, difference);
}
