using Relay.Persistence.Metadata;
using Relay.Sessions;
using Relay.Telemetry;
using Relay.Yjs;

namespace Relay.Metadata;

public sealed class RoomRecorderTests : IDisposable
{
    private static readonly DocumentName Plan = DocumentName.Create("plan");

    private readonly FakeTimeProvider time = new();
    private readonly RelayMetrics metrics = new(new NodeGauges(() => 0, () => 0, () => 0, () => true));
    private readonly RoomRecorder recorder;

    public RoomRecorderTests() => recorder = new RoomRecorder(metrics, time);

    public void Dispose() => metrics.Dispose();

    [Fact]
    public void Nothing_is_said_of_rooms_in_which_nothing_happened()
    {
        var activity = Begin(recorder, "plan");
        Assert.Empty(Take().Rooms);
        activity.Came(Connection(activity));
        Assert.Single(Take().Rooms);
        Assert.Empty(Take().Rooms);
        activity.Figures.BytesOut += 5;
        Assert.Equal(5, Assert.Single(Take().Rooms).BytesOut);
        Assert.Empty(Take().Rooms);
    }

    [Fact]
    public void Figures_that_wait_are_added_up_and_not_queued()
    {
        var activity = Begin(recorder, "plan");
        var connection = Connection(activity);
        activity.Came(connection);
        for (var i = 0; i < 1000; i++)
        {
            activity.Figures.Updates += 1;
            activity.Figures.BytesIn += 10;
        }

        time.Advance(TimeSpan.FromSeconds(90));
        activity.Went(connection);
        activity.Leave();
        var sample = Assert.Single(Take().Rooms);
        Assert.Equal((1000L, 10_000L, 1, 1, 0, 90.0, false),
            (sample.Updates, sample.BytesIn, sample.Opened, sample.Peak, sample.Connections, sample.ConnectionSeconds,
                sample.IsOpen));
        Assert.Empty(Take().Rooms);
    }

    [Fact]
    public void A_connection_that_came_and_went_between_two_batches_is_one_row()
    {
        var activity = Begin(recorder, "plan");
        var (first, second) = (Connection(activity), Connection(activity));
        activity.Came(first);
        activity.Came(second);
        second.EndsFor(4403, "Removed.");
        second.EndsFor(null, "The client left.");
        activity.Went(second);
        var rows = Take().Connections;
        Assert.Equal([(true, null), (true, "Removed.")], rows.Select(row => (row.IsNew, row.End?.Reason)));
        first.EndsFor(null, "The connection broke.");
        activity.Went(first);
        var end = Assert.Single(Take().Connections);
        Assert.Equal((false, "The connection broke.", rows[0].Id, rows[0].OpenedAt),
            (end.IsNew, end.End!.Reason, end.Id, end.OpenedAt));
    }

    [Fact]
    public void A_full_queue_drops_what_comes_and_counts_it_and_the_end_brings_the_beginning_along()
    {
        var small = new RoomRecorder(metrics, time, maxWaiting: 2);
        var activity = Begin(small, "plan");
        RecordedConnection[] all = [Connection(activity), Connection(activity), Connection(activity)];
        foreach (var connection in all)
        {
            activity.Came(connection);
        }

        Assert.Equal(1, metrics.MetadataDroppedCount);
        Assert.Equal(2, small.TakeBatch(out _).Connections.Count);
        activity.Went(all[2]);
        var late = Assert.Single(small.TakeBatch(out _).Connections);
        Assert.True(late.IsNew);
        Assert.NotNull(late.End);
    }

    [Fact]
    public void Rooms_that_left_while_nothing_could_be_written_are_bounded()
    {
        var small = new RoomRecorder(metrics, time, maxWaiting: 2);
        for (var i = 0; i < 5; i++)
        {
            var activity = Begin(small, $"room {i}");
            activity.Figures.Updates += 1;
            activity.Leave();
        }

        Assert.Equal(3, metrics.MetadataDroppedCount);
        Assert.Equal(2, small.TakeBatch(out _).Rooms.Count);
    }

    [Fact]
    public void Seconds_of_connections_that_do_nothing_belong_to_their_hours()
    {
        var activity = Begin(recorder, "plan");
        time.Advance(TimeSpan.FromMinutes(50));
        activity.Came(Connection(activity));
        Assert.Equal(0, Assert.Single(Take().Rooms).ConnectionSeconds);
        time.Advance(TimeSpan.FromMinutes(30));
        var endOfHour = recorder.TakeBatch(out var isLast);
        Assert.False(isLast);
        Assert.Equal((59, 600),
            (endOfHour.At.Minute, (int)Math.Round(Assert.Single(endOfHour.Rooms).ConnectionSeconds)));
        Assert.Empty(Take().Rooms);
        activity.Figures.BytesOut += 1;
        var now = Take();
        Assert.Equal((20, 1200), (now.At.Minute, (int)Math.Round(Assert.Single(now.Rooms).ConnectionSeconds)));
    }

