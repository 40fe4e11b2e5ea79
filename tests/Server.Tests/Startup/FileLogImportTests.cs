using Microsoft.Extensions.Logging.Abstractions;
using Relay.Backplane;
using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Startup;

public sealed class FileLogImportTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly DocumentName One = DocumentName.Create("one");
    private static readonly DocumentName Two = DocumentName.Create("two");
    private static readonly byte[] Update = [0, 0];

    private readonly string directory = Directory.CreateTempSubdirectory("relay-import-").FullName;
    private readonly MemoryBackplane target = new();

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Entries_that_no_snapshot_covers_come_into_the_shared_log_in_order_and_under_their_ids_once()
    {
        await using (var log = Open())
        {
            var covered = await AppendAsync(log, One, 1, 2);
            await log.CheckpointAsync(One, covered, Position.None, CancellationToken.None);
            await AppendAsync(log, One, 3, 4);
            var all = await AppendAsync(log, Two, 5);
            await log.CheckpointAsync(Two, all, Position.None, CancellationToken.None);
        }

        await ImportAsync();
        Assert.Equal([3UL, 4UL], Ids(One));
        Assert.Empty(Ids(Two));

        await ImportAsync();
        Assert.Equal(2, target.Appends.Count);
        await using (var log = Open())
        {
            Assert.Empty(log.UnsavedDocuments());
        }
    }

    [Fact]
    public async Task Fields_that_this_version_does_not_know_come_along()
    {
        var fields = OptionalFields.None.With(2, [7]);
        await using (var log = Open())
        {
            var entry = new LogEntry(new EntryId(1), EntryKind.Update, Update) { Fields = fields };
            await log.AppendAsync(One, 0, entry, CancellationToken.None);
        }

        await ImportAsync();
        Assert.Equal(fields, Assert.Single(target.Entries(One)).Fields);
    }

    [Fact]
    public async Task An_import_that_is_cut_short_is_repeated_without_storing_anything_twice()
    {
        await using (var log = Open())
        {
            await AppendAsync(log, One, 1, 2, 3);
        }

        target.Replying.Failure = new BackplaneUnavailableException("The reply was lost.");
        await Assert.ThrowsAsync<BackplaneUnavailableException>(ImportAsync);
        Assert.Equal([1UL], Ids(One));
        await using (var log = Open())
        {
            Assert.Equal([One], log.UnsavedDocuments());
        }

        target.Replying.Failure = null;
        await ImportAsync();
        Assert.Equal([1UL, 2UL, 3UL], Ids(One));
    }

    [Fact]
    public async Task What_others_have_appended_meanwhile_stays_before_it()
    {
        target.AppendElsewhere(One, 9, Update);
        await using (var log = Open())
        {
            await AppendAsync(log, One, 1);
        }

        await ImportAsync();
        Assert.Equal([9UL, 1UL], Ids(One));
    }

    [Fact]
    public async Task A_deletion_deletes_nothing_that_others_have()
    {
        target.AppendElsewhere(One, 9, Update);
        await using (var log = Open())
        {
            foreach (var document in (DocumentName[])[One, Two])
            {
                await log.AppendAsync(document, 0,
                    new LogEntry(new EntryId(1), EntryKind.Deleted, ReadOnlyMemory<byte>.Empty),
                    CancellationToken.None);
            }
        }

        await ImportAsync();
        Assert.Equal([9UL], Ids(One));
        Assert.Equal(EntryKind.Deleted, Assert.Single(target.Entries(Two)).Kind);
    }

    [Fact]
    public async Task A_log_that_another_process_uses_is_left_alone()
    {
        await using var log = Open();
        await AppendAsync(log, One, 1);
        await ImportAsync();
        Assert.Empty(target.Appends);
    }

    [Fact]
    public async Task Where_there_is_no_log_none_is_made()
    {
        await ImportAsync();
        Assert.Empty(Directory.GetFileSystemEntries(directory));
    }

    private Task ImportAsync() =>
        new FileLogImport(directory, target, TimeProvider.System, NullLoggerFactory.Instance)
        .RunAsync(CancellationToken.None).WaitAsync(Patience);

    private FileLog Open() => FileLog.Open(new FileLogOptions { Directory = directory }, NullLogger<FileLog>.Instance);

    private static async Task<Position> AppendAsync(FileLog log, DocumentName document, params ulong[] ids)
    {
        var end = (await log.ReadAsync(document, Position.None, CancellationToken.None)).End;
        foreach (var id in ids)
        {
            end = (await log.AppendAsync(document, end.Epoch, new LogEntry(new EntryId(id), EntryKind.Update, Update),
                CancellationToken.None)).Position;
        }

        return end;
    }

    private IEnumerable<ulong> Ids(DocumentName document) =>
        target.Entries(document).Select(entry => entry.Position.Id.Value);
}
