using Microsoft.Extensions.Logging.Abstractions;
using Relay.Doubles;
using Relay.Health;
using Relay.Persistence.Metadata;
using Relay.Sessions;
using Relay.Telemetry;
using Relay.Yjs;

namespace Relay.Metadata;

/// <summary>When the store is called.</summary>
public sealed class MetadataWriterTests : IRoomMetadataWriter, IDisposable
{
    private static readonly MetadataWriterOptions Options = new();

    private readonly ManualTime time = new();
    private readonly RelayMetrics metrics = new(new NodeGauges(() => 0, () => 0, () => 0, () => true));
    private readonly List<MetadataBatch> written = [];
    private readonly RoomRecorder recorder;
    private readonly MetadataWriter writer;
    private bool fails;

    public MetadataWriterTests()
    {
        recorder = new RoomRecorder(metrics, time);
        var services = new ServicesInUse
        {
            Log = new ServiceHealth("Log", "log", time),
            Snapshots = new ServiceHealth("Directory", "snapshots", time),
        };
        writer = new MetadataWriter(
            this, recorder, new MetadataState(), Options, metrics, services, time,
            NullLogger<MetadataWriter>.Instance);
    }

    string IRoomMetadataWriter.StoreName => "the test";

    [Fact]
    public async Task Without_changes_only_a_sign_of_life_is_written()
    {
        await writer.StartAsync(CancellationToken.None);
        await time.IsSetAsync(Options.Interval);
        written.Clear();
        for (var i = 0; i < 30; i++)
        {
            await PassAsync(Options.Interval);
        }

        // A sign of life is due at every third round.
        Assert.Equal(10, written.Count);
        Assert.All(written, batch => Assert.Empty(batch.Rooms));
        written.Clear();
        for (var i = 0; i < 4; i++)
        {
            recorder.Begin(new RoomFigures(DocumentName.Create($"room {i}"))).Figures.Updates++;
            await PassAsync(Options.Interval);
        }

        Assert.Equal(4, written.Count(batch => batch.Rooms.Count == 1));
    }

    [Fact]
    public async Task A_failed_sign_of_life_is_repeated_until_it_is_written()
    {
        await writer.StartAsync(CancellationToken.None);
        await time.IsSetAsync(Options.Interval);
        await PassAsync(Options.Interval);
        await PassAsync(Options.Interval);
        fails = true;
        time.Advance(Options.Interval);
        await time.IsSetAsync(Options.FirstRetry);
        written.Clear();
        time.Advance(Options.FirstRetry);
        await time.IsSetAsync(2 * Options.FirstRetry);
        fails = false;
        time.Advance(2 * Options.FirstRetry);
        await time.IsSetAsync(Options.Interval);
        Assert.Single(written);
    }

    public void Dispose()
    {
        writer.Dispose();
        metrics.Dispose();
    }

    Task<SchemaOutcome> IRoomMetadataWriter.PrepareAsync(CancellationToken cancellation) =>
        Task.FromResult(SchemaOutcome.Ready);

    Task<BatchOutcome> IRoomMetadataWriter.WriteAsync(MetadataBatch batch, CancellationToken cancellation)
    {
        if (fails)
        {
            throw new RoomMetadataUnavailableException("It is away.", new IOException());
        }

        written.Add(batch);
        return Task.FromResult(BatchOutcome.Written);
    }

    Task<long> IRoomMetadataWriter.BuryDeadNodesAsync(CancellationToken cancellation) => Task.FromResult(0L);

    Task<int> IRoomMetadataWriter.PruneAsync(DateTimeOffset now, CancellationToken cancellation) => Task.FromResult(0);

    Task IRoomMetadataWriter.EndAsync(CancellationToken cancellation) => Task.CompletedTask;

    ValueTask IAsyncDisposable.DisposeAsync() => ValueTask.CompletedTask;

    private async Task PassAsync(TimeSpan wait)
    {
        time.Advance(wait);
        await time.IsSetAsync(wait);
    }
}
