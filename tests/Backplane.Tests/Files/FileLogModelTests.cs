using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

/// <summary>Random calls, restarts, full disks and days that pass, against a model that is a few lines long.</summary>
public sealed class FileLogModelTests(ITestOutputHelper output) : FileLogFixture
{
    private readonly Dictionary<DocumentName, Model> models = [];

    [Fact]
    public async Task Random_histories_read_as_the_model_says()
    {
        var random = Seed.Next(output);
        SegmentBytes = FileLogOptions.MinSegmentBytes;
        Flush = random.Next(8) == 0 ? FlushPolicy.Always : (FlushPolicy)random.Next(3);
        var names = Enumerable.Range(0, 12).Select(i => Sample.Name($"{i}")).ToArray();
        Open();
        for (var step = 0; step < 6_000; step++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            var name = names[Math.Min(random.Next(names.Length), random.Next(names.Length))];
            switch (random.Next(100))
            {
                case < 63:
                    await AppendAsync(random, name);
                    break;
                case < 65:
                    await ReplaceAsync(random, name);
                    break;
                case < 85:
                    await CheckpointAsync(random, name);
                    break;
                case < 96:
                    Check(name, await ReadAsync(name));
                    break;
                case < 98:
                    await FailAsync(random, name);
                    break;
                case 98:
                    await ReopenAsync();
                    await CheckAllAsync(names);
                    break;
                default:
                    await ExpireAsync(TimeSpan.FromHours(random.Next(30)));
                    break;
            }
        }

        await ReopenAsync();
        await CheckAllAsync(names);
        output.WriteLine($"{Home.Segments[0]} … {Home.Segments[^1]}: {Home.Bytes} bytes");
    }

    private async Task AppendAsync(Random random, DocumentName name)
    {
        var model = models.GetValueOrDefault(name);
        var entry = Sample.Update(random, 400);
        var epoch = model?.Epoch ?? random.Next(5);
        if (random.Next(20) == 0)
        {
            epoch += 1;
        }

        if (model is not null && random.Next(10) == 0 && model.Entries.Count > 0)
        {
            var old = model.Entries[random.Next(model.Entries.Count)];
            var after = old.Position with { Offset = old.Position.Offset - 1, Id = old.Previous };
            var repeat = new LogEntry(old.Position.Id, old.Kind, old.Payload)
                .Again(random.Next(2) == 0 ? after : Pick(random, model) is var other && other.Offset < after.Offset
                    ? other : Position.None);
            var repeated = await Log.AppendAsync(name, model.Epoch, repeat, default).Soon();
            Assert.Equal(new AppendResult(AppendOutcome.Stored, old.Position, old.Previous), repeated);
            return;
        }

        var result = await Log.AppendAsync(name, epoch, entry, default).Soon();
        if (model is null)
        {
            Assert.Equal(AppendOutcome.StartedEpoch, result.Outcome);
            Assert.True(result.Position.Epoch > epoch);
            model = new Model(result.Position.Epoch);
            models.Add(name, model);
        }
        else if (epoch != model.Epoch)
        {
            Assert.Equal(new AppendResult(AppendOutcome.OtherEpoch, model.End, EntryId.None), result);
            return;
        }

        Assert.Equal(new Position(model.Epoch, model.End.Offset + 1, entry.Id), result.Position);
        Assert.Equal(model.End.Id, result.Previous);
        model.Entries.Add(new LoggedEntry(result.Position, result.Previous, entry.Kind, entry.Payload));
        model.Quiet = Time.GetUtcNow();
    }

    private async Task ReplaceAsync(Random random, DocumentName name)
    {
        var model = models.GetValueOrDefault(name);
        var epoch = (model?.Epoch ?? random.Next(5)) + random.Next(2);
        var entry = new LogEntry(Sample.Id(), random.Next(2) == 0 ? EntryKind.Deleted : EntryKind.Created, default);
        var result = await Log.ReplaceAsync(name, epoch, Position.None, entry, default).Soon();
        if (model is not null && epoch != model.Epoch)
        {
            Assert.Equal(new AppendResult(AppendOutcome.OtherEpoch, model.End, EntryId.None), result);
            return;
        }

        Assert.Equal(AppendOutcome.StartedEpoch, result.Outcome);
        Assert.True(result.Position.Epoch > epoch);
        Assert.Equal(result, await Log.ReplaceAsync(name, epoch, Position.None, entry, default).Soon());
        models[name] = model = new Model(result.Position.Epoch);
        model.Entries.Add(new LoggedEntry(result.Position, EntryId.None, entry.Kind, entry.Payload));
        model.Quiet = Time.GetUtcNow();
    }

