using System.Diagnostics;
using System.Globalization;
using Relay.Backplane.Support;
using Relay.Yjs;
using Xunit.Abstractions;

namespace Relay.Backplane.Files;

/// <summary>Kills a real process with SIGKILL under load; what it was told is stored must be there.</summary>
public sealed class FileLogCrashTests(ITestOutputHelper output) : FileLogFixture
{
    [Fact]
    public async Task A_killed_process_loses_nothing_that_it_was_told_is_stored()
    {
        var random = Seed.Next(output);
        var stored = new Dictionary<(int Document, long Offset), ulong>();
        var asked = new long[AppendingProcess.Documents];
        for (var round = 0; round < 5; round++)
        {
            await RunAndKillAsync(random.Next(500, 6000), stored, asked);

            Open();
            long held = 0;
            for (var document = 0; document < AppendingProcess.Documents; document++)
            {
                held += await CheckAsync(document, stored, asked[document]);
            }

            output.WriteLine(
                $"round {round}: {stored.Count} reported, {held} held, {Home.Segments.Length} segments, "
                    + $"{string.Join(" ", Logger.Of(BackplaneEventId.FileLogTailCut))}");
            await CloseAsync();
        }
    }

    [Fact]
    public async Task A_directory_is_free_again_when_its_process_was_killed()
    {
        using var child = StartChild();
        Assert.Equal("ready", await child.StandardOutput.ReadLineAsync().Soon());

        var error = Assert.Throws<FileLogStartException>(Open);
        Assert.Contains("Another process", error.Message);

        child.Kill();
        await child.WaitForExitAsync().Soon();
        Open();
    }

    private async Task<int> CheckAsync(int document, Dictionary<(int Document, long Offset), ulong> stored, long asked)
    {
        var read = await Log.ReadAsync(AppendingProcess.NameOf(document), Position.None, default).Soon();
        Assert.True(read.Start.Offset <= asked, "Trimmed farther than was asked for.");
        Sample.AssertChained(read.Start, read.Entries);
        var found = read.Entries.ToDictionary(entry => entry.Position.Offset);
        foreach (var ((_, offset),
            id) in stored.Where(pair => pair.Key.Document == document && pair.Key.Offset > read.Start.Offset))
        {
            Assert.True(found.TryGetValue(offset, out var entry),
                $"Entry {offset} of document {document} is missing; the log ends at {read.End}.");
            Assert.Equal(id, entry.Position.Id.Value);
            Assert.Equal(AppendingProcess.PayloadOf(entry.Position.Id), entry.Payload.ToArray());
        }

        return found.Count;
    }

    private async Task RunAndKillAsync(int lines, Dictionary<(int Document, long Offset), ulong> stored, long[] asked)
    {
        using var child = StartChild();
        Assert.Equal("ready", await child.StandardOutput.ReadLineAsync().Soon());
        for (var i = 0; await child.StandardOutput.ReadLineAsync().Soon() is { } line; i++)
        {
            if (i == lines)
            {
                child.Kill();
            }

            // Lines are written with one call each, so none is cut.
            var words = line.Split(' ');
            if (words is ["saved", var saved, _, var trimmed])
            {
                asked[int.Parse(saved, CultureInfo.InvariantCulture)] = long.Parse(trimmed,
                    CultureInfo.InvariantCulture);
            }
            else if (words is [var document, var offset, var id])
            {
                stored[(int.Parse(document, CultureInfo.InvariantCulture),
                    long.Parse(offset, CultureInfo.InvariantCulture))] = ulong.Parse(id, CultureInfo.InvariantCulture);
            }
        }

        await child.WaitForExitAsync().Soon();
        Assert.True(stored.Count > lines / 2);
    }

    private Process StartChild()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(AppendingProcess).Assembly.Location);
        start.ArgumentList.Add("append");
        start.ArgumentList.Add(Home.Path);
        return Process.Start(start)!;
    }
}
