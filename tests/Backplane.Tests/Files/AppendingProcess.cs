using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Yjs;

namespace Relay.Backplane.Files;

/// <summary>
/// What the killed process does: appenders to twenty documents, with checkpoints and small segments so that cleaning
/// runs too. Says on its output what it was told is stored, one line each: <c>{document} {offset} {id}</c>, and
/// <c>saved {document} {offset} {trimmed}</c> before a checkpoint is asked for.
/// </summary>
internal static class AppendingProcess
{
    public const int Documents = 20;

    public static DocumentName NameOf(int document) => DocumentName.Create($"document-{document}");

    public static byte[] PayloadOf(EntryId id) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(id.ToString(), (int)(id.Value % 40))));

    public static async Task<int> RunAsync(string directory)
    {
        await using var log = FileLog.Open(new FileLogOptions { Directory = directory, SegmentBytes = 256 << 10 },
            NullLogger<FileLog>.Instance);
        var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        await output.WriteLineAsync("ready");
        await Task.WhenAll(
            Enumerable.Range(0, Documents).Select(document => Task.Run(() => AppendAsync(log, document, output))));
        return 0;
    }

    private static async Task AppendAsync(FileLog log, int document, TextWriter output)
    {
        var name = NameOf(document);
        var known = new Queue<Position>();
        var end = (await log.ReadAsync(name, Position.None, default)).End;
        while (true)
        {
            var id = new EntryId((ulong)Random.Shared.NextInt64() | 1);
            end = (await log.AppendAsync(name, end.Epoch, new LogEntry(id, EntryKind.Update, PayloadOf(id)),
                default)).Position;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{document} {end.Offset} {end.Id.Value}"));
            known.Enqueue(end);
            if (known.Count > 100 + document)
            {
                var trim = end;
                for (var i = 0; i < 60; i++)
                {
                    trim = known.Dequeue();
                }

                output.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"saved {document} {end.Offset} {trim.Offset}"));
                await log.CheckpointAsync(name, end, trim, default);
            }
        }
    }
}
