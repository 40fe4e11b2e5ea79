using Relay.Backplane.Support;

namespace Relay.Backplane.Files;

/// <summary>Torn ends and flipped bits.</summary>
public sealed class FileLogDamageTests : FileLogFixture
{
    [Theory]
    [InlineData(FlushPolicy.EverySecond)]
    [InlineData(FlushPolicy.Always)]
    [InlineData(FlushPolicy.Never)]
    public async Task A_tail_torn_at_any_byte_is_cut_off_and_nothing_before_it(FlushPolicy policy)
    {
        Flush = policy;
        Open();
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 3);
        await KillAsync();
        var path = Home.Segments[0];
        var good = (int)new FileInfo(path).Length;
        Open();
        var last = await Log.AppendAsync(name, positions[3].Epoch, Sample.Update("the last one"u8.ToArray()), default)
            .Soon();
        await KillAsync();
        var bytes = await File.ReadAllBytesAsync(path);

        for (var length = good; length < bytes.Length; length++)
        {
            await File.WriteAllBytesAsync(path, bytes[..length]);
            Open();
            Assert.Equal(positions[3], (await ReadAsync(name)).End);
            Assert.Equal(length == good ? 0 : 1,
                Logger.Of(BackplaneEventId.FileLogTailCut)
                .Count(text => text.Contains($"offset {good}, {length - good} bytes", StringComparison.Ordinal)));
            Assert.Equal(good, new FileInfo(path).Length);
            Assert.Equal(4,
                (await Log.AppendAsync(name, positions[3].Epoch, Sample.Update(4), default).Soon()).Position.Offset);
            await KillAsync();
        }

        // The same with zeros or rubbish where bytes are missing, as a power cut leaves them.
        for (var length = good; length < bytes.Length - LogRecord.TrailerLength; length++)
        {
            var torn = bytes.ToArray();
            if (length % 2 == 0)
            {
                Array.Clear(torn, length, torn.Length - length);
            }
            else
            {
                new Random(length).NextBytes(torn.AsSpan(length));
            }

            await File.WriteAllBytesAsync(path, torn);
            Open();
            Assert.Equal(positions[3], (await ReadAsync(name)).End);
            await KillAsync();
        }

