using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class DamagedLogsTests : IDisposable
{
    private readonly LogParts parts = new();
    private readonly DocumentName name = Sample.Name();
    private readonly List<string[]> copiesAtSubmit = [];
    private readonly DamagedLogs damaged;
    private AppendOutcome outcome = AppendOutcome.StartedEpoch;
    private LogRequest? submitted;
    private EntryId submittedId;
    private Position replacedEnd;

    public DamagedLogsTests() => damaged = new DamagedLogs(
        parts.Home.Log, parts.Index, parts.Segments, new LogIntake(Answer), parts.Time, parts.Logger);

    public void Dispose() => parts.Dispose();

    [Fact]
    public async Task A_sound_document_has_no_way_out_and_needs_none()
    {
        parts.Fill(name, 2);

        Assert.Null(await damaged.SalvageAsync(name, default).AsTask().Soon());
        Assert.Null(await damaged.SetAsideAsync(name, Sample.Update(1), default).AsTask().Soon());
        Assert.Empty(Copies());
        Assert.Null(submitted);
    }

    [Fact]
    public async Task What_still_reads_is_salvaged_and_nothing_is_changed()
    {
        var at = Damage();
        var length = parts.Segments.Active.Length;

        var salvaged = (await damaged.SalvageAsync(name, default).AsTask().Soon())!;

        Assert.Equal(at[..2], salvaged.Entries.Select(entry => entry.Position));
        Assert.Equal((at[2], "It does not read."), (salvaged.End, salvaged.Problem));
        Assert.Equal((length, 0), (parts.Segments.Active.Length, Copies().Length));
    }

    [Fact]
    public async Task The_copy_is_there_before_the_log_begins_anew()
    {
        var at = Damage();
        var entry = Sample.Update(9);

        var place = await damaged.SetAsideAsync(name, entry, default).AsTask().Soon();

        Assert.Equal([place!], Assert.Single(copiesAtSubmit));
        Assert.Equal((name, at[2].Epoch, true, true, entry.Id, at[2]),
            (submitted!.Document, submitted.Epoch, submitted.Mends, submitted.Replaces, submittedId, replacedEnd));
        Assert.Equal(parts.Segments.Active.Length - Segment.HeaderLength, new FileInfo(place!).Length);
        Assert.Contains(place!, Assert.Single(parts.Logger.Of(BackplaneEventId.FileLogDocumentSetAside)));
    }

    [Fact]
    public async Task A_log_that_was_mended_meanwhile_is_not_said_to_be_set_aside_and_each_try_keeps_a_copy()
    {
        Damage();
        outcome = AppendOutcome.OtherEpoch;

        for (var tries = 1; tries <= 2; tries++)
        {
            Assert.Null(await damaged.SetAsideAsync(name, Sample.Update(9), default).AsTask().Soon());
            Assert.Equal(tries, Copies().Length);
        }

        Assert.Empty(parts.Logger.Of(BackplaneEventId.FileLogDocumentSetAside));
    }

    [Fact]
    public async Task A_disk_that_cannot_be_read_fails_the_call_and_begins_no_log()
    {
        Damage();
        parts.Disk.ReadFails = true;

        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => damaged.SalvageAsync(name, default).AsTask().Soon());
        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => damaged.SetAsideAsync(name, Sample.Update(9), default).AsTask().Soon());

        Assert.Null(submitted);
        parts.Disk.ReadFails = false;
    }

    private void Answer(LogRequest request)
    {
        copiesAtSubmit.Add(Copies());
        submitted = request;
        (submittedId, replacedEnd) = (request.Entry.Id, request.ReplacedEnd);
        request.Complete(new AppendResult(outcome, new Position(1, 1, request.Entry.Id), EntryId.None));
    }

    private Position[] Damage()
    {
        var at = parts.Fill(name, 3);
        parts.DamageLastRecord();
        parts.Index.TryRefuse(name, parts.Segments.Active, "It does not read.", isDamage: true);
        return at;
    }

    private string[] Copies() => Directory.GetFiles(parts.Home.Log, "*" + DamagedLogs.AsideSuffix);
}
