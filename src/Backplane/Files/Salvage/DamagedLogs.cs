using System.Globalization;
using Microsoft.Extensions.Logging;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>The way out for a document whose bytes do not read.</summary>
/// <remarks>
/// The copy of its records is on the disk, with its name, before the entry that begins the log anew is appended. So a
/// crash between the two leaves the damaged log as it was, and a copy more.
/// </remarks>
/// <param name="directory">The log's directory.</param>
/// <param name="index">Knows which documents are damaged.</param>
/// <param name="segments">The segments to read.</param>
/// <param name="intake">Takes the entry that begins the log anew.</param>
/// <param name="time">Names the copies.</param>
/// <param name="logger">The log's logger.</param>
internal sealed partial class DamagedLogs(
    string directory, LogIndex index, LogSegments segments, LogIntake intake, TimeProvider time, ILogger logger)
    : IDamagedLogs
{
    /// <summary>
    /// The end of the names of files with records that were set aside; the log does not look at them.
    /// </summary>
    internal const string AsideSuffix = ".aside";

    /// <inheritdoc />
    public async ValueTask<SalvagedLog?> SalvageAsync(DocumentName document, CancellationToken cancellation)
    {
        _ = document.Value;
        cancellation.ThrowIfCancellationRequested();
        if (index.ProblemOf(document) is not { } problem)
        {
            return null;
        }

        var salvage = new LogSalvage(document, copy: null);
        await Task.Run(() => Read(salvage), cancellation);
        return new SalvagedLog(salvage.Entries, salvage.End, salvage.MayLackEnd, problem);
    }

    /// <inheritdoc />
    /// <remarks>
    /// All segments are read. The copy holds the records one after the other, as they stood in the segments. The
    /// segments stay as they are: one with damaged bytes in it is kept under another name when it leaves the log.
    /// </remarks>
    public async ValueTask<string?> SetAsideAsync(DocumentName document, LogEntry entry, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (index.ProblemOf(document) is null)
        {
            return null;
        }

        var (place, end) = await Task.Run(() => CopyAside(document), cancellation);
        var result = await intake.AppendAsync(document, end.Epoch, entry, end, mends: true, cancellation);
        if (result.Outcome != AppendOutcome.StartedEpoch)
        {
            return null;
        }

        LogDocumentSetAside(document, place);
        return place;
    }

    private (string Place, Position End) CopyAside(DocumentName document)
    {
        try
        {
            using var copy = CreateAside();
            var salvage = new LogSalvage(document, copy);
            Read(salvage);
            copy.Flush(flushToDisk: true);
            DirectoryFlush.Flush(directory);
            return (copy.Name, salvage.End);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(e);
        }
    }

    private FileStream CreateAside()
    {
        for (var number = time.Microseconds(); ; number++)
        {
            var path = Path.Combine(directory, number.ToString("d20", CultureInfo.InvariantCulture) + AsideSuffix);
            if (!File.Exists(path))
            {
                return new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            }
        }
    }

    private void Read(LogSalvage salvage)
    {
        // What cleaning copies meanwhile is read where it stood.
        var held = segments.AcquireAll();
        try
        {
            salvage.Read(held);
        }
        catch (IOException e)
        {
            throw Unreadable(e);
        }
        finally
        {
            held.ForEach(one => one.Segment.Release());
        }
    }

    private BackplaneUnavailableException Unreadable(Exception e) =>
        new($"The log in {directory} could not be read or copied: {e.Message}", e);
}
