using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

/// <summary>Logs that a snapshot covers, and time.</summary>
public sealed class FileLogExpiryTests : FileLogFixture
{
    public FileLogExpiryTests() => SegmentBytes = FileLogOptions.MinSegmentBytes;

    [Fact]
    public async Task A_covered_log_expires_and_stays_gone()
    {
        Open();
        var (covered, unsaved) = (Sample.Name("covered"), Sample.Name("unsaved"));
        var coveredAt = await Log.FillAsync(covered, 5);
        var unsavedAt = await Log.FillAsync(unsaved, 5);
        await Log.CheckpointAsync(covered, coveredAt[5], coveredAt[2], default).Soon();
        await Log.CheckpointAsync(unsaved, unsavedAt[4], unsavedAt[2], default).Soon();
        await PassAsync(TimeSpan.FromHours(23));
        Assert.Equal(coveredAt[5], (await ReadAsync(covered)).End);
        await ReopenAsync();

        await PassAsync(TimeSpan.FromHours(1));

        Assert.Equal(LogReadOutcome.NoLog, (await ReadAsync(covered)).Outcome);
        Assert.Equal(unsavedAt[5], (await ReadAsync(unsaved)).End);
        await ReopenAsync();
        Assert.Equal(LogReadOutcome.NoLog, (await ReadAsync(covered)).Outcome);
        var next = await Log.AppendAsync(covered, coveredAt[5].Epoch, Sample.Update(1), default).Soon();
        Assert.Equal(AppendOutcome.StartedEpoch, next.Outcome);
        Assert.True(next.Position.Epoch > coveredAt[5].Epoch);
        await ReopenAsync();
        Assert.Equal(next.Position, (await ReadAsync(covered)).End);
        Assert.Single((await ReadAsync(covered)).Entries);
    }

    [Fact]
    public async Task An_append_or_a_checkpoint_puts_expiry_off()
    {
        Open();
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 1);
        await Log.CheckpointAsync(name, positions[1], Position.None, default).Soon();
        await PassAsync(TimeSpan.FromHours(20));
        var second = await Log.AppendAsync(name, positions[1].Epoch, Sample.Update(2), default).Soon();
        await PassAsync(TimeSpan.FromHours(20));
        await Log.CheckpointAsync(name, second.Position, Position.None, default).Soon();
        await PassAsync(TimeSpan.FromHours(20));

        Assert.Equal(second.Position, (await ReadAsync(name)).End);
        await PassAsync(TimeSpan.FromHours(4));
        Assert.Equal(LogReadOutcome.NoLog, (await ReadAsync(name)).Outcome);
    }

    [Fact]
    public async Task Nothing_that_expired_comes_back_when_segments_go()
    {
        Open();
        var (expired, busy) = (Sample.Name("expired"), Sample.Name("busy"));
        var at = await Log.FillAsync(expired, 60);
        await Log.CheckpointAsync(expired, at[60], at[5], default).Soon();
        await PassAsync(TimeSpan.FromDays(1));
        var busyAt = await Log.FillAsync(busy, 5);
        for (var i = 0; i < 150; i++)
        {
            var result = await Log.AppendAsync(busy, busyAt[5].Epoch, Sample.Update(new byte[100]), default).Soon();
            await Log.CheckpointAsync(busy, result.Position, result.Position, default).Soon();
            await Log.WhenIdleAsync().Soon();
            if (i % 5 == 0)
            {
                await ReopenAsync();
                Assert.Equal(LogReadOutcome.NoLog, (await ReadAsync(expired)).Outcome);
                Assert.Empty(Log.UnsavedDocuments());
            }
        }
    }

    private async Task PassAsync(TimeSpan time)
    {
        Time.Advance(time);
        await Log.WhenIdleAsync().Soon();
    }
}
