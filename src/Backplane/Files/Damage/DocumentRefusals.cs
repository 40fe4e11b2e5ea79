using Microsoft.Extensions.Logging;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// Refuses documents whose records do not read, once a reader or cleaning has found that. Thread-safe.
/// </summary>
internal sealed partial class DocumentRefusals(LogIndex index, FileSaveJobs jobs, ILogger logger)
{
    /// <summary>Refuses a document from now on: in the index, as a job that does not end, and in the log.</summary>
    /// <param name="name">The document.</param>
    /// <param name="segment">Where the record stands.</param>
    /// <param name="problem">Why it is refused.</param>
    /// <param name="isDamage">Whether bytes are damaged, rather than not understood by this version.</param>
    public void Refuse(DocumentName name, Segment segment, string problem, bool isDamage)
    {
        if (index.TryRefuse(name, segment, problem, isDamage))
        {
            jobs.Damaged(name, problem);
            LogDocumentDamaged(logger, name, problem);
        }
    }
}
