using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Relay.Yjs;

namespace Relay.Persistence;

/// <summary>
/// Which old snapshots stay (<c>Documents:KeepSnapshots</c>). A snapshot stays if any of the three rules keeps it; what
/// safety needs stays whatever they say.
/// </summary>
/// <param name="Last">That many newest ones.</param>
/// <param name="Hourly">For that many hours, the newest of each clock hour (UTC).</param>
/// <param name="Daily">For that many days, the newest of each day (UTC).</param>
public sealed record SnapshotRetention(int Last, int Hourly, int Daily)
{
    /// <summary>
    /// An epoch's newest snapshot is not pruned before this age: a node that still lives in that epoch has reconciled,
    /// or lost its entries to the new one, long before.
    /// </summary>
    public static readonly TimeSpan EpochGrace = TimeSpan.FromHours(24);

    private const int MaxLast = 10_000;
    private const int MaxHourly = 366 * 24;
    private const int MaxDaily = 100 * 366;

    /// <summary>The last 10, hourly ones for a day, daily ones for 30 days.</summary>
    public static SnapshotRetention Default { get; } = new(10, 24, 30);

    /// <summary>
    /// Reads a setting such as <c>last=10,hourly=24,daily=30</c>. A rule that is not named keeps no snapshot; the
    /// newest two stay in any case.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SnapshotRetention? retention,
        [NotNullWhen(false)] out string? error)
    {
        retention = null;
        int? last = null, hourly = null, daily = null;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=');
            var key = equals < 0 ? part : part[..equals].TrimEnd();
            var (seen, max) = key switch
            {
                "last" => (last, MaxLast),
                "hourly" => (hourly, MaxHourly),
                "daily" => (daily, MaxDaily),
                _ => (null, 0),
            };
            if (equals < 0 || max == 0)
            {
                error = $"'{part}' is none of last=…, hourly=… and daily=…, as in {Default}.";
                return false;
            }

            if (seen is not null)
            {
                error = $"{key}=… is given twice.";
                return false;
            }

            if (!int.TryParse(part.AsSpan(equals + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture,
                out var value) || value > max)
            {
                error = $"{key}=… must be a whole number from 0 to {max.ToString(CultureInfo.InvariantCulture)}.";
                return false;
            }

            _ = key switch { "last" => last = value, "hourly" => hourly = value, _ => daily = value };
        }

        retention = new SnapshotRetention(last ?? 0, hourly ?? 0, daily ?? 0);
        error = null;
        return true;
    }

    /// <summary>The text that <see cref="TryParse"/> reads.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"last={Last},hourly={Hourly},daily={Daily}");

    /// <summary>
    /// Which of one document's snapshots may be deleted, in the order of the listing. Never among them, whatever the
    /// three rules say: those known as unreadable (they are evidence, and a loader must go on meeting them); the newest
    /// two readable ones of the newest epoch, by position and by time, which the log's trimming relies on;
    /// the newest readable one below an epoch's unreadable newest; an epoch's newest that is younger than
    /// <see cref="EpochGrace"/>; and two readable ones of the document at all.
    /// </summary>
    /// <param name="listing">All of the document's snapshots, as listed just before.</param>
    /// <param name="unreadable">The positions of those that did not read. All others are taken for readable.</param>
    /// <param name="now">The present; what was stored after it counts as stored now.</param>
    public IReadOnlyList<SnapshotInfo> Deletable(IReadOnlyList<SnapshotInfo> listing, IReadOnlySet<Position> unreadable,
        DateTimeOffset now)
    {
        // The rules are about order, so the order is not taken on trust. The id breaks ties as an ordinal listing of
        // the keys does.
        var newestFirst = listing.OrderByDescending(s => s.Position.Epoch).ThenByDescending(s => s.Position.Offset)
            .ThenBy(s => s.Position.Id.Value).ToList();
        var readable = newestFirst.Where(s => !unreadable.Contains(s.Position)).ToList();

        var keep = new HashSet<Position>(unreadable);
        keep.UnionWith(readable.Take(Math.Max(Last, 2)).Select(s => s.Position));
        KeepWhatSafetyNeeds(newestFirst, readable, now, keep);
        KeepNewestOfEach(readable, TimeSpan.FromHours(1), TimeSpan.FromHours(Hourly), now, keep);
        KeepNewestOfEach(readable, TimeSpan.FromDays(1), TimeSpan.FromDays(Daily), now, keep);
        return newestFirst.Where(s => !keep.Contains(s.Position)).ToList();
    }

    private static void KeepWhatSafetyNeeds(List<SnapshotInfo> newestFirst, List<SnapshotInfo> readable,
        DateTimeOffset now, HashSet<Position> keep)
    {
        var newestOfEpoch = newestFirst.GroupBy(s => s.Position.Epoch)
            .ToDictionary(epoch => epoch.Key, epoch => epoch.First());
        foreach (var epoch in readable.GroupBy(s => s.Position.Epoch))
        {
            // A loader merges the newest of every listed epoch; where that one does not read and never leaves, the next
            // one stands in for it as long.
            var newest = epoch.First();
            if (newest != newestOfEpoch[epoch.Key] || now - newest.StoredAt < EpochGrace)
            {
                keep.Add(newest.Position);
            }
        }

        // After a failover that lost entries an epoch can hold snapshots of a lost history at higher offsets than the
        // living one has: those stored last are the living one's. The sort is stable, so where the store's clock cannot
        // tell two apart, position decides.
        keep.UnionWith(
            readable.TakeWhile(s => s.Position.Epoch == readable[0].Position.Epoch).OrderByDescending(s => s.StoredAt)
            .Take(2).Select(s => s.Position));
    }

    /// <summary>
    /// The newest of an hour or a day stays. Being the newest of a period that has ended, and of any longer period
    /// around it, does not change by pruning the others: so it is the same whether pruning runs after every snapshot or
    /// once a month.
    /// </summary>
    private static void KeepNewestOfEach(List<SnapshotInfo> readable, TimeSpan period, TimeSpan maxAge,
        DateTimeOffset now, HashSet<Position> keep)
    {
        var periods = new HashSet<long>();
        foreach (var snapshot in readable)
        {
            if (now - snapshot.StoredAt < maxAge && periods.Add(snapshot.StoredAt.UtcTicks / period.Ticks))
            {
                keep.Add(snapshot.Position);
            }
        }
    }
}
