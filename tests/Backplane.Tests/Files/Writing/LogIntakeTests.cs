using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class LogIntakeTests
{
    private readonly DocumentName name = Sample.Name();
    private readonly List<LogRequest> submitted = [];
    private readonly LogIntake intake;

    public LogIntakeTests() => intake = new LogIntake(submitted.Add);

    [Fact]
    public async Task A_request_has_what_the_caller_said_and_a_copy_of_its_payload()
    {
        var payload = "before"u8.ToArray();
        var entry = Sample.Update(payload);
        var end = new Position(5, 3, Sample.Id());

        var append = Append(7, entry, replaced: end);
        payload[0] = (byte)'X';

        var request = Assert.Single(submitted);
        Assert.Equal((name, 7, entry.Id), (request.Document, request.Epoch, request.Entry.Id));
        Assert.Equal((false, true, false, end),
            (request.IsCheckpoint, request.Replaces, request.Mends, request.ReplacedEnd));
        Assert.Equal("before"u8.ToArray(), request.Payload);
        var result = new AppendResult(AppendOutcome.StartedEpoch, new Position(8, 1, entry.Id), EntryId.None);
        Assert.False(append.IsCompleted);
        request.Complete(result);
        Assert.Equal(result, await append.AsTask().Soon());
    }

    [Fact]
    public async Task A_request_is_used_again_once_its_caller_has_the_result_and_remembers_nothing()
    {
        var append = Append(7, Sample.Update(1), replaced: Position.None);
        submitted[0].Fail(new LogDamagedException("It does not read."));
        await Assert.ThrowsAsync<LogDamagedException>(() => append.AsTask().Soon());

        var saved = new Position(1, 2, Sample.Id());
        var checkpoint = intake.CheckpointAsync(name, saved, Position.None, default);

        Assert.Same(submitted[0], submitted[1]);
        Assert.Equal((true, saved, 0), (submitted[1].IsCheckpoint, submitted[1].Saved, submitted[1].Payload.Length));
        submitted[1].Complete(default);
        await checkpoint.AsTask().Soon();
        var plain = Append(3, Sample.Update(2));
        Assert.Same(submitted[0], submitted[2]);
        Assert.Equal((false, false), (submitted[2].IsCheckpoint, submitted[2].Replaces));
        submitted[2].Complete(default);
        await plain.AsTask().Soon();
    }

    [Fact]
    public async Task A_caller_that_gives_up_waiting_does_not_get_its_request_used_twice()
    {
        using var impatience = new CancellationTokenSource();
        var append = intake.AppendAsync(
            name, 0, Sample.Update(1), replaced: null, mends: false, impatience.Token).AsTask();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => append.Soon());

        var other = Append(0, Sample.Update(2));

        Assert.NotSame(submitted[0], submitted[1]);
        submitted.ForEach(request => request.Complete(default));
        await other.AsTask().Soon();
    }

    [Fact]
    public void What_is_no_entry_is_refused_before_it_is_a_request()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = Append(-1, Sample.Update(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = Append(long.MaxValue, Sample.Update(1)));
        Assert.Throws<ArgumentException>(() => _ = Append(0, default));
        Assert.Throws<OperationCanceledException>(() =>
            _ = intake.AppendAsync(name, 0, Sample.Update(1), null, false, new CancellationToken(canceled: true)));
        Assert.Throws<OperationCanceledException>(() =>
            _ = intake.CheckpointAsync(name, default, default, new CancellationToken(canceled: true)));
        Assert.Empty(submitted);
    }

    private ValueTask<AppendResult> Append(long epoch, LogEntry entry, Position? replaced = null) =>
        intake.AppendAsync(name, epoch, entry, replaced, mends: false, default);
}
