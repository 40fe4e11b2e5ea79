using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class LogExpiryTests : IDisposable
{
    private static readonly TimeSpan Retention = TimeSpan.FromHours(1);

    private readonly LogParts parts = new();
    private readonly LogExpiry expiry;

    public LogExpiryTests() =>
        expiry = new LogExpiry(parts.Index, parts.Tail, parts.Records, Retention, parts.Time, parts.Logger);

    public void Dispose() => parts.Dispose();

    [Fact]
    public void A_covered_log_is_dropped_after_the_retention_and_an_unsaved_one_never()
    {
        var (saved, unsaved) = (Sample.Name("saved"), Sample.Name("unsaved"));
        Save(saved);
        parts.Fill(unsaved, 1);
        parts.Time.Advance(Retention - TimeSpan.FromMilliseconds(1));
        expiry.Drop();
        Assert.NotNull(parts.Index.Find(saved));

        parts.Time.Advance(TimeSpan.FromMilliseconds(1));
        expiry.Drop();

        Assert.Null(parts.Index.Find(saved));
        Assert.NotNull(parts.Index.Find(unsaved));
        Assert.Single(parts.Logger.Of(BackplaneEventId.FileLogDocumentExpired));
    }

    [Fact]
    public void The_record_of_a_drop_is_stored_before_the_index_forgets_the_document()
    {
        var name = Sample.Name();
        Save(name);
        parts.Time.Advance(Retention);
        parts.Disk.Room = 10;

        Assert.Throws<IOException>(expiry.Drop);

        Assert.NotNull(parts.Index.Find(name));
        parts.Disk.Room = long.MaxValue;
        expiry.Drop();
        var scanner = new SegmentScanner(parts.Segments.Active);
        Assert.Equal(ScanStatus.Record, scanner.ReadAt(parts.Segments.Active.Length - parts.Records.Length));
        Assert.Equal((RecordKind.Dropped, name), (scanner.Header.Kind, scanner.Document));
        Assert.Equal(0, parts.Segments.Active.LiveBytes);
    }

    [Fact]
    public void Many_logs_are_dropped_in_groups()
    {
        for (var i = 0; i < 1_500; i++)
        {
            Save(Sample.Name($"{i}"));
        }

        parts.Time.Advance(Retention);
        parts.Disk.Writes.Clear();

        expiry.Drop();

        Assert.Equal(2, parts.Disk.Writes.Count);
        Assert.Empty(parts.Index.FindQuietSince(long.MaxValue));
    }

    private void Save(DocumentName name)
    {
        var at = parts.Fill(name, 1)[0];
        parts.Stage(LogParts.Checkpoint(name, at, at));
        parts.Commit();
    }
}
