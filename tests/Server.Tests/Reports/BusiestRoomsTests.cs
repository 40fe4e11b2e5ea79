using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Reports;

/// <summary>What a report says of documents, and how many of them are looked at for it.</summary>
public sealed class BusiestRoomsTests(ITestOutputHelper output)
{
    private readonly DocumentTotals totals = new();
    private readonly BusiestRooms busiest = new();

    [Fact]
    public void Idle_documents_are_not_looked_at()
    {
        var all = Enumerable.Range(0, 5000).Select(New).ToArray();
        Array.ForEach(all, figures => figures.Connections = 1);
        Assert.Equal(BusiestRooms.Most, Look().Count);
        Assert.Equal(5000, busiest.LookedAt);
        Assert.Equal(BusiestRooms.Most, Look().Count);
        Assert.Equal(0, busiest.LookedAt);
        all[17].Updates++;
        Assert.Equal((all[17].Name.Value, 1), (Look()[0].Name, Look()[0].Connections));
        all[17].Updates++;
        Look();
        Assert.InRange(busiest.LookedAt, 1, BusiestRooms.Most + 1);
    }

    [Fact]
    public void What_happened_per_second_is_gone_in_the_next_report()
    {
        var figures = New(1);
        figures.Connections = 2;
        figures.Updates += 10;
        figures.BytesIn += 30;
        figures.Bytes = 99;
        Assert.Equal((2, 5.0, 15.0, 99L), Of(Assert.Single(Look(seconds: 2))));
        Assert.Equal((2, 0.0, 0.0, 99L), Of(Assert.Single(Look())));
        Look();
        Assert.Equal(0, busiest.LookedAt);
        figures.Connections = 0;
        Assert.Empty(Look());
        Assert.Equal((0, 0), (busiest.Rooms, busiest.LookedAt - 1));

        static (int, double, double, long) Of(RoomReport report) =>
            (report.Connections, report.UpdatesPerSecond, report.BytesPerSecond, report.Bytes);
    }

    [Fact]
    public void Totals_and_the_busiest_are_those_that_a_walk_finds()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RELAY_TEST_SEED"), out var given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"RELAY_TEST_SEED={seed}");
        var random = new Random(seed);
        var walked = new Dictionary<RoomFigures, long>();
        var number = 0;
        for (var step = 0; step < 20_000; step++)
        {
            if (walked.Count < 150 || random.Next(20) == 0)
            {
                walked.Add(New(number++), 0);
            }

            var (figures, _) = walked.ElementAt(random.Next(walked.Count));
            switch (random.Next(8))
            {
                case < 3:
                    figures.Connections++;
                    break;
                case 3 when figures.Connections > 0:
                    figures.Connections -= random.Next(3) == 0 ? figures.Connections : 1;
                    break;
                case 4:
                    figures.Updates += random.Next(5);
                    break;
                case 5:
                    figures.IsUnsaved = random.Next(2) == 0;
                    break;
                case 6 when random.Next(3) == 0:
                    figures.Close();
                    walked.Remove(figures);
                    break;
            }

            if (random.Next(30) == 0)
            {
                Compare(walked);
            }
        }
    }

    private void Compare(Dictionary<RoomFigures, long> walked)
    {
        var found = Look();
        var open = walked.Where(one => one.Key.Connections > 0)
            .Select(one => (one.Key.Connections, Updates: (double)(one.Key.Updates - one.Value)))
            .OrderDescending().ToList();
        Assert.Equal(open.Take(BusiestRooms.Most),
            found.Select(report => (report.Connections, Updates: report.UpdatesPerSecond)));
        Assert.Equal((open.Count, walked.Keys.Count(figures => figures.IsUnsaved)), (busiest.Rooms, busiest.Unsaved));
        foreach (var figures in walked.Keys)
        {
            walked[figures] = figures.Updates;
        }
    }

    private IReadOnlyList<RoomReport> Look(double seconds = 1) => busiest.LookAt(totals, seconds);

    private RoomFigures New(int number) => new(DocumentName.Create($"document {number}"), totals);
}
