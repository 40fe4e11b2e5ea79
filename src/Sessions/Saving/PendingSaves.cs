using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Requests that wait for a snapshot which holds everything up to the position that the session had when they were
/// added. A session that always has changes to save still answers them: the first snapshot at or after that position is
/// enough. Belongs to the session's mailbox.
/// </summary>
internal sealed class PendingSaves
{
    private List<Request> requests = [];

    public bool IsEmpty => requests.Count == 0;

    /// <param name="needed">
    /// The position that the snapshot must have or exceed; <see cref="Position.None"/> for that of the next save that
    /// begins.
    /// </param>
    /// <param name="request">
    /// Called once: with <see cref="RefusalReason.None"/> when the snapshot is stored, otherwise with the reason.
    /// </param>
    public void Add(Position needed, Action<RefusalReason> request) => requests.Add(new Request(needed, request));

    /// <summary>A save of this position begins.</summary>
    public void SaveBegins(Position position)
    {
        for (var i = 0; i < requests.Count; i++)
        {
            if (requests[i].Needed.IsNone)
            {
                requests[i] = requests[i] with { Needed = position };
            }
        }
    }

    /// <summary>A snapshot of this position is stored, and its history is the session's.</summary>
    public void Stored(Position position)
    {
        var all = requests;
        requests = [];
        foreach (var request in all)
        {
            var needed = request.Needed;
            if (!needed.IsNone && needed.Epoch == position.Epoch && needed.Offset <= position.Offset)
            {
                request.Done(RefusalReason.None);
            }
            else
            {
                requests.Add(request);
            }
        }
    }

    /// <summary>
    /// The session goes on in another history, in which the old positions have no meaning: the next save counts.
    /// </summary>
    public void StartAnew()
    {
        for (var i = 0; i < requests.Count; i++)
        {
            requests[i] = requests[i] with { Needed = Position.None };
        }
    }

    /// <summary>Everything is stored, or cannot be for this reason.</summary>
    public void End(RefusalReason reason)
    {
        var all = requests;
        requests = [];
        foreach (var request in all)
        {
            request.Done(reason);
        }
    }

    private readonly record struct Request(Position Needed, Action<RefusalReason> Done);
}