    [Fact]
    public void A_session_after_one_that_left_keeps_the_room_open()
    {
        var first = Begin(recorder, "plan");
        var connection = Connection(first);
        first.Came(connection);
        Take();
        first.Went(connection);
        var second = Begin(recorder, "plan");
        second.Came(Connection(second));
        Take();
        first.Leave();
        var sample = Assert.Single(Take().Rooms);
        Assert.Equal((true, 1), (sample.IsOpen, sample.Connections));
    }

    [Fact]
    public void What_a_forgotten_node_says_again_is_every_room_that_is_open()
    {
        var open = Begin(recorder, "plan");
        open.Came(Connection(open));
        Begin(recorder, "only visited");
        Take();
        recorder.SayAll();
        Assert.Equal(Plan, Assert.Single(Take().Rooms).Room);
    }

    [Fact]
    public async Task No_figure_is_lost_or_counted_twice_while_batches_are_taken()
    {
        var rooms = Enumerable.Range(0, 50)
            .Select(number => Begin(recorder, $"room {number}")).ToArray();
        var writing = Task.WhenAll(rooms.Select(room => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                room.Figures.Updates += 1;
                room.Figures.BytesOut += 3;
            }
        })));
        var sums = new Dictionary<DocumentName, (long Updates, long Bytes)>();
        while (!writing.IsCompleted)
        {
            Add(recorder.TakeBatch(out _));
        }

        await writing;
        Add(recorder.TakeBatch(out _));
        Assert.All(rooms, room => Assert.Equal((20_000L, 60_000L), sums[room.Room]));

        void Add(MetadataBatch batch)
        {
            foreach (var sample in batch.Rooms)
            {
                var (updates, bytes) = sums.GetValueOrDefault(sample.Room);
                sums[sample.Room] = (updates + sample.Updates, bytes + sample.BytesOut);
            }
        }
    }

    [Fact]
    public void More_rooms_than_fit_into_a_batch_come_in_the_next_ones()
    {
        for (var i = 0; i < 25_000; i++)
        {
            Begin(recorder, $"room {i}").Figures.Updates += 1;
        }

        var names = new HashSet<DocumentName>();
        bool isLast;
        do
        {
            foreach (var sample in recorder.TakeBatch(out isLast).Rooms)
            {
                Assert.True(names.Add(sample.Room));
            }
        }
        while (!isLast);

        Assert.Equal(25_000, names.Count);
    }

    [Fact]
    public void A_batch_looks_only_at_documents_that_changed()
    {
        var rooms = Enumerable.Range(0, 1000).Select(number => Begin(recorder, $"room {number}")).ToArray();
        foreach (var room in rooms)
        {
            room.Came(Connection(room));
        }

        Assert.Equal(1000, Take().Rooms.Count);
        Assert.Equal((0, 1000, 1000), (Take().Rooms.Count, Take().OpenRooms, Take().OpenConnections));
        Assert.Equal(0, recorder.LookedAt);
        rooms[7].Figures.BytesOut += 1;
        rooms[7].Figures.BytesOut += 1;
        Assert.Equal(2, Assert.Single(Take().Rooms).BytesOut);
        Assert.Equal(1, recorder.LookedAt);
        Take();
        Assert.Equal(0, recorder.LookedAt);
    }

    [Fact]
    public void Each_kind_of_news_has_the_next_batch_look()
    {
        var activity = Begin(recorder, "plan");
        var connection = Connection(activity);
        activity.Came(connection);
        Assert.Equal(1, Assert.Single(Take().Rooms).Connections);
        activity.Went(connection);
        Assert.Equal(0, Assert.Single(Take().Rooms).Connections);
        activity.Saved(7);
        Assert.Equal(7, Assert.Single(Take().Rooms).SnapshotBytes);
        activity.SayAgain();
        Assert.True(Assert.Single(Take().Rooms).IsOpen);
        activity.Leave();
        Assert.False(Assert.Single(Take().Rooms).IsOpen);
        Assert.Empty(Take().Rooms);
    }

    [Fact]
    public void What_two_sessions_of_a_document_say_stands_in_one_batch()
    {
        var first = Begin(recorder, "plan");
        var connection = Connection(first);
        first.Came(connection);
        var second = Begin(recorder, "plan");
        second.Came(Connection(second));
        second.Came(Connection(second));
        Assert.Equal(3, Assert.Single(Take().Rooms).Connections);
        Assert.Equal((1, 3), (Take().OpenRooms - 1, Take().OpenConnections));
        first.Went(connection);
        first.Leave();
        var left = Take();
        Assert.Equal((2, 1, 2), (Assert.Single(left.Rooms).Connections, left.OpenRooms, left.OpenConnections));
        second.Leave();
        var gone = Take();
        Assert.False(Assert.Single(gone.Rooms).IsOpen);
        Assert.Equal((0, 0), (gone.OpenRooms, gone.OpenConnections));
    }

    private static RoomActivity Begin(RoomRecorder recorder, string room) =>
        recorder.Begin(new RoomFigures(DocumentName.Create(room)));

    private static RecordedConnection Connection(RoomActivity room) => room.Connection("ada", "y-websocket");

    private MetadataBatch Take() => recorder.TakeBatch(out _);
}
