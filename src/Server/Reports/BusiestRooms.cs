using Relay.Sessions;

namespace Relay.Reports;

/// <summary>
/// How many documents there are of which kind, and the busiest of them. Looks at those that changed since the last look
/// and at those with the most connections, and at none if no document has changed. Not thread-safe.
/// </summary>
internal sealed class BusiestRooms
{
    /// <summary>What one node reports, and what one page shows.</summary>
    public const int Most = 100;

    /// <summary>So many are taken from the list of changes at once, because sessions wait meanwhile.</summary>
    private const int PartOfLook = 256;

    /// <summary>Long names take the place of some documents: a report must stay small.</summary>
    private const int MostNameCharacters = 8 << 10;

    private readonly PriorityQueue<Found, (int Connections, long Updates)> busiest = new(Most);
    private readonly List<RoomFigures> part = [];
    private IReadOnlyList<RoomReport> reports = [];
    private bool isSilent = true;
    private long moves;
    private long looks;

    /// <summary>Documents that clients have open.</summary>
    public int Rooms { get; private set; }

    /// <summary>Documents with updates that no snapshot covers.</summary>
    public int Unsaved { get; private set; }

    /// <summary>How many documents were looked at, for tests.</summary>
    public int LookedAt { get; private set; }

    /// <summary>Takes note of what happened since the last look.</summary>
    /// <param name="totals">The node's.</param>
    /// <param name="seconds">How long ago the look before was.</param>
    /// <returns>The busiest first.</returns>
    public IReadOnlyList<RoomReport> LookAt(DocumentTotals totals, double seconds)
    {
        (Rooms, Unsaved, LookedAt) = (totals.Open.Count, totals.Unsaved, 0);
        looks++;
        var movesNow = totals.Open.Moves;
        LookAtChanged(totals.Changed);
        if (LookedAt == 0 && isSilent && movesNow == moves)
        {
            return reports;
        }

        // Those that changed are among the busiest, or these are.
        moves = movesNow;
        part.Clear();
        Rooms = totals.Open.CopyHighest(part, Most);
        part.ForEach(LookAt);
        part.Clear();
        return reports = Take(seconds);
    }

    private void LookAtChanged(ChangedList<RoomFigures> changed)
    {
        changed.BeginLook();
        do
        {
            changed.Take(part, PartOfLook);
            part.ForEach(LookAt);
        }
        while (part.Count > 0);
    }

    private void LookAt(RoomFigures figures)
    {
        if (figures.Report == looks)
        {
            return;
        }

        LookedAt++;
        figures.Report = looks;
        var (updates, bytes) = figures.SinceReport();
        if (figures.Connections is > 0 and var connections)
        {
            var found = new Found(figures, connections, updates, bytes);
            if (busiest.Count < Most)
            {
                busiest.Enqueue(found, (connections, updates));
            }
            else
            {
                busiest.EnqueueDequeue(found, (connections, updates));
            }
        }
    }

    private List<RoomReport> Take(double seconds)
    {
        var taken = new List<RoomReport>(busiest.Count);
        isSilent = true;
        while (busiest.TryDequeue(out var found, out _))
        {
            isSilent &= found is { Updates: 0, Bytes: 0 };
            taken.Add(new RoomReport
            {
                Name = found.Document.Name.Value,
                Connections = found.Connections,
                UpdatesPerSecond = Math.Round(found.Updates / seconds, 2),
                BytesPerSecond = Math.Round(found.Bytes / seconds),
                Bytes = found.Document.Bytes,
            });
        }

        taken.Reverse();
        var characters = 0;
        var tooMany = taken.FindIndex(report => (characters += report.Name.Length) > MostNameCharacters);
        return tooMany < 0 ? taken : taken[..tooMany];
    }

    private readonly record struct Found(RoomFigures Document, int Connections, long Updates, long Bytes);
}
