using Microsoft.AspNetCore.Http;
using Relay.Api;
using Relay.Connections;
using Relay.Doubles;
using Relay.Telemetry;

namespace Relay.Metadata;

/// <summary>What sessions tell about their rooms and connections.</summary>
public sealed class SessionMetadataTests
{
    [Fact]
    public void A_session_tells_who_came_what_was_new_and_why_they_went()
    {
        using var world = new World();
        using var metrics = new RelayMetrics(new NodeGauges(() => 0, () => 0, () => 0, () => true));
        world.Rooms = new RoomRecorder(metrics, world.Time);
        var (writer, reader) = (world.Client(), world.Client());
        world.Run();
        writer.Say(Messages.Update(Messages.Typed(7, 0, "hello")));
        world.Run();
        var batch = world.Rooms.TakeBatch(out _);
        var sample = Assert.Single(batch.Rooms);
        Assert.Equal((World.Name, 2, 2, 1L, true),
            (sample.Room, sample.Opened, sample.Connections, sample.Updates, sample.IsOpen));
        Assert.True(sample.BytesIn > 0 && sample.BytesOut > sample.BytesIn);

        writer.Leave();
        reader.Say(Messages.Update([0xFF]));
        world.Run();
        var ends = world.Rooms.TakeBatch(out _).Connections.Select(change => change.End!).ToList();
        Assert.Equal([(null, "The client left."), (CloseReason.BadUpdate.Code, CloseReason.BadUpdate.Text)],
            ends.Select(end => (end.Code, end.Reason)));
        Assert.Equal((1L, 0L), (ends[0].UpdatesIn, ends[1].UpdatesIn));
        Assert.Equal((1L, 1L), (ends[0].UpdatesOut, ends[1].UpdatesOut));

        world.Advance(60);
        sample = Assert.Single(world.Rooms.TakeBatch(out _).Rooms);
        Assert.Equal((false, 0, 1), (sample.IsOpen, sample.Connections, sample.Snapshots));
        Assert.Equal(sample.Bytes, sample.SnapshotBytes);
    }

    [Fact]
    public void Who_posts_an_update_is_told_like_any_other_writer()
    {
        using var world = new World();
        using var metrics = new RelayMetrics(new NodeGauges(() => 0, () => 0, () => 0, () => true));
        world.Rooms = new RoomRecorder(metrics, world.Time);
        var writing = new DocumentWriter(world.Sessions, world.Time)
            .WriteAsync(new DefaultHttpContext(), World.Name, Messages.Typed(7, 0, "hello"), "ada");

        // Its wait ends on a thread of the pool.
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                world.Run();
                return writing.IsCompletedSuccessfully;
            },
            TimeSpan.FromSeconds(60)));
        world.Run();
        var changes = world.Rooms.TakeBatch(out _).Connections;
        Assert.NotEmpty(changes);
        Assert.All(changes, change => Assert.Equal(("ada", "http"), (change.UserId, change.Protocol)));
    }
}
