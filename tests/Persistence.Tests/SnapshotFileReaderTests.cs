namespace Relay.Persistence;

public sealed class SnapshotFileReaderTests : IDisposable
{
    private readonly TemporaryDirectory home = new();
    private readonly Snapshot snapshot = Samples.State(Samples.At(1, 1), null, new byte[5000]);
    private readonly string path;

    public SnapshotFileReaderTests() => path = Path.Combine(home.Path, "snapshot");

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task A_snapshot_is_read_whole()
    {
        await File.WriteAllBytesAsync(path, Samples.Encode(snapshot));

        var read = await ReadAsync();

        Assert.Equal((SnapshotReadOutcome.Read, null), (read.Outcome, read.Problem));
        Samples.AssertSame(snapshot, read.Snapshot);
    }

    [Fact]
    public async Task A_file_that_is_not_as_long_as_it_says_is_not_read_into_memory()
    {
        await File.WriteAllBytesAsync(path, Samples.Encode(snapshot));
        await using (var file = File.OpenWrite(path))
        {
            // Without bytes on the disk.
            file.SetLength(1L << 32);
        }

        Assert.Equal(SnapshotReadOutcome.Unreadable, (await ReadAsync()).Outcome);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_an_absence_for_the_caller_to_judge()
    {
        var error = await Assert.ThrowsAnyAsync<IOException>(ReadAsync);
        Assert.True(SnapshotDirectory.IsAbsence(error));
    }

    private Task<SnapshotReadResult> ReadAsync() =>
        SnapshotFileReader.ReadAsync(path, snapshot.Document, snapshot.Position, default).AsTask().Soon();
}
