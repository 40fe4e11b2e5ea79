using System.Text.Json.Nodes;
using Relay.Access;
using Relay.Persistence;
using Relay.Problems;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// <c>POST /api/documents/{document}/snapshots/{id}/restore</c>: has the document show what it showed in a snapshot, by an update that goes the way of all updates. What is written meanwhile stays.
/// </summary>
internal sealed partial class SnapshotRestoreEndpoint(
    RequestGate gate, StoredSnapshots snapshots, DocumentStates states, DocumentWriter writer, ILogger<SnapshotRestoreEndpoint> logger) : IDisposable
{
    public const string Path = SnapshotsEndpoint.OnePath + "/restore";

    /// <summary>A restore takes several times the memory of its document for a moment, and a processor: one at a time leaves the rest to everybody else.</summary>
    private readonly SemaphoreSlim computing = new(1);

    public async Task PostAsync(HttpContext context)
    {
        if (await DocumentRequest.NameAsync(context, following: 3) is not { } name
            || await gate.IdentifyAsync(context, name, AccessLevel.Write) is not { } grant
            || await snapshots.ReadAsync(context, name) is not { } snapshot)
        {
            return;
        }

        var (state, reason) = await states.ReadAsync(name, context.RequestAborted);
        if (state is null)
        {
            await DocumentRequest.AnswerAsync(context, reason);
            return;
        }

        var (update, error) = await ComputeAsync(state, snapshot, context.RequestAborted);
        if (update is null)
        {
            await Problem.AnswerAsync(context, StatusCodes.Status422UnprocessableEntity, error.ToString());
        }
        else if (update.Length == 0 || await writer.WriteAsync(context, name, update, grant.UserId))
        {
            LogRestored(logger, name, snapshot.Position, update.Length);
            await JsonAnswer.WriteAsync(context, new JsonObject { ["restored"] = update.Length > 0, ["bytes"] = update.Length });
        }
    }

    public void Dispose() => computing.Dispose();

    private async Task<(byte[]? Update, YjsError Error)> ComputeAsync(byte[] state, Snapshot snapshot, CancellationToken cancellation)
    {
        await computing.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => DocumentRestore.TryCompute(state, snapshot.Update, Random.Shared, out var update, out var error) ? ((byte[]?)update, error) : (null, error), cancellation);
        }
        finally
        {
            computing.Release();
        }
    }

    [LoggerMessage(LogEvents.SnapshotRestored, LogLevel.Information, "{Document} was restored to its snapshot at {Position} by an update of {Bytes} bytes")]
    private static partial void LogRestored(ILogger logger, DocumentName document, Position position, int bytes);
}