    private async Task CheckpointAsync(Random random, DocumentName name)
    {
        var model = models.GetValueOrDefault(name);
        var saved = Pick(random, model);
        var trim = Pick(random, model);
        await Log.CheckpointAsync(name, saved, trim, default).Soon();
        if (model is null)
        {
            return;
        }

        var before = (model.Saved, model.Start);
        var held = model.Entries.Select(entry => entry.Position).Append(model.Start).ToHashSet();
        if (held.Contains(saved) && saved.Offset > model.Saved.Offset)
        {
            model.Saved = saved;
        }

        if (held.Contains(saved) && held.Contains(trim) && trim.Offset <= saved.Offset
            && trim.Offset > model.Start.Offset)
        {
            model.Start = trim;
            model.Entries.RemoveAll(entry => entry.Position.Offset <= trim.Offset);
        }

        if (before != (model.Saved, model.Start))
        {
            model.Quiet = Time.GetUtcNow();
        }
    }

    private static Position Pick(Random random, Model? model)
    {
        if (model is null || random.Next(8) == 0)
        {
            return new Position(random.Next(3), random.Next(3), new EntryId((ulong)random.Next(3)));
        }

        var position = model.Entries.Count == 0 || random.Next(3) == 0
            ? model.End
            : model.Entries[random.Next(model.Entries.Count)].Position;
        return random.Next(10) switch
        {
            0 => position with { Id = Sample.Id() },
            1 => position with { Offset = position.Offset + 1 },
            2 => position with { Epoch = position.Epoch + 1 },
            _ => position,
        };
    }

    private async Task FailAsync(Random random, DocumentName name)
    {
        await Log.WhenIdleAsync().Soon();
        Disk.Room = random.Next(60);
        Disk.TruncateFails = random.Next(2) == 0;
        if (!models.TryGetValue(name, out var model))
        {
            await Assert.ThrowsAsync<BackplaneUnavailableException>(
                () => Log.AppendAsync(name, 0, Sample.Update(1), default).Soon());
        }
        else
        {
            await Assert.ThrowsAsync<BackplaneUnavailableException>(
                () => Log.AppendAsync(name, model.Epoch, Sample.Update(1), default).Soon());
        }

        if (random.Next(4) == 0)
        {
            await ReopenAsync();
        }

        (Disk.Room, Disk.TruncateFails) = (long.MaxValue, false);
    }

    private async Task ExpireAsync(TimeSpan time)
    {
        await Log.WhenIdleAsync().Soon();
        Time.Advance(time);
        await Log.WhenIdleAsync().Soon();
        foreach (var (name, model) in models.ToArray())
        {
            if (model.Saved == model.End && Time.GetUtcNow() - model.Quiet >= TimeSpan.FromDays(1))
            {
                models.Remove(name);
            }
        }
    }

    private async Task CheckAllAsync(DocumentName[] names)
    {
        foreach (var name in names)
        {
            Check(name, await ReadAsync(name));
        }

        Assert.Equal(
            models.Where(pair => pair.Value.Saved != pair.Value.End).Select(pair => pair.Key.Value)
                .Order(StringComparer.Ordinal),
            Log.UnsavedDocuments().Select(name => name.Value).Order(StringComparer.Ordinal));
    }

    private void Check(DocumentName name, LogReadResult read)
    {
        if (!models.TryGetValue(name, out var model))
        {
            Assert.Equal(LogReadOutcome.NoLog, read.Outcome);
            return;
        }

        Assert.Equal(model.Start.Offset == 0 ? LogReadOutcome.Entries : LogReadOutcome.Trimmed, read.Outcome);
        Assert.Equal((model.Start, model.End), (read.Start, read.End));
        Assert.Equal(model.Entries.Count, read.Entries.Count);
        foreach (var (expected, found) in model.Entries.Zip(read.Entries))
        {
            Assert.Equal((expected.Position, expected.Previous, expected.Kind),
                (found.Position, found.Previous, found.Kind));
            Assert.True(expected.Payload.Span.SequenceEqual(found.Payload.Span));
        }
    }

    private sealed class Model(long epoch)
    {
        public long Epoch { get; } = epoch;

        public Position Start { get; set; } = new(epoch, 0, EntryId.None);

        public Position Saved { get; set; } = new(epoch, 0, EntryId.None);

        public List<LoggedEntry> Entries { get; } = [];

        public DateTimeOffset Quiet { get; set; }

        public Position End => Entries.Count == 0 ? Start : Entries[^1].Position;
    }
}
