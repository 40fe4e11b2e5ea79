using Microsoft.Extensions.Logging;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// Drops the logs of documents that a snapshot has covered completely for longer than the retention. The writer's
/// alone.
/// </summary>
/// <remarks>The record that says so is stored before the index forgets the document.</remarks>
/// <param name="index">Knows how long documents have been quiet.</param>
/// <param name="tail">Stores the records.</param>
/// <param name="records">The group that is filled.</param>
/// <param name="retention">How long a covered log is kept.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log's logger.</param>
internal sealed partial class LogExpiry(LogIndex index, LogTail tail, RecordGroup records, TimeSpan retention,
    TimeProvider time, ILogger logger)
{
    private const int MaxGroupDocuments = 1024;

    /// <summary>Drops them all. The group is empty before, and cleared by the caller afterwards.</summary>
    /// <exception cref="IOException">A group could not be stored.</exception>
    public void Drop()
    {
        var now = time.Microseconds();
        var expired = index.FindQuietSince(now - (retention.Ticks / TimeSpan.TicksPerMicrosecond));
        foreach (var some in expired.Chunk(MaxGroupDocuments))
        {
            records.Clear();
            foreach (var document in some)
            {
                records.Add(
                    new RecordHeader(RecordKind.Dropped, 0, now, document.End, 0, EntryId.None), document.Name, []);
            }

            tail.Store(records);
            index.Drop(some);
            foreach (var document in some)
            {
                LogDocumentExpired(document.Name);
            }
        }
    }
}
