using Relay.Sessions;

namespace Relay.Reports;

/// <summary>
/// One look at all sessions: how many there are of which kind, and the busiest of them. Takes no memory for those that
/// are not among these. Not thread-safe.
/// </summary>
internal sealed class BusiestRooms
{
    /// <summary>What one node reports, and what one page shows.</summary>
    public const int Most = 100;

    /// <summary>Long names take the place of some documents: a report must stay small.</summary>
    private const int MostNameCharacters = 8 << 10;

    private static readonly Action<BusiestRooms, DocumentSession> Looking = static (rooms, session) =>
        rooms.Look(session);

    private readonly PriorityQueue<Found, (int Connections, long Updates)> busiest = new(Most);

    /// <summary>Documents that clients have open.</summary>
    public int Rooms { get; private set; }

    /// <summary>Documents with updates that no snapshot covers.</summary>
    public int Unsaved { get; private set; }

    /// <summary>Looks at all sessions, and takes note of what happened in them since the last look.</summary>
    public void LookAt(SessionRegistry sessions)
    {
        (Rooms, Unsaved) = (0, 0);
        busiest.Clear();
        sessions.LookAtAll(this, Looking);
    }

    /// <summary>The busiest first; can be read once after each look.</summary>
    /// <param name="seconds">How long ago the look before was.</param>
    public List<RoomReport> Take(double seconds)
    {
        var reports = new List<RoomReport>(busiest.Count);
        while (busiest.TryDequeue(out var found, out _))
        {
            reports.Add(new RoomReport
            {
                Name = found.Session.Name.Value,
                Connections = found.Session.Figures.Connections,
                UpdatesPerSecond = Math.Round(found.Updates / seconds, 2),
                BytesPerSecond = Math.Round(found.Bytes / seconds),
                Bytes = found.Session.Figures.Bytes,
            });
        }

        reports.Reverse();
        var characters = 0;
        var tooMany = reports.FindIndex(report => (characters += report.Name.Length) > MostNameCharacters);
        return tooMany < 0 ? reports : reports[..tooMany];
    }

    private void Look(DocumentSession session)
    {
        Unsaved += session.IsUnsaved ? 1 : 0;
        var figures = session.Figures;
        var (updates, bytes) = figures.SinceReport();
        if (figures.Connections is > 0 and var connections)
        {
            Rooms++;
            if (busiest.Count < Most)
            {
                busiest.Enqueue(new Found(session, updates, bytes), (connections, updates));
            }
            else
            {
                // Most of many documents are not among the busiest: each of those costs one comparison.
                busiest.EnqueueDequeue(new Found(session, updates, bytes), (connections, updates));
            }
        }
    }

    private readonly record struct Found(DocumentSession Session, long Updates, long Bytes);
}
