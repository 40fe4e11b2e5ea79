using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>
/// A stock client of a <see cref="PresenceTrial"/>: its awareness, and the connection that it has now.
/// </summary>
internal sealed class PresenceTrialClient(StockAwareness awareness, string? user)
{
    public StockAwareness Awareness { get; } = awareness;

    /// <summary>Whose it is, if tokens say that.</summary>
    public string? User { get; } = user;

    public StockLine? Line { get; set; }

    /// <summary>Connections that broke and whose nodes have not noticed.</summary>
    public List<StockLine> Lost { get; } = [];

    /// <summary>Whether another tab of its browser hears everything that it says and hears.</summary>
    public bool HasTwin { get; private set; }

    /// <summary>Tabs of one browser: each tells the other every update, over a BroadcastChannel.</summary>
    public static void Pair(PresenceTrialClient one, PresenceTrialClient other)
    {
        var channel = new object();
        one.HasTwin = other.HasTwin = true;
        one.Awareness.Updated += (clients, origin) => Tell(one, other, clients, origin);
        other.Awareness.Updated += (clients, origin) => Tell(other, one, clients, origin);

        void Tell(PresenceTrialClient from, PresenceTrialClient to, IReadOnlyList<ulong> clients, object? origin) =>
            to.Awareness.Apply(from.Awareness.Entries(clients), channel);
    }
}
