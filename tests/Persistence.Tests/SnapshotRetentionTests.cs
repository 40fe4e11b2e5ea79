using Relay.Yjs;

namespace Relay.Persistence;

public sealed class SnapshotRetentionTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 15, 12, 30, 0, TimeSpan.Zero);
    private static readonly HashSet<Position> None = [];
    private static readonly SnapshotRetention KeepNothing = new(0, 0, 0);

    [Fact]
    public void Few_snapshots_all_stay()
    {
        Assert.Empty(KeepNothing.Deletable([], None, Now));
        Assert.Empty(KeepNothing.Deletable([Old(1, 1)], None, Now));
        Assert.Empty(KeepNothing.Deletable([Old(1, 2), Old(1, 1)], None, Now));
    }

    [Fact]
    public void The_newest_two_of_the_newest_epoch_stay_whatever_the_setting_says()
    {
        AssertDeleted(KeepNothing, None, [Old(2, 9), Old(2, 8)], [Old(2, 7), Old(2, 6), Old(1, 50), Old(1, 40)]);
    }

    [Fact]
    public void Until_the_newest_epoch_has_two_the_one_before_it_keeps_its_newest()
    {
        AssertDeleted(KeepNothing, None, [Old(3, 1), Old(2, 9)], [Old(2, 8), Old(1, 50)]);
    }

    [Fact]
    public void An_epochs_newest_stays_for_a_day_after_it_was_written_and_no_longer()
    {
        var young = Stored(1, 50, Now - SnapshotRetention.EpochGrace + TimeSpan.FromTicks(1));
        var grown = Stored(2, 50, Now - SnapshotRetention.EpochGrace);
        var future = Stored(3, 50, Now + TimeSpan.FromDays(1));

        AssertDeleted(KeepNothing, None, [Old(4, 2), Old(4, 1), future, young], [grown, Stored(1, 49, Now)]);
    }

    [Fact]
    public void The_last_ones_stay_across_epochs()
    {
        AssertDeleted(new SnapshotRetention(3, 0, 0), None, [Old(2, 2), Old(2, 1), Old(1, 9)], [Old(1, 8), Old(1, 7)]);
    }

    [Fact]
    public void The_newest_of_each_hour_and_of_each_day_stays_until_it_is_too_old()
    {
        SnapshotInfo[] kept =
        [
            Stored(1, 100, Now), Stored(1, 99, Now.AddMinutes(-1)), // the newest two
            Stored(1, 90, Now.AddHours(-1)),                        // 11:30, the newest of its hour
            Stored(1, 80, Now.AddHours(-3).AddTicks(1)),            // 9:30, within three hours
            Stored(1, 60, Now.Date.AddTicks(-1)),                   // yesterday's newest
            Stored(1, 50, Now.AddDays(-2).AddTicks(1)),             // the newest of its day, within two days
        ];
        SnapshotInfo[] deleted =
        [
            Stored(1, 98, Now.AddMinutes(-2)),
            Stored(1, 89, Now.AddHours(-1).AddMinutes(-29)),
            Stored(1, 79, Now.AddHours(-3)),
            Stored(1, 59, Now.Date.AddMinutes(-1)),
            Stored(1, 49, Now.AddDays(-2)),
        ];

        AssertDeleted(new SnapshotRetention(1, 3, 2), None, kept, deleted);
    }

    [Fact]
    public void Unreadable_ones_stay_and_stand_in_for_nothing()
    {
        HashSet<Position> unreadable = [Old(1, 10).Position, Old(1, 8).Position, Old(1, 3).Position];

        AssertDeleted(KeepNothing, unreadable, [Old(1, 10), Old(1, 9), Old(1, 8), Old(1, 7), Old(1, 3)],
            [Old(1, 6), Old(1, 2)]);
        AssertDeleted(new SnapshotRetention(3, 0, 0), unreadable,
            [Old(1, 10), Old(1, 9), Old(1, 8), Old(1, 7), Old(1, 6), Old(1, 3)], [Old(1, 5)]);
    }

    [Fact]
    public void What_an_epochs_unreadable_newest_needs_stays_as_long_as_it_does()
    {
        HashSet<Position> unreadable = [Old(1, 10).Position, Old(1, 9).Position, Old(3, 1).Position];

        // Epoch 3 has nothing readable; epoch 1's newest two do not read, so a loader that merges the newest of every
        // epoch falls back to the third.
        AssertDeleted(KeepNothing, unreadable, [Old(3, 1), Old(2, 5), Old(2, 4), Old(1, 10), Old(1, 9), Old(1, 8)],
            [Old(2, 3), Old(1, 7)]);
    }

    [Fact]
    public void A_lost_history_at_higher_offsets_does_not_push_out_the_living_one()
    {
        // After a failover the epoch went on from offset 70; what was stored at 98 to 100 is of the lost history.
        AssertDeleted(
            KeepNothing,
            None,
            [Stored(1, 100, Now.AddDays(-9)), Stored(1, 99, Now.AddDays(-9)), Stored(1, 81, Now),
                Stored(1, 80, Now.AddMinutes(-1))],
            [Stored(1, 98, Now.AddDays(-9)), Stored(1, 79, Now.AddMinutes(-2))]);
    }

    [Fact]
    public void Order_of_the_listing_and_unknown_unreadable_positions_do_not_matter()
    {
        var listing = Enumerable.Range(1, 30).Select(i => Old(1, i)).ToArray();
        Random.Shared.Shuffle(listing);
        HashSet<Position> elsewhere = [Samples.At(9, 9)];

        Assert.Equal(Enumerable.Range(1, 20).Reverse().Select(i => (long)i),
            SnapshotRetention.Default.Deletable(listing, elsewhere, Now).Select(s => s.Position.Offset));
    }

    /// <summary>
    /// Pruning after every snapshot leaves what pruning once at the end leaves, and nothing that safety needs is ever
    /// deletable.
    /// </summary>
    [Fact]
    public void Pruning_often_and_pruning_once_leave_the_same()
    {
        var seed = TestSeed.Next();
        var random = new Random(seed);
        for (var round = 0; round < 20; round++)
        {
            var retention = new SnapshotRetention(random.Next(15), random.Next(48), random.Next(40));
            var (now, offset) = (Now, 0L);
            List<SnapshotInfo> all = [], pruned = [];
            for (var i = 0; i < 250; i++)
            {
                now += TimeSpan.FromMinutes(Math.Pow(10, random.NextDouble() * 3.5));
                var snapshot = Stored(1, ++offset, now);
                all.Insert(0, snapshot);
                pruned.Insert(0, snapshot);
                if (random.Next(3) == 0)
                {
                    pruned = Prune(retention, pruned, now);
                }
            }

            Assert.True(Prune(retention, all, now).SequenceEqual(Prune(retention, pruned, now)),
                $"{retention}, seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Whatever_happened_what_safety_needs_is_never_deletable()
    {
        var seed = TestSeed.Next();
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            var listing = Enumerable.Range(0, random.Next(12))
                .Select(_ => Stored(random.Next(1, 4), random.Next(1, 30), Now.AddHours(-random.Next(60))))
                .DistinctBy(s => s.Position).ToList();
            var unreadable = listing.Where(_ => random.Next(4) == 0).Select(s => s.Position).ToHashSet();
            var deletable = new SnapshotRetention(random.Next(3), random.Next(3), random.Next(2))
                .Deletable(listing, unreadable, Now).Select(s => s.Position).ToHashSet();
            var context = $"seed {seed}, round {round}";

            Assert.False(deletable.Overlaps(unreadable), context);
            var readable = listing.Where(s => !unreadable.Contains(s.Position)).OrderByDescending(s => s.Position.Epoch)
                .ThenByDescending(s => s.Position.Offset).ToList();
            Assert.True(readable.Count(s => !deletable.Contains(s.Position)) >= Math.Min(2, readable.Count), context);
            foreach (var epoch in readable.GroupBy(s => s.Position.Epoch))
            {
                var newest = epoch.First();
                var isNewestEpoch = epoch.Key == readable[0].Position.Epoch;
                var isBelowUnreadable = unreadable.Any(u => u.Epoch == epoch.Key && u.Offset > newest.Position.Offset);
                Assert.False(
                    deletable.Contains(newest.Position)
                    && (isNewestEpoch || isBelowUnreadable || Now - newest.StoredAt < TimeSpan.FromHours(24)), context);
                Assert.False(isNewestEpoch && epoch.Take(2).Any(s => deletable.Contains(s.Position)), context);
            }
        }
    }

    [Theory]
    [InlineData("last=10,hourly=24,daily=30", 10, 24, 30)]
    [InlineData(" daily = 7 , last=3 ", 3, 0, 7)]
    [InlineData("hourly=0", 0, 0, 0)]
    [InlineData("last=10000", 10_000, 0, 0)]
    public void A_setting_is_read(string text, int last, int hourly, int daily)
    {
        Assert.True(SnapshotRetention.TryParse(text, out var retention, out var error), error);
        Assert.Equal(new SnapshotRetention(last, hourly, daily), retention);
        Assert.True(SnapshotRetention.TryParse(retention.ToString(), out var again, out _));
        Assert.Equal(retention, again);
    }

    [Theory]
    [InlineData("", "'' is none of last=…, hourly=… and daily=…, as in last=10,hourly=24,daily=30.")]
    [InlineData("last", "'last' is none of last=…, hourly=… and daily=…, as in last=10,hourly=24,daily=30.")]
    [InlineData("10", "'10' is none of last=…, hourly=… and daily=…, as in last=10,hourly=24,daily=30.")]
    [InlineData("last=1,weekly=2",
        "'weekly=2' is none of last=…, hourly=… and daily=…, as in last=10,hourly=24,daily=30.")]
    [InlineData("Last=1", "'Last=1' is none of last=…, hourly=… and daily=…, as in last=10,hourly=24,daily=30.")]
    [InlineData("last=1,", "'' is none of last=…, hourly=… and daily=…, as in last=10,hourly=24,daily=30.")]
    [InlineData("last=1,last=2", "last=… is given twice.")]
    [InlineData("last=-1", "last=… must be a whole number from 0 to 10000.")]
    [InlineData("last=", "last=… must be a whole number from 0 to 10000.")]
    [InlineData("last=1.5", "last=… must be a whole number from 0 to 10000.")]
    [InlineData("last=10001", "last=… must be a whole number from 0 to 10000.")]
    [InlineData("hourly=99999999999", "hourly=… must be a whole number from 0 to 8784.")]
    [InlineData("daily=36601", "daily=… must be a whole number from 0 to 36600.")]
    public void A_wrong_setting_is_refused_with_a_reason(string text, string expected)
    {
        Assert.False(SnapshotRetention.TryParse(text, out _, out var error));
        Assert.Equal(expected, error);
    }

    private static List<SnapshotInfo> Prune(SnapshotRetention retention, List<SnapshotInfo> listing,
        DateTimeOffset now) => [.. listing.Except(retention.Deletable(listing, None, now))];

    private static void AssertDeleted(SnapshotRetention retention, HashSet<Position> unreadable, SnapshotInfo[] kept,
        SnapshotInfo[] deleted) =>
        Assert.Equal(
            deleted.OrderByDescending(s => s.Position.Epoch).ThenByDescending(s => s.Position.Offset),
            retention.Deletable([.. kept, .. deleted], unreadable, Now));

    /// <summary>A snapshot so old that only the floor and "last" can keep it.</summary>
    private static SnapshotInfo Old(long epoch, long offset) =>
        Stored(epoch, offset, Now.AddYears(-200).AddMinutes(epoch * 1000 + offset));

    private static SnapshotInfo Stored(long epoch, long offset, DateTimeOffset at) =>
        new(Samples.At(epoch, offset), 100, at);
}
