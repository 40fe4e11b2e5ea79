namespace Relay.Connections;

/// <summary>
/// How many documents each user has open on this node (<c>Limits:MaxConnectionsPerUser</c>): a y-websocket connection
/// is one, and so is each document of a Hocuspocus socket. Clients without a user are not bounded here. Thread-safe.
/// </summary>
internal sealed class UserPlaces(int maxPerUser)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> taken = [];

    /// <summary>Takes a place; false if the user has as many as there may be.</summary>
    /// <param name="user">The token's <c>sub</c>; null without one.</param>
    public bool TryTake(string? user)
    {
        if (user is null)
        {
            return true;
        }

        lock (gate)
        {
            var count = taken.GetValueOrDefault(user);
            if (count >= maxPerUser)
            {
                return false;
            }

            taken[user] = count + 1;
            return true;
        }
    }

    /// <summary>Gives a place back that was taken.</summary>
    public void Return(string? user)
    {
        if (user is null)
        {
            return;
        }

        lock (gate)
        {
            if (--taken[user] == 0)
            {
                taken.Remove(user);
            }
        }
    }
}