        await File.WriteAllBytesAsync(path, bytes);
        Open();
        Assert.Equal(last.Position, (await ReadAsync(name)).End);
    }

    [Fact]
    public async Task A_flipped_bit_in_a_payload_costs_that_document_only()
    {
        Open();
        var (bad, good) = (Sample.Name("bad"), Sample.Name("good"));
        var badAt = await Log.FillAsync(bad, 1);
        var goodAt = await Log.FillAsync(good, 3);
        var marked = await Log.AppendAsync(bad, badAt[1].Epoch, Sample.Update("find me here"u8.ToArray()), default)
            .Soon();
        await Log.AppendAsync(bad, badAt[1].Epoch, Sample.Update(3), default).Soon();
        await CloseAsync();
        var path = Home.Segments[0];
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.AsSpan().IndexOf("find me here"u8) + 3] ^= 0x10;
        await File.WriteAllBytesAsync(path, bytes);

        for (var start = 0; start < 2; start++)
        {
            Open();
            var read = await ReadAsync(bad);
            Assert.Equal(LogReadOutcome.Damaged, read.Outcome);
            Assert.Empty(read.Entries);
            Assert.Contains(path, read.Problem);
            Assert.Contains(marked.Position.ToString(), read.Problem);
            Assert.Contains("bad", Assert.Single(Logger.Of(BackplaneEventId.FileLogDocumentDamaged)));
            var error = await Assert.ThrowsAsync<LogDamagedException>(
                () => Log.AppendAsync(bad, badAt[1].Epoch, Sample.Update(4), default).Soon());
            Assert.Equal(read.Problem, error.Message);
            await Log.CheckpointAsync(bad, badAt[1], badAt[1], default).Soon();
            Assert.Contains(bad, Log.UnsavedDocuments());
            Assert.Equal(["1", "2", "3"], (await ReadAsync(good)).Entries.Texts());
            await CloseAsync();
            Assert.Equal(bytes, await File.ReadAllBytesAsync(path));
        }

        Open();
        await Log.AppendAsync(good, goodAt[1].Epoch, Sample.Update(4), default).Soon();
    }

    [Fact]
    public async Task Damage_to_an_entry_that_was_trimmed_does_no_harm()
    {
        Open();
        var name = Sample.Name();
        var epoch = (await Log.AppendAsync(name, 0, Sample.Update("find me here"u8.ToArray()), default)
            .Soon()).Position.Epoch;
        var second = (await Log.AppendAsync(name, epoch, Sample.Update(2), default).Soon()).Position;
        await Log.CheckpointAsync(name, second, second, default).Soon();
        await CloseAsync();
        await FlipAsync(Home.Segments[0], bytes => bytes.IndexOf("find me here"u8));

        Open();

        Assert.Equal(LogReadOutcome.Entries, (await Log.ReadAsync(name, second, default).Soon()).Outcome);
        await Log.AppendAsync(name, epoch, Sample.Update(3), default).Soon();
    }

    [Fact]
    public async Task Damage_that_a_read_finds_refuses_the_document_from_then_on()
    {
        Open();
        var (bad, good) = (Sample.Name("bad"), Sample.Name("good"));
        var epoch = (await Log.AppendAsync(bad, 0, Sample.Update("find me here"u8.ToArray()), default)
            .Soon()).Position.Epoch;
        await Log.FillAsync(good, 2);
        await FlipAsync(Home.Segments[0], bytes => bytes.IndexOf("find me here"u8));

        Assert.Equal(LogReadOutcome.Damaged, (await ReadAsync(bad)).Outcome);
        await Assert.ThrowsAsync<LogDamagedException>(
            () => Log.AppendAsync(bad, epoch, Sample.Update(2), default).Soon());
        Assert.Equal(["1", "2"], (await ReadAsync(good)).Entries.Texts());
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_never_gives_wrong_entries()
    {
        Open();
        var names = new[] { Sample.Name("a"), Sample.Name("b") };
        foreach (var name in names)
        {
            var positions = await Log.FillAsync(name, 2);
            await Log.CheckpointAsync(name, positions[2], positions[1], default).Soon();
            await Log.AppendAsync(name, positions[2].Epoch, Sample.Update(3), default).Soon();
        }

        await CloseAsync();
        var path = Home.Segments[0];
        var bytes = await File.ReadAllBytesAsync(path);
        for (var bit = 0; bit < bytes.Length * 8; bit += bit % 8 == 7 ? 1 : 3)
        {
            var damaged = bytes.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            await File.WriteAllBytesAsync(path, damaged);
            try
            {
                Open();
            }
            catch (FileLogStartException e)
            {
                Assert.Contains(path, e.Message);
                Assert.Contains("offset", e.Message);
                Assert.Equal(damaged, await File.ReadAllBytesAsync(path));
                continue;
            }

            var tailWasCut = Logger.Of(BackplaneEventId.FileLogTailCut).Length == 1;
            foreach (var name in names)
            {
                var read = await ReadAsync(name);
                Assert.True(
                    read.Outcome == LogReadOutcome.Damaged || read.Entries.Texts() is ["2", "3"]
                        || (tailWasCut && read.Entries.Texts() is ["2"] && name == names[1]),
                    $"Bit {bit}: {read.Outcome} {string.Join(",", read.Entries.Texts())}");
            }

            await CloseAsync();
        }
    }

    private delegate int Finder(ReadOnlySpan<byte> bytes);

    private static async Task FlipAsync(string path, Finder find)
    {
        var bytes = await File.ReadAllBytesAsync(path);
        var at = find(bytes);
        Assert.True(at > 0);
        bytes[at] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
    }
}
