using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>Has this node store a snapshot of a document, for requests that wait until it is there.</summary>
internal sealed class DocumentSaver(SessionRegistry sessions, TimeProvider time)
{
    /// <summary>
    /// How long a request waits for a save: a large document takes some seconds to be opened and stored.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Stores everything that was in the log when this was called; opens the document if it is not open. The saves of a
    /// document that another node has claimed are done all the same: two nodes that save one position write one
    /// snapshot.
    /// </summary>
    /// <param name="name">The document.</param>
    /// <param name="again">Save also where a snapshot is there: its checkpoint may be lost.</param>
    /// <param name="cancellation">Gives up waiting, not the save.</param>
    /// <returns>
    /// The position that is stored (<see cref="Position.None"/> if the document was never written to) and
    /// <see cref="RefusalReason.None"/>, or the reason why it is not; null if the save takes longer than a request
    /// waits.
    /// </returns>
    public async Task<(Position At, RefusalReason Reason)?> SaveAsync(
        DocumentName name, bool again, CancellationToken cancellation)
    {
        const TaskCreationOptions elsewhere = TaskCreationOptions.RunContinuationsAsynchronously;
        var saved = new TaskCompletionSource<(Position, RefusalReason)>(elsewhere);
        sessions.Save(name, again, (at, reason) => saved.TrySetResult((at, reason)));
        try
        {
            return await saved.Task.WaitAsync(Patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
