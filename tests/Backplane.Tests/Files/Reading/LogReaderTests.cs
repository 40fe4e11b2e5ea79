using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class LogReaderTests : IDisposable
{
    private readonly LogParts parts = new();
    private readonly LogReader reader;
    private readonly DocumentName name = Sample.Name();

    public LogReaderTests() => reader = new LogReader(parts.Index, parts.Refusals, parts.Home.Log);

    public void Dispose() => parts.Dispose();

    [Theory]
    [InlineData(20, true)]
    [InlineData(100_000, false)]
    public async Task A_long_read_leaves_the_callers_thread_and_both_give_all_entries(int bytes, bool isInline)
    {
        var at = parts.Fill(name, 4, bytes);

        var reading = reader.ReadAsync(name, at[0], default);

        Assert.True(reading.IsCompleted || !isInline);
        var read = await reading.AsTask().Soon();
        Assert.Equal((LogReadOutcome.Entries, at[3]), (read.Outcome, read.End));
        Assert.Equal(at[1..], read.Entries.Select(entry => entry.Position));
    }

    [Fact]
    public async Task A_document_whose_entry_does_not_read_is_refused_from_then_on()
    {
        parts.Fill(name, 2);
        parts.DamageLastRecord();

        var first = await reader.ReadAsync(name, Position.None, default).AsTask().Soon();

        Assert.Equal(LogReadOutcome.Damaged, first.Outcome);
        Assert.Empty(first.Entries);
        Assert.Equal(first.Problem, parts.Index.ProblemOf(name));
        Assert.Contains(parts.Segments.Active.Path, first.Problem);
        Assert.True(parts.Segments.Active.HasDamage);
        Assert.Single(parts.Logger.Of(BackplaneEventId.FileLogDocumentDamaged));
        var second = await reader.ReadAsync(name, Position.None, default).AsTask().Soon();
        Assert.Equal((LogReadOutcome.Damaged, first.Problem), (second.Outcome, second.Problem));
        Assert.Single(parts.Logger.Of(BackplaneEventId.FileLogDocumentDamaged));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_condemns_no_document()
    {
        parts.Fill(name, 2);
        parts.Disk.ReadFails = true;

        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => reader.ReadAsync(name, Position.None, default).AsTask().Soon());

        Assert.Null(parts.Index.ProblemOf(name));
    }

    [Fact]
    public async Task A_read_lets_go_of_its_segments_however_it_ends()
    {
        parts.Fill(name, 4, bytes: 100_000);
        using var canceled = new CancellationTokenSource();
        await reader.ReadAsync(name, Position.None, default).AsTask().Soon();
        var reading = reader.ReadAsync(name, Position.None, canceled.Token).AsTask();
        await canceled.CancelAsync();
        await Task.WhenAny(reading).Soon();
        parts.Disk.ReadFails = true;
        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => reader.ReadAsync(name, Position.None, default).AsTask().Soon());
        parts.Disk.ReadFails = false;
        var segment = parts.Segments.Active;

        parts.Segments.Close();

        Assert.Throws<ObjectDisposedException>(() => segment.File.Length);
    }
}
